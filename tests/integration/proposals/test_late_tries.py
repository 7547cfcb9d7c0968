"""What arrives after the deadline: refused, signed, to the microsecond, whatever else is wrong with it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from pglab.accounts.models import User
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.outages.models import Outage
from pglab.proposals.models import Proposal, Refusal, Submission
from pglab.proposals.services import arriving, submitting
from pglab.rfps.models import Rfp
from scripts import verify_receipt
from tests.factories import keep
from tests.factories.accounts import make_organization, make_program_manager, make_user
from tests.factories.addenda import extend
from tests.factories.proposals import fill, make_draft, make_submitted_proposal, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}
TOO_LATE = timedelta(microseconds=1)


@pytest.fixture
def rfp(clock: OfficialClock) -> Rfp:
    """A call that closes on Friday, October 16, 2026, at 4:00 p.m. ET."""
    clock.freeze(datetime(2026, 10, 9, 16, 0, tzinfo=EASTERN))
    return make_open_rfp()


def whole(proposal: Proposal) -> dict[str, str]:
    """A form with nothing wrong in it."""
    return {
        "version": str(proposal.version),
        "profile_version": "1",
        "rfp_version": "1",
        "idempotency_key": uuid4().hex,
        **DECLARED,
    }


def path(proposal: Proposal) -> str:
    return f"/apply/proposals/{proposal.reference}/submission"


@pytest.mark.parametrize(
    "wrong",
    [
        *({lost: None} for lost in ("version", "rfp_version", "idempotency_key", *DECLARED)),
        {"is_true": None, "can_take_part": None, "knows_what_is_public": None, "idempotency_key": None},
        {"version": "x"},
        {"version": "1"},
        {"rfp_version": "7"},
        {"idempotency_key": "a b"},
    ],
    ids=lambda wrong: "+".join(f"{name}={value or ''}" for name, value in wrong.items()),
)
def test_whatever_is_wrong_with_a_late_form_it_gets_a_signed_refusal(
    rfp: Rfp, login: Login, clock: OfficialClock, wrong: dict[str, str | None]
):
    proposal = fill(make_draft(rfp))
    form = {name: value for name, value in {**whole(proposal), **wrong}.items() if value is not None}
    clock.freeze(rfp.closes_at + TOO_LATE)
    client = login(representative_of(proposal.organization))

    answer = client.post(path(proposal), data=form)

    refusal = db.session.query(Refusal).one()
    assert answer.status_code == 410
    assert "4:00:00.000001 p.m. ET" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert refusal.received_at == proposal.rfp.closes_at + TOO_LATE
    assert verify_receipt.verdict(client.get(f"/apply/proposals/{proposal.reference}/refusals/{refusal.id}.json").json)
    assert db.session.query(Submission).count() == 0


def test_at_the_deadline_itself_an_open_box_is_named_and_nothing_is_refused(
    rfp: Rfp, login: Login, clock: OfficialClock
):
    """The control: the last microsecond is on time, and there the page says what is missing."""
    proposal = fill(make_draft(rfp))
    clock.freeze(proposal.rfp.closes_at)

    answer = login(representative_of(proposal.organization)).post(
        path(proposal), data={**whole(proposal), "is_true": ""}
    )

    assert answer.status_code == 422
    assert "Select that the information is true" in answer.text
    assert db.session.query(Refusal).count() == 0


def test_a_late_form_without_a_token_changes_nothing(rfp: Rfp, login: Login, clock: OfficialClock):
    proposal = fill(make_draft(rfp))
    clock.freeze(proposal.rfp.closes_at + TOO_LATE)

    answer = login(representative_of(proposal.organization)).post(
        path(proposal), data={**whole(proposal), "csrf_token": "forged"}
    )

    assert answer.status_code != 410
    assert db.session.query(Refusal).count() == 0


def test_refusals_of_one_person_are_bounded(rfp: Rfp, login: Login, clock: OfficialClock, monkeypatch):
    """Without a key the same draft gets the same refusal; with ever new keys a person gets so many and no more."""
    proposal = fill(make_draft(rfp))
    client, form = login(representative_of(proposal.organization)), whole(proposal)
    clock.freeze(rfp.closes_at + TOO_LATE)
    keyless = {**form, "idempotency_key": ""}
    first, again = (client.post(path(proposal), data=keyless) for _ in range(2))
    assert (first.status_code, again.status_code, db.session.query(Refusal).count()) == (410, 410, 1)

    for _ in range(arriving.MOST_REFUSALS + 2):
        answer = client.post(path(proposal), data=whole(proposal))
        assert answer.status_code == 410

    assert db.session.query(Refusal).count() == arriving.MOST_REFUSALS
    assert "You have tried many times" in answer.text and "You have tried many times" not in first.text
    # The control: without the bound each try makes another.
    monkeypatch.setattr(submitting, "last_of_many", lambda *_: None)
    client.post(path(proposal), data=whole(proposal))
    assert db.session.query(Refusal).count() == arriving.MOST_REFUSALS + 1


@pytest.mark.parametrize("lost", [{}, {"is_true": ""}, {"version": ""}], ids=["whole", "open box", "no version"])
def test_a_form_that_was_accepted_and_comes_again_late_brings_its_receipt(
    rfp: Rfp, login: Login, clock: OfficialClock, lost: dict[str, str]
):
    proposal = fill(make_draft(rfp))
    clock.freeze(rfp.closes_at)
    client, form = login(representative_of(proposal.organization)), whole(proposal)
    assert client.post(path(proposal), data=form).status_code == 303
    clock.freeze(proposal.rfp.closes_at + TOO_LATE)

    again = client.post(path(proposal), data={**form, **lost})

    assert (again.status_code, again.headers["Location"]) == (303, f"/apply/proposals/{proposal.reference}/receipts/1")
    assert db.session.query(Refusal).count() == 0


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(0), "4:00:00.000 p.m. ET"),
        (timedelta(milliseconds=1), "3:59:59.999 p.m. ET"),
        (timedelta(seconds=60), "3:59:00.000 p.m. ET"),
        (timedelta(seconds=61), "3:58:59 p.m. ET"),
    ],
    ids=["at the deadline", "a millisecond before", "a minute before", "a minute and a second before"],
)
def test_a_receipt_tells_thousandths_within_a_minute_of_the_deadline(
    rfp: Rfp, login: Login, clock: OfficialClock, before: timedelta, shown: str
):
    proposal = fill(make_draft(rfp))
    clock.freeze(proposal.rfp.closes_at - before)
    client = login(representative_of(proposal.organization))

    receipt = client.get(client.post(path(proposal), data=whole(proposal)).headers["Location"])
    tasks = client.get(f"/apply/proposals/{proposal.reference}")

    assert f", {shown}" in receipt.text
    assert f", {shown}" in tasks.text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_refusal_names_what_is_still_in_and_can_be_opened_again(rfp: Rfp, login: Login, clock: OfficialClock):
    proposal = make_submitted_proposal(rfp)
    sent = db.session.query(Submission).one()
    clock.freeze(rfp.closes_at + timedelta(seconds=3))
    client = login(representative_of(proposal.organization))

    answer = client.post(path(proposal), data={**whole(proposal), "is_true": ""})
    late = db.session.query(Refusal).one()
    again = client.get(f"/apply/proposals/{proposal.reference}/refusals/{late.id}")

    assert (answer.status_code, again.status_code) == (410, 200)
    for page in (answer, again):
        assert "Submission 1, received " in page.text
        assert sent.received_at.isoformat()[:10] in page.text
        assert "4:00:03.000" in page.text
        assert "Something didn’t work on our side" not in page.text
    assert f"/refusals/{late.id}" in client.get(f"/apply/proposals/{proposal.reference}").text
    assert json.loads(late.statement)["submission_in_force"] == 1


def test_a_refusal_is_there_for_its_own_team_alone(rfp: Rfp, login: Login, clock: OfficialClock):
    proposal, other = fill(make_draft(rfp)), make_draft(rfp, make_organization(make_user("Olga Other")))
    clock.freeze(rfp.closes_at + TOO_LATE)
    login(representative_of(proposal.organization)).post(path(proposal), data=whole(proposal))
    late = db.session.query(Refusal).one()
    stranger = login(representative_of(other.organization))

    for reference in (proposal.reference, other.reference):
        assert stranger.get(f"/apply/proposals/{reference}/refusals/{late.id}").status_code == 404
        assert stranger.get(f"/apply/proposals/{reference}/refusals/{late.id}.json").status_code == 404


@pytest.mark.parametrize(
    ("began", "ended", "told"),
    [(30, None, True), (240, 119, True), (240, 121, False), (-1, None, False)],
    ids=["goes on", "ended within two hours", "ended before", "began after"],
)
def test_a_refusal_links_to_an_outage_in_the_two_hours_before(
    rfp: Rfp, login: Login, clock: OfficialClock, began: int, ended: int | None, *, told: bool
):
    proposal = fill(make_draft(rfp))
    arrived = rfp.closes_at + timedelta(minutes=5)
    note_outage(
        arrived - timedelta(minutes=began), None if ended is None else arrived - timedelta(minutes=ended), clock
    )
    clock.freeze(arrived)

    answer = login(representative_of(proposal.organization)).post(path(proposal), data=whole(proposal))

    assert answer.status_code == 410
    assert ("Uploads did not work." in answer.text) is told


def note_outage(started_at: datetime, ended_at: datetime | None, clock: OfficialClock) -> Outage:
    """An outage on the log."""
    clock.freeze((ended_at or started_at) + timedelta(minutes=1))
    outage = Outage(
        started_at=started_at,
        ended_at=ended_at,
        summary="Uploads did not work.",
        noted_at=official_now(),
        noted_by=make_program_manager(),
    )
    keep(outage)
    return outage


def test_after_an_extension_a_refusal_says_so_and_the_same_page_may_submit(
    rfp: Rfp, login: Login, clock: OfficialClock
):
    proposal = fill(make_draft(rfp))
    outage = note_outage(rfp.closes_at - timedelta(hours=2), rfp.closes_at - timedelta(hours=1), clock)
    clock.freeze(rfp.closes_at + TOO_LATE)
    client = login(representative_of(proposal.organization))
    form = whole(proposal)
    assert client.post(path(proposal), data=form).status_code == 410
    late = db.session.query(Refusal).one()
    page = f"/apply/proposals/{proposal.reference}/refusals/{late.id}"
    assert "extended since" not in client.get(page).text

    extend(rfp, late.closes_at + timedelta(days=7), outage=outage)

    assert "extended since" in client.get(page).text
    again = client.post(path(proposal), data=form)
    assert (again.status_code, "An addendum was issued" in again.text) == (409, True)
    assert client.post(path(proposal), data={**form, "rfp_version": "2"}).status_code == 303
