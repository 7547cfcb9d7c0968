"""Decisions, made through the services."""

from pglab.accounts.models import User
from pglab.awards import queries, services
from pglab.awards.models import Decision, Release
from pglab.awards.states import Outcome
from pglab.core.db import transaction
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp
from tests.factories.proposals import representative_of
from tests.factories.rfps import make_program_people


def decide(rfp: Rfp, outcomes: dict[Proposal, Outcome], *, actor: User, feedback: str = "A strong plan.") -> None:
    """Set these decisions, all with the same debrief."""
    with transaction():
        services.set_decisions(
            rfp,
            {proposal.id: services.Choice(outcome, feedback) for proposal, outcome in outcomes.items()},
            actor=actor,
        )


def release(rfp: Rfp, *, first: User, second: User) -> Release:
    """Ask and release."""
    with transaction():
        asked = services.ask_release(rfp, actor=first)
    with transaction():
        return services.release_decisions(rfp, sha256=asked.sha256, actor=second)


def make_decided(rfp: Rfp, outcomes: dict[Proposal, Outcome]) -> tuple[User, User]:
    """Decide about all proposals and release, by two people, who are returned."""
    first, second = make_program_people()
    decide(rfp, outcomes, actor=first)
    release(rfp, first=first, second=second)
    return first, second


def make_accepted_award(rfp: Rfp, proposal: Proposal) -> Decision:
    """The released award of a proposal, accepted by its representative."""
    representative = representative_of(proposal.organization)
    decision = queries.get_decision(proposal.reference, viewer=representative)
    with transaction():
        services.accept_award(decision, actor=representative)
    return decision
