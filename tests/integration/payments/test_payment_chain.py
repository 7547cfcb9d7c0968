"""One installment from acceptance to payment, and what the books say after each step."""

from pglab.payments import queries
from pglab.payments.states import Account, RequestStatus
from tests.factories.payments import approve, make_money, pay, prepare


def balances() -> dict[Account, int]:
    proof = queries.prove_journal()
    assert proof.agrees
    return proof.balances


def test_two_approvals_then_the_payment_and_the_books_follow(rolled_back):
    money = make_money()
    assert balances()[Account.ENCUMBRANCE] == 25_000_00

    request = prepare(money)
    assert (request.reference, request.status) == ("S12-0001", RequestStatus.WAITING)
    approve(request, money.director)
    assert request.status is RequestStatus.WAITING
    approve(request, money.finance)
    assert request.status is RequestStatus.APPROVED
    assert balances()[Account.EXPENDITURE] == 6_250_00

    paid = pay(request, money.finance)

    assert (request.status, paid.amount_cents) == (RequestStatus.PAID, 6_250_00)
    assert balances() == {
        Account.APPROPRIATION: -25_000_00,
        Account.ENCUMBRANCE: 18_750_00,
        Account.EXPENDITURE: 0,
        Account.PAID: 6_250_00,
    }
