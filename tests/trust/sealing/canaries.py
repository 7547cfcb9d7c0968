"""Canaries: unmistakable words planted in everything a startup sends, and a proposal full of them."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import UUID, uuid4

import pikepdf
from sqlalchemy import select, text

from pglab.accounts.models import MemberRole, Membership, User
from pglab.audit.services import record
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.documents.services import Announced, draw_pages, start_upload
from pglab.proposals import services
from pglab.proposals.models import Proposal, Refusal
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_areas, list_form_sections, list_slots
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf

OWNER = "Olga Owner"


@dataclass
class Planted:
    """A submitted proposal with a newer draft, a file on its way and a late try: 128 random bits in each answer, file
    name, file body, file title and declaration.

    `words` names each canary by where it was planted; `names` are what tells that the proposal exists at all.
    """

    rfp_id: UUID
    proposal_id: UUID
    owner_id: UUID
    owner_email: str
    words: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def word(self, place: str) -> str:
        """The canary of this place; a new one the first time."""
        return self.words.setdefault(place, secrets.token_hex(16))


def plant(
    clock: OfficialClock, cohort: int = 12, *, startup: str = "Quiet Quarry Inc.", submits: bool = True
) -> Planted:
    """A startup of its own applies to the cohort, submits, goes on drafting and tries once more too late; all through
    the services. One that never `submits` in time only drafts and tries too late."""
    rfp = db.session.scalars(select(Rfp).join(Cohort, Rfp.cohort_id == Cohort.id).where(Cohort.number == cohort)).one()
    owner = make_user(OWNER)
    organization = make_organization(owner, name=startup)
    with transaction():
        proposal = services.start_proposal(
            rfp, organization=organization, area=list_areas(rfp.cohort_id)[0], actor=owner
        )
    planted = Planted(rfp.id, proposal.id, owner.id, owner.email)
    planted.names.update(reference=proposal.reference, proposal=str(proposal.id))
    if submits:
        write(planted, proposal, owner, "sent")
        planted.names["receipt"] = submit(planted, proposal, owner).sha256
    write(planted, proposal, owner, "unsent")
    planted.names["upload"] = begin_upload(planted, proposal, owner)
    ask(planted, proposal, owner)
    clock.move(rfp.closes_at - official_now() + timedelta(hours=1))
    late = submit(planted, proposal, owner)
    clock.reset()
    assert isinstance(late, Refusal)
    planted.names["refusal"] = str(late.id)
    note_files(planted)
    return planted


def write(planted: Planted, proposal: Proposal, owner: User, when: str) -> None:
    """Fill every answer and every slot with canaries."""
    answers = {}
    for section in list_form_sections(proposal.rfp_id):
        for question in section.questions:
            if question.answers:  # chosen, not typed: there is no room for a word
                answers[question.id] = question.answers[0]
                continue
            word = planted.word(f"{when} answer {section.slug}.{question.position}")
            answers[question.id] = f"https://{word}.example.org" if question.kind.value == "url" else f"We do {word}."
    with transaction():
        services.save_answers(proposal, answers, actor=owner)
    for slot in list_slots(proposal.rfp_id):
        place = f"{when} {slot.slug}"
        upload = SimpleNamespace(
            filename=f"{planted.word(f'{place} name')}.pdf",
            stream=BytesIO(pdf_with(planted.word(f"{place} body"), planted.word(f"{place} title"))),
        )
        with transaction():
            services.attach_file(proposal, slot, upload, actor=owner)
    mark(planted, proposal, owner, when)


def mark(planted: Planted, proposal: Proposal, owner: User, when: str) -> None:
    """Say of the first file what is confidential, and give a copy without it."""
    slot, place = list_slots(proposal.rfp_id)[0], f"{when} mark"
    claim = services.Claim(planted.word(f"{place} pages"), planted.word(f"{place} reason"))
    copy = SimpleNamespace(
        filename=f"{planted.word(f'{place} copy name')}.pdf",
        stream=BytesIO(pdf_with(planted.word(f"{place} copy body"), planted.word(f"{place} copy title"))),
    )
    with transaction():
        services.mark_file(proposal, slot, claim, actor=owner, sign=True)
    with transaction():
        services.attach_redacted(proposal, slot, copy, actor=owner)


def pdf_with(body: str, title: str) -> bytes:
    """A PDF that carries one word in a compressed page and one among what is said about the file."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.pages[0].Contents = pdf.make_stream(f"BT /F1 12 Tf 72 600 Td ({body}) Tj ET".encode())
        pdf.docinfo["/Title"] = title

    return make_pdf(1, change, compress_streams=True)


def submit(planted: Planted, proposal: Proposal, owner: User):
    """Submit what is there, with a canary in the declaration: a submission, or after the deadline a refusal."""
    with transaction():
        return services.submit_proposal(
            proposal,
            version=proposal.version,
            idempotency_key=uuid4().hex,
            declarations=[planted.word("declaration")],
            actor=owner,
        )


def ask(planted: Planted, proposal: Proposal, owner: User) -> None:
    """A teammate, who leaves again, asks the owner for a review, with a canary in the note, and calls a section
    unfinished."""
    teammate, section = make_user("Tess Teammate"), list_form_sections(proposal.rfp_id)[0]
    seat = Membership(organization=proposal.organization, user=teammate, role=MemberRole.EDITOR)
    keep(seat)
    db.session.refresh(teammate, ["memberships"])
    db.session.refresh(proposal.organization, ["memberships"])
    with transaction():
        note = f"Is {planted.word('note')} right?"
        request = services.ask_review(proposal, section, of=owner, note=note, actor=teammate)
        services.check_section(proposal, section, done=False, actor=teammate)
    with transaction():
        record("made.for_a_test", proposal.organization, actor=None)
        db.session.delete(seat)
    db.session.refresh(proposal.organization, ["memberships"])
    planted.names["request"] = str(request.id)


def begin_upload(planted: Planted, proposal: Proposal, owner: User) -> str:
    """Announce a large file to be sent in parts, with a canary for its name; gives the upload's id."""
    slot = list_slots(proposal.rfp_id)[0]
    purpose = services.upload_purpose(proposal, slot)
    name = f"{planted.word('announced name')}.pdf"
    with transaction():
        upload = start_upload(Announced(slot.title, purpose, slot.max_bytes, name, 9_000_000, "f" * 64), actor=owner)
    return str(upload.id)


def note_files(planted: Planted) -> None:
    """Have each file's pages drawn, and know its id, hash and keys in the store: they tell that it exists."""
    rows = db.session.execute(
        text("SELECT id, sha256, storage_key FROM documents WHERE uploaded_by_id = :id"), {"id": planted.owner_id}
    ).all()
    for number, (document_id, sha256, key) in enumerate(rows, start=1):
        planted.names.update(
            {f"file {number} id": str(document_id), f"file {number} hash": sha256, f"file {number} key": key}
        )
        planted.keys.append(key)
        with transaction():
            draw_pages(document_id)
    pictures = text(
        "SELECT image_key FROM document_pages JOIN documents ON documents.id = document_id WHERE uploaded_by_id = :id"
    )
    for number, key in enumerate(db.session.scalars(pictures, {"id": planted.owner_id}), start=1):
        planted.names[f"picture {number} key"] = key
        planted.pictures.append(key)
    assert len(planted.pictures) == len(planted.keys)
    written = 2 if "receipt" in planted.names else 1
    assert len(planted.keys) == written * (len(list_slots(planted.rfp_id)) + 1), "a file a slot and a redacted copy"
