"""/status while the portal is down: the proxy of deploy/, as it is, shows the page that was written before."""

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT, Settings
from pglab.admin import queries as admin
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.outages.services import Downtime, note_outage
from pglab.public import cli
from tests.factories.accounts import make_program_manager
from tests.support.site import served

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="NOT RUN without nginx: sudo apt-get install nginx-light")
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; user root; worker_processes 1;
events {{}}
http {{
    include /etc/nginx/mime.types; access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {ours}
}}
"""
Answer = tuple[int, str, dict[str, str]]


def write(app: Flask, folder: Path) -> str:
    """The page as the command writes it."""
    done = app.test_cli_runner().invoke(args=["status", "write", str(folder)])
    assert done.exit_code == 0, done.output
    return (folder / "pglab-down.html").read_text(encoding="utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def configuration(folder: Path, *, port: int, upstream: int) -> str:
    """deploy/nginx.conf with this machine's ports and folders, and without its certificate."""
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*(ssl_.*|http2 .*|listen \[::\].*|server 127\.0\.0\.1:8002;)$", "", text)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} default_server;",
        "127.0.0.1:8001": f"127.0.0.1:{upstream}",
        "/etc/nginx/pglab-proxy.conf": str(ROOT / "deploy/nginx-proxy.conf"),
        "/var/lib/pglab-status": str(folder),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return AROUND.format(folder=folder, ours=text)


@contextmanager
def proxy(folder: Path, *, upstream: int, leave_out: str = "") -> Iterator[int]:
    """nginx with our configuration, from which one line may be left out; the port it listens on."""
    port, file = free_port(), folder / "nginx.conf"
    whole = configuration(folder, port=port, upstream=upstream)
    file.write_text("\n".join(line for line in whole.splitlines() if not leave_out or leave_out not in line))
    command = [str(NGINX), "-p", str(folder), "-c", str(file)]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  (nginx, as Debian brings it)
    try:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait(10)


def ask(port: int, path: str, method: str = "GET") -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, headers={"Host": "localhost", "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}


@needs_nginx
def test_status_is_still_answered_when_the_web_process_has_stopped(settings: Settings, app: Flask, tmp_path: Path):
    tmp_path.chmod(0o755)
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
    tmp_path.chmod(0o755)
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
