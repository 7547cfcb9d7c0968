"""Who learns of a clarification: the team when it is asked, the program and the evaluators when it is answered.

The mails name the questions and the file of the call that may be answered; what was asked and what was answered stays
on the site.
"""

from collections.abc import Iterable

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.core.db import db
from pglab.outbox.queries import is_told
from pglab.outbox.services import owe
from pglab.proposals.models import Clarification, ClarificationItem
from pglab.proposals.notices.people import representatives, team
from pglab.proposals.notices.withdrawal import program_managers
from pglab.web.filters import et_brief, et_long

KIND = "proposal_clarification"


def tell_clarification_asked(asked: Clarification, items: Iterable[ClarificationItem]) -> None:
    """The whole team learns what may be answered and until when (N18)."""
    subject = f"Action needed by {et_brief(asked.due_at)}: a question on {asked.proposal.reference}"
    _tell_team(asked, subject, "proposals/clarifications/asked", items)


def tell_clarification_due(asked: Clarification) -> int:
    """The whole team hears again a day before it is due (N18); how many people that are."""
    subject = f"24 hours left: a question on {asked.proposal.reference}"
    return _tell_team(asked, subject, "proposals/clarifications/due", _items(asked))


def tell_more_time(asked: Clarification) -> None:
    """The whole team learns that it may answer until later."""
    subject = f"More time until {et_brief(asked.due_at)}: a question on {asked.proposal.reference}"
    _tell_team(asked, subject, "proposals/clarifications/lengthened", _items(asked))


def tell_clarification_taken_back(asked: Clarification) -> None:
    """The whole team learns that nothing is to be answered any more."""
    subject = f"No answer needed any more: {asked.proposal.reference}"
    _tell_team(asked, subject, "proposals/clarifications/taken_back", [])


def tell_program_of_answer(asked: Clarification, readers: list[User]) -> None:
    """The program managers and the evaluators who may read the proposal learn that there is an answer (N26), each
    once."""
    proposal, subject = asked.proposal, f"{asked.proposal.reference} has new information"
    people = {reader.id: (reader, f"/review/proposals/{proposal.reference}") for reader in readers}
    path = f"/manage/proposals/{proposal.reference}/clarifications/{asked.number}"
    people.update({each.id: (each, path) for each in program_managers()})
    for person, page in people.values():
        if not is_told(person.id, subject=subject, about=str(asked)):
            owe(
                KIND,
                person,
                subject=subject,
                template="proposals/clarifications/answered",
                about=asked,
                asked=asked,
                proposal=proposal,
                page=page,
            )


def _tell_team(asked: Clarification, subject: str, template: str, items: Iterable[ClarificationItem]) -> int:
    people, proposal = team(asked.proposal), asked.proposal
    for person in people:
        owe(
            KIND,
            person,
            subject=subject,
            template=template,
            about=asked,
            asked=asked,
            proposal=proposal,
            labels=[item.label for item in items],
            due=et_long(asked.due_at),
            representatives=[user.name for user in representatives(proposal)],
        )
    return len(people)


def _items(asked: Clarification) -> list[ClarificationItem]:
    named = select(ClarificationItem).where(ClarificationItem.clarification_id == asked.id)
    return list(db.session.scalars(named.order_by(ClarificationItem.position)))
