"""Files trade places, move and are replaced as the page showed them: once, and no file that nobody saw."""

import re
from collections.abc import Callable

import pytest

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.proposals import queries
from pglab.proposals.models import Proposal
from pglab.proposals.services import moving
from tests.factories.proposals import representative_of
from tests.integration.proposals.shown.test_other_file import editor, page_of, proposal, replace
from tests.integration.proposals.test_reusing_files import DECK, PROOF, move, names, put
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
Typed = dict[str, str]
__all__ = ["editor", "proposal"]


@pytest.fixture
def team(proposal: Proposal, login: Login) -> Client:
    """A representative of a startup whose draft holds deck.pdf and proof.pdf."""
    for attachment in queries.list_attachments(proposal):
        db.session.delete(attachment)
    db.session.commit()
    put(proposal, DECK, "deck.pdf")
    put(proposal, PROOF, "proof.pdf")
    return login(representative_of(proposal.organization))


def opened(text: str) -> Typed:
    """What the page carries."""
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found
    return {"seen": found[1]}


def files(proposal: Proposal) -> dict[str, str]:
    db.session.expire_all()
    return names(proposal)


def open_and_post(team: Client, address: str, typed: Typed, meanwhile: Callable[[], object]) -> tuple[int, str]:
    page = opened(team.get(address).text)
    meanwhile()
    answer = team.post(address, data={**typed, **page})
    return answer.status_code, answer.text


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("taken", [False, True])
def test_a_form_sent_twice_moves_once_and_says_where_the_file_is(
    proposal: Proposal, team: Client, keep: bool, taken: bool
):
    if not taken:
        db.session.delete(queries.list_attachments(proposal)[1])
        db.session.commit()
    typed = {"target": PROOF, **({"keep": "yes"} if keep else {})}
    page = opened(team.get(page_of(proposal, "/move")).text)

    answers = [team.post(page_of(proposal, "/move"), data={**typed, **page}) for _ in range(2)]

    if keep and taken:
        assert [answer.status_code for answer in answers] == [422, 422]
        return
    assert [answer.status_code for answer in answers] == [303, 303]
    assert "The file is now used as: Proof of registration." in team.get(answers[1].headers["Location"]).text
    there = {DECK: "deck.pdf"} if keep else {DECK: "proof.pdf"} if taken else {}
    assert files(proposal) == {**there, PROOF: "deck.pdf"}
    told = [line.what for line in queries.read_history(proposal)]
    assert sum("Pitch deck" in line for line in told) == 1, "done once"


def test_an_old_page_moves_no_file_it_never_showed(proposal: Proposal, team: Client, editor: User):
    status, text = open_and_post(team, page_of(proposal, "/move"), {"target": PROOF}, lambda: replace(proposal, editor))

    assert (status, files(proposal)) == (409, {DECK: "colleague.pdf", PROOF: "proof.pdf"})
    assert "Nothing was moved" in text
    assert "Pitch deck was changed while this page was open: colleague.pdf is there now." in text
    assert "checked" in text, "what was chosen stands"
    again = team.post(page_of(proposal, "/move"), data={"target": PROOF, **opened(text)})
    assert (again.status_code, files(proposal)) == (303, {DECK: "proof.pdf", PROOF: "colleague.pdf"})


def test_the_file_that_would_come_back_is_one_the_page_showed_too(proposal: Proposal, team: Client, editor: User):
    address = page_of(proposal, "/move").replace(DECK, PROOF)

    status, text = open_and_post(team, address, {"target": DECK}, lambda: replace(proposal, editor))

    assert (status, "colleague.pdf is there now." in text) == (409, True)
    assert files(proposal) == {DECK: "colleague.pdf", PROOF: "proof.pdf"}


def test_a_file_that_is_gone_is_told_and_not_moved(proposal: Proposal, team: Client):
    def remove() -> None:
        answer = team.post(page_of(proposal, "/removal"), data={"seen": deck})
        assert answer.status_code == 303

    deck = str(queries.list_attachments(proposal)[0].document_id)

    status, text = open_and_post(team, page_of(proposal, "/move"), {"target": PROOF}, remove)

    assert (status, files(proposal)) == (409, {PROOF: "proof.pdf"})
    assert "there is no file there now." in text and "There is no file here yet." in text


def test_a_form_that_names_no_file_moves_none(proposal: Proposal, team: Client):
    for sent in ({}, {"seen": ""}, {"seen": "x"}, {"seen": f"{DECK}=x"}):
        assert team.post(page_of(proposal, "/move"), data={"target": PROOF, **sent}).status_code == 409
    assert files(proposal) == {DECK: "deck.pdf", PROOF: "proof.pdf"}


def test_without_the_comparison_files_would_be_moved_unseen(
    proposal: Proposal, team: Client, editor: User, monkeypatch: pytest.MonkeyPatch
):
    """Negative control."""
    monkeypatch.setattr(moving, "_refuse_unseen", lambda *_: None)
    page = page_of(proposal, "/move")
    assert open_and_post(team, page, {"target": PROOF}, lambda: replace(proposal, editor))[0] == 303
    assert files(proposal) == {DECK: "proof.pdf", PROOF: "colleague.pdf"}


def test_what_is_sent_twice_would_be_undone_without_a_look(proposal: Proposal, team: Client):
    """Negative control: as it was, with nothing told of what the page showed."""
    for _ in range(2):
        move(proposal, DECK, PROOF)
    assert files(proposal) == {DECK: "deck.pdf", PROOF: "proof.pdf"}


def test_a_file_used_again_replaces_none_that_the_page_never_showed(
    proposal: Proposal, team: Client, editor: User, monkeypatch: pytest.MonkeyPatch
):
    proof = next(each.document for each in queries.list_attachments(proposal) if each.slot.slug == PROOF)
    typed, address = {"document": str(proof.id)}, page_of(proposal, "/reuse")

    status, text = open_and_post(team, address, typed, lambda: replace(proposal, editor))

    assert (status, files(proposal)[DECK]) == (409, "colleague.pdf")
    assert "Nothing was replaced" in text and "colleague.pdf is there now." in text and "checked" in text
    page = opened(text)
    sent = [team.post(address, data={**typed, **page}).status_code for _ in range(2)]
    assert (sent, files(proposal)[DECK]) == ([303, 303], "proof.pdf"), "the second time it is in its place"
    # Negative control: what the page showed is not asked.
    monkeypatch.setattr(moving, "_refuse_unseen", lambda *_: None)
    replace(proposal, editor)
    assert team.post(address, data={**typed, **page}).status_code == 303
    assert files(proposal)[DECK] == "proof.pdf"
