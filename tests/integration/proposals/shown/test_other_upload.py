"""A file is uploaded over the one the page showed, and over no other that a teammate put there meanwhile."""

from collections.abc import Callable

import pytest

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.services import attaching
from pglab.rfps.queries import list_slots
from tests.factories.proposals import make_document, representative_of
from tests.integration.proposals.shown.test_other_file import DECK, editor, file_of, page_of, proposal, replace
from tests.support.client import Client
from tests.support.files import make_pdf
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
OURS = (make_pdf(3), "ours.pdf")
__all__ = ["editor", "proposal"]


@pytest.fixture(params=["file", "empty slot"])
def team(request: pytest.FixtureRequest, proposal: Proposal, login: Login) -> Person:
    """A representative before the page of the pitch deck, which shows a file or none yet."""
    if request.param == "empty slot":
        db.session.delete(queries.list_attachments(proposal)[0])
        db.session.commit()
    return Person(login(representative_of(proposal.organization))).open(page_of(proposal))


def test_what_a_teammate_put_there_meanwhile_is_not_replaced_unseen(proposal: Proposal, editor: User, team: Person):
    replace(proposal, editor)

    team.press("Upload", file=OURS, expect=422)
    team.sees(f"{editor.name} put colleague.pdf here while this page was open. To replace it, select your file and")
    assert file_of(proposal).filename == "colleague.pdf"

    team.press("Upload", file=OURS)
    assert file_of(proposal).filename == "ours.pdf", "the page has shown the teammate's file now"


def test_another_refusal_does_not_count_as_having_seen_it(proposal: Proposal, editor: User, team: Person):
    replace(proposal, editor)

    team.press("Upload", file=(b"no PDF", "ours.pdf"), expect=422)
    team.press("Upload", file=OURS, expect=422)
    team.sees(f"{editor.name} put colleague.pdf here")
    assert file_of(proposal).filename == "colleague.pdf"


def test_who_moved_a_file_here_put_it_here(proposal: Proposal, editor: User, login: Login):
    """One's own file, which a teammate exchanged for another one of one's own, is not what the page showed."""
    team = Person(login(representative_of(proposal.organization))).open(page_of(proposal))
    there = next(each.slot for each in queries.list_attachments(proposal) if each.slot.slug != DECK)
    with transaction():
        services.move_file(proposal, list_slots(proposal.rfp_id)[0], there, keep=False, actor=editor)

    team.press("Upload", file=OURS, expect=422).sees(f"{editor.name} put ")


def test_a_name_does_not_turn_the_sentence_around(proposal: Proposal, editor: User, team: Person):
    turning = make_document(proposal, filename="deck\u202efdp.pdf")
    with transaction():
        attaching.put_in_slot(proposal, list_slots(proposal.rfp_id)[0], turning, actor=editor)
        attaching.record("proposal.file_attached", proposal, actor=editor, after={"slot": DECK})

    team.press("Upload", file=OURS, expect=422).sees("put deckfdp.pdf here while this page was open")


def test_ones_own_file_is_replaced_from_any_page(proposal: Proposal, team: Person):
    """As after an answer that never came: the same form, sent once more."""
    page = team.text
    for _ in range(2):
        team.text, team.path = page, page_of(proposal)
        team.press("Upload", file=OURS)
    assert file_of(proposal).filename == "ours.pdf"


def test_without_the_comparison_it_would_be_replaced(
    proposal: Proposal, editor: User, team: Person, monkeypatch: pytest.MonkeyPatch
):
    """Negative control: what the page showed is not asked."""
    monkeypatch.setattr(attaching, "_refuse_to_replace_unseen", lambda *_: None)
    replace(proposal, editor)

    team.press("Upload", file=OURS)
    assert file_of(proposal).filename == "ours.pdf"
