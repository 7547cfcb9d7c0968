"""Figures for monitoring: for those who have the token, and of nothing that is sealed."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.admin import queries
from pglab.core.db import db
from tests.factories.proposals import fill, make_draft, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client

TOKEN = "t" * 40


@pytest.fixture
def watched(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A visitor of a site that has a token for its monitoring."""
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], metrics_token=TOKEN))
    return client


def read(client: Client) -> dict[str, str]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))  # type: ignore[misc]  # name and value


def test_without_a_token_in_the_settings_there_is_nothing(client: Client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer " + "x" * 40}])
def test_whoever_lacks_the_token_finds_nothing(watched: Client, given: dict[str, str]):
    assert watched.get("/metrics", headers=given).status_code == 404


def test_the_figures_tell_whether_work_is_left_lying(watched: Client):
    db.session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp())"))

    watched.get("/healthz")
    figures = read(watched)

    assert (figures["pglab_database_up"], figures["pglab_store_up"], figures["pglab_worker_up"]) == ("1", "1", "1")
    assert float(figures["pglab_worker_heartbeat_age_seconds"]) < 30
    assert int(figures['pglab_requests_total{status="2xx"}']) >= 1
    assert {name for name in figures if name.startswith(("pglab_jobs", "pglab_mail", "pglab_file"))} == {
        "pglab_jobs_late_order",
        "pglab_jobs_oldest_seconds",
        "pglab_jobs_failed_order",
        "pglab_file_checks_oldest_seconds",
        "pglab_mail_stuck_order",
        "pglab_mail_undelivered_order",
    }


def test_two_proposals_look_like_nine_to_monitoring(watched: Client):
    """Sealed: work counts when it is late, amounts are told by their order, requests without their address."""
    rfp = make_open_rfp()
    seen = []
    for count in (2, 6):
        for _ in range(count):
            submit(fill(make_draft(rfp)))
        figures = read(watched)
        seen.append({name: value for name, value in figures.items() if "order" in name})
        assert not [name for name in figures if "propos" in name or "submi" in name or "endpoint" in name]

    assert seen[0] == seen[1]


def test_an_amount_is_told_by_its_order():
    assert [queries.order_of(n) for n in (0, 1, 9, 10, 99, 100, 4321)] == [0, 1, 1, 10, 10, 100, 1000]
