"""Where is my proposal: the step, the next date, what waits for the team, what happened. And the mail a day before."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from pglab.accounts.models import MemberRole
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from tests.factories.clarifications import DAY, answer, ask, make_opened_proposal
from tests.factories.proposals import close, make_draft, make_submitted_proposal, open_all, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.integration.proposals.teamwork.test_tasks import join
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")

HOUR = timedelta(hours=1)


def status_of(proposal, login) -> str:
    page = login(representative_of(proposal.organization)).get(f"/apply/proposals/{proposal.reference}/status")
    assert page.status_code == 200
    return page.text


def test_a_draft_is_to_be_submitted_and_later_it_is_too_late(login, clock):
    proposal = make_draft(make_open_rfp())

    before = status_of(proposal, login)
    close(proposal.rfp, clock)
    after = status_of(proposal, login)

    assert "Finish your draft and submit it by" in before
    assert "Nothing was submitted" in after
    assert "There is nothing for you to do now" in after


def test_from_submitted_to_opened_there_is_nothing_to_do(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    owner = representative_of(proposal.organization)
    sent = status_of(proposal, login)
    close(rfp, clock)
    clock.freeze(rfp.closes_at + 2 * DAY)
    closed = status_of(proposal, login)
    manager, director = make_program_people()
    open_all(rfp, manager, director, clock)
    opened = status_of(proposal, login)

    for page in (sent, closed, opened):
        assert "There is nothing for you to do now" in page
        assert "Submission 1 received" in page
    assert "Deadline" in queries.read_status(proposal, rfp.closes_at, viewer=owner).upcoming
    assert "It could be done from" in closed
    assert "Being evaluated" in opened
    assert "All proposals were opened" in opened
    assert queries.read_status(proposal, official_now(), viewer=owner).upcoming[0] == "Scores due"
    assert [queries.read_status(proposal, official_now(), viewer=owner).step] == [3]


def test_a_question_waits_and_is_answered(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    client = login(representative_of(proposal.organization))

    waiting = status_of(proposal, login)
    home, tasks = client.get("/apply").text, client.get(f"/apply/proposals/{proposal.reference}").text
    answer(asked)
    answered = status_of(proposal, login)

    assert "We need something from you" in waiting
    assert "Answer question 1 of the program managers by" in waiting
    assert "We need something from you" in home
    assert "Answer question 1" in tasks
    assert "There is nothing for you to do now" in answered
    assert "Answer to question 1 received" in answered
    assert "We need something" not in client.get("/apply").text


def test_an_overdue_question_is_no_longer_to_be_answered(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    clock.freeze(asked.due_at + HOUR)

    page = status_of(proposal, login)

    assert "not answered" in page
    assert "There is nothing for you to do now" in page
    assert "Being evaluated" in page


def test_a_withdrawn_proposal_has_its_own_words(login, clock):
    proposal, _manager, _director = make_opened_proposal(clock)
    with transaction():
        services.withdraw_proposal(proposal, seen=1, actor=representative_of(proposal.organization))

    page = status_of(proposal, login)

    assert "Your team withdrew this proposal" in page
    assert "It stays in the opened set" in page
    assert "What happens next" not in page


def test_the_page_is_reached_from_the_list_the_proposal_and_the_receipt_after_the_deadline(login, clock):
    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    client, here = login(representative_of(proposal.organization)), f"/apply/proposals/{proposal.reference}"
    early = client.get(f"{here}/receipts/1").text
    close(rfp, clock)

    for path in ("/apply", here, f"{here}/receipts/1"):
        assert f"{here}/status" in client.get(path).text, path
    assert f"{here}/status" not in early


def test_one_or_three_questions_cost_the_same_statements(login, clock):
    proposal, manager, _director = make_opened_proposal(clock)
    answer(ask(proposal, manager))
    startup, program = login(representative_of(proposal.organization)), login(manager)
    here, record = f"/apply/proposals/{proposal.reference}", f"/manage/proposals/{proposal.reference}"
    pages = [
        (startup, f"{here}/status"),
        (startup, f"{here}/clarifications/1"),
        (startup, "/apply"),
        (program, record),
        (program, f"{record}/clarifications/1"),
        (program, "/manage"),
    ]

    def cost() -> list[int]:
        counts = []
        for client, page in pages:
            with counting() as sent:
                assert client.get(page).status_code == 200
            counts.append(len(sent))
        return counts

    cost()
    one = cost()
    answer(ask(proposal, manager))
    ask(proposal, manager)
    assert cost() == one


def reminded() -> list[str]:
    """What the worker does every five minutes; the subjects of all reminders so far."""
    with transaction():
        services.plan_reminders()
    waiting = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'proposals.remind_of_clarification'")
    for arguments in db.session.scalars(waiting).all():
        with transaction():
            services.remind_of_clarification(UUID(arguments["clarification_id"]))
    with transaction():
        done = "DELETE FROM procrastinate_jobs WHERE task_name = 'proposals.remind_of_clarification'"
        db.session.execute(text(done))
    found = db.session.query(Notice).filter_by(kind="proposal_clarification").filter(Notice.subject.like("24 hours%"))
    return [notice.subject for notice in found]


def test_the_team_hears_once_a_day_before_and_again_after_more_time(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    asked = ask(proposal, manager)
    subject = f"24 hours left: a question on {proposal.reference}"

    clock.freeze(asked.due_at - DAY - timedelta(seconds=1))
    early = reminded()
    clock.freeze(asked.due_at - DAY)
    due, twice = reminded(), reminded()
    with transaction():
        services.give_more_time(asked, due_at=asked.due_at + 2 * DAY, actor=manager)
    clock.freeze(asked.due_at - HOUR)
    again = reminded()

    assert (early, due, twice) == ([], [subject], [subject])
    assert again == [subject, subject]


def test_nobody_hears_of_what_was_answered_or_asked_at_short_notice(clock):
    proposal, manager, _director = make_opened_proposal(clock)
    short = ask(proposal, manager, due_at=official_now() + 5 * HOUR)
    answered = ask(proposal, manager)
    answer(answered)
    clock.freeze(short.due_at - HOUR)
    at_short_notice = reminded()
    clock.freeze(answered.due_at - HOUR)

    assert at_short_notice == reminded() == []


def test_nobody_is_offered_what_only_a_representative_may_do(login, clock):
    """Red where the list of an editor says “Answer question 1”, and pressing there ends in a refusal."""
    proposal, manager, _director = make_opened_proposal(clock)
    ask(proposal, manager)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    page = f"/apply/proposals/{proposal.reference}"

    home, status = login(lee).get("/apply").text, login(lee).get(f"{page}/status").text
    assert ("Answer question 1" in home, "Read question 1" in home) == (False, True)
    assert "Answer question 1" not in status
    assert "Answer question 1" in login(representative_of(proposal.organization)).get("/apply").text
    for sent in ({}, {"answer_1": "Twelve."}):
        assert login(lee).post(f"{page}/clarifications/1", data=sent).status_code == 403
    assert login(lee).post(f"{page}/submission", data={}).status_code == 403
