"""A refusal about a proposal takes a whole number of slices, whatever looking for it took; nothing else waits."""

import time
from collections.abc import Callable

import pytest
from flask import Flask, abort, g

from pglab.web import even_time

Take = Callable[[str, float], list[float]]


@pytest.fixture
def take(monkeypatch: pytest.MonkeyPatch) -> Take:
    """Ask for an address whose answer took so many milliseconds; how long it was kept back, in milliseconds."""
    app = Flask(__name__)
    app.add_url_rule("/proposals/<reference>", "hidden", lambda **_: abort(404))
    app.add_url_rule("/proposals/<reference>/scores", "forbidden", lambda **_: abort(403))
    app.add_url_rule("/proposals/<reference>/check", "shown", lambda **_: "Here it is")
    app.add_url_rule("/pages/<slug>", "other", lambda **_: abort(404))
    even_time.init_even_time(app)
    waits: list[float] = []
    monkeypatch.setattr(even_time.time, "sleep", lambda seconds: waits.append(seconds * 1000))

    def ask(address: str, milliseconds: float) -> list[float]:
        waits.clear()
        monkeypatch.setattr(time, "perf_counter", lambda: 1 + milliseconds / 1000)
        app.before_request_funcs[None] = [lambda: setattr(g, "began", 1.0)]
        app.test_client().get(address)
        return waits

    return ask


@pytest.mark.parametrize("address", ["/proposals/L12-7A2W", "/proposals/L12-7A2W/scores", "/proposals/L12-0000"])
@pytest.mark.parametrize(("took", "waits"), [(0.1, 9.9), (4.5, 5.5), (4.7, 5.3), (9.9, 0.1), (12.0, 8.0)])
def test_a_refusal_leaves_with_its_slice(take: Take, address: str, took: float, waits: float):
    assert take(address, took) == [pytest.approx(waits, abs=1e-6)]


@pytest.mark.parametrize("address", ["/proposals/L12-7A2W/check", "/pages/nothing", "/nowhere"])
def test_nothing_else_waits(take: Take, address: str):
    assert take(address, 4.5) == []
