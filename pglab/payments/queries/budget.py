"""The budget of each cohort, and the proof that the books balance."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.payments.models import Disbursement, Installment, JournalEntry, JournalLine, PaymentRequest, Stipend
from pglab.payments.states import Account, RequestStatus
from pglab.pilots.models import Pilot


@dataclass(frozen=True)
class CohortMoney:
    """One cohort's cents: its budget, promised to pilots, approved and not yet paid, paid."""

    cohort: Cohort
    committed: int
    approved: int
    paid: int

    @property
    def left(self) -> int:
        """What the budget still allows to promise."""
        return self.cohort.budget_cents - self.committed


@dataclass(frozen=True)
class JournalProof:
    """The balance of each account of the journal, and what the rows of requests and payments say it must be."""

    balances: dict[Account, int]
    expected: dict[Account, int]

    @property
    def total(self) -> int:
        """All accounts together: zero in books that balance."""
        return sum(self.balances.values())

    @property
    def agrees(self) -> bool:
        """Whether the journal tells what the requests and payments tell."""
        return self.total == 0 and self.balances == self.expected


def list_cohort_money() -> list[CohortMoney]:
    """Every cohort with its money, newest first, in one statement each for promises, approvals and payments."""
    promised = _by_cohort(
        select(Pilot.cohort_id, func.sum(Stipend.amount_cents)).join(Stipend, Stipend.pilot_id == Pilot.id)
    )
    requests = (
        select(Pilot.cohort_id, func.sum(PaymentRequest.amount_cents))
        .join(Stipend, Stipend.pilot_id == Pilot.id)
        .join(Installment, Installment.stipend_id == Stipend.id)
        .join(PaymentRequest, PaymentRequest.installment_id == Installment.id)
    )
    approved = _by_cohort(requests.where(PaymentRequest.status == RequestStatus.APPROVED))
    paid = _by_cohort(requests.join(Disbursement, Disbursement.request_id == PaymentRequest.id))
    cohorts = db.session.scalars(select(Cohort).order_by(Cohort.number.desc()))
    return [
        CohortMoney(each, promised.get(each.id, 0), approved.get(each.id, 0), paid.get(each.id, 0)) for each in cohorts
    ]


def _by_cohort(query: Select[UUID, int]) -> dict[UUID, int]:
    return {cohort: int(cents) for cohort, cents in db.session.execute(query.group_by(Pilot.cohort_id))}


def prove_journal() -> JournalProof:
    """Compare the journal's balances with the promises, approvals and payments it stands for."""
    rows = db.session.execute(
        select(JournalLine.account, func.sum(JournalLine.amount_cents))
        .join(JournalEntry, JournalLine.entry_id == JournalEntry.id)
        .group_by(JournalLine.account)
    )
    balances = dict.fromkeys(Account, 0) | {account: int(cents) for account, cents in rows}
    money = list_cohort_money()
    committed = sum(each.committed for each in money)
    approved = sum(each.approved for each in money)
    paid = sum(each.paid for each in money)
    return JournalProof(
        balances,
        {
            Account.APPROPRIATION: -committed,
            Account.ENCUMBRANCE: committed - approved - paid,
            Account.EXPENDITURE: approved,
            Account.PAID: paid,
        },
    )
