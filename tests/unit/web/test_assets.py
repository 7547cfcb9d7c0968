"""Built files are named after their content; a new build is seen without a restart."""

import json
import os
from pathlib import Path

from flask import Flask

from pglab.web import assets


def test_names_come_from_the_last_build(tmp_path: Path) -> None:
    app = Flask("bare", static_folder=str(tmp_path), static_url_path="/static")
    assets.register(app, tmp_path)
    asset = app.jinja_env.globals["asset"]

    assert asset("pglab.css") == "/static/pglab.css"

    (tmp_path / "manifest.json").write_text(json.dumps({"pglab.css": "pglab-1.css"}), encoding="utf-8")
    assert asset("pglab.css") == "/static/pglab-1.css"

    (tmp_path / "manifest.json").write_text(json.dumps({"pglab.css": "pglab-2.css"}), encoding="utf-8")
    os.utime(tmp_path / "manifest.json", ns=(1, 1))
    assert asset("pglab.css") == "/static/pglab-2.css"


def test_the_built_folder_may_lie_inside_the_static_folder(tmp_path: Path) -> None:
    app = Flask("bare", static_folder=str(tmp_path), static_url_path="/static")
    assets.register(app, tmp_path / "dist")

    assert app.jinja_env.globals["asset"]("site.js") == "/static/dist/site.js"
