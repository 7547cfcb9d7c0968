"""Reading money: what an installment still needs, what waits for whom, the ledger, payees, the budget."""

from pglab.payments.queries.budget import CohortMoney, JournalProof, list_cohort_money, prove_journal
from pglab.payments.queries.facts import (
    Facts,
    current_fingerprint,
    facts_of,
    facts_of_request,
    get_installment,
    list_facts,
    list_pilot_facts,
)
from pglab.payments.queries.ledger import LedgerRow, Totals, get_request, list_ledger, list_paid_startups, totals_of
from pglab.payments.queries.payees import Payee, get_payee, list_payees, list_verifications
from pglab.payments.queries.people import list_signers, names_of, payee_people, who_could_approve
from pglab.payments.queries.queue import Queue, queue_of

__all__ = [
    "CohortMoney",
    "Facts",
    "JournalProof",
    "LedgerRow",
    "Payee",
    "Queue",
    "Totals",
    "current_fingerprint",
    "facts_of",
    "facts_of_request",
    "get_installment",
    "get_payee",
    "get_request",
    "list_cohort_money",
    "list_facts",
    "list_ledger",
    "list_paid_startups",
    "list_payees",
    "list_pilot_facts",
    "list_signers",
    "list_verifications",
    "names_of",
    "payee_people",
    "prove_journal",
    "queue_of",
    "totals_of",
    "who_could_approve",
]
