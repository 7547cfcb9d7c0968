"""A file that is there already: moved to another document, used for two, or taken from an earlier proposal."""

from collections.abc import Callable

import pytest

from pglab.accounts.models import MemberRole, Membership, User
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError
from pglab.documents.models import Document
from pglab.documents.services import FileRule, refuse_unfit
from pglab.documents.states import ScanVerdict
from pglab.proposals import policy, queries, services
from pglab.proposals.models import Attachment, Proposal
from pglab.proposals.queries.files import list_given_files
from pglab.rfps.models import DocumentSlot
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.proposals import fill, make_document, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECK, PROOF = "pitch-deck", "registration"


def slot_of(proposal: Proposal, slug: str) -> DocumentSlot:
    return next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == slug)


def names(proposal: Proposal) -> dict[str, str]:
    return {each.slot.slug: each.document.filename for each in queries.list_attachments(proposal)}


def put(proposal: Proposal, slug: str, filename: str, verdict: ScanVerdict = ScanVerdict.CLEAN) -> Document:
    document = make_document(proposal, filename=filename, verdict=verdict)
    made = Attachment(
        proposal_id=proposal.id,
        slot=slot_of(proposal, slug),
        document=document,
        attached_by_id=proposal.started_by_id,
        attached_at=document.received_at,
    )
    keep(made, sealed_rfp_id=proposal.rfp_id)
    return document


def move(proposal: Proposal, source: str, target: str, *, stay: bool = False) -> None:
    actor = representative_of(proposal.organization)
    with transaction():
        services.move_file(proposal, slot_of(proposal, source), slot_of(proposal, target), actor=actor, keep=stay)


def reuse(proposal: Proposal, slug: str, document: Document, actor: User | None = None) -> None:
    with transaction():
        services.reuse_file(
            proposal, slot_of(proposal, slug), document, actor=actor or representative_of(proposal.organization)
        )


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return make_draft(make_open_rfp())


def test_a_file_in_the_wrong_place_moves_without_being_sent_again(proposal: Proposal, login: Login):
    document = put(proposal, DECK, "proof.pdf")
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{DECK}/move"

    page = team.get(address)
    blank = team.post(address, data={})
    answer = team.post(address, data={"target": PROOF, "seen": f"{DECK}={document.id}"})

    assert "proof.pdf" in page.text
    assert (blank.status_code, "Select what this file is" in blank.text) == (422, True)
    assert (answer.status_code, names(proposal)) == (303, {PROOF: "proof.pdf"})
    assert queries.list_attachments(proposal)[0].document_id == document.id
    assert "There is no file here yet." in team.get(address).text
    assert team.post(address, data={"target": PROOF}).status_code == 404, "nothing is left to move"


def test_two_files_trade_places(proposal: Proposal):
    put(proposal, DECK, "proof.pdf")
    put(proposal, PROOF, "deck.pdf")
    before = proposal.version

    move(proposal, DECK, PROOF)

    assert names(proposal) == {DECK: "deck.pdf", PROOF: "proof.pdf"}
    assert proposal.version == before + 1


def test_the_same_file_serves_two_documents_and_counts_once(
    proposal: Proposal, login: Login, monkeypatch: pytest.MonkeyPatch
):
    document = put(proposal, DECK, "all.pdf")
    monkeypatch.setattr(policy, "MAX_PROPOSAL_BYTES", document.size)
    monkeypatch.setattr(policy, "MAX_PROPOSAL_FILES", 1)

    move(proposal, DECK, PROOF, stay=True)

    assert names(proposal) == {DECK: "all.pdf", PROOF: "all.pdf"}
    page = login(representative_of(proposal.organization)).get(
        f"/apply/proposals/{proposal.reference}/documents/{DECK}"
    )
    assert "The proof of registration is the same file." in page.text
    monkeypatch.setattr(policy, "MAX_PROPOSAL_BYTES", document.size - 1)
    with pytest.raises(RuleError, match="100 MB"):
        services.attaching.refuse_too_much([document, document])


def test_a_taken_place_is_not_overwritten_by_a_file_that_stays(proposal: Proposal):
    put(proposal, DECK, "deck.pdf")
    put(proposal, PROOF, "proof.pdf")

    with pytest.raises(RuleError, match="already has a file") as refusal:
        move(proposal, DECK, PROOF, stay=True)

    assert (refusal.value.field, names(proposal)) == ("target", {DECK: "deck.pdf", PROOF: "proof.pdf"})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, None),
        ({"pages": 11}, "must be 10 pages or fewer. This file has 11."),
        ({"size": 1_000_001}, "can be up to"),
        ({"media_type": "image/png"}, "must be a PDF"),
    ],
)
def test_what_does_not_fit_there_is_refused_beside_the_choice(change: dict[str, object], sentence: str | None):
    document = Document(**{"media_type": "application/pdf", "size": 1_000_000, "pages": 10, **change})
    rule = FileRule("Proof of registration", frozenset({"application/pdf"}), 1_000_000, 10)

    if sentence is None:
        refuse_unfit(document, rule, field="target")
        return
    with pytest.raises(RuleError, match=sentence) as refusal:
        refuse_unfit(document, rule, field="target")
    assert refusal.value.field == "target"


def test_a_file_of_an_earlier_proposal_is_used_again(proposal: Proposal, login: Login):
    earlier = fill(make_draft(proposal.rfp, proposal.organization, area=1))
    submit(earlier)
    proof = next(each.document for each in queries.list_attachments(earlier) if each.slot.slug == PROOF)
    with transaction():
        services.remove_file(earlier, slot_of(earlier, PROOF), actor=representative_of(earlier.organization))
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{PROOF}/reuse"

    page = team.get(address)
    answer = team.post(address, data={"document": str(proof.id)})

    assert "Proof of registration, 3 pages" in page.text
    assert (answer.status_code, names(proposal)) == (303, {PROOF: "plan.pdf"})
    assert queries.list_attachments(proposal)[0].document_id == proof.id, "the same stored file, not a copy"


def test_nobody_reaches_the_file_of_another_startup(proposal: Proposal, login: Login):
    rival = fill(make_draft(proposal.rfp))
    theirs = queries.list_attachments(rival)[0].document
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{PROOF}/reuse"

    assert "has not given us a file yet" in team.get(address).text
    assert team.post(address, data={"document": str(theirs.id)}).status_code == 422
    with pytest.raises(NotFoundError):
        reuse(proposal, PROOF, theirs)
    assert [each.document for each in list_given_files(rival)], "the list of its own startup names it"


def test_an_infected_file_is_not_offered_and_a_viewer_changes_nothing(proposal: Proposal, login: Login):
    document = put(proposal, DECK, "bad.pdf", ScanVerdict.INFECTED)
    viewer = make_user("Vic Viewer")
    keep(Membership(organization=proposal.organization, user=viewer, role=MemberRole.VIEWER))
    page = f"/apply/proposals/{proposal.reference}/documents/{DECK}"

    assert list_given_files(proposal) == []
    with pytest.raises(RuleError, match="contains a virus"):
        move(proposal, DECK, PROOF)
    with pytest.raises(NotFoundError):
        reuse(proposal, PROOF, document)
    with pytest.raises(AccessDeniedError):
        reuse(proposal, PROOF, document, viewer)
    assert [login(viewer).get(f"{page}/{what}").status_code for what in ("move", "reuse")] == [403, 403]


@pytest.mark.parametrize("files", [1, 3])
def test_the_list_of_files_costs_the_same_for_every_length(proposal: Proposal, files: int):
    for slug in [slot.slug for slot in list_slots(proposal.rfp_id)][:files]:
        put(proposal, slug, f"{slug}.pdf")
    db.session.expire_all()
    reference = proposal.organization_id
    assert reference

    with counting() as statements:
        assert len(list_given_files(proposal)) == min(files, len(list_slots(proposal.rfp_id)))

    assert len(statements) <= 3
