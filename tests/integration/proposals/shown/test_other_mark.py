"""What a teammate marked meanwhile is not written over, nor signed over, from a page that showed something else."""

import re
from collections.abc import Callable

import pytest

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import ConfidentialityMark, Proposal
from pglab.proposals.services import marking
from pglab.rfps.queries import list_slots
from tests.factories.proposals import representative_of
from tests.integration.proposals.shown.test_other_file import editor, mark, page_of, proposal, shown
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
__all__ = ["editor", "proposal"]
MINE = {"pages_named": "1", "reason": "Margins", "sign": "yes"}
THEIRS = {"pages_named": "1", "reason": "Margins and more", "unsign": "yes"}


def opened(client: Client, proposal: Proposal) -> dict[str, str]:
    """What the page carries that somebody has just opened."""
    found = re.search(r'name="seen" value="([^"]*)"', client.get(page_of(proposal, "/confidential")).text)
    assert found
    return {"seen": found[1]}


def save(client: Client, proposal: Proposal, typed: dict[str, str], page: dict[str, str]) -> tuple[int, str]:
    answer = client.post(page_of(proposal, "/confidential"), data={**typed, **page})
    return answer.status_code, answer.text


def stands(proposal: Proposal) -> tuple[str, bool] | None:
    db.session.expire_all()
    marks = queries.list_marks(proposal)
    return (marks[0].reason, marks[0].signed_at is not None) if marks else None


@pytest.fixture
def dana(proposal: Proposal, login: Login) -> Client:
    return login(representative_of(proposal.organization))


@pytest.fixture
def lee(editor: User, login: Login) -> Client:
    return login(editor)


@pytest.fixture
def old_page(proposal: Proposal, dana: Client, lee: Client) -> dict[str, str]:
    """Dana's page, which shows her own signed words; Lee has written others since."""
    assert save(dana, proposal, MINE, shown(proposal))[0] == 303
    page = opened(dana, proposal)
    assert save(lee, proposal, THEIRS, opened(lee, proposal))[0] == 303
    assert stands(proposal) == ("Margins and more", False)
    return page


def test_an_old_page_writes_over_nothing_and_signs_nothing(proposal: Proposal, dana: Client, old_page: dict[str, str]):
    typed = {**MINE, "reason": "Margins of 2027"}

    status, text = save(dana, proposal, typed, old_page)

    assert (status, stands(proposal)) == (409, ("Margins and more", False))
    assert "What is marked in this file was changed while this page was open." in text
    assert "Nothing was saved or signed" in text and "That is not signed yet." in text
    assert "Margins and more" in text and "Margins of 2027" in text, "what stands, and what was written"
    assert "checked" not in text, "signing is decided anew"
    again = re.search(r'name="seen" value="([^"]*)"', text)
    assert again
    assert save(dana, proposal, typed, {"seen": again[1]})[0] == 303, "meant, once it was seen"
    assert stands(proposal) == ("Margins of 2027", True)


def test_her_own_words_of_before_do_not_come_back_by_themselves(
    proposal: Proposal, dana: Client, old_page: dict[str, str]
):
    assert save(dana, proposal, MINE, old_page)[0] == 409
    assert stands(proposal) == ("Margins and more", False)


def test_without_the_comparison_they_would(
    proposal: Proposal, dana: Client, old_page: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """Negative control: what the page showed to be marked is not asked."""
    monkeypatch.setattr(marking, "_refuse_other_mark", lambda *_: None)
    assert save(dana, proposal, MINE, old_page)[0] == 303
    assert stands(proposal) == ("Margins", True)


def test_a_signature_given_meanwhile_is_not_replaced_unseen(proposal: Proposal, dana: Client, lee: Client):
    assert save(lee, proposal, {"pages_named": "1", "reason": "Margins"}, shown(proposal))[0] == 303
    page = opened(lee, proposal)
    assert save(dana, proposal, MINE, opened(dana, proposal))[0] == 303

    status, text = save(lee, proposal, THEIRS, page)

    assert (status, stands(proposal)) == (409, ("Margins", True))
    assert "Statement signed by" in text


def test_a_mark_that_was_new_or_removed_meanwhile_counts_as_well(proposal: Proposal, dana: Client, lee: Client):
    unmarked = opened(dana, proposal)
    assert save(lee, proposal, THEIRS, opened(lee, proposal))[0] == 303
    assert save(dana, proposal, MINE, unmarked)[0] == 409
    marked = opened(dana, proposal)
    with transaction():
        services.unmark_file(proposal, list_slots(proposal.rfp_id)[0], actor=representative_of(proposal.organization))

    status, text = save(dana, proposal, MINE, marked)

    assert (status, stands(proposal)) == (409, None)
    assert "What is marked in this file was removed while this page was open." in text


@pytest.mark.parametrize("typed", [MINE, {**MINE, "reason": "Margins and more"}])
def test_the_same_form_sent_twice_saves_once(proposal: Proposal, dana: Client, typed: dict[str, str]):
    mark(proposal, representative_of(proposal.organization))
    page = opened(dana, proposal)
    before = proposal.version

    assert [save(dana, proposal, typed, page)[0] for _ in range(2)] == [303, 303]

    assert (stands(proposal), proposal.version) == ((typed["reason"], True), before + 1)


def test_the_sign_tells_every_part_of_a_mark_apart(editor: User):
    parts = [("1", "Why", None), ("2", "Why", None), ("1", "Why not", None), ("1", "Why", editor.id)]
    marks = [ConfidentialityMark(pages_named=one, reason=two, signed_by_id=three) for one, two, three in parts]
    assert len({queries.mark_sign(each) for each in [*marks, None]}) == 5
