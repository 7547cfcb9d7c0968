"""Addenda that ask to be read: a draft waits for it, a submission stays in force, the receipt names who read them."""

import json
from datetime import timedelta

import pytest

from pglab.addenda import services as addenda
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal, Submission
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_organization, make_program_manager, make_user
from tests.factories.addenda import extend, make_addendum, words
from tests.factories.proposals import fill, make_draft, make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}


def must_read(rfp: Rfp):
    return make_addendum(rfp, said=words(acknowledge=True))


def in_force(draft: Proposal) -> int:
    return rfp_queries.latest_version(draft.rfp_id).number


def acknowledge(draft: Proposal) -> None:
    actor = representative_of(draft.organization)
    services.acknowledge_addenda(draft, [1], rfp_version=in_force(draft), actor=actor)


def test_a_draft_waits_until_the_addendum_is_acknowledged():
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    actor = representative_of(draft.organization)
    addendum = must_read(rfp)
    assert [problem.message for problem in queries.list_problems(draft)] == ["Read and acknowledge Addendum 1"]
    with pytest.raises(RuleError, match="1 thing"):
        submit(draft)
    with transaction():
        services.acknowledge_addenda(draft, [1], rfp_version=in_force(draft), actor=actor)
    sent = submit(draft)
    manifest = json.loads(sent.manifest)
    assert manifest["rfp"]["version"] == 2
    assert [(read["number"], read["title"], read["acknowledged_by"]) for read in manifest["addenda"]] == [
        (1, addendum.title, actor.name)
    ]


def test_a_submission_stays_in_force_and_is_asked_again():
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    must_read(rfp)
    assert (proposal.submission_number, proposal.has_unsent_changes) == (1, False)
    assert [problem.addendum for problem in queries.list_problems(proposal)] == [1]
    with transaction():
        services.acknowledge_addenda(
            proposal, [1], rfp_version=in_force(proposal), actor=representative_of(proposal.organization)
        )
    assert (proposal.submission_number, proposal.has_unsent_changes) == (1, True)
    assert submit(proposal).number == 2


def test_an_addendum_that_asks_nothing_keeps_nobody():
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    make_addendum(rfp)
    assert isinstance(submit(draft), Submission)


def test_acknowledging_twice_counts_once_and_viewers_cannot():
    rfp = make_open_rfp()
    draft = make_draft(rfp)
    must_read(rfp)
    actor = representative_of(draft.organization)
    for _ in range(2):
        with transaction():
            services.acknowledge_addenda(draft, [1], rfp_version=in_force(draft), actor=actor)
    assert draft.version == 2
    with pytest.raises(RuleError, match="Select the addenda"), transaction():
        services.acknowledge_addenda(draft, [], rfp_version=in_force(draft), actor=actor)
    with pytest.raises(AccessDeniedError), transaction():
        services.acknowledge_addenda(draft, [1], rfp_version=in_force(draft), actor=make_user())


def test_after_the_deadline_nothing_is_acknowledged(clock):
    rfp = make_open_rfp()
    draft = make_draft(rfp)
    must_read(rfp)
    clock.freeze(rfp.closes_at + timedelta(seconds=1))
    with pytest.raises(GoneError), transaction():
        services.acknowledge_addenda(
            draft, [1], rfp_version=in_force(draft), actor=representative_of(draft.organization)
        )


def test_what_was_checked_against_an_older_version_is_not_sent(login):
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    person = login(representative_of(draft.organization))
    page = person.get(f"/apply/proposals/{draft.reference}/submission").text
    assert 'name="rfp_version" value="1"' in page
    make_addendum(rfp)
    form = {
        "version": draft.version,
        "profile_version": "1",
        "rfp_version": "1",
        "idempotency_key": "k" * 24,
        **DECLARED,
    }
    answer = person.post(f"/apply/proposals/{draft.reference}/submission", data=form)
    assert answer.status_code == 409
    assert "An addendum was issued" in answer.text
    assert draft.submission_number == 0
    answer = person.post(f"/apply/proposals/{draft.reference}/submission", data={**form, "rfp_version": "2"})
    assert answer.status_code == 303


def test_a_client_that_does_not_say_which_version_it_showed_sends_nothing(login):
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    person = login(representative_of(draft.organization))
    form = {"version": draft.version, "idempotency_key": "k" * 24, **DECLARED}
    for missing in ({}, {"rfp_version": ""}, {"rfp_version": "x"}):
        answer = person.post(f"/apply/proposals/{draft.reference}/submission", data={**form, **missing})
        assert answer.status_code == 422
        assert "does not say which version" in answer.text or "out of date" in answer.text
        assert answer.text.count(" checked") == 3
    must_read(rfp)
    here = f"/apply/proposals/{draft.reference}/acknowledgments"
    answer = person.post(here, data={"addendum_1": "yes"})
    assert answer.status_code == 422
    assert "does not say which version" in answer.text
    assert " checked" in answer.text
    assert draft.submission_number == 0


def test_an_addendum_that_came_meanwhile_is_shown_before_anything_is_acknowledged(login):
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    must_read(rfp)
    person = Person(login(representative_of(draft.organization)))
    person.open(f"/apply/proposals/{draft.reference}/acknowledgments")
    make_addendum(rfp, {"sections.1.body": "Another thing."}, said=words(acknowledge=True))
    person.press("Save", expect=422, addendum_1="yes").sees("It is in the list now", "Addendum 2")
    person.press("Save", addendum_1="yes", addendum_2="yes").sees("Your acknowledgment is saved.")


def test_the_page_asks_saves_and_shows_who_read_it(login):
    rfp = make_open_rfp()
    draft = make_submitted_proposal(rfp)
    person = login(representative_of(draft.organization))
    here = f"/apply/proposals/{draft.reference}/acknowledgments"
    assert "No addenda to acknowledge." in person.get(here).text
    must_read(rfp)
    tasks = person.get(f"/apply/proposals/{draft.reference}").text
    assert "Needs you" in tasks
    assert "Submission 1 stays in force" in tasks
    assert here in person.get(f"/apply/proposals/{draft.reference}/check").text
    assert person.post(here, data={"rfp_version": "2"}).status_code == 422
    assert person.post(here, data={"rfp_version": "2", "addendum_1": "yes"}).status_code == 303
    assert "<b>Acknowledged</b>" in person.get(here).text
    submit(draft)
    assert "Addenda acknowledged" in person.get(f"/apply/proposals/{draft.reference}/receipts/2").text
    stranger = login(make_user())
    assert stranger.get(here).status_code == 404


def told(person) -> list[str]:
    found = db.session.query(Notice).filter(Notice.user_id == person.id).order_by(Notice.created_at, Notice.id)
    return [notice.subject for notice in found if "Addendum" in notice.subject or "eadline" in notice.subject]


def test_every_team_is_told_once_and_of_the_deadline_that_stands():
    rfp = make_open_rfp()
    members = [make_user("Ada"), make_user("Ben")]
    make_draft(rfp, make_organization(*members))
    outsider = representative_of(make_organization(make_user("Cas")))
    read = must_read(rfp)
    for _ in range(2):
        with transaction():
            services.tell_teams_of_addendum(read.id)
    assert [told(person) for person in members] == [["Action needed: Addendum 1 changes the RFP"]] * 2
    assert told(outsider) == []

    first = extend(rfp, rfp.closes_at + timedelta(days=1))
    second = extend(rfp, rfp.closes_at + timedelta(days=1))
    for addendum in (first, second):
        with transaction():
            services.tell_teams_of_addendum(addendum.id)
    assert len(told(members[0])) == 2  # the first of the two deadlines no longer stood when the worker came


def test_a_cancelled_call_takes_no_submission_and_keeps_the_draft(login):
    rfp = make_open_rfp()
    draft = fill(make_draft(rfp))
    actor = representative_of(draft.organization)
    with transaction():
        addenda.ask_cancellation(rfp, reason="The budget was cut.", actor=make_program_manager())
    with transaction():
        cancellation = addenda.confirm_cancellation(rfp, request=1, actor=make_director())
    with pytest.raises(GoneError, match="cancelled"):
        submit(draft)
    with transaction():
        services.tell_teams_of_cancellation(cancellation.id)
    assert db.session.query(Notice).filter_by(user_id=actor.id, subject="RFP-12 was cancelled").count() == 1
    page = login(actor).get(f"/apply/proposals/{draft.reference}")
    assert "This call was cancelled" in page.text
    assert login(actor).get(f"/apply/proposals/{draft.reference}/submission").status_code == 200
    with pytest.raises(StateError):
        services.ask_opening(rfp, actor=make_program_manager())
    assert rfp_queries.latest_version(rfp.id).number == 1
