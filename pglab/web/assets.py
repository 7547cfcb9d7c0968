"""Addresses of the built style sheet, scripts and images.

`npm run build` names every file after its content and lists the names in static/dist/manifest.json, so that browsers
may keep them for ever and still see a change at once.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

DIST = Path(__file__).resolve().parents[2] / "static" / "dist"


class Assets:
    """The built files by their plain names; the list is read again when a new build has written it."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.manifest = folder / "manifest.json"
        self.prefix = prefix
        self._read_at = 0
        self._names: dict[str, str] = {}

    def names(self) -> dict[str, str]:
        """Plain name to built name; empty before the first build."""
        stamp = self.manifest.stat().st_mtime_ns if self.manifest.exists() else 0
        if stamp != self._read_at:
            self._names = json.loads(self.manifest.read_text(encoding="utf-8")) if stamp else {}
            self._read_at = stamp
        return self._names

    def url(self, name: str) -> str:
        """The address of a built file, such as `pglab.css` or `site.js`; its plain name before the first build."""
        return f"{self.prefix}/{self.names().get(name, name)}"


def serve(app: Flask, headers: Mapping[str, str], *, rebuilt: bool) -> None:
    """Answer for built files before the application is asked: no session, no statement, kept for ever by browsers.

    `headers` fence these answers like all others; `rebuilt` looks at the folder again for each request.
    """

    def fence(given: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            given[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to put a layer around Flask
        app.wsgi_app,
        root=str(DIST),
        prefix="static/",
        autorefresh=rebuilt,
        immutable_file_test=r"-[A-Za-z0-9]{8}\.",
        add_headers_function=fence,
    )


def register(app: Flask, folder: Path = DIST) -> None:
    """Give `asset('pglab.css')` to the templates; `folder` is the app's static folder or lies inside it."""
    base = app.static_url_path or "/static"
    inside = folder.relative_to(app.static_folder).as_posix() if app.static_folder else "."
    assets = Assets(folder, base if inside == "." else f"{base}/{inside}")
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url
