"""Who changed what: the log of a proposal as sentences, saves gathered by the hour, filters, pages."""

from datetime import timedelta

import pytest

from pglab.accounts.models import MemberRole
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.proposals import queries, services
from tests.factories.proposals import close, fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.integration.proposals.teamwork.test_tasks import join, section_of
from tests.support.person import Person
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")


def save(proposal, words: str, actor, slug: str = "impact") -> None:
    with transaction():
        services.save_answers(proposal, {section_of(proposal, slug).questions[0].id: words}, actor=actor)


def path(proposal, query: str = "") -> str:
    return f"/apply/proposals/{proposal.reference}/history{query}"


def test_saves_are_gathered_by_person_section_and_hour(clock):
    clock.freeze((official_now() + timedelta(hours=1)).replace(minute=10, second=0, microsecond=0))
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    for words in ("a", "a b", "a b c"):
        save(proposal, words, owner)
    save(proposal, "Lee’s.", lee)
    save(proposal, "Other.", owner, "plan")
    clock.freeze(official_now() + timedelta(hours=1))
    save(proposal, "Later.", owner)

    lines = [(line.who, line.what, line.saves) for line in queries.read_history(proposal)]

    assert sorted(lines) == sorted(
        [
            (owner.name, "Started the proposal", 1),
            (owner.name, "Changed “Impact on residents”", 3),
            ("Lee Editor", "Changed “Impact on residents”", 1),
            (owner.name, "Changed “Plan and feasibility”", 1),
            (owner.name, "Changed “Impact on residents”", 1),
        ]
    )


def test_the_page_tells_it_newest_first_without_any_content(login):
    proposal = fill(make_draft(make_open_rfp()), "Secret words.")
    submit(proposal)

    page = login(representative_of(proposal.organization)).get(path(proposal)).text

    assert page.index("Submitted the proposal (submission 1)") < page.index("Started the proposal")
    assert "Secret words." not in page
    assert "plan.pdf" not in page


def test_a_late_try_stands_there_too(clock):
    proposal = fill(make_draft(make_open_rfp()))
    owner = representative_of(proposal.organization)
    close(proposal.rfp, clock)
    with transaction():
        services.refuse_if_late(proposal, idempotency_key="k" * 24, actor=owner)

    line = queries.read_history(proposal)[0]

    assert (line.who, line.what) == (owner.name, "Tried to submit after the deadline")


def test_filters_narrow_and_can_be_cleared(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    save(proposal, "Words.", lee)
    person = Person(login(owner))

    person.open(path(proposal, f"?who={lee.id}")).sees("1 entry", "Changed “Impact on residents”")
    person.does_not_see("Started the proposal")
    person.open(path(proposal, f"?who={lee.id}&what=files")).sees("Nothing matches these filters.")
    person.follow("Clear filters").sees("2 entries", "Started the proposal")
    person.open(path(proposal, "?what=nonsense&page=99")).sees("Started the proposal")


def test_many_lines_go_on_pages_of_fifty_in_the_same_statements(login):
    proposal = make_draft(make_open_rfp())
    owner = representative_of(proposal.organization)
    client = login(owner)

    def sent() -> int:
        client.get("/account")
        with counting() as found:
            client.get(path(proposal))
        return len(found)

    one = sent()
    for _ in range(52):
        with transaction():
            services.check_section(proposal, section_of(proposal), done=False, actor=owner)
    assert sent() == one
    first, second = client.get(path(proposal)).text, client.get(path(proposal, "?page=2")).text
    assert first.count("timeline__title") == 50
    assert second.count("timeline__title") == 3
    assert "Page 1 of 2" in first
