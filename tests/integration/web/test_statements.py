"""How many statements the busiest requests send, as docs/performance.md counts on. No test measures time."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from pglab.accounts.models import User
from tests.factories.accounts import make_program_manager
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.reviews import declare, make_opened_rfp, make_panel, make_ranked_rfp
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

Login = Callable[[User], Client]
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}


@pytest.mark.parametrize(
    ("path", "statements"),
    [("/cohorts/12", 3), ("/cohorts/12/rfp", 1), ("/cohorts/12/how-we-decide", 1), ("/cohorts/12/updates.atom", 2)],
)
def test_a_public_page_of_a_call_is_made_with_one_statement_and_one_for_its_news(
    client: Client, path: str, statements: int
):
    make_open_rfp(12)
    with counting() as sent:
        assert client.get(path).status_code == 200
    assert len(sent) == statements, sent


@pytest.mark.parametrize("page", ["setup", "publication", "preview", "preview/form"])
def test_a_page_of_the_setup_reads_each_part_once(login: Login, page: str):
    """With all checks, second looks and branches on it: twelve statements, the naming of the viewer besides."""
    make_draft_rfp(12)
    manager = login(make_program_manager())
    with counting() as sent:
        assert manager.get(f"/manage/cohorts/12/{page}").status_code == 200
    assert len(sent) <= 13, sent


def test_a_submit_sends_few_statements(login: Login):
    """Who, the stamp, the draft, the submission with its files, the job of the mails, the log."""
    proposal = fill(make_draft(make_open_rfp()))
    person = login(representative_of(proposal.organization))
    fields = {
        "version": str(proposal.version),
        "profile_version": "1",
        "rfp_version": "1",
        "idempotency_key": uuid4().hex,
        **DECLARED,
    }
    with counting() as sent:
        answer = person.post(f"/apply/proposals/{proposal.reference}/submission", data=fields)
    assert answer.status_code == 303
    assert len(sent) <= 20, sent


def test_saving_scores_sends_few_statements_however_many_proposals_there_are(login: Login, clock: OfficialClock):
    counts = []
    for number, proposals in ((12, 1), (13, 3)):
        rfp, made = make_opened_rfp(clock, proposals, number)
        member = make_panel(rfp, "Avery Chen")[0]
        declare(member)
        person = login(member.user)
        page = f"/review/proposals/{made[0].reference}"
        given = {f"points-{n}": "3" for n in range(1, 6)} | {f"explanation-{n}": "Clear." for n in range(1, 6)}
        assert person.post(page, data={"version": "0", **given}).status_code == 303
        with counting() as sent:
            assert person.post(page, data={"version": "1", **given, "points-1": "4"}).status_code == 303
        counts.append(len(sent))
        clock.reset()
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def test_the_ranking_sends_as_many_statements_for_three_proposals_as_for_one(login: Login, clock: OfficialClock):
    counts = []
    for number, points in ((12, [[3, 4]]), (13, [[3, 4], [2, 5], [1, 1]])):
        rfp, _, _ = make_ranked_rfp(clock, points, number=number)
        manager = login(make_program_manager())
        with counting() as sent:
            assert manager.get(f"/manage/cohorts/{rfp.cohort.number}/ranking").status_code == 200
        counts.append(len(sent))
        clock.reset()
    assert counts[0] == counts[1]
    assert counts[0] <= 10
