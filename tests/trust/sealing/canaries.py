"""Canaries: unmistakable words planted in everything a startup sends, and a proposal full of them."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import UUID, uuid4

import pikepdf
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.documents.services import Announced, start_upload
from pglab.proposals import services
from pglab.proposals.models import Proposal, Refusal
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_areas, list_form_sections, list_slots
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

    def word(self, place: str) -> str:
        """The canary of this place; a new one the first time."""
        return self.words.setdefault(place, secrets.token_hex(16))


def plant(clock: OfficialClock, cohort: int = 12) -> Planted:
    """A startup of its own applies to the cohort, submits, goes on drafting and tries once more too late; all through
    the services."""
    rfp = db.session.scalars(select(Rfp).join(Cohort, Rfp.cohort_id == Cohort.id).where(Cohort.number == cohort)).one()
    owner = make_user(OWNER)
    organization = make_organization(owner, name="Quiet Quarry Inc.")
    with transaction():
        proposal = services.start_proposal(
            rfp, organization=organization, area=list_areas(rfp.cohort_id)[0], actor=owner
        )
    planted = Planted(rfp.id, proposal.id, owner.id, owner.email)
    write(planted, proposal, owner, "sent")
    sent = submit(planted, proposal, owner)
    write(planted, proposal, owner, "unsent")
    planted.names.update(reference=proposal.reference, proposal=str(proposal.id), receipt=sent.sha256)
    planted.names["upload"] = begin_upload(planted, proposal, owner)
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


def pdf_with(body: str, title: str) -> bytes:
    """A PDF that carries one word in a compressed page and one among what is said about the file."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(f"BT /F1 12 Tf ({body}) Tj ET".encode())
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


def begin_upload(planted: Planted, proposal: Proposal, owner: User) -> str:
    """Announce a large file to be sent in parts, with a canary for its name; gives the upload's id."""
    slot = list_slots(proposal.rfp_id)[0]
    purpose = services.upload_purpose(proposal, slot)
    name = f"{planted.word('announced name')}.pdf"
    with transaction():
        upload = start_upload(Announced(slot.title, purpose, slot.max_bytes, name, 9_000_000, "f" * 64), actor=owner)
    return str(upload.id)


def note_files(planted: Planted) -> None:
    """Know each file's id, hash and key in the store: they tell that it exists."""
    rows = db.session.execute(
        text("SELECT id, sha256, storage_key FROM documents WHERE uploaded_by_id = :id"), {"id": planted.owner_id}
    ).all()
    for number, (document_id, sha256, key) in enumerate(rows, start=1):
        planted.names.update(
            {f"file {number} id": str(document_id), f"file {number} hash": sha256, f"file {number} key": key}
        )
        planted.keys.append(key)
    assert len(planted.keys) == 2 * len(list_slots(planted.rfp_id))
