"""Proposals at each stage, made through the services; only their files are rows without bytes."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from pglab.accounts.models import Organization, User
from pglab.core.canonical import sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.documents.models import Document, DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, Proposal, Submission
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from tests.factories import keep
from tests.factories.accounts import make_organization, make_user
from tests.support.databases import OfficialClock

FITTING = {
    "url": "https://example.org",
    "yes_no": "Yes",
    "number": "120",
    "money": "$2,500.00",
    "date": "2027-01-05",
}


def representative_of(organization: Organization) -> User:
    """The first member, who may submit."""
    return organization.memberships[0].user


def make_draft(rfp: Rfp, organization: Organization | None = None, *, area: int = 0) -> Proposal:
    """A proposal just started, with nothing in it."""
    organization = organization or make_organization(make_user("Rita Representative"))
    with transaction():
        return services.start_proposal(
            rfp,
            organization=organization,
            area=rfp_queries.list_areas(rfp.cohort_id)[area],
            actor=representative_of(organization),
        )


def make_document(
    proposal: Proposal,
    *,
    filename: str = "plan.pdf",
    verdict: ScanVerdict | None = ScanVerdict.CLEAN,
    facts: Mapping[str, object] | None = None,
) -> Document:
    """A document row with what the virus scan said of it, and other `facts` than three pages of PDF; there are no bytes
    behind it."""
    key = uuid4().hex
    about = {"size": 1000, "media_type": "application/pdf", "pages": 3, **(facts or {})}
    document = Document(
        sha256=sha256_hex(key.encode()),
        filename=filename,
        storage_key=key,
        uploaded_by_id=proposal.started_by_id,
        sealed_rfp_id=proposal.rfp_id,
        **about,
    )
    keep(document, sealed_rfp_id=proposal.rfp_id)
    if verdict:
        keep(DocumentScan(document_id=document.id, verdict=verdict), sealed_rfp_id=proposal.rfp_id)
        db.session.refresh(document, ["verdict"])
    return document


def fill(proposal: Proposal, text: str = "We will test three sensors with the crew.") -> Proposal:
    """Answer every question and put a file in every slot, so that the draft is complete."""
    actor = representative_of(proposal.organization)
    questions = [q for section in rfp_queries.list_form_sections(proposal.rfp_id) for q in section.questions]
    with transaction():
        services.save_answers(
            proposal,
            {q.id: FITTING.get(q.kind.value) or next(iter(q.options), text) for q in questions},
            actor=actor,
        )
    for slot in rfp_queries.list_slots(proposal.rfp_id):
        keep(
            Attachment(
                proposal_id=proposal.id,
                slot=slot,
                document=make_document(proposal),
                attached_by_id=actor.id,
                attached_at=official_now(),
            ),
            sealed_rfp_id=proposal.rfp_id,
        )
    return proposal


def edit(proposal: Proposal, text: str = "Another and a better answer.", *, by: User | None = None) -> None:
    """Answer the first question anew, so that the draft holds something else than before."""
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: text}, actor=by or representative_of(proposal.organization))


def submit(proposal: Proposal, *, key: str | None = None) -> Submission:
    """Submit a complete draft as its representative, before the deadline."""
    with transaction():
        sent = services.submit_proposal(
            proposal,
            version=proposal.version,
            idempotency_key=key or uuid4().hex,
            declarations=["The information is true to the best of my knowledge."],
            actor=representative_of(proposal.organization),
        )
    assert isinstance(sent, Submission)
    return sent


def make_submitted_proposal(rfp: Rfp, organization: Organization | None = None, *, area: int = 0) -> Proposal:
    """A complete proposal, submitted once."""
    proposal = fill(make_draft(rfp, organization, area=area))
    submit(proposal)
    return proposal


def close(rfp: Rfp, clock: OfficialClock) -> None:
    """Let the deadline pass by an hour."""
    now = official_now()
    if now <= rfp.closes_at:
        clock.freeze(rfp.closes_at + timedelta(hours=1))


def open_all(rfp: Rfp, first: User, second: User, clock: OfficialClock) -> None:
    """Let the deadline pass and have two people open the proposals."""
    close(rfp, clock)
    with transaction():
        services.ask_opening(rfp, actor=first)
    with transaction():
        services.confirm_opening(rfp, actor=second)
    db.session.refresh(rfp)
    assert queries.find_opening(rfp) is not None
