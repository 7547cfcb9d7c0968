"""What decisions put on the list of things a startup has to do."""

from collections.abc import Iterator

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.awards import policy
from pglab.awards.models import Decision
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.db import db
from pglab.proposals.models import Proposal
from pglab.proposals.queries import ToDo, to_do_source


@to_do_source
def awards_to_answer(viewer: User, proposals: list[Proposal]) -> Iterator[ToDo]:
    """An award that was released waits until a representative accepts or declines it."""
    waiting = select(Decision).where(
        Decision.proposal_id.in_([each.id for each in proposals]),
        Decision.outcome == Outcome.AWARD,
        Decision.status == DecisionStatus.RELEASED,
    )
    for decision in db.session.scalars(waiting):
        if policy.may_answer(viewer, decision):
            yield ToDo("Accept or decline your award", decision.proposal, "awards.decision")
