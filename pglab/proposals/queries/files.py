"""What was checked of a draft's file, one line a check, as its team reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pglab.adapters.inspector import in_sentence
from pglab.core.db import db
from pglab.documents.models import Document
from pglab.documents.states import WITHHELD, ScanVerdict
from pglab.proposals.models import Attachment, ConfidentialityMark, Proposal, Submission, SubmittedDocument
from pglab.proposals.queries.drafts import CLEAN_COPY, find_mark, find_mark_before, list_attachments
from pglab.rfps.models import DocumentSlot
from pglab.web.filters import et_recent, plural

# Several years of one startup.
GIVEN_SHOWN = 100
VIRUS_WORDS = {
    None: ("waiting", "Checking for viruses"),
    ScanVerdict.CLEAN: ("passed", "Virus check passed"),
    ScanVerdict.INFECTED: ("failed", f"The file contains a virus. {CLEAN_COPY}"),
    ScanVerdict.FAILED: (
        "failed",
        "The file could not be checked for viruses. Save a new, smaller copy of it and upload that.",
    ),
    ScanVerdict.NOT_SCANNED: ("warning", "Not scanned – development"),
}


@dataclass(frozen=True)
class Check:
    """One check: `passed`, `waiting`, `warning` (nothing has to be done) or `failed`, and what to say of it."""

    mark: str
    words: str


@dataclass(frozen=True)
class FileView:
    """What the page of one slot shows: the file if there is one, its checks, and what became of one that was refused
    after it had replaced this one; what of it is marked as confidential, and whether what it replaced was marked."""

    attachment: Attachment | None
    checks: list[Check]
    refused: Check | None
    mark: ConfidentialityMark | None = None
    marked_before: bool = False


def view_file(proposal: Proposal, slot: DocumentSlot, now: datetime) -> FileView:
    """The file in one slot of a draft the viewer has already been allowed to see."""
    attached = list_attachments(proposal)
    found = next((each for each in attached if each.slot_id == slot.id), None)
    if found is None:
        return FileView(None, [], None)
    refused = virus_check(found.refused_document) if found.refused_document else None
    mark = find_mark(found)
    before = mark is None and found.earlier_document_id is not None and find_mark_before(found) is not None
    return FileView(found, _checks(found, attached, now), refused, mark, before)


def _checks(attachment: Attachment, attached: Iterable[Attachment], now: datetime) -> list[Check]:
    document, slot = attachment.document, attachment.slot
    pages = f"{document.pages} of {slot.max_pages} pages" if slot.max_pages else plural(document.pages, "page", "pages")
    twins = [each.slot for each in attached if each.id != attachment.id and each.document.sha256 == document.sha256]
    same = [f"The {in_sentence(twin.title)} is the same file. That’s fine if you mean it." for twin in twins]
    return [
        Check("passed", f"Received {et_recent(attachment.attached_at, now)}"),
        Check("passed", "Opens, and is what its name says"),
        Check("passed", pages),
        virus_check(document),
        *(Check("warning", words) for words in same),
    ]


def virus_check(document: Document) -> Check:
    """How the virus check of a file stands."""
    return Check(*VIRUS_WORDS[document.verdict])


@dataclass(frozen=True)
class GivenFile:
    """A file the startup gave us before, and for which document."""

    document: Document
    given_for: str


def list_given_files(proposal: Proposal) -> list[GivenFile]:
    """The files of this startup's drafts and submissions, newest first, each once; not those that go to nobody."""
    ours = Proposal.organization_id == proposal.organization_id
    drafted = (
        select(Attachment.document_id, Attachment.slot_id)
        .join(Proposal, Proposal.id == Attachment.proposal_id)
        .where(ours)
    )
    sent = (
        select(SubmittedDocument.document_id, SubmittedDocument.slot_id)
        .join(Submission, Submission.id == SubmittedDocument.submission_id)
        .join(Proposal, Proposal.id == Submission.proposal_id)
        .where(ours)
    )
    given = drafted.union(sent).subquery()
    found = db.session.execute(
        select(Document, DocumentSlot.title)
        .join(given, given.c.document_id == Document.id)
        .join(DocumentSlot, DocumentSlot.id == given.c.slot_id)
        .order_by(Document.received_at.desc(), Document.id, DocumentSlot.title)
        .limit(GIVEN_SHOWN)
    )
    once: dict[str, GivenFile] = {}
    for document, title in found:
        if document.verdict not in WITHHELD:
            once.setdefault(document.sha256, GivenFile(document, title))
    return list(once.values())
