"""Pages of money: what waits for whom, requests, approvals, payments, payees, the budget."""

from pglab.payments.routes import approval, budget, disbursement, ledger, payees, prepare, queue
from pglab.payments.routes.blueprint import bp

__all__ = ["approval", "bp", "budget", "disbursement", "ledger", "payees", "prepare", "queue"]
