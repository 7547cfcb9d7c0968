"""Who learns that a proposal was taken back: its team at once, the City only of one that was opened."""

from sqlalchemy import select

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.outbox.queries import is_told
from pglab.outbox.services import owe
from pglab.proposals.models import Withdrawal
from pglab.proposals.notices.people import team
from pglab.web.filters import et_long, et_seconds


def tell_withdrawn(withdrawal: Withdrawal) -> None:
    """The whole team learns who withdrew, when, and until when it can be undone (N16)."""
    _tell_team(withdrawal, f"Withdrawn: {withdrawal.proposal.reference}", "proposals/withdrawn")


def tell_withdrawal_undone(withdrawal: Withdrawal) -> None:
    """The whole team learns that the proposal counts again."""
    _tell_team(withdrawal, f"{withdrawal.proposal.reference} counts again", "proposals/withdrawal_undone")


def _tell_team(withdrawal: Withdrawal, subject: str, template: str) -> None:
    proposal = withdrawal.proposal
    for person in team(proposal):
        owe(
            "proposal_withdrawn",
            person,
            subject=subject,
            template=template,
            about=proposal,
            proposal=proposal,
            withdrawal=withdrawal,
            who="You" if person.id == withdrawal.made_by_id else withdrawal.made_by.name,
            received=et_seconds(withdrawal.received_at),
            deadline=et_long(proposal.rfp.closes_at),
            undoable=official_now() <= proposal.rfp.closes_at,
        )


def tell_program_of_withdrawal(withdrawal: Withdrawal, readers: list[User]) -> None:
    """Program managers (N16) and the evaluators who may read it (N26) learn of it, each once.
    The reason is not in it."""
    reference = withdrawal.proposal.reference
    managers = program_managers()
    about = {reader.id: (reader, f"{reference} has new information", "review") for reader in readers}
    about.update({each.id: (each, f"Withdrawn: {reference}", "manage") for each in managers})
    for person, subject, where in about.values():
        if not is_told(person.id, subject=subject, about=reference):
            owe(
                "proposal_withdrawn",
                person,
                subject=subject,
                template="proposals/withdrawn_opened",
                about=withdrawal.proposal,
                proposal=withdrawal.proposal,
                received=et_seconds(withdrawal.received_at),
                where=where,
            )


def program_managers() -> list[User]:
    """Everyone who runs the program."""
    return list(
        db.session.scalars(
            select(User)
            .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
            .where(StaffRoleGrant.role == StaffRole.PROGRAM_MANAGER, User.active)
            .order_by(User.id)
        )
    )
