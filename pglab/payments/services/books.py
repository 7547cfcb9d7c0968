"""The journal: what each step of a payment books. A booking's lines sum to zero; none is ever changed."""

from collections.abc import Sequence

from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.core.money import format_dollars
from pglab.payments.models import Installment, JournalEntry, JournalLine, PaymentRequest, Stipend
from pglab.payments.states import Account
from pglab.pilots.models import Milestone, Pilot


def promise_stipend(pilot: Pilot, milestones: Sequence[Milestone], amounts: Sequence[int], *, actor: User) -> Stipend:
    """Promise a stipend in installments, one for each milestone (amounts in cents), and set its money aside.

    Effects: stipend, installments, a booking from the appropriation to the encumbrance. RuleError when the cohort's
    budget does not cover it.
    """
    amount = sum(amounts)
    _refuse_over_budget(pilot, amount)
    stipend = Stipend(pilot=pilot, amount_cents=amount)
    db.session.add(stipend)
    db.session.flush()
    pairs = zip(milestones, amounts, strict=True)
    db.session.add_all(
        Installment(stipend=stipend, number=number, milestone=milestone, amount_cents=cents)
        for number, (milestone, cents) in enumerate(pairs, start=1)
    )
    _book(stipend, f"Stipend of {pilot.reference} set aside", amount, Account.APPROPRIATION, Account.ENCUMBRANCE)
    record("stipend.promised", stipend, actor=actor, after={"amount_cents": amount})
    return stipend


def _refuse_over_budget(pilot: Pilot, amount: int) -> None:
    promised = db.session.scalar(
        select(func.coalesce(func.sum(Stipend.amount_cents), 0)).join(Pilot).where(Pilot.cohort_id == pilot.cohort_id)
    )
    left = pilot.cohort.budget_cents - int(promised or 0)
    if amount > left:
        raise RuleError(
            f"Cohort {pilot.cohort.number} has {format_dollars(left)} left. This stipend is {format_dollars(amount)}."
        )


def book_approval(request: PaymentRequest, *, actor: User) -> None:
    """What is fully approved is owed: from the encumbrance to expenditure."""
    _book_request(request, "approved", Account.ENCUMBRANCE, Account.EXPENDITURE, actor)


def book_reversal(request: PaymentRequest, *, actor: User) -> None:
    """An approval that fell away is booked back: from expenditure to the encumbrance."""
    _book_request(request, "returned after approval", Account.EXPENDITURE, Account.ENCUMBRANCE, actor)


def book_payment(request: PaymentRequest, *, actor: User) -> None:
    """What the Controller paid: from expenditure to paid."""
    _book_request(request, "paid", Account.EXPENDITURE, Account.PAID, actor)


def _book_request(request: PaymentRequest, what: str, source: Account, target: Account, actor: User) -> None:
    stipend, description = request.installment.stipend, f"{request.reference} {what}"
    _book(stipend, description, request.amount_cents, source, target)
    record("journal.booked", stipend, actor=actor, after={"entry": description, "amount_cents": request.amount_cents})


def _book(stipend: Stipend, description: str, cents: int, source: Account, target: Account) -> None:
    entry = JournalEntry(stipend=stipend, description=description, booked_at=official_now())
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        [
            JournalLine(entry_id=entry.id, account=source, amount_cents=-cents),
            JournalLine(entry_id=entry.id, account=target, amount_cents=cents),
        ]
    )
    db.session.flush()
