"""`flask demo load`: a whole city through the services, once, whatever interrupts it, and the clock put back."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select, text

from config import Settings
from pglab.accounts.models import User
from pglab.accounts.queries import find_confirmed_user, find_user_by_email
from pglab.accounts.services import DEMO_PASSWORD, PERSONAS, SIGHTS, Sight, password_fits, sign_up
from pglab.adapters.storage import current_store
from pglab.audit.queries import verify_chain
from pglab.awards.models import Decision
from pglab.cli.demo import city, commands, story
from pglab.cli.demo.documents import Page, make_pdf
from pglab.cohorts.queries import find_history
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db, transaction
from pglab.documents.models import Document
from pglab.documents.queries import open_document
from pglab.documents.services import FileRule, receive_document
from pglab.outages.queries import list_all
from pglab.outages.states import Part
from pglab.outbox.models import Email
from pglab.outbox.states import EmailState
from pglab.payments import queries as payment_queries
from pglab.pilots import queries as pilot_queries
from pglab.proposals import queries as proposal_queries
from pglab.proposals.models import Proposal, Refusal, Submission, SubmittedMark
from pglab.reviews.models import PanelMember, ScoreSheet
from pglab.reviews.queries import official_ranking
from pglab.rfps.queries import Parts, list_criteria
from pglab.rfps.services import find_problems, find_warnings
from pglab.rfps.states import Phase
from tests.support import databases
from tests.support.client import client_for

PDF = frozenset({"application/pdf"})
SECONDS_FOR_ALL, SECONDS_FOR_NOTHING = 30, 1


@pytest.fixture(scope="module")
def empty() -> Iterator[Callable[[], Flask]]:
    """Makes the product on an empty database of its own; dropped after the module."""
    numbers = count()

    with ExitStack() as kept:

        def make() -> Flask:
            name = databases.run_name(f"demo_{next(numbers)}")
            own = kept.enter_context(databases.copy_of(databases.empty_database(), name))
            return kept.enter_context(databases.app_on(own))

        yield make


@pytest.fixture(scope="module")
def loaded(empty: Callable[[], Flask]) -> Flask:
    """The product with the demo in it, loaded by the command as `make run` does; somebody had signed up before."""
    app = empty()
    with app.app_context(), transaction():
        sign_up(name="Early Bird", email="early.bird@example.org", password=DEMO_PASSWORD)
    begun = time.process_time()  # what other programs do meanwhile is not counted
    load(app)
    assert time.process_time() - begun < SECONDS_FOR_ALL
    return app


@pytest.fixture
def there(loaded: Flask) -> Iterator[Flask]:
    with loaded.app_context():
        yield loaded


def load(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    return result.output


def row_counts(app: Flask) -> dict[str, int]:
    """How many rows each table has."""
    with app.app_context():
        return {table: db.session.scalar(text(f'SELECT count(*) FROM "{table}"')) for table in db.metadata.tables}


def clock_of(app: Flask) -> tuple[timedelta, object]:
    """How far the official time is moved, and whether it stands still."""
    with app.app_context():
        return tuple(db.session.execute(text("SELECT shift, frozen_at FROM official_clock")).one())


def test_a_second_load_changes_nothing_and_takes_no_time(loaded: Flask):
    before, begun = row_counts(loaded), time.monotonic()

    said = load(loaded)

    assert time.monotonic() - begun < SECONDS_FOR_NOTHING
    assert (said, row_counts(loaded)) == ("The demo is there already.\n", before)


def test_the_official_time_is_the_machines_again_and_the_log_is_whole(there: Flask):
    proof = verify_chain()

    assert clock_of(there) == (timedelta(0), None)
    assert (proof.broken_at, proof.entries > 1000) == (None, True)


def test_the_programs_real_history_is_there_too(there: Flask):
    history = find_history()

    assert history is not None
    assert (len(history.rounds), len(history.entries)) == (11, 60)


def test_every_persona_can_sign_in_and_has_no_second_factor_of_their_own(there: Flask):
    people = [find_confirmed_user(persona.email) for persona in PERSONAS]

    assert [(p.name, p.tf_totp_secret) for p in people if p] == [(persona.name, None) for persona in PERSONAS]
    assert password_fits(people[0], DEMO_PASSWORD)
    assert all(user.email.endswith("@example.org") for user in db.session.scalars(select(User)))


def test_cohort_12_is_open_until_a_friday_afternoon(there: Flask):
    rfp, now = city.rfp(12), official_now()
    closes_at = rfp.closes_at.astimezone(EASTERN)

    assert client_for(there).get("/cohorts/12").status_code == 200
    assert rfp.phase(now) is Phase.OPEN_FOR_QUESTIONS
    assert (f"{closes_at:%A %H:%M}", rfp.cohort.is_sample) == ("Friday 16:00", True)
    assert timedelta(days=8) < rfp.closes_at - now < timedelta(days=17)
    assert (rfp.stipend_cents, rfp.award_count, rfp.cohort.budget_cents) == (25_000_00, 8, 200_000_00)


def test_proposals_of_cohort_12_stand_at_different_points(there: Flask):
    sent, half, begun = (city.proposal(12, key) for key in ("curbsense", "permitpal", "rowhouse"))

    assert (sent.submission_number, sent.version > sent.submitted_version) == (1, True)
    assert (half.submission_number, len(proposal_queries.answers_by_question(half))) == (0, 4)
    assert (begun.submission_number, proposal_queries.answers_by_question(begun)) == (0, {})
    nothing = select(Proposal).where(Proposal.organization_id == city.startup("threesisters").id)
    assert db.session.scalars(nothing).all() == []


def test_cohort_13_is_a_draft_only_staff_see(there: Flask):
    assert city.rfp(13).phase(official_now()) is Phase.PREPARING
    assert client_for(there).get("/cohorts/13").status_code == 404


def test_cohort_13_has_a_problem_of_every_kind(there: Flask):
    parts = Parts(city.rfp(13))
    found = find_problems(parts, official_now())
    assert {each.part for each in found} == {"details", "dates", "installments", "area", "question", "questions"}
    assert {each.field for each in find_warnings(parts, official_now())} == {"problem", "champion_email", "body_9"}


def test_the_sample_cohort_ran_with_a_tie_and_every_kind_of_conflict(there: Flask):
    rfp = city.rfp(90)
    ranked = [(line.place, line.startup, line.sheets) for line in official_ranking(rfp, list_criteria(rfp.id))]
    names = {key: told["profile"]["legal_name"] for key, told in city.startups().items()}

    assert sorted(ranked) == sorted(
        [
            ("1", names["curbsense"], 4),
            ("2", names["wang"], 4),
            ("3=", names["cooperative"], 4),
            ("3=", names["permitpal"], 4),
            ("5", names["plainanswer"], 3),
            ("6", names["omalley"], 3),
        ]
    )
    refused = db.session.scalars(select(Refusal).join(Refusal.proposal).where(Proposal.rfp_id == city.rfp(90).id)).one()
    assert refused.proposal.organization.legal_name == names["stormwater"]
    assert sheets_of(90) == ["signed"] * 22 + ["void"]
    assert decisions_of(90) == [("award", "accepted")] * 3 + [("decline", "released")] * 2 + [("reserve", "released")]


def sheets_of(cohort: int) -> list[str]:
    """How the score sheets of a cohort stand."""
    found = select(ScoreSheet).join(ScoreSheet.member).where(PanelMember.rfp_id == city.rfp(cohort).id)
    return sorted(sheet.status.value for sheet in db.session.scalars(found))


def decisions_of(cohort: int) -> list[tuple[str, str]]:
    """Outcome and state of each decision of a cohort."""
    found = select(Decision).join(Decision.proposal).where(Proposal.rfp_id == city.rfp(cohort).id)
    return sorted((each.outcome.value, each.status.value) for each in db.session.scalars(found))


def test_there_is_a_sample_in_every_phase(there: Flask):
    now = official_now()
    phases = {number: city.rfp(number).phase(now).value for number in commands.COHORTS}

    assert phases == {
        12: "open_for_questions",
        13: "preparing",
        90: "piloting",
        91: "upcoming",
        92: "open",
        93: "closed_sealed",
        94: "scoring",
        95: "scoring",
        96: "panel",
        97: "decided",
        98: "complete",
        99: "cancelled",
    }
    assert set(phases.values()) == {phase.value for phase in Phase}
    assert all(city.rfp(number).cohort.is_sample for number in phases)


def test_every_phase_holds_what_makes_it_awkward(there: Flask):
    assert (sheets_of(94), sheets_of(95)) == ([], ["draft", *["final"] * 4, *["signed"] * 4, "void"])
    assert decisions_of(96) == [("award", "pending")] * 2 + [("decline", "pending")] * 2 + [("reserve", "pending")]
    assert decisions_of(97) == [
        *[("award", "accepted"), ("award", "declined"), ("award", "released")],
        *[("decline", "released"), ("reserve", "released")],
    ]
    refused = [each.proposal.submission_number for each in db.session.scalars(select(Refusal)) if sealed(each)]
    assert sorted(refused) == [0, 1]  # one had nothing in before the deadline, one had
    bounced = db.session.scalars(select(Email).where(Email.state == EmailState.REFUSED)).one()
    assert (bounced.to_address, bounced.last_error[:3]) == (city.address("Tess Amory"), "550")
    scan = db.session.scalars(select(Document).where(Document.filename == "scan0001.pdf")).first()
    assert b"/Image" in b"".join(open_document(scan, own=True))
    asked = {
        cohort: proposal_queries.get_clarification(city.proposal(cohort, "curbsense"), 1).clarification
        for cohort in (90, 94, 95)
    }
    assert [each.status for each in asked.values()] == ["answered", "asked", "asked"]
    assert [each.is_overdue(official_now()) for each in asked.values()] == [False, False, True]
    words = city.proposed(93, "unbroken")["answers"]["solution.1"].split()
    assert len(words) == 400


def sealed(refusal: Refusal) -> bool:
    return refusal.proposal.rfp_id == city.rfp(93).id


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: str(sight.cohort))
def test_the_page_of_people_names_cohorts_and_people_there_are(there: Flask, sight: Sight):
    shown = " ".join(client_for(there).get("/dev/personas").text.split())

    assert sight.cohort in commands.COHORTS
    assert set(sight.who) <= {persona.name for persona in PERSONAS}
    assert sight.what in shown


@pytest.mark.parametrize(
    ("key", "milestones", "money"),
    [
        (
            "curbsense",
            ["accepted", "accepted", "in_progress"],
            [("Approved", "Paid"), ("Approved", "Sent to the Controller"), ("Not ready", "Not sent")],
        ),
        (
            "cooperative",
            ["accepted", "in_progress", "not_started"],
            [("Waiting for 2nd approval", "Not sent"), ("Not ready", "Not sent"), ("Not ready", "Not sent")],
        ),
        ("wang", ["submitted", "not_started", "not_started"], [("Not ready", "Not sent")] * 3),
    ],
)
def test_each_pilot_stands_at_another_point(
    there: Flask, key: str, milestones: list[str], money: list[tuple[str, str]]
):
    pilot, now = city.pilot(90, key), official_now()
    views = pilot_queries.list_milestones(pilot.id, now.date())
    facts = payment_queries.list_pilot_facts(pilot.id, now)

    assert [view.milestone.status.value for view in views] == milestones
    assert [(each.approval, each.payment) for each in facts] == money
    assert [view.days_late > 0 for view in views] == [False, key == "wang", False]


def test_the_books_balance_and_one_request_was_returned(there: Flask):
    statuses = [row.request.status.value for row in payment_queries.list_ledger(official_now()) if row.request]

    assert db.session.scalar(text("SELECT sum(amount_cents) FROM journal_lines")) == 0
    assert sorted(statuses) == ["approved", *["paid"] * 7, "returned", "waiting"]
    assert payment_queries.prove_journal().balances


def test_the_files_are_real(there: Flask):
    documents = db.session.scalars(select(Document)).all()
    deck = next(each for each in documents if each.filename == "pitch-deck.pdf")

    assert b"".join(open_document(deck, own=True)).startswith(b"%PDF")
    assert {each.pages for each in documents if each.filename == "pitch-deck.pdf"} <= {3, 4, 5, 6}
    assert {each.pages for each in documents if each.filename == "registration.pdf"} == {1}


def test_a_page_is_confidential_a_file_is_being_checked_and_an_outage_was_noticed(there: Flask):
    for cohort in (92, 94):
        proposal = city.proposal(cohort, "bold")
        (mark,) = proposal_queries.list_marks(proposal)
        filed = db.session.scalars(select(SubmittedMark).join(Submission).where(Submission.proposal_id == proposal.id))
        assert (mark.pages_named, mark.signed_by) == ("3", city.person("Bo Field"))
        assert [each.redacted_document_id for each in filed] == [mark.redacted_document_id]
        assert mark.redacted_document.filename == "pitch-deck-redacted.pdf"
    papers = proposal_queries.find_attachment(city.proposal(12, "permitpal"), "registration")
    assert (papers.document.filename, papers.document.verdict) == ("registration-renewed.pdf", None)
    assert papers.earlier_document.filename == "registration.pdf"
    noticed = [each for each in list_all() if each.noted_by is None]
    assert [(each.part, round((each.ended_at - each.started_at).total_seconds() / 60)) for each in noticed] == [
        (Part.FILES, 19)
    ]


def test_a_load_that_was_cut_off_is_finished_and_the_clock_was_put_back(
    empty: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
):
    cut_off, whole, told = empty(), empty(), commands.story
    monkeypatch.setattr(commands, "story", lambda calendar: broken_off(told(calendar), after=3))

    result = cut_off.test_cli_runner().invoke(args=["demo", "load"])

    assert (str(result.exception), clock_of(cut_off)) == ("the light went out", (timedelta(0), None))
    monkeypatch.setattr(commands, "story", lambda calendar: first(told(calendar), 5))
    said = load(cut_off)
    load(whole)
    assert said == "The demo is loaded: 2 steps.\n"
    assert row_counts(cut_off) == row_counts(whole)


def test_a_reset_starts_from_nothing(empty: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch):
    app, told = empty(), commands.story
    monkeypatch.setattr(commands, "story", lambda calendar: first(told(calendar), 2))
    with app.app_context():
        with transaction():
            sign_up(name="Early Bird", email="early.bird@example.org", password=DEMO_PASSWORD)
            actor = find_user_by_email("early.bird@example.org")
            document = receive_document(
                make_pdf("a.pdf", "A", [Page("B", ["C"])]), FileRule("A file", PDF), actor=actor
            )
        store = current_store()

        result = app.test_cli_runner().invoke(args=["demo", "reset", "--yes"])

        assert (result.output, store.exists(document.storage_key)) == ("The demo is loaded: 2 steps.\n", False)
        assert db.session.query(User).count() == 2
        assert find_user_by_email("early.bird@example.org") is None


def test_a_reset_asks_first(loaded: Flask):
    before = row_counts(loaded)

    result = loaded.test_cli_runner().invoke(args=["demo", "reset"], input="yes\n")

    assert (result.exit_code, row_counts(loaded)) == (1, before)


def first(steps: list[story.Step], number: int) -> list[story.Step]:
    """The beginning of the story."""
    return [step for step, _ in story.in_order(steps)][:number]


def broken_off(steps: list[story.Step], *, after: int) -> list[story.Step]:
    """The story up to a step that fails."""

    def fail() -> None:
        raise RuntimeError("the light went out")

    told = first(steps, after)
    return [*told, story.Step(told[-1].at + timedelta(seconds=1), "The light goes out", fail)]


def test_a_database_with_a_cohort_12_of_its_own_is_left_alone(loaded: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "find_first_day", lambda: None)
    monkeypatch.setattr(commands, "is_complete", lambda: False)
    before = row_counts(loaded)

    said = load(loaded)

    assert said.startswith("This database has a cohort 12 of its own")
    assert row_counts(loaded) == before


@pytest.mark.parametrize("command", [["demo", "load"], ["demo", "reset", "--yes"]])
def test_production_refuses(loaded: Flask, command: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Settings, "is_production", property(lambda _: True))

    result = loaded.test_cli_runner().invoke(args=command)

    assert (result.exit_code, "Production holds no demo data." in result.output) == (1, True)
