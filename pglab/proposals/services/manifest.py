"""The canonical package of a submission: everything the receipt proves, in one JSON value."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pglab.accounts.models import User
from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.proposals import policy, queries
from pglab.proposals.models import AddendumAcknowledgement, ConfidentialityMark, Proposal
from pglab.rfps import queries as rfp_queries

# 2: who declared what, how the virus check stood, and what of a file is confidential. 1 is what was received before.
FORMAT = 2
# How the virus check of a file stood when it was received. A file with a virus is not received.
VIRUS_CHECK = {
    None: "running",
    ScanVerdict.CLEAN: "passed",
    ScanVerdict.INFECTED: "virus found",
    ScanVerdict.FAILED: "not possible",
    ScanVerdict.NOT_SCANNED: "not made",
}


@dataclass(frozen=True)
class Package:
    """The manifest, and the rows it points to."""

    manifest: dict[str, Any]
    rfp_version_id: UUID
    documents: list[tuple[UUID, UUID]]
    marks: dict[UUID, ConfidentialityMark]


def instant(at: datetime) -> str:
    """An instant as receipts write it: UTC, to the microsecond, `2026-10-16T18:14:07.123456Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def build_manifest(
    proposal: Proposal,
    draft: queries.Draft,
    *,
    number: int,
    received_at: datetime,
    declarations: list[str],
    actor: User,
) -> Package:
    """Everything that is received with submission `number`: who, to which RFP version, every answer to what is asked,
    every file and how its virus check stood, each declaration with who made it and when: by pressing Submit."""
    version = rfp_queries.latest_version(proposal.rfp_id)
    attachments = draft.attachments
    manifest = {
        "type": "pglab-submission",
        "format": FORMAT,
        "reference": proposal.reference,
        "number": number,
        "received_at": instant(received_at),
        "closes_at": instant(proposal.rfp.closes_at),
        "rfp": {"reference": proposal.rfp.reference, "version": version.number, "sha256": version.sha256},
        "organization": queries.describe_organization(proposal.organization),
        "challenge_area": proposal.challenge_area.title,
        "submitted_by": actor.name,
        "declarations": [
            {"text": each, "made_by": actor.name, "made_at": instant(received_at)} for each in declarations
        ],
        "addenda": [describe_acknowledgement(each.given) for each in draft.addenda if each.given],
        "sections": describe_sections(draft),
        "files": [
            {
                "slot": attachment.slot.title,
                **describe_file(attachment.document),
                "virus_check": VIRUS_CHECK[attachment.document.verdict],
                "confidential": describe_mark(draft.marks.get(attachment.document_id)),
            }
            for attachment in attachments
        ],
    }
    documents = [(attachment.slot_id, attachment.document_id) for attachment in attachments]
    marks = {slot_id: draft.marks[document_id] for slot_id, document_id in documents if document_id in draft.marks}
    return Package(manifest=manifest, rfp_version_id=version.id, documents=documents, marks=marks)


def describe_file(document: Document) -> dict[str, Any]:
    """Which file: the name it was given, how large it is, and the hash of its bytes."""
    return {
        "name": document.filename,
        "size": document.size,
        "pages": document.pages,
        "media_type": document.media_type,
        "sha256": document.sha256,
    }


def describe_mark(mark: ConfidentialityMark | None) -> dict[str, Any] | None:
    """What of a file is confidential: which pages, why, the statement and who signed it when, the redacted copy."""
    if mark is None:
        return None
    return {
        "pages": mark.pages_named,
        "reason": mark.reason,
        "statement": policy.STATEMENT,
        "signed_by": mark.signed_by.name if mark.signed_by else None,
        "signed_at": instant(mark.signed_at) if mark.signed_at else None,
        "redacted_copy": describe_file(mark.redacted_document) if mark.redacted_document else None,
    }


def describe_sections(draft: queries.Draft) -> list[dict[str, Any]]:
    """Every question that is asked with its answer, by section. Answers to questions that are not asked stay out."""
    texts, asked = draft.texts, draft.asked
    sections = [(section, [each for each in section.questions if each.id in asked]) for section in draft.sections]
    return [
        {
            "title": section.title,
            "answers": [{"question": each.label, "answer": texts.get(each.id, "")} for each in questions],
        }
        for section, questions in sections
        if questions
    ]


def describe_acknowledgement(given: AddendumAcknowledgement) -> dict[str, Any]:
    """Which addendum was read, who said so, and when."""
    return {
        "number": given.addendum.number,
        "title": given.addendum.title,
        "acknowledged_by": given.acknowledged_by.name,
        "acknowledged_at": instant(given.acknowledged_at),
    }
