"""The team reads its own files in the browser wherever it finds them: on a receipt, as a redacted copy, in an
answer."""

from collections.abc import Callable

import pytest

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.documents import policy
from pglab.documents.models import Document, DocumentScan
from pglab.documents.queries import list_undrawn
from pglab.documents.states import ScanVerdict
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.services import Claim
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.clarifications import answer, ask, first_slot, make_opened_proposal
from tests.factories.proposals import fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.integration.proposals.reading.test_file_pages import DECK, Sent, attach, draw, with_words
from tests.support.client import Client
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return fill(make_draft(make_open_rfp()))


def give_redacted(proposal: Proposal) -> Document:
    """The deck, marked and signed for, with a redacted copy."""
    slot = next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == DECK)
    owner = representative_of(proposal.organization)
    with transaction():
        services.mark_file(proposal, slot, Claim("2", "The recipe of our sensor."), actor=owner, sign=True)
    with transaction():
        return services.attach_redacted(proposal, slot, Sent(with_words("Without the recipe")), actor=owner)


def reads(reader: Client, address: str, words: str) -> None:
    """The pages stand there with their text and as a picture."""
    assert words in reader.get(address).text, address
    picture = reader.get(f"{address}/1")
    assert (picture.status_code, picture.mimetype, picture.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff"), address
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert reader.get(f"{address}/2").status_code == 404, address


def nothing_for(login: Login, person: User, addresses: list[str]) -> None:
    found = [login(person).get(f"{address}{page}").status_code for address in addresses for page in ("", "/1")]
    assert set(found) == {404}, person.name


def submitted_places(proposal: Proposal) -> tuple[str, str, str]:
    own = f"/apply/proposals/{proposal.reference}"
    received = f"{own}/receipts/1/documents/{DECK}"
    return f"{own}/documents/{DECK}/redacted-copy/pages", f"{received}/pages", f"{received}/redacted-copy/pages"


def test_a_receipt_leads_to_the_pages_of_what_was_received(proposal: Proposal, login: Login):
    draw(attach(proposal, with_words("Our sensor")))
    draw(give_redacted(proposal))
    submit(proposal)
    team = login(representative_of(proposal.organization))
    copy, received, received_copy = submitted_places(proposal)
    receipt = team.get(f"/apply/proposals/{proposal.reference}/receipts/1").text
    assert [f'href="{address}"' in receipt for address in (received, received_copy)] == [True, True]
    assert f'href="{copy}"' in team.get(f"/apply/proposals/{proposal.reference}/documents/{DECK}").text

    reads(team, received, "Our sensor")
    reads(team, received_copy, "Without the recipe")
    reads(team, copy, "Without the recipe")
    assert "Back to the receipt" in team.get(received).text

    rival = representative_of(make_draft(proposal.rfp).organization)
    nothing_for(login, rival, [copy, received, received_copy])


def test_what_was_received_is_read_also_when_the_draft_has_another_file(proposal: Proposal, login: Login):
    draw(attach(proposal, with_words("Our sensor")))
    submit(proposal)
    draw(attach(proposal, with_words("Our other sensor")))
    team = login(representative_of(proposal.organization))

    reads(team, submitted_places(proposal)[1], "Our sensor")
    reads(team, f"/apply/proposals/{proposal.reference}/documents/{DECK}/pages", "Our other sensor")


def test_the_file_of_an_answer_is_read_by_its_team(login: Login, clock: OfficialClock):
    proposal, manager, _ = make_opened_proposal(clock)
    asked = ask(proposal, manager, questions=[], slot=first_slot(proposal))
    answer(asked, body=with_words("A clean copy"))
    document = queries.get_clarified_file(proposal, asked.number)
    page = f"/apply/proposals/{proposal.reference}/clarifications/{asked.number}"
    team = login(representative_of(proposal.organization))
    assert "The pages are not drawn yet." in team.get(f"{page}/file/pages").text
    draw(document)

    assert f'href="{page}/file/pages"' in team.get(page).text
    reads(team, f"{page}/file/pages", "A clean copy")
    nothing_for(login, make_user("Sam Stranger"), [f"{page}/file/pages"])
    nothing_for(login, manager, [f"{page}/file/pages"])


def infect(*documents: Document) -> None:
    for document in documents:
        keep(
            DocumentScan(document_id=document.id, verdict=ScanVerdict.INFECTED),
            sealed_rfp_id=document.sealed_rfp_id,
        )
        db.session.refresh(document, ["verdict"])


def test_a_file_with_a_virus_is_read_nowhere(proposal: Proposal, login: Login):
    deck = attach(proposal, with_words("Our sensor"))
    copy = give_redacted(proposal)
    for document in (deck, copy):
        draw(document)
    submit(proposal)
    infect(deck, copy)
    team = login(representative_of(proposal.organization))

    found = [team.get(f"{address}{page}").status_code for address in submitted_places(proposal) for page in ("", "/1")]
    assert found == [409] * 6
    receipt = team.get(f"/apply/proposals/{proposal.reference}/receipts/1").text
    assert "contains a virus: withheld" in receipt
    assert [address for address in submitted_places(proposal) if f'href="{address}"' in receipt] == []


def test_without_the_guard_of_files_it_would_be_read(proposal: Proposal, login: Login, monkeypatch: pytest.MonkeyPatch):
    """Negative control: what withholds a file is taken out, and the pages are handed out."""
    deck = attach(proposal, with_words("Our sensor"))
    draw(deck)
    submit(proposal)
    infect(deck)
    monkeypatch.setattr(policy, "withheld", lambda *_a, **_k: None)

    reads(login(representative_of(proposal.organization)), submitted_places(proposal)[1], "Our sensor")


def test_the_worker_draws_redacted_copies_and_answers_too(proposal: Proposal, clock: OfficialClock):
    copy = (attach(proposal, with_words("Our sensor")), give_redacted(proposal))[1]
    assert copy.id in list_undrawn(100)

    opened, manager, _ = make_opened_proposal(clock, proposal.rfp)
    asked = ask(opened, manager, questions=[], slot=first_slot(opened))
    answer(asked, body=with_words("A clean copy"))
    assert queries.get_clarified_file(opened, asked.number).id in list_undrawn(100)
