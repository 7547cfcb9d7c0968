"""What is decided about a file counts for the file the page showed, and for no other that a colleague put there."""

from collections.abc import Callable
from io import BytesIO

import pytest

from pglab.accounts.models import MemberRole, Membership, User
from pglab.core.db import db, transaction
from pglab.documents.models import Document
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.services import attaching, marking
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_editor, make_user
from tests.factories.proposals import fill, make_document, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.files import make_pdf
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECK = "pitch-deck"
CLAIM = services.Claim("1", "The recipe of our sensor.")
TYPED = {"pages_named": "2–3", "reason": "Our price list.", "sign": "yes"}


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return fill(make_draft(make_open_rfp()))


@pytest.fixture
def editor(proposal: Proposal) -> User:
    return make_editor(proposal.organization)


def page_of(proposal: Proposal, place: str = "") -> str:
    return f"/apply/proposals/{proposal.reference}/documents/{DECK}{place}"


def file_of(proposal: Proposal) -> Document:
    db.session.expire_all()
    attachment = queries.find_attachment(proposal, DECK)
    assert attachment is not None
    return attachment.document


def shown(proposal: Proposal) -> dict[str, str]:
    return {"seen": str(file_of(proposal).id)}


def shown_mark(proposal: Proposal) -> dict[str, str]:
    """What a page says that shows the file with what is marked in it."""
    attachment = queries.find_attachment(proposal, DECK)
    assert attachment is not None
    return {"seen": f"{attachment.document_id} {queries.mark_sign(queries.find_mark(attachment))}".strip()}


def replace(proposal: Proposal, by: User) -> Document:
    """A colleague puts another file into the slot."""
    document = make_document(proposal, filename="colleague.pdf")
    with transaction():
        attaching.put_in_slot(proposal, list_slots(proposal.rfp_id)[0], document, actor=by)
        attaching.record("proposal.file_attached", proposal, actor=by, after={"slot": DECK})
    return document


def mark(proposal: Proposal, actor: User, *, sign: bool = True) -> None:
    with transaction():
        services.mark_file(proposal, list_slots(proposal.rfp_id)[0], CLAIM, actor=actor, sign=sign)


def test_a_statement_is_not_signed_for_a_file_nobody_saw(proposal: Proposal, editor: User, login: Login):
    team = login(representative_of(proposal.organization))
    before = shown(proposal)
    new = replace(proposal, editor)

    answer = team.post(page_of(proposal, "/confidential"), data={**TYPED, **before})

    assert answer.status_code == 409
    assert "The file was replaced while this page was open: colleague.pdf is here now." in answer.text
    assert "Nothing was saved or signed" in answer.text
    assert "2–3" in answer.text and "Our price list." in answer.text, "what was written stands in the form"
    assert str(new.id) in answer.text and "checked" not in answer.text, "of the new file, and not signed"
    assert queries.list_marks(proposal) == []
    again = team.post(page_of(proposal, "/confidential"), data={**TYPED, "seen": str(new.id)})
    (kept,) = queries.list_marks(proposal)
    assert (again.status_code, kept.document_id, kept.signed_at is not None) == (303, new.id, True)


def test_a_form_that_names_no_file_signs_nothing(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    for sent in ({}, {"seen": ""}, {"seen": "x"}):
        assert team.post(page_of(proposal, "/confidential"), data={**TYPED, **sent}).status_code == 409
    assert queries.list_marks(proposal) == []


def test_what_was_written_is_given_back_when_the_file_is_gone(proposal: Proposal, login: Login):
    owner = representative_of(proposal.organization)
    before = shown(proposal)
    with transaction():
        services.remove_file(proposal, list_slots(proposal.rfp_id)[0], actor=owner)

    answer = login(owner).post(
        page_of(proposal, "/confidential"), data={**TYPED, **before}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert (answer.status_code, "The file was removed while this page was open" in answer.text) == (409, True)
    assert "Our price list." in answer.text


def test_without_the_comparison_it_would_be_signed(
    proposal: Proposal, editor: User, login: Login, monkeypatch: pytest.MonkeyPatch
):
    """Negative control: what the page showed is not asked."""
    monkeypatch.setattr(marking, "refuse_other_file", lambda *_: None)
    before = shown(proposal)
    new = replace(proposal, editor)
    team = login(representative_of(proposal.organization))

    assert team.post(page_of(proposal, "/confidential"), data={**TYPED, **before}).status_code == 303

    (signed,) = queries.list_marks(proposal)
    assert (signed.document_id, signed.signed_at is not None) == (new.id, True)


def test_removing_asks_once_more_and_names_the_file(proposal: Proposal, login: Login):
    team = Person(login(representative_of(proposal.organization)))
    page = team.open(page_of(proposal))

    page.follow("Remove plan.pdf").sees("Remove this file?", "plan.pdf", "3 pages")
    assert file_of(proposal).filename == "plan.pdf", "looking removes nothing"
    page.press("Remove the file").sees("File removed from the draft.")

    assert queries.find_attachment(proposal, DECK) is None
    assert team.client.get(page_of(proposal, "/removal")).status_code == 404


def test_an_old_page_removes_no_newer_file(proposal: Proposal, editor: User, login: Login):
    before = shown(proposal)
    replace(proposal, editor)
    team = login(representative_of(proposal.organization))

    for sent in (before, {}):
        answer = team.post(page_of(proposal, "/removal"), data=sent)
        assert (answer.status_code, "Nothing was removed" in answer.text) == (409, True)
        assert "colleague.pdf is here now." in answer.text
    assert file_of(proposal).filename == "colleague.pdf"
    assert team.post(page_of(proposal, "/removal"), data=shown(proposal)).status_code == 303


def test_without_the_comparison_the_newer_file_would_go(
    proposal: Proposal, editor: User, login: Login, monkeypatch: pytest.MonkeyPatch
):
    """Negative control."""
    monkeypatch.setattr(attaching, "refuse_other_file", lambda *_: None)
    before = shown(proposal)
    replace(proposal, editor)
    team = login(representative_of(proposal.organization))

    assert team.post(page_of(proposal, "/removal"), data=before).status_code == 303
    assert queries.find_attachment(proposal, DECK) is None


def test_marks_and_copies_of_another_file_stay(proposal: Proposal, editor: User, login: Login):
    """The same for the other buttons about a file."""
    owner = representative_of(proposal.organization)
    team, before = login(owner), shown(proposal)
    replace(proposal, editor)
    mark(proposal, owner)
    found = queries.list_marks(proposal)[0]
    found.redacted_document = make_document(proposal, filename="public.pdf")
    keep(found, sealed_rfp_id=proposal.rfp_id)
    file = (BytesIO(make_pdf(1)), "old-copy.pdf")

    answers = [
        team.post(page_of(proposal, "/confidential/removal"), data=before),
        team.post(page_of(proposal, "/redacted-copy/removal"), data=before),
        team.post(page_of(proposal, "/redacted-copy"), data={**before, "file": file}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    kept = queries.list_marks(proposal)[0]
    assert kept.redacted_document is not None and kept.redacted_document.filename == "public.pdf"


def test_a_viewer_is_not_asked(proposal: Proposal, login: Login):
    viewer = make_user("Vic Viewer")
    keep(Membership(organization=proposal.organization, user=viewer, role=MemberRole.VIEWER))
    assert login(viewer).get(page_of(proposal, "/removal")).status_code == 403
    assert "Remove" not in login(viewer).get(page_of(proposal)).text
