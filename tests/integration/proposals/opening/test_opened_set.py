"""The opened set: fixed leaf by leaf, public as fingerprints, and every receipt proves that it is in it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.core.canonical import merkle_root
from pglab.core.db import db, transaction
from pglab.core.errors import StateError
from pglab.outages.services import Downtime, note_outage
from pglab.proposals import queries, services
from pglab.proposals.models import Opening, Submission
from scripts import verify_receipt
from tests.factories.accounts import make_program_manager
from tests.factories.addenda import extend
from tests.factories.proposals import close, edit, make_submitted_proposal, open_all, representative_of, submit
from tests.factories.rfps import make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def receipt_of(login, proposal, number=1):
    here = f"/apply/proposals/{proposal.reference}/receipts/{number}.json"
    return login(representative_of(proposal.organization)).get(here).json


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_every_receipt_proves_that_it_is_in_the_set(login, client, clock, size):
    rfp = make_open_rfp()
    made = [make_submitted_proposal(rfp) for _ in range(size)]
    open_all(rfp, *make_program_people(), clock)

    opening = client.get("/cohorts/12/opening.json").json
    receipts = [receipt_of(login, proposal) for proposal in made]

    assert verify_receipt.verdict(opening, client.get("/.well-known/pglab-receipt-keys.json").json)
    for receipt in receipts:
        assert verify_receipt.verdict(receipt)
        assert verify_receipt.included(receipt, opening)
    # Negative controls: a changed statement, a way that leads elsewhere, and a set of somebody else.
    changed = json.loads(json.dumps(receipts[0]).replace("three sensors", "four sensors"))
    assert not verify_receipt.included(changed, opening)
    for beside in range(len(receipts[0]["opening"]["path"])):
        wrong = json.loads(json.dumps(receipts[0]))
        wrong["opening"]["path"][beside] = "0" * 64
        assert not verify_receipt.included(wrong, opening)
    other = json.loads(json.dumps(opening))
    other["statement"]["root"] = "0" * 64
    assert not verify_receipt.included(receipts[0], other)


def test_what_was_replaced_or_not_opened_yet_proves_no_inclusion(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    edit(proposal)
    submit(proposal)

    assert "opening" not in receipt_of(login, proposal, 2)
    open_all(rfp, *make_program_people(), clock)

    assert "opening" in receipt_of(login, proposal, 2)
    assert "opening" not in receipt_of(login, proposal, 1)
    assert not verify_receipt.included(receipt_of(login, proposal, 1), {"statement": {}})


def test_the_page_is_public_once_opened_and_names_nobody(client, login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    close(rfp, clock)
    before = client.get("/cohorts/12/opening").status_code, client.get("/cohorts/12/opening.json").status_code
    open_all(rfp, *make_program_people(), clock)

    page = client.get("/cohorts/12/opening")
    file = client.get("/cohorts/12/opening.json").json

    assert before == (404, 404)
    assert page.status_code == 200
    assert proposal.reference not in page.text + json.dumps(file)
    assert proposal.organization.legal_name not in page.text
    [sent] = db.session.query(Submission)
    assert file["statement"]["root"] == rfp.opening_root == merkle_root([sent.manifest.encode()])
    assert "/cohorts/12/opening" in client.get("/cohorts/12").text


def test_a_withdrawal_after_the_opening_changes_nothing_of_the_set(client, login, clock):
    rfp = make_open_rfp()
    proposal, _other = make_submitted_proposal(rfp), make_submitted_proposal(rfp)
    open_all(rfp, *make_program_people(), clock)
    before = client.get("/cohorts/12/opening.json").json

    with transaction():
        services.withdraw_proposal(proposal, seen=1, actor=representative_of(proposal.organization))

    assert client.get("/cohorts/12/opening.json").json == before
    assert verify_receipt.included(receipt_of(login, proposal), before)


def test_an_asked_opening_is_taken_back_and_asked_again(login, clock):
    rfp = make_open_rfp()
    make_submitted_proposal(rfp)
    manager, director = make_program_people()
    close(rfp, clock)
    login(manager).post("/manage/cohorts/12/opening")

    page = login(director).get("/manage/cohorts/12/opening").text
    gone = login(director).post("/manage/cohorts/12/opening/withdrawal")
    again = login(director).post("/manage/cohorts/12/opening")
    opened = login(manager).post("/manage/cohorts/12/opening")

    assert "Take the request back" in page
    assert "The audit log is whole" in page
    assert (gone.status_code, again.status_code, opened.status_code) == (303, 303, 303)
    assert db.session.query(Opening).count() == 2
    assert queries.find_opening(rfp).asked_by_id == director.id
    assert login(manager).post("/manage/cohorts/12/opening/withdrawal").status_code == 409


def test_a_deadline_that_moved_makes_the_asking_stale(login, clock):
    rfp = make_open_rfp()
    make_submitted_proposal(rfp)
    manager, director = make_program_people()
    close(rfp, clock)
    with transaction():
        services.ask_opening(rfp, actor=manager)
    move(rfp, clock)

    with pytest.raises(StateError, match="deadline was moved"), transaction():
        services.confirm_opening(rfp, actor=director)
    page = login(director).get("/manage/cohorts/12/opening").text
    asked = login(director).post("/manage/cohorts/12/opening")
    opened = login(manager).post("/manage/cohorts/12/opening")

    assert "somebody has to ask again" in page
    assert (asked.status_code, opened.status_code) == (303, 303)
    assert db.session.query(Opening).count() == 2


def move(rfp, clock):
    """Two people extend after the deadline; then that one passes too."""
    hour = timedelta(hours=1)
    with transaction():
        down = Downtime(rfp.closes_at - hour, rfp.closes_at + hour / 2, "The portal was down.")
        outage = note_outage(down, actor=make_program_manager("Otto Outage"))
    extend(rfp, rfp.closes_at + timedelta(days=3), outage=outage)
    db.session.refresh(rfp)
    clock.freeze(rfp.closes_at + timedelta(hours=1))


def test_nobody_writes_or_changes_a_leaf(clock):
    rfp = make_open_rfp()
    make_submitted_proposal(rfp)
    open_all(rfp, *make_program_people(), clock)

    for statement in (
        "UPDATE opening_leaves SET position = 7",
        "DELETE FROM opening_leaves",
        "INSERT INTO opening_leaves SELECT opening_id, 9, gen_random_uuid(), leaf FROM opening_leaves",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|only grows"), db.session.begin_nested():
            db.session.execute(text(statement))
