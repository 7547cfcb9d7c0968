"""The gate of a process with few threads: who is let in, who is turned away, and what they are told."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from config import Settings
from pglab.web import shedding
from pglab.web.shedding import Gate, Places, Share, share_of
from tests.support import databases

PROPOSAL = "/apply/proposals/PGH-12-0001"
OURS = {"Sec-Fetch-Site": "same-origin"}
FORM = "multipart/form-data; boundary=edge"


class Kitchen:
    """An application in which every request stays until it is let go; notes who came in and who was turned away."""

    def __init__(self) -> None:
        self.go_on, self.came, self.turned_away = threading.Event(), threading.Semaphore(0), 0

    def __call__(self, environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        if "pglab.turned_away" in environ:
            self.turned_away += 1
        elif "hold" in environ:
            self.came.release()
            assert self.go_on.wait(20)
        return [b"done"]


def asked(path: str, method: str = "GET", kind: str = "", **more: Any) -> dict[str, Any]:
    return {"PATH_INFO": path, "REQUEST_METHOD": method, "CONTENT_TYPE": kind, **more}


def send(gate: Gate, environ: dict[str, Any]) -> None:
    answer = gate({**environ}, lambda *_given: None)
    list(answer)
    if hasattr(answer, "close"):
        answer.close()


def occupy(gate: Gate, kitchen: Kitchen, *requests: dict[str, Any]) -> list[threading.Thread]:
    """These requests, each in a thread of its own, all inside."""
    threads = [threading.Thread(target=send, args=(gate, {**each, "hold": True})) for each in requests]
    for thread in threads:
        thread.start()
        assert kitchen.came.acquire(timeout=20)
    return threads


@pytest.mark.parametrize(
    ("environ", "share"),
    [
        (asked(f"{PROPOSAL}/submission", "POST"), Share.FIRST),
        (asked(f"{PROPOSAL}/check"), Share.FIRST),
        (asked(f"{PROPOSAL}/receipts/1"), Share.FIRST),
        (asked("/sign-in", "POST"), Share.FIRST),
        (asked("/sign-in/code", "POST"), Share.FIRST),
        (asked(f"{PROPOSAL}/receipts/1.pdf"), Share.PAGE),
        (asked(f"{PROPOSAL}/receipts/1/documents/deck"), Share.PAGE),
        (asked("/cohorts/12"), Share.PAGE),
        (asked(f"{PROPOSAL}/sections/impact", "POST"), Share.PAGE),
        (asked(f"{PROPOSAL}/documents/deck", "POST", FORM), Share.FILE),
    ],
)
def test_the_address_tells_what_is_asked_for(environ: dict[str, Any], share: Share):
    assert share_of(environ) is share


def test_pages_leave_a_thread_and_files_two_for_whoever_submits():
    kitchen = Kitchen()
    gate = Gate(kitchen, 4, wait=0.05)
    upload = asked(f"{PROPOSAL}/documents/deck", "POST", FORM)
    threads = occupy(gate, kitchen, upload, upload)

    send(gate, upload)
    assert kitchen.turned_away == 1, "a third file"
    threads += occupy(gate, kitchen, asked("/cohorts"))
    send(gate, asked("/cohorts"))
    assert kitchen.turned_away == 2, "a fourth request of another kind"
    threads += occupy(gate, kitchen, *[asked(f"{PROPOSAL}/submission", "POST")] * 5)
    assert kitchen.turned_away == 2, "submitting is never turned away"

    kitchen.go_on.set()
    for thread in threads:
        thread.join(20)
    send(gate, upload)
    send(gate, asked("/cohorts"))
    assert kitchen.turned_away == 2, "every place was given back"


def test_a_file_waits_its_turn_unless_those_before_it_hang(monkeypatch: pytest.MonkeyPatch):
    upload = asked(f"{PROPOSAL}/documents/deck", "POST", FORM)
    for hangs, turned_away in ((60.0, 0), (0.0, 1)):
        monkeypatch.setattr(shedding, "HANGS_AFTER_SECONDS", hangs)
        kitchen = Kitchen()
        gate = Gate(kitchen, 4, wait=20)
        threads = occupy(gate, kitchen, upload, upload)
        threading.Timer(0.3, kitchen.go_on.set).start()
        send(gate, upload)
        assert kitchen.turned_away == turned_away
        for thread in threads:
            thread.join(20)


def test_without_the_gate_everybody_gets_in():
    """Negative control: with as many places as there are requests, nothing is kept free."""
    kitchen = Kitchen()
    gate = Gate(kitchen, 100, wait=0.05)
    threads = occupy(gate, kitchen, *[asked("/cohorts")] * 8)
    kitchen.go_on.set()
    for thread in threads:
        thread.join(20)
    assert kitchen.turned_away == 0


def test_places_are_handed_on_in_the_order_of_coming():
    places, order, began = Places(1), [], []
    assert places.enter(0)

    def wait(number: int) -> None:
        began.append(number)
        assert places.enter(20)
        order.append(number)
        places.leave()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(places._waiting) <= number:
            pass
    places.leave()
    for thread in threads:
        thread.join(20)
    assert order == began == [0, 1, 2, 3, 4]
    assert places.enter(0)
    assert not places.enter(0.01)


@pytest.fixture
def crowded(settings: Settings) -> Iterable[Flask]:
    """The product with one thread for pages, which somebody has."""
    with databases.app_on(replace(settings, threads=2)) as app:
        yield app


def gate_of(app: Flask) -> Gate:
    layer: Any = app.wsgi_app
    while not isinstance(layer, Gate):
        layer = layer.application if hasattr(layer, "application") else layer.app
    return layer


def test_who_is_turned_away_gets_a_page_with_what_they_typed(crowded: Flask):
    gate = gate_of(crowded)
    gate.wait = 0
    assert gate.pages.enter(0)
    client = crowded.test_client()

    saved = client.post(f"{PROPOSAL}/sections/impact", data={"q1": "An hour of typing"}, headers=OURS)
    assert (saved.status_code, saved.headers["Retry-After"]) == (503, "20")
    assert "An hour of typing" in saved.text
    assert "Send again" in saved.text

    file = (
        b'--edge\r\nContent-Disposition: form-data; name="note"\r\n\r\nA reason\r\n--edge\r\n'
        b'Content-Disposition: form-data; name="file"; filename="deck.pdf"\r\n\r\n%PDF-'
        + b"x" * 2_000_000
        + b"\r\n--edge--\r\n"
    )
    as_granian = {"wsgi.input_terminated": True}
    sent = client.post(
        f"{PROPOSAL}/documents/deck", data=file, content_type=FORM, headers=OURS, environ_overrides=as_granian
    )
    assert (sent.status_code, "A reason" in sent.text, "Send again" in sent.text) == (503, True, False)
    assert "Many files are arriving" in sent.text

    told = client.get("/uploads/0", headers={"Accept": "application/json"})
    assert (told.status_code, told.json["error"]) == (503, "PGH Lab is very busy")
    elsewhere = client.post(f"{PROPOSAL}/sections/impact", data={"q1": "x1x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (elsewhere.status_code, "x1x" in elsewhere.text) == (503, False)

    assert client.get(f"{PROPOSAL}/check").status_code == 303, "sent to sign in, not turned away"
    assert client.get("/sign-in").status_code == 200
    gate.pages.leave()
    assert client.get("/help").status_code == 200
