"""Money at each stage, made through the services by as many people as that takes."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from pglab.accounts.models import Organization, User
from pglab.core.clock import eastern_today, official_now
from pglab.core.db import db, transaction
from pglab.payments import policy, queries, services
from pglab.payments.models import Disbursement, Installment, PaymentRequest, Stipend, VendorVerification
from pglab.payments.states import Method
from pglab.pilots.models import Pilot
from tests.factories.accounts import make_director, make_finance_officer
from tests.factories.pilots import City, accept, execute, make_city, make_pilot

_numbers = count(1)


@dataclass
class Money:
    """A pilot ready to be paid and the people around it."""

    city: City
    pilot: Pilot
    director: User = field(default_factory=make_director)
    finance: User = field(default_factory=lambda: make_finance_officer("Tomas Lin"))
    finance2: User = field(default_factory=lambda: make_finance_officer("Marisol Vega"))

    @property
    def manager(self) -> User:
        return self.city.manager


def installment_of(pilot: Pilot, number: int = 1) -> Installment:
    query = select(Installment).join(Stipend).where(Stipend.pilot_id == pilot.id, Installment.number == number)
    return db.session.scalars(query).one()


def enter_vendor(organization: Organization, *, actor: User, number: str | None = None) -> VendorVerification:
    with transaction():
        return services.enter_vendor(
            organization,
            vendor_number=number or f"{4000 + next(_numbers)}",
            remit_to="Main office",
            w9_on_file_on=eastern_today() - timedelta(days=3),
            actor=actor,
        )


def verify_vendor(money: Money) -> VendorVerification:
    verification = enter_vendor(money.pilot.organization, actor=money.finance)
    with transaction():
        services.confirm_vendor(verification, actor=money.finance2)
    return verification


def make_money(city: City | None = None, *, accepted: int = 1, vendor: bool = True, executed: bool = True) -> Money:
    """A pilot with `accepted` milestones, an executed agreement and a verified vendor, unless told otherwise."""
    city = city or make_city()
    money = Money(city, make_pilot(city))
    if executed:
        execute(money.pilot, actor=city.manager)
    for number in range(1, accepted + 1):
        accept(money.pilot, number)
    if vendor:
        verify_vendor(money)
    return money


def prepare(money: Money, number: int = 1, *, approvals: int = 2) -> PaymentRequest:
    with transaction():
        return services.prepare_request(
            installment_of(money.pilot, number), approvals_needed=approvals, actor=money.manager
        )


def approve(request: PaymentRequest, actor: User) -> None:
    facts = queries.facts_of_request(request, official_now())
    with transaction():
        services.approve_request(
            request, stage=policy.next_stage(request, facts.approvals), fingerprint=request.fingerprint, actor=actor
        )


def make_approved(money: Money, number: int = 1) -> PaymentRequest:
    request = prepare(money, number)
    approve(request, money.director)
    approve(request, money.finance)
    return request


def pay(request: PaymentRequest, actor: User, *, number: str = "", method: Method = Method.ACH) -> Disbursement:
    with transaction():
        return services.record_payment(
            request, method=method, number=number or f"{88000 + next(_numbers)}", paid_on=eastern_today(), actor=actor
        )
