"""P3: what monitoring reads is the same whether nobody, one or fifty startups have applied.

Sample: every figure about the site's work, with 0, 1 and 50 proposals and the mails and file checks they cause. The
figures about the process itself (its requests, the worker's last sign of life) differ with every reading for anybody.
"""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.core.db import db, transaction
from pglab.outbox import queries
from pglab.outbox.services import defer
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import make_submitted_proposal
from tests.factories.rfps import make_open_rfp
from tests.support.client import client_for
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

TOKEN = "m" * 40
THE_PROCESS = ("pglab_request", "pglab_worker_heartbeat_age_seconds")
FIGURES = 9
MANY = 50


def figures(app: Flask) -> dict[str, str]:
    """What monitoring reads of the site's work, now."""
    answer = client_for(app).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: value for name, _space, value in lines if not name.startswith(THE_PROCESS)}


def readings(app: Flask) -> list[dict[str, str]]:
    """The figures with nobody, one and fifty proposals in; each also has a file to be checked."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], metrics_token=TOKEN)
    rfp = make_open_rfp()
    startups = [make_organization(make_user("Rita Representative")) for _ in range(MANY)]
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))  # what they were told when they signed up
    found, applied = [], 0
    for number in (0, 1, MANY):
        for organization in startups[applied:number]:
            proposal = make_submitted_proposal(rfp, organization)
            with transaction():
                defer("documents.scan_document", document_id=proposal.id)
        applied = number
        found.append(figures(app))
    return found


def test_monitoring_reads_the_same_with_none_one_and_fifty_proposals(committed: Flask, scored: Scores) -> None:
    first, *others = readings(committed)
    assert len(first) == FIGURES and "pglab_file_checks_oldest_seconds" in first
    assert others == [first, first]
    waiting = db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"))
    assert waiting is not None and waiting > MANY, "the work there is must be there to be counted"
    scored("P3", what="figures of monitoring that differ with 0, 1 and 50 sealed proposals", sample=3 * FIGURES)


def test_figures_that_count_all_work_are_noticed(
    committed: Flask, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: work counted from its first moment instead of when it is late."""
    monkeypatch.setattr(queries, "BACKLOG", queries.BACKLOG.replace("age > 120", "age >= 0"))
    first, *others = readings(committed)
    told = {name for other in others for name in other if other[name] != first[name]}
    assert {"pglab_jobs_late_order", "pglab_jobs_oldest_seconds", "pglab_file_checks_oldest_seconds"} <= told
    scored("P3", control=f"work counted from its first moment: {len(told)} figures tell of proposals")
