"""Sealed until two people open: for staff there is nothing to see, and nothing to count."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import StaffRole
from pglab.audit.models import AccessLogEntry
from pglab.core.canonical import merkle_root
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError, StateError
from pglab.proposals import queries, services
from pglab.proposals.models import Submission
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.proposals import close, fill, make_draft, make_submitted_proposal, open_all
from tests.factories.rfps import make_open_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def same_page(page: str) -> str:
    return re.sub(r'value="[^"]*"|[0-9a-f]{16}|\d+ statements, \d+ ms', "", page)


@pytest.mark.parametrize("role", [StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR])
def test_staff_pages_are_the_same_with_and_without_proposals(login, role):
    rfp = make_open_rfp()
    viewer = make_user("Stan Staff", role)
    before = login(viewer).get("/manage/cohorts/12/proposals").text
    proposal = make_submitted_proposal(rfp)

    after = login(viewer).get("/manage/cohorts/12/proposals").text

    assert same_page(before) == same_page(after)
    assert login(viewer).get(f"/manage/proposals/{proposal.reference}").status_code == 404
    assert login(viewer).get(f"/manage/proposals/{proposal.reference}/documents/pitch-deck").status_code == 404


def test_opening_takes_two_people_and_fixes_the_set(login, clock):
    rfp = make_open_rfp()
    one, two = make_submitted_proposal(rfp), make_submitted_proposal(rfp)
    draft = fill(make_draft(rfp))
    manager, director = make_program_people()
    close(rfp, clock)

    asked = login(manager).post("/manage/cohorts/12/opening")
    alone = login(manager).post("/manage/cohorts/12/opening")
    opened = login(director).post("/manage/cohorts/12/opening")

    assert (asked.status_code, alone.status_code, opened.status_code) == (303, 409, 303)
    assert "someone else must open" in alone.text
    opening = queries.find_opening(rfp)
    standing = sorted(db.session.query(Submission), key=lambda sent: sent.proposal.reference)
    assert opening.submissions == 2
    assert opening.merkle_root == rfp.opening_root == merkle_root([sent.manifest.encode() for sent in standing])
    page = login(manager).get("/manage/cohorts/12/proposals").text
    assert one.reference in page
    assert two.reference in page
    assert draft.reference not in page
    assert login(manager).get(f"/manage/proposals/{draft.reference}").status_code == 404


def test_another_account_of_the_same_person_is_no_second_person(clock):
    rfp = make_open_rfp()
    first = make_program_manager()
    twin = make_director("Same Human")
    twin.person_id = first.person_id
    db.session.commit()
    close(rfp, clock)
    with transaction():
        services.ask_opening(rfp, actor=first)

    with pytest.raises(RuleError, match="someone else"), transaction():
        services.confirm_opening(rfp, actor=twin)
    with pytest.raises(DBAPIError, match="two people"), db.session.begin_nested():
        db.session.execute(
            text(
                "UPDATE openings SET opened_by_id = :id, opened_at = official_now(), merkle_root = 'x', submissions = 0"
            ),
            {"id": twin.id},
        )


def test_nothing_opens_before_the_deadline(login):
    make_open_rfp()
    manager, _ = make_program_people()

    response = login(manager).post("/manage/cohorts/12/opening")

    assert response.status_code == 409
    assert "stay sealed" in response.text


def test_nobody_stamps_an_opening_by_sql(clock):
    rfp = make_open_rfp()
    close(rfp, clock)

    with pytest.raises(DBAPIError, match="opened by two people"), db.session.begin_nested():
        db.session.execute(text("UPDATE rfps SET opened_at = official_now(), opening_root = 'x'"))


def test_a_submission_after_the_opening_is_refused_by_the_database(clock):
    rfp = make_open_rfp()
    make_submitted_proposal(rfp)
    open_all(rfp, *make_program_people(), clock)

    with pytest.raises(DBAPIError, match=r"after the deadline|have been opened"), db.session.begin_nested():
        db.session.execute(
            text(
                "INSERT INTO submissions SELECT gen_random_uuid(), proposal_id, number + 1, official_now(),"
                " rfp_version_id, draft_version, manifest, sha256, signature, key_id, submitted_by_id,"
                " repeat('y', 24) FROM submissions"
            )
        )


def test_reading_an_opened_proposal_is_noted(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    manager, director = make_program_people()
    open_all(rfp, manager, director, clock)

    page = login(manager).get(f"/manage/proposals/{proposal.reference}")

    entry = db.session.query(AccessLogEntry).one()
    assert page.status_code == 200
    assert (entry.viewer_id, entry.subject, entry.purpose) == (manager.id, proposal.reference, "record page")


def test_nobody_is_given_a_sealed_proposal_to_read():
    proposal = make_submitted_proposal(make_open_rfp())
    reader = make_user("Eva Evaluator")

    with pytest.raises(StateError, match="sealed"):
        services.grant_reading(proposal, reader, why="panel", actor=make_program_manager())
    with pytest.raises(DBAPIError, match="sealed"), db.session.begin_nested():
        db.session.execute(
            text(
                "INSERT INTO reader_grants (id, proposal_id, user_id, why, granted_at)"
                " VALUES (gen_random_uuid(), :proposal, :reader, 'x', official_now())"
            ),
            {"proposal": proposal.id, "reader": reader.id},
        )


def test_the_log_is_silent_about_sealed_proposals(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    auditor = make_user("Ada Auditor", StaffRole.AUDITOR)
    sealed = login(auditor).get("/admin/audit").text
    open_all(rfp, *make_program_people(), clock)

    opened = login(auditor).get("/admin/audit").text

    assert proposal.reference not in sealed
    assert proposal.reference in opened
