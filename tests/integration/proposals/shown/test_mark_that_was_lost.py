"""Who replaces a marked file at once is told that the new one is not marked, and where to mark it."""

from collections.abc import Callable
from io import BytesIO

import pytest

from pglab.accounts.models import User
from pglab.proposals import queries
from pglab.proposals.models import Proposal
from tests.factories.proposals import representative_of
from tests.integration.proposals.shown.test_other_file import editor, mark, page_of, proposal
from tests.integration.proposals.test_reusing_files import DECK, PROOF
from tests.support.client import Client
from tests.support.files import make_pdf

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
__all__ = ["editor", "proposal"]
TOLD = "The file before this one was marked as confidential. This one is not."
LOGGED = ". It is not marked as confidential, as the one before was"


def upload(proposal: Proposal, team: Client) -> str:
    answer = team.post(page_of(proposal), data={"file": (BytesIO(make_pdf(2)), "new.pdf")})
    assert answer.status_code == 303
    return team.get(answer.headers["Location"]).text


def reuse(proposal: Proposal, team: Client) -> str:
    held = {each.slot.slug: each.document_id for each in queries.list_attachments(proposal)}
    data = {"document": str(held[PROOF]), "seen": f"{DECK}={held[DECK]}"}
    answer = team.post(page_of(proposal, "/reuse"), data=data)
    assert answer.status_code == 303
    return team.get(answer.headers["Location"]).text


def logged(proposal: Proposal) -> bool:
    return any(line.what.endswith(f"file for Pitch deck{LOGGED}") for line in queries.read_history(proposal))


@pytest.mark.parametrize("replace", [upload, reuse])
def test_a_file_in_place_at_once_is_said_not_to_be_marked(
    proposal: Proposal, login: Login, replace: Callable[[Proposal, Client], str]
):
    owner = representative_of(proposal.organization)
    mark(proposal, owner)

    page = replace(proposal, login(owner))

    assert queries.list_marks(proposal) == [], "it went with its file"
    assert page.count(TOLD) == 1
    assert f'<a href="{page_of(proposal, "/confidential")}">Mark it too</a>' in page
    assert logged(proposal)


@pytest.mark.parametrize("replace", [upload, reuse])
def test_nothing_is_said_where_nothing_was_marked(
    proposal: Proposal, login: Login, replace: Callable[[Proposal, Client], str]
):
    """Control: it is not said of every new file."""
    page = replace(proposal, login(representative_of(proposal.organization)))
    assert "new.pdf received." in page or "The file is in its place." in page
    assert (TOLD in page, logged(proposal)) == (False, False)
