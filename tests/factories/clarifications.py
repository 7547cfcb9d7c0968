"""Clarifications of opened proposals, asked and answered through the services; their files come from memory."""

from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Clarification, ClarificationResponse, Proposal
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import DocumentSlot, FormQuestion, Rfp
from tests.factories.proposals import make_submitted_proposal, open_all, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf

DAY = timedelta(days=1)


def make_opened_proposal(clock: OfficialClock, rfp: Rfp | None = None) -> tuple[Proposal, User, User]:
    """A submitted proposal of an opened call, with the manager and the director who opened it."""
    proposal = make_submitted_proposal(rfp or make_open_rfp())
    manager, director = make_program_people()
    open_all(proposal.rfp, manager, director, clock)
    return proposal, manager, director


def text_questions(proposal: Proposal) -> list[FormQuestion]:
    """The questions of the form that are answered in sentences."""
    sections = rfp_queries.list_form_sections(proposal.rfp_id)
    return [each for section in sections for each in section.questions if each.kind.value == "long_text"]


def first_slot(proposal: Proposal) -> DocumentSlot:
    """The first document of the call."""
    return rfp_queries.list_slots(proposal.rfp_id)[0]


def ask(
    proposal: Proposal,
    manager: User,
    *,
    text: str = "How many sensors do you mean?",
    questions: list[FormQuestion] | None = None,
    slot: DocumentSlot | None = None,
    due_at: datetime | None = None,
) -> Clarification:
    """Ask about the first long question, or about what is named, for three days."""
    named = text_questions(proposal)[:1] if questions is None else questions
    with transaction():
        return services.ask_clarification(
            proposal,
            text=text,
            questions=named,
            slot=slot,
            due_at=due_at or official_now() + 3 * DAY,
            actor=manager,
        )


def answer(
    asked: Clarification, text: str = "We mean three sensors.", *, body: bytes = b"", actor: User | None = None
) -> ClarificationResponse:
    """Answer every question with this text, and send a small PDF where a file was asked for."""
    view = queries.get_clarification(asked.proposal, asked.number)
    given = SimpleNamespace(filename="clean.pdf", stream=BytesIO(body or make_pdf(1))) if view.file else None
    with transaction():
        return services.answer_clarification(
            view,
            texts={each.item.id: text for each in view.items if each.item.question},
            given=given,
            actor=actor or representative_of(asked.proposal.organization),
        )
