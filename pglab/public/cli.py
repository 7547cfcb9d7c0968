"""`flask status write FOLDER`: the page that the proxy shows while no web process answers (docs/operations.md)."""

import os
import re
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from pglab.admin.queries import list_checks
from pglab.core.clock import machine_now, official_now
from pglab.outages.queries import list_recent
from pglab.web import assets

STYLE = "pglab-down.css"
status_commands = AppGroup("status", help="The page about the site's own state.")


@status_commands.command("write")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def write(folder: Path) -> None:
    """Ask database, store and worker, and write what they say, with the log of outages, as a page that needs none of
    them. A database that does not answer is written down as such."""
    checks = list_checks()
    outages = list_recent(official_now()) if checks[0].passed else None
    page = current_app.jinja_env.get_template("public/down.html").render(
        style=f"/{STYLE}", checks=checks, outages=outages, now=machine_now()
    )
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / STYLE, style())
    replace_file(folder / "pglab-down.html", page)


def style() -> str:
    """The built style sheet without what it would fetch from the site that is down."""
    built = assets.DIST / assets.Assets(assets.DIST, "").names().get("pglab.css", "pglab.css")
    return re.sub(r"url\([^)]*\)", "none", built.read_text(encoding="utf-8")) if built.exists() else ""


def replace_file(path: Path, content: str) -> None:
    """Write the file whole or not at all: the proxy may read it at any moment."""
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(content, encoding="utf-8")
    half.chmod(0o644)
    half.replace(path)
