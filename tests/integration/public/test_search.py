"""Search: everything public and nothing else, grouped, forgiving of a typing mistake, one statement or two."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from pglab.awards.queries import get_decision
from pglab.awards.services import decline_award
from pglab.awards.states import Outcome
from pglab.cohorts.cli import HISTORY
from pglab.cohorts.services import load_history
from pglab.core.db import db, transaction
from pglab.public.queries import SiteText, search
from pglab.rfps.models import Rfp
from tests.factories.addenda import issue, make_waiting_addendum
from tests.factories.awards import make_decided
from tests.factories.info_sessions import make_session
from tests.factories.proposals import representative_of
from tests.factories.reviews import make_ranked_rfp
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

HELP = [SiteText("Help: Signing in", "I forgot my password. Ask for a new one.", "/help/signing-in")]


def paths(words: str) -> list[str]:
    """The addresses that are found."""
    return [result.path for results in search(words, HELP).results.values() for result in results]


@pytest.fixture
def call(rolled_back: None) -> int:
    return make_open_rfp().cohort.number


def test_words_in_any_form_lead_to_the_page(call: int) -> None:
    area = db.session.execute(text("SELECT title, slug FROM challenge_areas ORDER BY position LIMIT 1")).one()
    assert f"/cohorts/{call}/challenges/{area.slug}" in paths(area.title)
    assert paths("forget passwords") == ["/help/signing-in"], "other forms of the same words"
    assert paths("unfindable") == []


def test_a_typing_mistake_is_put_right_and_said(client: Client, call: int) -> None:
    assert paths("pasword") == ["/help/signing-in"]
    page = client.get("/search?q=pasword").text
    assert "Nothing found for “pasword”" in page
    assert "“password”" in page
    exact = client.get("/search?q=password").text
    assert "Nothing found" not in exact


def test_a_draft_and_a_call_that_is_not_public_yet_are_not_found(rolled_back: None) -> None:
    draft = make_draft_rfp()
    assert paths(draft.cohort.headline) == []


def test_a_call_is_found_from_its_publication_on(call: int, clock: OfficialClock) -> None:
    """Control: nothing but the official time differs, and the same words find nothing."""
    headline, publish_at = db.session.execute(
        text("SELECT headline, publish_at FROM cohorts JOIN rfps ON rfps.cohort_id = cohorts.id")
    ).one()
    clock.freeze(publish_at)
    assert f"/cohorts/{call}" in paths(headline)
    clock.freeze(publish_at - timedelta(microseconds=1))
    assert paths(headline) == []


def test_an_addendum_is_found_once_it_is_issued(rolled_back: None) -> None:
    addendum = make_waiting_addendum(make_open_rfp())
    path = "/cohorts/12/addenda/1"
    assert path not in paths(addendum.title)
    issue(addendum)
    assert path in paths(addendum.title)


def test_the_history_is_found_by_company_and_cohort(client: Client, call: int) -> None:
    load_history(HISTORY.read_bytes())
    assert "/alumni/beamdata" in paths("BeamData")
    assert "/alumni/beamdata" in paths("beamdta")


def test_sessions_questions_of_the_form_documents_and_payments_are_found(call: int) -> None:
    session = make_session(db.session.scalars(select(Rfp)).one())
    assert f"/cohorts/{call}/info-sessions/1" in paths(session.title)
    assert f"/cohorts/{call}/proposal-questions" in paths("pitch deck")
    assert f"/cohorts/{call}/proposal-questions" in paths("tell a neighbor")
    assert f"/cohorts/{call}/how-we-decide" in paths("risks named and answered")
    assert f"/cohorts/{call}#paid" in paths("outcome report")


def test_a_startup_is_found_once_its_award_is_public_and_never_before(clock: OfficialClock) -> None:
    rfp, proposals, _members = make_ranked_rfp(clock, [(5, 5, 5), (1, 1, 1)])
    chosen, other = (proposal.organization.legal_name for proposal in proposals)
    assert [name for name in (chosen, other) if paths(f'"{name}"')] == [], "nothing was decided"

    make_decided(rfp, {proposals[0]: Outcome.AWARD, proposals[1]: Outcome.DECLINE})

    assert paths(f'"{chosen}"') == ["/cohorts/12/awards"]
    assert paths(f'"{other}"') == []
    with transaction():
        decision = get_decision(proposals[0].reference, viewer=representative_of(proposals[0].organization))
        decline_award(decision, actor=representative_of(proposals[0].organization))
    assert paths(f'"{chosen}"') == [], "who declined is not named"


@pytest.mark.parametrize(
    "words",
    ["'", '"open', "a & b | !c", "<script>alert(1)</script>", "%_\\", "((", ":*", "-", "\u0130", "王小明", "a" * 100],
)
def test_any_words_get_a_page(client: Client, call: int, words: str) -> None:
    answer = client.get("/search", query_string={"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_what_is_too_long_is_said_beside_the_field_and_nothing_asks_for_words_first(client: Client) -> None:
    assert client.get("/search", query_string={"q": "a" * 101}).status_code == 422
    assert "Nothing found" not in client.get("/search").text


def test_a_missing_page_offers_the_search(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert 'action="/search"' in answer.text


def test_more_calls_cost_no_more_statements(call: int) -> None:
    with counting() as found:
        search("proposal", HELP)
    with counting() as nowhere:
        search("unfindable", HELP)
    assert (len(found), len(nowhere)) == (1, 2)


def test_help_topics_have_pages_of_their_own(client: Client) -> None:
    assert "I forgot my password" in client.get("/help").text
    assert "I forgot my password" in client.get("/help/signing-in").text
    assert "I forgot my password" not in client.get("/help/applying").text
    assert client.get("/help/nothing").status_code == 404
