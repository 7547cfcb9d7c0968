"""Withdrawing: what was submitted is taken back, and counts again when that is undone before the deadline."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pglab.audit.models import AuditEvent
from pglab.core.canonical import merkle_root
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, StateError
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import Submission, Withdrawal
from scripts import verify_receipt
from tests.factories.accounts import make_editor, make_user
from tests.factories.proposals import close, fill, make_draft, make_submitted_proposal, open_all, representative_of
from tests.factories.proposals import submit as send
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")

BY_HAND = """
INSERT INTO withdrawals (id, proposal_id, number, kind, received_at, after_opening, submission_number, why, statement,
    sha256, signature, key_id, made_by_id)
VALUES (gen_random_uuid(), :id, :number, :kind, official_now() + CAST(:later AS interval), false, 1, '', '',
    repeat('0', 64), '', '', :actor)
"""


def withdraw(proposal, why="", seen=None):
    with transaction():
        return services.withdraw_proposal(
            proposal,
            seen=proposal.submission_number if seen is None else seen,
            why=why,
            actor=representative_of(proposal.organization),
        )


def undo(proposal):
    with transaction():
        return services.undo_withdrawal(proposal, actor=representative_of(proposal.organization))


def mails():
    return [notice.subject for notice in db.session.scalars(select(Notice).filter_by(kind="proposal_withdrawn"))]


def test_a_representative_withdraws_and_undoes_it_on_the_pages(login):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))
    here = f"/apply/proposals/{proposal.reference}"

    before = client.get(f"{here}/withdrawal").text
    withdrawn = client.post(f"{here}/withdrawal", data={"seen": 1, "effect": 1, "why": "We ran out of people."})
    between = client.get(f"{here}/withdrawal").text, client.get(here).text, client.get("/apply").text
    undone = client.post(f"{here}/restoration")
    after = client.get(here).text

    assert (withdrawn.status_code, undone.status_code) == (303, 303)
    assert "evaluators won’t see your proposal" in before
    assert "Undo the withdrawal" in between[0]
    assert "We ran out of people." in between[0]
    assert "Your team withdrew this proposal" in between[1]
    assert "Withdrawn" in between[2]
    assert "This one counts" in after
    assert "withdrew" not in after
    assert (proposal.status, proposal.submission_number, proposal.withdrawn_at) == ("submitted", 1, None)
    assert mails() == [f"Withdrawn: {proposal.reference}", f"{proposal.reference} counts again"]


@pytest.mark.parametrize("meanwhile", ["closed", "opened"])
def test_a_page_that_promised_something_else_asks_again(login, clock, meanwhile: str):
    """Opened before the deadline it says that this can be undone; sent after it, or after the opening, it cannot."""
    proposal = make_submitted_proposal(make_open_rfp())
    client, here = login(representative_of(proposal.organization)), f"/apply/proposals/{proposal.reference}/withdrawal"
    page = Person(client).open(here).sees("You can undo this, or submit again, until")
    if meanwhile == "opened":
        open_all(proposal.rfp, *make_program_people(), clock)
    else:
        close(proposal.rfp, clock)

    page.press("Withdraw proposal", expect=422, why="We ran out of people.")
    page.sees(
        "Withdrawing does something else by now", "The deadline has passed, so you can’t undo this", "out of people"
    )
    assert client.post(here, data={"seen": 1}).status_code == 422, "and a form that lost what it said"
    assert (proposal.status, mails()) == ("submitted", [])

    page.press("Withdraw proposal")  # the control: what the page says now is done
    assert proposal.status == "withdrawn"


def test_the_receipt_of_what_was_withdrawn_promises_nothing(login):
    proposal = make_submitted_proposal(make_open_rfp())
    page = Person(login(representative_of(proposal.organization)))
    here = f"/apply/proposals/{proposal.reference}"
    page.open(f"{here}/receipts/1").sees("What happens next", "You don’t need to do anything now")  # the control

    withdraw(proposal)

    page.open(f"{here}/receipts/1").sees("Your team withdrew this proposal", "you can undo that or submit again")
    page.does_not_see("What happens next", "You don’t need to do anything now")


def test_the_withdrawal_is_signed_and_says_nothing_of_the_reason(login):
    proposal = make_submitted_proposal(make_open_rfp())
    withdraw(proposal, "We ran out of people.")
    client = login(representative_of(proposal.organization))

    signed = client.get(f"/apply/proposals/{proposal.reference}/withdrawals/1.json").json
    keys = client.get("/.well-known/pglab-receipt-keys.json").json

    assert verify_receipt.verdict(signed, keys)
    assert signed["statement"]["submission"] == 1
    assert "people" not in json.dumps(signed)
    assert "people" not in "".join(notice.body_text for notice in db.session.scalars(select(Notice)))
    assert "people" not in "".join(f"{event.change}{event.reason}" for event in db.session.scalars(select(AuditEvent)))
    assert client.get(f"/apply/proposals/{proposal.reference}/withdrawals/2.json").status_code == 404
    signed["statement"]["kind"] = "undone"
    assert not verify_receipt.verdict(signed, keys)


def test_what_was_withdrawn_before_the_opening_is_not_in_the_opened_set(login, clock):
    rfp = make_open_rfp()
    stays, gone, late = (make_submitted_proposal(rfp) for _ in range(3))
    withdraw(gone)
    close(rfp, clock)
    withdraw(late)
    manager, director = make_program_people()
    open_all(rfp, manager, director, clock)

    opening = queries.find_opening(rfp)
    kept = db.session.query(Submission).filter_by(proposal_id=stays.id).one()

    assert (opening.submissions, opening.merkle_root) == (1, merkle_root([kept.manifest.encode()]))
    page = login(manager).get("/manage/cohorts/12/proposals").text
    for proposal, there in ((stays, True), (gone, False), (late, False)):
        assert (proposal.reference in page) is there
        assert login(manager).get(f"/manage/proposals/{proposal.reference}").status_code == (200 if there else 404)
    # Negative control: undone in time, it would have been in it.
    assert gone.received_number == 1


def test_after_the_deadline_nothing_is_undone_or_submitted_again(clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    withdraw(proposal)
    close(rfp, clock)

    with pytest.raises(GoneError, match="deadline has passed"):
        undo(proposal)
    with transaction():
        refusal = services.submit_proposal(
            proposal,
            version=proposal.version,
            idempotency_key="b" * 24,
            declarations=[],
            actor=representative_of(proposal.organization),
        )

    assert json.loads(refusal.statement)["submission_in_force"] == 0
    assert (proposal.status, proposal.submission_number) == ("withdrawn", 0)


def test_submitting_again_goes_on_counting_where_the_receipts_stopped():
    proposal = make_submitted_proposal(make_open_rfp())
    withdraw(proposal)

    again = send(proposal)

    assert (again.number, proposal.submission_number, proposal.received_number) == (2, 2, 2)
    assert (proposal.status, proposal.withdrawn_at) == ("submitted", None)
    withdraw(proposal)
    undo(proposal)
    assert (proposal.status, proposal.submission_number) == ("submitted", 2)
    assert [made.number for made in queries.list_withdrawals(proposal)] == [3, 2, 1]


def test_after_the_opening_it_stays_in_the_set_and_its_readers_are_told(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    manager, director = make_program_people()
    open_all(rfp, manager, director, clock)

    made = withdraw(proposal, "We moved away.")
    told = mails()
    with transaction():
        services.tell_readers_of_withdrawal(made.id)

    assert told == [f"Withdrawn: {proposal.reference}"]
    to = {notice.user_id for notice in db.session.scalars(select(Notice).filter_by(kind="proposal_withdrawn"))}
    assert representative_of(proposal.organization).id in to
    assert (manager.id in to, director.id in to) == (True, False)
    with transaction():
        services.tell_readers_of_withdrawal(made.id)
    assert len(mails()) == len(to), "a job that runs twice tells nobody twice"
    assert (proposal.submission_number, queries.find_opening(rfp).submissions) == (1, 1)
    assert "Withdrawn" in login(manager).get("/manage/cohorts/12/proposals").text
    assert "The startup withdrew" in login(manager).get(f"/manage/proposals/{proposal.reference}").text
    with pytest.raises(GoneError, match="deadline has passed"):
        undo(proposal)


def test_nobody_at_the_city_is_told_before_the_opening():
    proposal = make_submitted_proposal(make_open_rfp())
    make_program_people()

    made = withdraw(proposal)
    with transaction():
        services.tell_readers_of_withdrawal(made.id)

    assert {notice.user_id for notice in db.session.scalars(select(Notice).filter_by(kind="proposal_withdrawn"))} == {
        representative_of(proposal.organization).id
    }
    assert {event.sealed_rfp_id for event in db.session.scalars(select(AuditEvent)) if "withdrawn" in event.action} == {
        proposal.rfp_id
    }


def test_only_a_representative_withdraws_and_only_what_was_seen(login):
    proposal = make_submitted_proposal(make_open_rfp())
    editor = make_editor(proposal.organization)
    here = f"/apply/proposals/{proposal.reference}/withdrawal"

    with pytest.raises(AccessDeniedError), transaction():
        services.withdraw_proposal(proposal, seen=1, actor=editor)
    with pytest.raises(StateError, match="submitted again or withdrawn"):
        withdraw(proposal, seen=2)

    assert "Only an authorized representative" in login(editor).get(here).text
    assert login(make_user("Una Unrelated")).get(here).status_code == 404
    assert login(make_user("Una Again")).post(here, data={"seen": 1}).status_code == 404
    assert db.session.query(Withdrawal).count() == 0


def test_a_draft_and_a_withdrawn_proposal_have_nothing_to_withdraw(login):
    rfp = make_open_rfp()
    draft, gone = fill(make_draft(rfp)), make_submitted_proposal(rfp)
    withdraw(gone)

    with pytest.raises(StateError, match="draft"):
        withdraw(draft)
    with pytest.raises(StateError, match="withdrawn"):
        withdraw(gone)
    with pytest.raises(StateError, match="draft"):
        undo(draft)

    client = login(representative_of(draft.organization))
    assert "There is nothing to withdraw" in client.get(f"/apply/proposals/{draft.reference}/withdrawal").text


def test_the_database_keeps_the_rules_by_itself(clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)

    def insert(number, kind, later="0"):
        with db.session.begin_nested():
            db.session.execute(
                text(BY_HAND),
                {"id": proposal.id, "actor": proposal.started_by_id, "number": number, "kind": kind, "later": later},
            )

    for number, kind, later, message in (
        (2, "withdrawn", "0", "without gaps"),
        (1, "undone", "0", "only when there is one"),
        (1, "withdrawn", "-1 hour", "official time"),
    ):
        with pytest.raises(DBAPIError, match=message):
            insert(number, kind, later)
    withdraw(proposal)
    clock.freeze(rfp.closes_at + timedelta(hours=1))
    with pytest.raises(DBAPIError, match="before the deadline"):
        insert(2, "undone")
    with pytest.raises(DBAPIError, match=r"only grows|permission denied"), db.session.begin_nested():
        db.session.execute(text("DELETE FROM withdrawals"))
    # What is stored and what the proposal says of itself cannot come apart.
    with pytest.raises(DBAPIError, match="last one received"), db.session.begin_nested():
        db.session.execute(
            text(
                "UPDATE proposals SET status = 'submitted', submission_number = 1, withdrawn_at = NULL WHERE id = :id"
            ),
            {"id": proposal.id},
        )
        db.session.execute(text("SET CONSTRAINTS standing IMMEDIATE"))
