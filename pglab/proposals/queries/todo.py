"""What a person has to do next for their proposals, by when: the list on top of their first page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.addenda.models import Addendum
from pglab.core.db import db
from pglab.proposals import policy
from pglab.proposals.models import AddendumAcknowledgement, Clarification, Proposal
from pglab.proposals.queries.asking import list_requests_of
from pglab.proposals.states import ProposalStatus
from pglab.web.filters import listed


@dataclass(frozen=True)
class ToDo:
    """One thing to do: what, for which proposal, by when if there is such a time, and the page where it is done."""

    what: str
    proposal: Proposal
    endpoint: str
    due: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[[User, list[Proposal]], Iterable[ToDo]]
_sources: list[Source] = []


def to_do_source(source: Source) -> Source:
    """Have `source` asked too. So a part of the product that this one does not know, such as decisions, puts its own
    things on the list; `source` gets the person and their proposals, and reads all of them in one statement."""
    _sources.append(source)
    return source


def list_to_do(
    viewer: User, proposals: list[Proposal], asked: Mapping[UUID, Clarification], now: datetime
) -> list[ToDo]:
    """Everything that waits for this person, as far as they may do it. What is due first is on top; what has no day
    comes last. `asked`: the clarification that each of these proposals has to answer."""
    open_ones = [each for each in proposals if each.rfp.phase(now).accepts_proposals]
    writing = [each for each in open_ones if policy.may_edit(viewer, each)]
    found = [
        *(
            _clarification(each, asked[each.id])
            for each in proposals
            if each.id in asked and policy.may_submit(viewer, each)
        ),
        *_addenda_to_read(writing),
        *_asked_of(viewer, now),
        *(step for each in writing for step in _next_step(each, submits=policy.may_submit(viewer, each))),
        *(each for source in _sources for each in source(viewer, proposals)),
    ]
    return sorted(found, key=lambda each: (each.due is None, each.due or now))


def _next_step(proposal: Proposal, *, submits: bool) -> list[ToDo]:
    """What comes next with a draft. Who may not submit themselves asks a representative."""
    due, number = proposal.rfp.closes_at, proposal.submission_number
    if proposal.status is ProposalStatus.DRAFT:
        what = "Finish and submit your proposal" if submits else "Finish your proposal. A representative submits it"
        return [ToDo(what, proposal, "proposals.tasks", due)]
    if proposal.has_unsent_changes and submits:
        standing = f"You have unsent changes: submit again, or submission {number} counts"
        return [ToDo(standing, proposal, "proposals.check", due)]
    if proposal.has_unsent_changes:
        standing = f"There are unsent changes: ask a representative to submit again, or submission {number} counts"
        return [ToDo(standing, proposal, "proposals.ask_submit", due)]
    return []


def _clarification(proposal: Proposal, asked: Clarification) -> ToDo:
    values = {"number": asked.number}
    return ToDo(f"Answer question {asked.number}", proposal, "proposals.respond", asked.due_at, values)


def _addenda_to_read(proposals: list[Proposal]) -> list[ToDo]:
    """The addenda that each of these proposals still has to acknowledge, in one statement."""
    given = select(AddendumAcknowledgement.id).where(
        AddendumAcknowledgement.addendum_id == Addendum.id, AddendumAcknowledgement.proposal_id == Proposal.id
    )
    waiting = (
        select(Proposal.id, Addendum)
        .join(Addendum, Addendum.rfp_id == Proposal.rfp_id)
        .where(Proposal.id.in_([each.id for each in proposals]), Addendum.number.is_not(None))
        .where(Addendum.needs_acknowledgement, ~given.exists())
        .order_by(Addendum.number)
    )
    names: dict[Any, list[str]] = {}
    for proposal_id, addendum in db.session.execute(waiting):
        names.setdefault(proposal_id, []).append(addendum.name)
    return [
        ToDo(f"Read and acknowledge {listed(names[each.id])}", each, "proposals.acknowledgments", each.rfp.closes_at)
        for each in proposals
        if each.id in names
    ]


def _asked_of(viewer: User, now: datetime) -> list[ToDo]:
    found = []
    for request in list_requests_of(viewer):
        proposal, who = request.proposal, request.asked_by.name
        if proposal.rfp.phase(now).accepts_proposals:
            what = f"{who} asks you to submit"
            if request.section:
                what = f"{who} asks you to review “{request.section.title}”"
            found.append(ToDo(what, proposal, "proposals.tasks", proposal.rfp.closes_at))
    return found
