"""A founder who saves, attaches and submits; and whether what was acknowledged is there, whole, and only once."""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import pikepdf
from flask import Flask
from sqlalchemy import select, text

from pglab.adapters.storage import current_store
from pglab.core.canonical import sha256_hex
from pglab.core.db import db, transaction
from pglab.documents.models import Document
from pglab.proposals import services
from pglab.proposals.models import Answer, Attachment, Proposal, Submission, SubmittedDocument
from pglab.rfps.queries import list_slots
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client, client_for
from tests.support.files import make_pdf
from tests.support.person import Page
from tests.trust.kills.rounds import Sent

DECLARED = {"is_true": "y", "can_take_part": "y", "knows_what_is_public": "y"}


@dataclass
class Applicant:
    """One startup's proposal and its representative at a browser."""

    app: Flask
    proposal: UUID
    address: str
    slots: list[str]
    client: Client

    @classmethod
    def applying(cls, app: Flask) -> "Applicant":
        """With every question answered and a real file in every slot."""
        proposal = make_draft(make_open_rfp())
        rfp_id, founder = proposal.rfp_id, representative_of(proposal.organization)
        slots = [slot.slug for slot in list_slots(rfp_id)]
        fill(proposal)
        for slot in list_slots(rfp_id):  # those of the factory have no bytes
            with transaction():
                services.remove_file(proposal, slot, actor=founder)
        address = f"/apply/proposals/{proposal.reference}"
        made = cls(app, proposal.id, address, slots, client_for(app).sign_in(founder))
        for slot in slots:
            answer = made.file(slot, 0).by(made.client)
            assert answer.status_code == 303, answer.text
        return made

    def answers(self, turn: int) -> Sent:
        """A section with another text in its first answer."""
        address = f"{self.address}/sections/plan"
        return Sent(address, {**self._fields(address, "q1"), "q1": said(turn)})

    def file(self, slot: str, turn: int) -> Sent:
        """Another file for a slot."""
        address = f"{self.address}/documents/{slot}"
        return Sent(address, self._fields(address, "file"), f"turn-{turn}.pdf", pdf(turn))

    def submission(self) -> Sent:
        """Everything as it stands."""
        address = f"{self.address}/submission"
        return Sent(address, {**self._fields(address, "is_true"), **DECLARED})

    def _fields(self, address: str, control: str) -> dict[str, Any]:
        page = self.client.get(address)
        assert page.status_code == 200, (address, page.status_code)
        form = next(each for each in Page(page.text).forms if control in each.names)
        return form.values.to_dict()


def said(turn: int) -> str:
    return f"We will test sensor number {turn} with the crew."


@cache
def pdf(turn: int) -> bytes:
    def name(paper: pikepdf.Pdf) -> None:
        paper.Root.Lang = f"en-x-turn{turn}"

    return make_pdf(2, name)


def judge_whole(applicant: Applicant) -> None:
    """Nothing is half there: each submission has its entry on the log, its files with their bytes, its hash and its
    mail, and the proposal names the last one."""
    proposal = db.session.get_one(Proposal, applicant.proposal)
    sent = db.session.scalars(select(Submission).order_by(Submission.number)).all()
    assert [each.number for each in sent] == list(range(1, proposal.received_number + 1))
    for name, count in (("an entry", ENTRIES), ("a mail", MAILS), ("its files", FILES)):
        wrong = db.session.execute(text(count), {"files": len(applicant.slots)}).all()
        assert not wrong, f"a submission without {name}, or with two: {wrong}"
    assert all(sha256_hex(each.manifest.encode()) == each.sha256 for each in sent[-1:])
    assert not lost_files(sent[-1].id if sent else None)


ENTRIES = """SELECT s.number FROM submissions s LEFT JOIN audit_events e
    ON e.subject_id = s.id AND e.action = 'proposal.submitted' GROUP BY s.number HAVING count(e.seq) <> 1"""
MAILS = """SELECT s.number FROM submissions s LEFT JOIN procrastinate_jobs j
    ON j.task_name = 'proposals.tell_submitted' AND j.args ->> 'submission_id' = s.id::text
    GROUP BY s.number HAVING count(j.id) <> 1"""
FILES = """SELECT s.number FROM submissions s LEFT JOIN submitted_documents d ON d.submission_id = s.id
    GROUP BY s.number HAVING count(d.id) <> :files"""


def is_saved(turn: int) -> bool:
    """Whether the text of that turn is the answer."""
    return bool(db.session.scalar(select(Answer.id).where(Answer.text == said(turn))))


def is_attached(turn: int) -> bool:
    """Whether the file of that turn is in its slot."""
    wanted = hashlib.sha256(pdf(turn)).hexdigest()
    return bool(db.session.scalar(select(Attachment.id).join(Attachment.document).where(Document.sha256 == wanted)))


def is_received(form: Sent) -> bool:
    """Whether the form made a submission."""
    key = form.data["idempotency_key"]
    return bool(db.session.scalar(select(Submission.id).where(Submission.idempotency_key == key)))


def lost_files(last: UUID | None) -> list[str]:
    """Files of the draft and of the last submission whose bytes are not in the store as they were received."""
    sent = select(SubmittedDocument.document_id).where(SubmittedDocument.submission_id == last)
    named = select(Attachment.document_id).union(sent)
    store, lost = current_store(), []
    for document in db.session.scalars(select(Document).where(Document.id.in_(named))):
        kept = store.head(document.storage_key)
        content = b"".join(store.open(document.storage_key)) if kept else b""
        if hashlib.sha256(content).hexdigest() != document.sha256:
            lost.append(document.filename)
    return lost
