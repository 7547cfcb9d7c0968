"""The task list: what is left in fixed words, what is new, who may submit; and the list of things to do before it."""

import re

import pytest
from sqlalchemy import text

from pglab.accounts.models import MemberRole, Membership
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.rfps import queries as rfp_queries
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.factories.addenda import make_addendum, words
from tests.factories.proposals import close, fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.person import Person
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")


def join(organization, name: str, role: MemberRole):
    person = make_user(name)
    keep(Membership(organization=organization, user=person, role=role))
    db.session.refresh(organization, ["memberships"])
    db.session.refresh(person, ["memberships"])
    return person


def section_of(proposal, slug: str = "impact"):
    return rfp_queries.get_form_section(proposal.rfp_id, slug)


def status(page: str, task: str) -> str:
    """What stands beside a task."""
    found = re.search(rf'<a href="[^"]*"[^>]*>{re.escape(task)}</a>.*?id="task-[^"]*">([^<]*)<', page, re.DOTALL)
    assert found, f"there is no task {task}"
    return found[1]


def page_of(login, proposal, user=None) -> str:
    person = user or representative_of(proposal.organization)
    return login(person).get(f"/apply/proposals/{proposal.reference}").text


def check(proposal, slug: str = "impact", *, done: bool = True):
    with transaction():
        services.check_section(
            proposal, section_of(proposal, slug), done=done, actor=representative_of(proposal.organization)
        )


def test_an_empty_draft_says_how_much_is_left(login):
    page = page_of(login, make_draft(make_open_rfp()))

    assert status(page, "Impact on residents") == "Not started"
    assert status(page, "Choose a challenge") == "Completed"
    assert status(page, "Organization details") == "Completed"
    assert re.search(r"Cannot start yet — \d+ things to finish", status(page, "Check and submit"))
    assert "0 of 6 sections completed." in page
    assert ">Continue: Your company<" in page


def test_weights_stand_beside_tasks_and_groups(login):
    page = page_of(login, make_draft(make_open_rfp()))

    sums = {int(found) for found in re.findall(r"\((\d+)% of the score\)", page)}
    single = [int(found) for found in re.findall(r'class="weight">\((\d+)%\)', page)]
    assert sum(sums) == 100
    assert sum(single) >= 100
    assert "(not scored)" in page


def test_a_complete_section_waits_for_somebody_to_say_so_and_the_submit_does_not(login):
    proposal = fill(make_draft(make_open_rfp()))

    assert status(page_of(login, proposal), "Impact on residents") == "In progress"
    assert status(page_of(login, proposal), "Check and submit") == "Ready to submit"
    check(proposal)
    assert status(page_of(login, proposal), "Impact on residents") == "Completed"
    submit(proposal)
    page = page_of(login, proposal)
    assert "6 of 6 sections completed." in page
    assert status(page, "Check and submit") == "Submitted"


def test_a_section_that_an_addendum_changed_is_a_problem_until_somebody_looks(login):
    proposal = fill(make_draft(make_open_rfp()))
    check(proposal)
    place = [section.slug for section in rfp_queries.list_form_sections(proposal.rfp_id)].index("impact")
    make_addendum(proposal.rfp, {f"form.{place}.questions.0.hint": "Name the neighborhoods."})

    page = page_of(login, proposal)

    assert status(page, "Impact on residents") == "There is a problem"
    assert "Addendum 1 changed what this section asks" in page
    assert status(page, "Check and submit") == "Ready to submit"
    check(proposal)
    assert status(page_of(login, proposal), "Impact on residents") == "Completed"


def move_visits_back() -> None:
    """Everybody's sign-ins so far are from yesterday."""
    day = "interval '1 day'"
    db.session.execute(text(f"UPDATE sign_in_sessions SET began_at = began_at - {day}, seen_at = seen_at - {day}"))


def test_what_changed_since_the_last_visit(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    assert "Changed since you were here" not in page_of(login, proposal)  # a first visit
    move_visits_back()
    make_addendum(proposal.rfp, said=words(acknowledge=True))
    question = section_of(proposal).questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: "Lee’s words."}, actor=lee)

    page = page_of(login, proposal)

    assert "Changed since you were here" in page
    assert "Read and acknowledge it" in page
    assert "<bdi>Lee Editor</bdi> changed Impact on residents" in page
    assert "Lee’s words." not in page
    with transaction():
        services.save_answers(proposal, {question.id: "My own words."}, actor=owner)
    assert "Lee Editor</bdi> changed" not in page_of(login, proposal)


def test_looking_changes_nothing(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    client.get("/apply")

    with counting() as sent:
        client.get(f"/apply/proposals/{proposal.reference}")

    assert [each for each in sent if each.startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_who_can_submit_is_named_and_an_editor_can_ask(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)

    mine, theirs = page_of(login, proposal, owner), page_of(login, proposal, lee)

    assert "only you can submit" in mine
    assert f"only <bdi>{owner.name}</bdi> can submit" in theirs
    assert f"Ask {owner.name} to submit" in theirs


def test_the_same_few_statements_for_one_and_for_three_of_everything(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    slugs = [section.slug for section in rfp_queries.list_form_sections(proposal.rfp_id)]

    def sent_for(count: int) -> int:
        for slug in slugs[:count]:
            part = section_of(proposal, slug)
            with transaction():
                services.save_answers(proposal, {part.questions[0].id: f"{count}"}, actor=lee)
                services.check_section(proposal, part, done=False, actor=lee)
        make_addendum(proposal.rfp, {"sections.0.body": f"The City asks for {count} more."})
        part = section_of(proposal, slugs[count])
        with transaction():
            services.ask_review(proposal, part, of=owner, note="", actor=lee)
        client, page = login(owner), f"/apply/proposals/{proposal.reference}"
        client.get("/apply")
        with counting() as sent:
            client.get(page)
        return len(sent)

    one, three = sent_for(1), sent_for(3)

    assert one == three <= 12


def test_a_late_draft_is_read_and_nothing_is_asked(login, clock):
    proposal = make_draft(make_open_rfp())
    close(proposal.rfp, clock)

    page = page_of(login, proposal)

    assert status(page, "Check and submit") == "Closed"
    assert "Continue:" not in page


# ---- To do ----


def to_do(login, person) -> str:
    page = login(person).get("/apply").text
    return page.split("<h2>To do</h2>")[1].split("</ol>")[0] if "<h2>To do</h2>" in page else ""


def test_a_draft_stands_on_the_list_with_its_day(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)

    found = to_do(login, owner)

    assert "Finish and submit your proposal" in found
    assert "<time datetime=" in found
    Person(login(owner)).open("/apply").follow(f"Continue proposal {proposal.reference}").sees("Check and submit")


def test_unsent_changes_addenda_and_requests_stand_on_the_list(login):
    proposal = fill(make_draft(make_open_rfp()))
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    submit(proposal)
    assert to_do(login, owner) == ""
    make_addendum(proposal.rfp, said=words(acknowledge=True))
    question = section_of(proposal).questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: "Better."}, actor=lee)
        services.ask_to_submit(proposal, note="It is better now.", actor=lee)
    with transaction():
        services.ask_review(proposal, section_of(proposal), of=owner, note="", actor=lee)

    found = to_do(login, owner)

    assert "Read and acknowledge Addendum 1" in found
    assert "You have unsent changes: submit again, or submission 1 counts" in found
    assert "Lee Editor asks you to submit" in found
    assert "Lee Editor asks you to review “Impact on residents”" in found
    editors = to_do(login, lee)
    assert "There are unsent changes: ask a representative to submit again" in editors
    assert ("asks you" in editors, "submit again, or" in found, "You have unsent" in editors) == (False, True, False)
    with transaction():
        services.acknowledge_addenda(
            proposal, [1], rfp_version=rfp_queries.latest_version(proposal.rfp_id).number, actor=owner
        )
    submit(proposal)
    again = to_do(login, owner)
    assert "asks you to submit" not in again
    assert "asks you to review" in again


def test_a_viewer_and_a_closed_call_have_nothing_to_do(login, clock):
    proposal = make_draft(make_open_rfp())
    viewer = join(proposal.organization, "Vic Viewer", MemberRole.VIEWER)
    assert to_do(login, viewer) == ""
    close(proposal.rfp, clock)
    assert to_do(login, representative_of(proposal.organization)) == ""


def test_the_first_page_sends_the_same_statements_for_one_and_three_proposals(login):
    rfp = make_open_rfp()
    organization = make_organization(make_user("Rita Representative"))
    owner = representative_of(organization)

    def sent() -> int:
        client = login(owner)
        client.get("/account")
        with counting() as found:
            client.get("/apply")
        return len(found)

    make_draft(rfp, organization)
    one = sent()
    make_draft(rfp, organization, area=1)
    make_draft(rfp, organization, area=2)
    assert sent() == one


def test_nobody_else_gets_any_of_it(login):
    proposal = make_draft(make_open_rfp())
    rival = make_organization(make_user("Rival")).memberships[0].user
    client = login(rival)

    for path in ("", "/answers", "/history", "/documents", "/sections/impact/check", "/sections/impact/1"):
        assert client.get(f"/apply/proposals/{proposal.reference}{path}").status_code == 404
    assert queries.list_own_proposals(rival) == []
