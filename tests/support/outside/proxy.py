"""deploy/nginx.conf, as it is, on this machine: real nginx with ports and folders of a test."""

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="NOT RUN without nginx: sudo apt-get install nginx-light")
AROUND = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; user root; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    include /etc/nginx/mime.types; access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {ours}
}}
"""
Answer = tuple[int, str, dict[str, str]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def configuration(folder: Path, *, port: int, upstream: int, arrival: int) -> str:
    """deploy/nginx.conf with this machine's ports and folders, and without its certificate."""
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*(ssl_.*|http2 .*|listen \[::\].*|server 127\.0\.0\.1:8002;)$", "", text)
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} default_server;",
        "127.0.0.1:8001": f"127.0.0.1:{upstream}",
        "127.0.0.1:8003": f"127.0.0.1:{arrival}",
        "/etc/nginx/pglab-proxy.conf": str(ROOT / "deploy/nginx-proxy.conf"),
        "/var/lib/pglab-status": str(folder),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return AROUND.format(folder=folder, ours=text)


@contextmanager
def proxy(folder: Path, *, upstream: int, arrival: int | None = None, leave_out: str = "") -> Iterator[int]:
    """nginx with our configuration, from which one line may be left out; the port it listens on. Without a port of its
    own, nothing answers for submissions."""
    folder.chmod(0o755)
    port, file = free_port(), folder / "nginx.conf"
    whole = configuration(folder, port=port, upstream=upstream, arrival=arrival or free_port())
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
