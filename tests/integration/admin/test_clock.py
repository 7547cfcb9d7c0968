"""The demo's clock: moved by developers through the database's owner, refused in production."""

import dataclasses
from datetime import UTC, datetime, timedelta

from flask import Flask

from config import Settings
from pglab.core.clock import official_now
from tests.support.client import Client, client_for
from tests.support.databases import OfficialClock


def ahead() -> timedelta:
    return official_now() - datetime.now(UTC)


def test_the_official_time_moves_and_comes_back(client: Client, clock: OfficialClock) -> None:
    assert client.post("/dev/clock/moves", data={"days": "2", "hours": "-1"}).status_code == 303
    assert abs(ahead() - timedelta(hours=47)) < timedelta(seconds=5)
    assert client.post("/dev/clock/reset").status_code == 303
    assert abs(ahead()) < timedelta(seconds=5)


def test_it_is_set_to_an_instant_and_stopped_there(client: Client, clock: OfficialClock) -> None:
    typed = {"at-date": "2026-10-16", "at-time": "16:00", "stopped": "yes"}

    assert client.post("/dev/clock/time", data=typed).status_code == 303
    assert official_now() == datetime(2026, 10, 16, 20, 0, tzinfo=UTC)
    assert "4:00:00 p.m. ET, stopped" in client.get("/dev/clock").text


def test_a_day_that_is_not_real_is_refused(client: Client, clock: OfficialClock) -> None:
    page = client.post("/dev/clock/time", data={"at-date": "2026-02-30", "at-time": "16:00"})

    assert page.status_code == 422
    assert "Enter a real date" in page.text


def test_production_has_no_such_pages(app: Flask, client: Client, settings: Settings) -> None:
    kept = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, environment="production")
    try:
        visitor = client_for(app)
        for path in ("/dev/clock", "/dev/personas"):
            assert visitor.get(path).status_code == 404
        assert visitor.post("/dev/clock/moves", data={"days": "2"}).status_code == 404
    finally:
        app.config["SETTINGS"] = kept
