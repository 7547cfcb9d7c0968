"""Submissions have processes of their own behind the proxy of deploy/: who is sent where, and who stands in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import ROOT
from tests.support.outside.proxy import ask, needs_nginx, proxy

pytestmark = needs_nginx
RECEIPT = "/apply/proposals/PGH-12-0001/receipts/1"
SENT = "/apply/proposals/PGH-12-0001/submission"
CHECK = "/apply/proposals/PGH-12-0001/check"
ELSEWHERE = [
    *("/", "/apply", f"{RECEIPT}.pdf", f"{RECEIPT}/documents/deck", CHECK.replace("check", "sections/impact/check")),
    *("/apply/proposals/PGH-12-0001/sections/submission", "/apply/proposals/a/b/submission"),
]


class Process:
    """Stands for one web process: says its name to whoever asks, and remembers what it was sent."""

    def __init__(self, name: str, *, dies: bool = False) -> None:
        self.asked: list[str] = []
        process = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                process.asked.append(f"{self.command} {self.path}")
                if dies:
                    self.connection.close()
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(name)))
                self.end_headers()
                self.wfile.write(name.encode())

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_given: object) -> None:
                pass

            def finish(self) -> None:
                if not dies:
                    super().finish()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    threads = [threading.Thread(target=each.server.serve_forever, args=(0.05,)) for each in processes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each, thread in zip(processes, threads, strict=True):
            each.server.shutdown()
            thread.join()
            each.server.server_close()


def test_only_checking_submitting_and_receipts_go_to_their_own_process(tmp_path: Path):
    general, arrival = Process("general"), Process("arrival")
    with running(general, arrival), proxy(tmp_path, upstream=general.port, arrival=arrival.port) as port:
        of = {path: ask(port, path)[1] for path in (CHECK, SENT, RECEIPT, f"{RECEIPT}.json")}
        others = {path: ask(port, path)[1] for path in ELSEWHERE}
    assert set(of.values()) == {"arrival"}, of
    assert set(others.values()) == {"general"}, others


def test_while_it_is_away_the_others_take_submissions(tmp_path: Path):
    general = Process("general")
    with running(general), proxy(tmp_path, upstream=general.port) as port:
        assert [ask(port, path, method)[1] for path, method in ((SENT, "POST"), (SENT, "GET"), (RECEIPT, "GET"))] == (
            ["general"] * 3
        )


def test_a_submission_that_was_sent_is_never_sent_to_another_process(tmp_path: Path):
    (tmp_path / "pglab-down.html").write_text("down")
    general, arrival = Process("general"), Process("arrival", dies=True)
    with running(general, arrival), proxy(tmp_path, upstream=general.port, arrival=arrival.port) as port:
        assert ask(port, SENT, "POST")[0] == 503
    assert arrival.asked == [f"POST {SENT}"]
    assert general.asked == []


def test_a_proxy_that_repeats_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Negative control: told to pass on what was sent, nginx gives the same submission to a second process."""
    theirs = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, **how: (
            theirs(path, **how).replace("upstream error;", "upstream error non_idempotent;")
            if path == ROOT / "deploy/nginx.conf"
            else theirs(path, **how)
        ),
    )
    general, arrival = Process("general"), Process("arrival", dies=True)
    with running(general, arrival), proxy(tmp_path, upstream=general.port, arrival=arrival.port) as port:
        assert ask(port, SENT, "POST")[1] == "general"
    assert general.asked == [f"POST {SENT}"]
