"""The canonical package of a submission: everything the receipt proves, in one JSON value."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pglab.accounts.models import Organization, User
from pglab.proposals import queries
from pglab.proposals.models import AddendumAcknowledgement, Proposal
from pglab.rfps import queries as rfp_queries


@dataclass(frozen=True)
class Package:
    """The manifest, and the rows it points to."""

    manifest: dict[str, Any]
    rfp_version_id: UUID
    documents: list[tuple[UUID, UUID]]


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
    every file."""
    version = rfp_queries.latest_version(proposal.rfp_id)
    attachments = draft.attachments
    manifest = {
        "type": "pglab-submission",
        "format": 1,
        "reference": proposal.reference,
        "number": number,
        "received_at": instant(received_at),
        "closes_at": instant(proposal.rfp.closes_at),
        "rfp": {"reference": proposal.rfp.reference, "version": version.number, "sha256": version.sha256},
        "organization": describe_organization(proposal.organization),
        "challenge_area": proposal.challenge_area.title,
        "submitted_by": actor.name,
        "declarations": declarations,
        "addenda": [describe_acknowledgement(each.given) for each in draft.addenda if each.given],
        "sections": describe_sections(draft),
        "files": [
            {
                "slot": attachment.slot.title,
                "name": attachment.document.filename,
                "size": attachment.document.size,
                "pages": attachment.document.pages,
                "media_type": attachment.document.media_type,
                "sha256": attachment.document.sha256,
            }
            for attachment in attachments
        ],
    }
    documents = [(attachment.slot_id, attachment.document_id) for attachment in attachments]
    return Package(manifest=manifest, rfp_version_id=version.id, documents=documents)


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


def describe_organization(organization: Organization) -> dict[str, str]:
    """Who submitted, as registered at that moment."""
    return {
        "legal_name": organization.legal_name,
        "registration": f"{organization.registration_state} {organization.registration_number}".strip(),
        "headquarters": f"{organization.street}, {organization.city}, {organization.postal_code}",
        "county": organization.county,
        "website": organization.website,
    }
