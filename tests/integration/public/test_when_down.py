"""/status while the portal is down: the proxy of deploy/, as it is, shows the page that was written before."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from pglab.admin import queries as admin
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.outages.services import Downtime, note_outage
from pglab.public import cli
from tests.factories.accounts import make_program_manager
from tests.support.outside.proxy import ask, free_port, needs_nginx, proxy
from tests.support.site import served


def write(app: Flask, folder: Path) -> str:
    """The page as the command writes it."""
    done = app.test_cli_runner().invoke(args=["status", "write", str(folder)])
    assert done.exit_code == 0, done.output
    return (folder / "pglab-down.html").read_text(encoding="utf-8")


@needs_nginx
def test_status_is_still_answered_when_the_web_process_has_stopped(settings: Settings, app: Flask, tmp_path: Path):
    write(app, tmp_path)
    with served(settings) as site:
        upstream = int(site.address.rsplit(":", 1)[1])
        with proxy(tmp_path, upstream=upstream) as port:
            assert "Is PGH Lab working?" in ask(port, "/status")[1]
            assert ask(port, "/no-such-page")[0] == 404
    with proxy(tmp_path, upstream=upstream) as port:
        for path, method in (
            ("/status", "GET"),
            ("/cohorts/12", "GET"),
            ("/sign-in", "POST"),
        ):
            status, page, headers = ask(port, path, method)
            assert (status, headers["content-type"], headers["retry-after"]) == (503, "text/html", "60"), path
            assert "PGH Lab does not answer now" in page
            assert "412-255-2621" in page
        status, style, headers = ask(port, "/pglab-down.css")
        assert (status, headers["content-type"]) == (200, "text/css")
        assert "url(" not in style


@needs_nginx
def test_a_proxy_without_the_rule_shows_no_page_of_ours(app: Flask, tmp_path: Path):
    """Negative control: without its one line, the proxy answers with its own words."""
    write(app, tmp_path)
    with proxy(tmp_path, upstream=free_port(), leave_out="error_page 502") as port:
        status, page, _headers = ask(port, "/status")
    assert status == 502
    assert "PGH Lab" not in page


def test_the_page_tells_each_part_and_the_log_and_fetches_nothing_else(rolled_back: None, app: Flask, tmp_path: Path):
    began = official_now() - timedelta(days=2)
    with transaction():
        outage = Downtime(began, began + timedelta(hours=1), "Uploads <failed>.")
        note_outage(outage, actor=make_program_manager())
    page = write(app, tmp_path)
    assert page.count("<h1") == 1
    assert "Uploads &lt;failed&gt;." in page
    assert page.count("Working") + page.count("Not answering") == 3
    assert re.findall(r'(?:src|href)="([^"]+)"', page)[0] == "/pglab-down.css"
    assert not {"<script", "style="} & set(re.findall(r"<script|style=", page))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pglab-down.css", "pglab-down.html"]


def test_a_database_that_is_down_too_is_written_down(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    down = [admin.Check("database", False, "x"), admin.Check("store", True, "x"), admin.Check("worker", False, "x")]
    monkeypatch.setattr(cli, "list_checks", lambda: down)
    page = write(app, tmp_path)
    assert "We can’t read the log of outages now." in page
    assert page.count("Not answering") == 2
