"""P24: what is paid never exceeds a stipend, however many pay at once. Committed databases, real threads."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from config import Settings
from pglab.accounts.models import User
from pglab.core.clock import eastern_today
from pglab.core.db import db, transaction
from pglab.core.errors import DomainError
from pglab.core.ids import uuid7
from pglab.payments import queries, services
from pglab.payments.models import PaymentRequest
from pglab.payments.states import Method, Stage
from tests.factories.payments import make_approved, make_money, prepare
from tests.support import databases
from tests.support.scoreboard import Scores

PAYERS = 24
ROUNDS = 1000


@pytest.fixture
def committed() -> Iterator[Settings]:
    """A database of its own, where what is done stays done."""
    with databases.copy_of(databases.empty_database(), databases.run_name("money")) as own:
        yield own


@pytest.fixture
def own_app(committed: Settings) -> Iterator[Flask]:
    """The product on that database; its connections are closed at the end."""
    with databases.app_on(committed) as app:
        yield app


def together(count: int, work: Callable[[int], str]) -> list[str]:
    """What `work` answered to each of `count` threads that began at the same moment."""
    gate = threading.Barrier(count)

    def begin(number: int) -> str:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def connect(settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(settings.database_url.replace("+psycopg", ""))


def sums(settings: Settings) -> list[tuple[object, ...]]:
    """Of each stipend: its amount, what was paid, and how often."""
    with connect(settings) as connection:
        return connection.execute(
            "SELECT s.amount_cents, coalesce(sum(d.amount_cents), 0), count(d.id) FROM stipends s"
            " LEFT JOIN installments i ON i.stipend_id = s.id LEFT JOIN payment_requests r ON r.installment_id = i.id"
            " LEFT JOIN disbursements d ON d.request_id = r.id GROUP BY s.id, s.amount_cents"
        ).fetchall()


def pay_in_thread(own_app, request_id, recorder_id, number) -> str:
    """Record a payment as a request of its own would."""
    with own_app.app_context():
        try:
            with transaction():
                request = db.session.get_one(PaymentRequest, request_id)
                recorder = db.session.get_one(User, recorder_id)
                services.record_payment(
                    request, method=Method.ACH, number=number, paid_on=eastern_today(), actor=recorder
                )
            return "paid"
        except DomainError as error:
            return str(error.status)


def test_many_payers_at_once_pay_each_request_once(committed, own_app):
    with own_app.app_context():
        money = make_money(accepted=3)
        requests = [make_approved(money, number).id for number in (1, 2, 3)]
        recorder = money.finance.id

    answers = together(PAYERS, lambda n: pay_in_thread(own_app, requests[n % 3], recorder, f"N-{n}"))

    assert sorted(answers) == ["409"] * (PAYERS - 3) + ["paid"] * 3
    assert sums(committed) == [(25_000_00, 25_000_00, 3)]
    with own_app.app_context():
        assert queries.prove_journal().agrees


def test_the_same_payment_recorded_by_many_is_one_payment(committed, own_app):
    with own_app.app_context():
        money = make_money()
        request, recorder = make_approved(money).id, money.finance.id

    answers = together(PAYERS, lambda _n: pay_in_thread(own_app, request, recorder, "88213"))

    assert answers == ["paid"] * PAYERS  # everyone reads that it is paid; it happened once
    assert sums(committed) == [(25_000_00, 6_250_00, 1)]


def test_one_number_for_two_payments_at_once_is_used_once(committed, own_app):
    with own_app.app_context():
        money = make_money(accepted=2)
        requests, recorder = [make_approved(money, number).id for number in (1, 2)], money.finance.id

    answers = together(2, lambda n: pay_in_thread(own_app, requests[n], recorder, "88213"))

    assert sorted(answers) in (["409", "paid"], ["422", "paid"])


def test_many_approvers_at_once_give_one_approval_each_turn(committed, own_app):
    with own_app.app_context():
        money = make_money()
        request = prepare(money).id
        people = [money.director.id, money.city.second.id]
        fingerprint = db.session.get_one(PaymentRequest, request).fingerprint

    def sign(n: int) -> str:
        with own_app.app_context():
            try:
                with transaction():
                    services.approve_request(
                        db.session.get_one(PaymentRequest, request),
                        stage=Stage.PROGRAM,
                        fingerprint=fingerprint,
                        actor=db.session.get_one(User, people[n % 2]),
                    )
                return "approved"
            except DomainError as error:
                return str(error.status)

    answers = together(PAYERS, sign)

    assert set(answers) == {"approved", "409"}
    with connect(committed) as connection:
        row = connection.execute("SELECT count(*) FROM approvals").fetchone()
    assert row == (1,)


def try_to_pay(
    connection: psycopg.Connection[tuple[object, ...]], request: object, cents: int, **values: object
) -> str:
    """A disbursement by direct SQL in the application's role, put on the log as the database wants it."""
    own = uuid7()
    try:
        for subject in (own, request):
            connection.execute(
                "INSERT INTO audit_events (actor_name, action, subject_type, subject_id, subject, change, reason)"
                " VALUES ('x', 'x', 'x', %s, 'x', '{}', '')",
                [subject],
            )
        connection.execute(
            "INSERT INTO disbursements (id, request_id, amount_cents, method, number, paid_on, recorded_by_id,"
            " recorded_at) VALUES (%s, %s, %s, 'ach', %s, current_date, %s, official_now())",
            [own, request, cents, values["number"], values["recorder"]],
        )
        connection.execute("UPDATE payment_requests SET status = 'paid' WHERE id = %s", [request])
        connection.commit()
        return "paid"
    except psycopg.Error as error:
        connection.rollback()
        return str(error.sqlstate)


@pytest.mark.slow
def test_a_thousand_rounds_of_direct_payers_never_pay_too_much(committed, own_app, scored: Scores):
    with own_app.app_context():
        money = make_money(accepted=3)
        requests = [make_approved(money, number) for number in (1, 2, 3)]
        ids, cents, recorder = (
            [each.id for each in requests],
            [each.amount_cents for each in requests],
            money.finance.id,
        )
    with ExitStack() as open_ones:
        payers = [open_ones.enter_context(connect(committed)) for _ in range(PAYERS)]
        owner = open_ones.enter_context(databases.superuser(str(make_url(committed.database_url).database)))
        owner.execute("SET session_replication_role = replica")
        for turn in range(ROUNDS):
            answers = together(
                PAYERS,
                lambda n, turn=turn: try_to_pay(
                    payers[n], ids[n % 3], cents[n % 3], number=f"R{turn}-{n}", recorder=recorder
                ),
            )
            ((promised, paid, times),) = sums(committed)
            assert (answers.count("paid"), promised, paid, times) == (3, 25_000_00, 25_000_00, 3)
            # the next round begins as this one did
            owner.execute("DELETE FROM disbursements")
            owner.execute("UPDATE payment_requests SET status = 'approved'")
    scored("P24", what=f"rounds of {PAYERS} payers at once, paying too much", sample=ROUNDS)


@pytest.mark.slow  # beside the proof it is the control of
def test_the_naive_way_pays_too_much(committed, scored: Scores):
    """The control: check the sum, then insert. If this did not overpay, the threads above would prove nothing."""
    name = str(make_url(committed.database_url).database)
    with databases.superuser(name) as owner:
        owner.execute("CREATE TABLE naive_payments (cents bigint); GRANT ALL ON naive_payments TO pglab_app")

    def pay_naively(_n: int) -> str:
        with connect(committed) as connection:
            row = connection.execute("SELECT coalesce(sum(cents), 0) FROM naive_payments").fetchone()
            if row and int(row[0]) + 6_250_00 <= 25_000_00:  # type: ignore[call-overload]  # a sum
                connection.execute("SELECT pg_sleep(0.01)")
                connection.execute("INSERT INTO naive_payments VALUES (625000)")
            return "done"

    together(PAYERS, pay_naively)

    with connect(committed) as connection:
        row = connection.execute("SELECT sum(cents) FROM naive_payments").fetchone()
    assert row is not None
    paid = int(row[0])  # type: ignore[call-overload]  # a sum
    assert paid > 25_000_00
    scored("P24", control=f"adding up before paying, without a lock, paid ${paid // 100:,} of $25,000")
