"""P1, P22: what was asked about an opened proposal and what was answered comes out for its team, the program and, once
it is answered, for the evaluators who may read the proposal; for nobody else, by no page, and by no other row.

Sample: every page as fourteen people, with 128 random bits in the question, the answer, the file's name, body and
title; every table of the database beside the sealed ones. Carl Dietz declared a conflict with the startup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.adapters.storage import current_store
from pglab.app import create_app
from pglab.cli.demo import city as demo_city
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from tests.factories.clarifications import DAY, first_slot, text_questions
from tests.support import databases
from tests.support.demo import demo_database
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.sealing.canaries import Planted, pdf_with
from tests.trust.sealing.conftest import swapped
from tests.trust.sealing.rounds import City, sweep
from tests.trust.sealing.test_layers import owner_of, without_policies, without_query_checks
from tests.trust.sealing.test_sinks import SEALED_TABLES
from tests.trust.world import PEOPLE, person, places, proposal_of

pytestmark = pytest.mark.slow

COHORT, STARTUP = 95, "permitpal"
# PermitPal's representative, the program, and an evaluator without a conflict may read it.
INSIDERS = {"rival", "manager", "director", "auditor", "evaluator"}
TABLES = ("clarifications", "clarification_items", "clarification_responses", "clarification_answers")
CURIOUS = ["visitor", "founder", "onlooker", "conflicted", "finance", "admin"]
ABOUT_IT = ("proposals.", "reviews.", "accounts.home", "rfps.manage")


@dataclass
class Clarified(City):
    """The demo with one more clarification, about a proposal of the cohort that is being scored."""

    reference: str = ""


@pytest.fixture(scope="module")
def city() -> Iterator[Clarified]:
    with databases.copy_of(demo_database(), databases.run_name("clarified")) as settings:
        app = create_app(settings)
        app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault becomes a page, as it does for people
        with app.app_context():
            made = planted_in(app)
            db.session.remove()
        yield made
        with app.app_context():
            for key in made.planted.keys:
                current_store().delete(key)
        databases.hang_up(app)


def planted_in(app: Flask) -> Clarified:
    """One more clarification is asked, not yet answered; every page there is, about this proposal."""
    db.session.execute(text("SELECT set_config('pglab.viewer', 'command', true)"))
    proposal, manager = demo_city.proposal(COHORT, STARTUP), demo_city.person("Priya Shah")
    owner = demo_city.representative(STARTUP)
    planted = Planted(proposal.rfp_id, proposal.id, owner.id, owner.email)
    with transaction():
        services.ask_clarification(
            proposal,
            text=f"Where is {planted.word('question')}?",
            questions=text_questions(proposal)[:1],
            slot=first_slot(proposal),
            due_at=official_now() + 3 * DAY,
            actor=manager,
        )
    swaps = {proposal_of("opened", name).reference: proposal.reference for name in ("CurbSense", "O’Malley")}
    listed = [swapped(place, swaps) for place in places(app) if place.endpoint != "static" and place.method == "GET"]
    return Clarified(app, planted, listed, reference=proposal.reference)


@pytest.fixture(scope="module")
def answered(city: Clarified) -> Clarified:
    """The same city once the startup has answered; the proof of what is only asked comes before."""
    with city.app.app_context():
        answer(city)
        db.session.remove()
    return city


def answer(city: Clarified) -> None:
    """The startup answers, with a word of its own in each place."""
    db.session.execute(text("SELECT set_config('pglab.viewer', 'command', true)"))
    planted = city.planted
    view = queries.get_clarification(db.session.get_one(Proposal, planted.proposal_id), 1)
    name, body, title = (planted.word(f"file {place}") for place in ("name", "body", "title"))
    sent = SimpleNamespace(filename=f"{name}.pdf", stream=BytesIO(pdf_with(body, title)))
    with transaction():
        services.answer_clarification(
            view,
            texts={each.item.id: f"It is {planted.word('answer')}." for each in view.items if each.item.question},
            given=sent,
            actor=demo_city.representative(STARTUP),
        )
    with transaction():
        services.tell_readers_of_answer(view.clarification.id)
    document = queries.get_clarification(view.clarification.proposal, 1).document
    assert document is not None
    planted.keys.append(document.storage_key)
    planted.names["file hash"] = document.sha256


def test_what_is_only_asked_is_for_the_team_and_the_program(city: Clarified, scored: Scores) -> None:
    about_it = [place for place in city.listed if place.endpoint.startswith(ABOUT_IT)]
    found = sweep(city, about_it, [*sorted(set(PEOPLE) - INSIDERS), "evaluator"])
    assert found.leaks == {}
    asked = sweep(city, about_it, ["rival", "manager"])
    assert {words for leak in asked.leaks.values() for words in leak} == {"question"}, "or the search finds nothing"
    assert {name.partition(":")[0] for name in asked.leaks} == {"rival", "manager"}
    scored("P1", what="pages that tell others what was asked of a startup", sample=found.answers)


def test_an_answer_is_read_by_those_who_may_read_the_proposal(answered: Clarified, scored: Scores) -> None:
    found = sweep(answered, answered.listed, CURIOUS)
    assert found.leaks == {}
    read = sweep(
        answered, [place for place in answered.listed if place.endpoint.startswith(ABOUT_IT)], sorted(INSIDERS)
    )
    for role in INSIDERS:
        seen = {word for name, words in read.leaks.items() if name.startswith(f"{role}:") for word in words}
        assert {"question", "answer", "file body"} <= seen, role
    scored("P1", what="pages that tell others what a startup answered", sample=found.answers)
    scored("P22", what="pages that tell a conflicted evaluator what was answered", sample=found.answers // len(CURIOUS))


def test_the_rows_are_there_for_the_same_people(answered: Clarified, scored: Scores) -> None:
    """Whatever a forgotten condition asks for: the policies alone."""
    counted = {role: rows_for(answered, role) for role in PEOPLE if role != "visitor"}
    theirs = {role for role, numbers in counted.items() if all(numbers)}
    assert theirs == INSIDERS
    assert {role: sum(numbers) for role, numbers in counted.items() if role not in INSIDERS and sum(numbers)} == {}
    with without_policies(answered.app.config["SETTINGS"]):
        unsealed = rows_for(answered, "conflicted")
    assert all(unsealed)
    scored("P22", what="rows of clarifications there for people without a right to read", sample=len(counted))
    scored("P22", control=f"without the policies a conflicted evaluator finds {sum(unsealed)} rows")


def rows_for(city: Clarified, role: str) -> list[int]:
    """How many rows of this clarification each table holds for a person."""
    with undone(city.app):
        db.session.execute(text("SELECT set_config('pglab.viewer', 'command', true)"))
        user = person(role)
        asked = db.session.scalar(
            text("SELECT id FROM clarifications WHERE proposal_id = :id"), {"id": city.planted.proposal_id}
        )
        assert user is not None
        db.session.execute(text("SELECT set_config('pglab.viewer', :viewer, true)"), {"viewer": str(user.id)})
        return [
            db.session.scalar(
                text(f"SELECT count(*) FROM {table} WHERE {'id' if table == TABLES[0] else 'clarification_id'} = :id"),
                {"id": asked},
            )
            for table in TABLES
        ]


def test_a_missing_check_of_the_queries_leaks_nothing(
    answered: Clarified, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2 for the new pages: each layer alone suffices, and without both it leaks."""
    pages = [p for p in answered.listed if "clarif" in p.address or p.address.endswith("/status")]
    without_query_checks(monkeypatch)
    alone = sweep(answered, pages, ["founder", "onlooker", "finance"])
    assert alone.leaks == {}
    with without_policies(answered.app.config["SETTINGS"]):
        neither = sweep(answered, pages, ["founder", "onlooker", "finance"])
    assert neither.leaks
    scored("P2", what="pages of clarifications that leak by the policies alone", sample=alone.answers)
    scored("P2", control=f"without both layers {len(neither.leaks)} of {neither.answers} answers leak")


def test_nothing_of_it_lies_in_another_table(answered: Clarified, scored: Scores) -> None:
    """Mails, notices, the audit log, the queue and the access log among them."""
    with owner_of(answered.app.config["SETTINGS"]) as owner:
        tables = [row[0] for row in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        holding = {
            table
            for table in tables
            for word in answered.planted.words.values()
            if owner.execute(f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s LIMIT 1', [f"%{word}%"]).fetchone()
        }
    assert holding <= SEALED_TABLES
    assert {"clarifications", "clarification_answers", "clarification_responses", "documents"} <= holding
    words = len(answered.planted.words)
    scored("P1", what="tables beside the sealed ones with a word of a clarification", sample=len(tables) * words)
