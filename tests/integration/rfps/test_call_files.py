"""The files beside a call: its calendar and its facts tell what its page tells, and no older version."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from icalendar import Calendar
from sqlalchemy import select, text

from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.outbox.models import Email, Notice
from pglab.rfps import queries, services
from pglab.rfps.models import RfpVersion
from pglab.rfps.queries import latest_version, list_dates, write_deadline
from pglab.rfps.states import RfpStatus
from pglab.web.filters import et_long
from tests.factories.accounts import make_program_manager
from tests.factories.proposals import make_draft
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people, new_cohort
from tests.support.statements import counting

FILES = ["/cohorts/12.ics", "/cohorts/12.json"]


def events(written: bytes | str) -> dict[str, dict]:
    return {str(event["uid"]): event for event in Calendar.from_ical(written).walk("VEVENT")}


@pytest.mark.parametrize("address", FILES)
def test_a_draft_has_no_files_not_even_for_staff(client, login, address):
    make_draft_rfp()

    assert client.get(address).status_code == 404
    assert login(make_program_manager()).get(address).status_code == 404


@pytest.mark.parametrize("address", FILES)
def test_before_its_publication_date_only_staff_read_them(client, login, address):
    preparer, publisher = make_program_people()
    later = replace(new_cohort(), publish_at=official_now() + timedelta(hours=1))
    with transaction():
        rfp = services.create_cohort(later, actor=preparer)
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)

    assert client.get(address).status_code == 404
    assert login(preparer).get(address).status_code == 200


@pytest.mark.parametrize(("address", "statements"), [("/cohorts/12.ics", 2), ("/cohorts/12.json", 1)])
def test_a_file_costs_one_statement_and_one_for_the_sessions_and_may_be_kept(client, address, statements):
    make_open_rfp()
    with counting() as sent:
        answer = client.get(address)

    assert len(sent) == statements
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_the_calendar_holds_the_dates_of_the_call(client):
    rfp = make_open_rfp()
    version = latest_version(rfp.id)

    answer = client.get("/cohorts/12.ics")

    found = events(answer.data)
    due = found["cohort-12-proposals-due@pghlab"]
    assert answer.content_type == "text/calendar; charset=utf-8; method=PUBLISH"
    assert due["dtstart"].dt.astimezone(UTC) == rfp.closes_at.replace(microsecond=0)
    assert et_long(rfp.closes_at) in due["description"]
    assert due["last-modified"].dt == version.made_at.replace(microsecond=0)
    assert due["sequence"] == 0
    assert {uid: event["dtstart"].dt for uid, event in found.items() if "pilots" in uid or "decisions" in uid} == {
        "cohort-12-decisions@pghlab": rfp.decision_on,
        "cohort-12-pilots-begin@pghlab": rfp.cohort.pilot_start_on,
        "cohort-12-pilots-end@pghlab": rfp.cohort.pilot_end_on,
    }
    assert len(found) == 8


def test_the_pages_link_to_the_calendar(client):
    make_open_rfp()

    for page in ("/cohorts/12", "/cohorts/12/rfp"):
        assert "/cohorts/12.ics" in client.get(page).text


def test_a_new_version_corrects_the_entries_that_calendars_hold_already(rolled_back):
    rfp = make_open_rfp()
    first = latest_version(rfp.id)
    second = RfpVersion(rfp_id=rfp.id, number=2, made_at=first.made_at + timedelta(hours=1), snapshot="", sha256="")

    before, after = (list_dates(rfp, each, base_url="http://localhost") for each in (first, second))

    assert [each.uid for each in before] == [each.uid for each in after]
    assert {each.sequence for each in before} == {0}
    assert {(each.sequence, each.changed_at) for each in after} == {(1, second.made_at)}


def test_a_cancelled_call_crosses_its_dates_out(rolled_back):
    rfp = make_open_rfp()
    version = latest_version(rfp.id)
    rfp.status = RfpStatus.CANCELLED
    with db.session.no_autoflush:
        dates = list_dates(rfp, version, base_url="http://localhost")
        db.session.expire(rfp)

    assert {(each.cancelled, each.sequence) for each in dates} == {(True, 1)}


def test_the_facts_carry_what_the_hash_is_of(client):
    rfp = make_open_rfp()
    version = latest_version(rfp.id)

    told = client.get("/cohorts/12.json").json

    assert told["version"] == {
        "number": 1,
        "made_at": version.made_at.isoformat(timespec="microseconds"),
        "sha256": version.sha256,
    }
    assert hashlib.sha256(rfc8785.dumps(told["content"])).hexdigest() == version.sha256
    assert datetime.fromisoformat(told["content"]["dates"]["closes_at"]) == rfp.closes_at
    assert (told["phase"], told["accepts_proposals"]) == ("open_for_questions", True)
    assert datetime.fromisoformat(told["phase_until"]) == rfp.questions_due_at + timedelta(microseconds=1)


def test_a_changed_word_would_break_the_hash(client):
    make_open_rfp()
    told = client.get("/cohorts/12.json").json
    told["content"]["cohort"]["headline"] += "!"

    assert hashlib.sha256(rfc8785.dumps(told["content"])).hexdigest() != told["version"]["sha256"]


def test_the_phase_is_the_one_of_the_official_time(client, clock):
    rfp = make_open_rfp()

    for at, phase, accepts in [
        (rfp.closes_at, "open", True),
        (rfp.closes_at + timedelta(microseconds=1), "closed_sealed", False),
    ]:
        clock.freeze(at)
        told = client.get("/cohorts/12.json").json
        assert (told["phase"], told["accepts_proposals"]) == (phase, accepts)
        assert datetime.fromisoformat(told["as_of"]) == at


def test_whoever_starts_a_proposal_gets_the_deadline_for_their_calendar(rolled_back):
    rfp = make_open_rfp()
    make_draft(rfp)

    mails = db.session.scalars(select(Email).join(Notice).where(Notice.kind == "proposal_started")).all()

    known = write_deadline(
        rfp, queries.latest_version(rfp.id), base_url="http://localhost", organizer="pghlab@localhost"
    )
    assert mails
    for mail in mails:
        assert list(events(mail.calendar)) == ["cohort-12-proposals-due@pghlab"]
        assert events(mail.calendar) == events(known)
    assert db.session.scalar(text("SELECT count(*) FROM emails WHERE calendar <> ''")) == len(mails)
