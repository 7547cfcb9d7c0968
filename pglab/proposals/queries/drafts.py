"""A draft as its own organization sees it: what it is asked, what it holds, what is still to fix."""

import hashlib
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from pglab.accounts.models import Membership, User
from pglab.adapters import inspector
from pglab.addenda.models import Addendum
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.core.text import count_words
from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.proposals import policy
from pglab.proposals.models import (
    AddendumAcknowledgement,
    Answer,
    Attachment,
    ConfidentialityMark,
    Proposal,
)
from pglab.rfps import queries as rfp_queries
from pglab.rfps.forms import misfit
from pglab.rfps.models import DocumentSlot, FormQuestion, FormSection

CLEAN_COPY = "Scan your device, then upload a clean copy."
NO_SUCH = "There is no proposal with this reference that you may see."


@dataclass(frozen=True)
class Problem:
    """One thing to fix before submitting: what, and at which question, document slot (its file, or the `mark` on it) or
    addendum."""

    message: str
    section: str | None = None
    question: FormQuestion | None = None
    slot: str | None = None
    mark: bool = False
    addendum: int | None = None


@dataclass(frozen=True)
class ToAcknowledge:
    """One issued addendum, and where this startup said that it has read it."""

    addendum: Addendum
    given: AddendumAcknowledgement | None


@dataclass(frozen=True)
class Draft:
    """All that a draft is asked and holds, read once: sections and slots in order, answers, files, marks on files by
    document, issued addenda."""

    sections: list[FormSection]
    slots: list[DocumentSlot]
    answers: dict[UUID, Answer]
    attachments: list[Attachment]
    marks: dict[UUID, ConfidentialityMark]
    issued: list[ToAcknowledge]

    @property
    def addenda(self) -> list[ToAcknowledge]:
        """The addenda that ask to be acknowledged."""
        return [each for each in self.issued if each.addendum.needs_acknowledgement]

    @property
    def texts(self) -> dict[UUID, str]:
        """The answers as text, by question."""
        return {key: answer.text for key, answer in self.answers.items()}

    @property
    def asked(self) -> set[UUID]:
        """The questions that are asked, given the answers so far. Other answers are kept, not judged, not submitted."""
        return rfp_queries.asked_questions(self.sections, self.texts)

    @property
    def documents(self) -> dict[UUID, Document]:
        """The files by slot."""
        return {attachment.slot_id: attachment.document for attachment in self.attachments}


def get_proposal(reference: str, *, viewer: User) -> Proposal:
    """A proposal for its own organization; for everyone else it does not exist."""
    proposal = db.session.scalar(select(Proposal).where(Proposal.reference == reference.upper()))
    if proposal is None or not policy.may_see(viewer, proposal):
        raise NotFoundError(NO_SUCH)
    return proposal


def list_own_proposals(viewer: User) -> list[Proposal]:
    """The proposals of all organizations the viewer belongs to, newest first."""
    mine = select(Membership.organization_id).where(Membership.user_id == viewer.id)
    return list(
        db.session.scalars(
            select(Proposal).where(Proposal.organization_id.in_(mine)).order_by(Proposal.started_at.desc())
        )
    )


def answers_by_question(proposal: Proposal) -> dict[UUID, Answer]:
    """The draft's answers, by question."""
    found = db.session.scalars(
        select(Answer).where(Answer.proposal_id == proposal.id).options(joinedload(Answer.edited_by))
    )
    return {answer.question_id: answer for answer in found}


def fingerprint(text: str) -> str:
    """A short sign for an answer as it stood on a page, by which a save notices that it was changed meanwhile."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def list_attachments(proposal: Proposal) -> list[Attachment]:
    """The draft's files in the order of their slots."""
    return [each for each, _ in _list_marked(proposal)]


def _list_marked(proposal: Proposal) -> list[tuple[Attachment, ConfidentialityMark | None]]:
    found = db.session.execute(_attachments(), {"proposal_id": proposal.id})
    return [(attachment, mark) for attachment, mark in found]


@cache
def _attachments() -> Select[Attachment, ConfidentialityMark]:
    marked = (ConfidentialityMark.proposal_id == Attachment.proposal_id) & (
        ConfidentialityMark.document_id == Attachment.document_id
    )
    return (
        select(Attachment, ConfidentialityMark)
        .outerjoin(ConfidentialityMark, marked)
        .join(Attachment.slot)
        .join(Attachment.document)
        .options(contains_eager(Attachment.slot), contains_eager(Attachment.document))
        .where(Attachment.proposal_id == bindparam("proposal_id"))
        .order_by(DocumentSlot.position)
    )


def list_problems(proposal: Proposal) -> list[Problem]:
    """Everything that keeps the draft from being submitted, in the order of the form. Empty when it is complete."""
    return problems_of(get_draft(proposal))


def get_draft(proposal: Proposal) -> Draft:
    """What the draft is asked and holds now, in a handful of statements."""
    marked = _list_marked(proposal)
    return Draft(
        sections=rfp_queries.list_form_sections(proposal.rfp_id),
        slots=rfp_queries.list_slots(proposal.rfp_id),
        answers=answers_by_question(proposal),
        attachments=[each for each, _ in marked],
        marks={mark.document_id: mark for _, mark in marked if mark},
        issued=list_issued(proposal),
    )


def list_acknowledgements(proposal: Proposal) -> list[ToAcknowledge]:
    """The addenda that ask to be acknowledged, in order, each with what this startup said."""
    return [each for each in list_issued(proposal) if each.addendum.needs_acknowledgement]


def list_issued(proposal: Proposal) -> list[ToAcknowledge]:
    """All addenda of the call, in order, each with what this startup said."""
    found = db.session.execute(_acknowledgements(), {"proposal_id": proposal.id, "rfp_id": proposal.rfp_id})
    return [ToAcknowledge(addendum, given) for addendum, given in found]


@cache
def _acknowledgements() -> Select[Addendum, AddendumAcknowledgement]:
    own = (AddendumAcknowledgement.addendum_id == Addendum.id) & (
        AddendumAcknowledgement.proposal_id == bindparam("proposal_id")
    )
    return (
        select(Addendum, AddendumAcknowledgement)
        .outerjoin(AddendumAcknowledgement, own)
        .options(joinedload(AddendumAcknowledgement.acknowledged_by))
        .where(Addendum.rfp_id == bindparam("rfp_id"), Addendum.number.is_not(None))
        .order_by(Addendum.number)
    )


def problems_of(draft: Draft) -> list[Problem]:
    """Everything that keeps this draft from being submitted: addenda nobody read, then the form in its order."""
    texts, asked = draft.texts, draft.asked
    problems = [
        Problem(f"Read and acknowledge {each.addendum.name}", addendum=each.addendum.number)
        for each in draft.addenda
        if each.given is None
    ]
    problems += [problem for section in draft.sections for problem in section_problems(section, texts, asked)]
    attached, marks = draft.documents, dict(draft.marks)
    for slot in draft.slots:
        document = attached.get(slot.id)
        if message := slot_problem(slot, document):
            problems.append(Problem(message, slot=slot.slug))
        # A file in two slots has one mark: it is told at the first.
        if message := mark_problem(slot, marks.pop(document.id, None) if document else None):
            problems.append(Problem(message, slot=slot.slug, mark=True))
    return problems


def mark_problem(slot: DocumentSlot, mark: ConfidentialityMark | None) -> str:
    """What is wrong with the mark on a slot's file; empty when it has none or nothing is."""
    if mark is None:
        return ""
    if mark.signed_at is None:
        return f"Sign the statement about what is confidential in the {inspector.in_sentence(slot.title)}"
    copy = mark.redacted_document
    if copy is not None and copy.verdict is ScanVerdict.INFECTED:
        return f"{slot.title}: the redacted copy contains a virus. {CLEAN_COPY}"
    return ""


def slot_problem(slot: DocumentSlot, document: Document | None) -> str:
    """What is wrong with the file of a slot; empty when nothing is. Its limits are those of today: an addendum may
    have changed them since the file was taken in."""
    if document is None:
        return ask_for_file(slot) if slot.required else ""
    if document.verdict is ScanVerdict.INFECTED:
        return f"{slot.title}: the file contains a virus. {CLEAN_COPY}"
    allowed, wrong = frozenset(slot.media_types), None
    if document.media_type not in allowed:
        wrong = inspector.Problem("wrong_type")
    elif document.size > slot.max_bytes:
        wrong = inspector.Problem("too_big", {"size": document.size, "limit": slot.max_bytes})
    elif document.pages > slot.max_pages:
        wrong = inspector.Problem("too_many_pages", {"pages": document.pages, "limit": slot.max_pages})
    return inspector.describe(wrong, title=slot.title, allowed=allowed) if wrong else ""


def ask_for_file(slot: DocumentSlot) -> str:
    """The sentence for a slot that holds no file."""
    return inspector.describe(inspector.Problem("missing"), title=slot.title, allowed=frozenset())


def section_problems(section: FormSection, texts: dict[UUID, str], asked: set[UUID]) -> list[Problem]:
    """What is missing, too long or no answer to its kind of question in one section, of what is asked."""
    problems = []
    for question in section.questions:
        text = texts.get(question.id, "")
        words = count_words(text)
        if question.id not in asked:
            continue
        if question.required and not text:
            verb = "Select" if question.answers else "Enter"
            problems.append(Problem(f"{verb} {question.name}", section=section.slug, question=question))
        elif question.word_limit is not None and words > question.word_limit:
            message = too_long(question.name, question.word_limit, words)
            problems.append(Problem(message, section=section.slug, question=question))
        elif text and (wrong := misfit(question, text)):
            problems.append(Problem(wrong, section=section.slug, question=question))
    return problems


def too_long(name: str, limit: int, words: int) -> str:
    """The sentence for an answer over its word limit."""
    return f"{name[:1].upper()}{name[1:]} must be {limit} words or fewer. It is {words} words."


def list_marks(proposal: Proposal) -> list[ConfidentialityMark]:
    """The marks on files of the draft, also on one that would come back should the file after it fail its check."""
    return list(db.session.scalars(select(ConfidentialityMark).where(ConfidentialityMark.proposal_id == proposal.id)))


def find_mark(attachment: Attachment) -> ConfidentialityMark | None:
    """The mark on the file that is in the slot now."""
    return db.session.scalar(
        select(ConfidentialityMark)
        .where(
            ConfidentialityMark.proposal_id == attachment.proposal_id,
            ConfidentialityMark.document_id == attachment.document_id,
        )
        # As the last editor left it, also where this request has read it before it waited for them.
        .execution_options(populate_existing=True)
    )


def mark_sign(mark: ConfidentialityMark | None) -> str:
    """A short sign for what a page showed to be marked and signed; nothing where nothing was marked."""
    return fingerprint(f"{mark.pages_named}\n{mark.signed_by_id}\n{mark.reason}") if mark else ""


def find_mark_before(attachment: Attachment) -> ConfidentialityMark | None:
    """The mark on the file that this one replaced, while that file is kept."""
    return db.session.scalar(
        select(ConfidentialityMark).where(
            ConfidentialityMark.proposal_id == attachment.proposal_id,
            ConfidentialityMark.document_id == attachment.earlier_document_id,
        )
    )


def is_marked(attachment: Attachment | None) -> bool:
    """Whether the file in the slot is marked, or the one that it replaced, while that is kept."""
    return attachment is not None and bool(find_mark(attachment) or find_mark_before(attachment))


def find_attachment(proposal: Proposal, slug: str) -> Attachment | None:
    """The draft's file in one slot."""
    return next((found for found in list_attachments(proposal) if found.slot.slug == slug), None)
