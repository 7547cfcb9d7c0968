"""Vendor details: entered by one person in finance, confirmed by another; a change holds payments."""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import select

from pglab.accounts.models import Organization, User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.payments import notices, policy, queries
from pglab.payments.models import Installment, PaymentRequest, Stipend, VendorVerification
from pglab.payments.services.approvals import void_request
from pglab.payments.services.locks import lock_payee, race_lost
from pglab.payments.states import RequestStatus
from pglab.pilots.models import Pilot
from pglab.web.filters import local_day

HOLD = timedelta(hours=72)
VENDOR_NUMBER = re.compile(r"[0-9]{4,10}")
# What a bank account, a taxpayer id or a social security number would look like in the label.
ACCOUNT_LIKE = re.compile(r"\d[\d -]{5,}\d{2}")


def enter_vendor(
    organization: Organization, *, vendor_number: str, remit_to: str, w9_on_file_on: date, actor: User
) -> VendorVerification:
    """Enter what the City's finance system holds about a payee; a second person confirms it before anything is paid.

    Effects: new details, not yet confirmed. When earlier ones were confirmed this is a change: payments are held for 72
    hours, requests that wait or are approved go back to their preparers, and the startup's members are told.
    """
    require(policy.may_enter_vendor(actor), "Finance enters vendor numbers.")
    _refuse_own(organization, actor)
    lock_payee(organization.id, to_change=True)
    _refuse_unreal(organization, vendor_number, remit_to, w9_on_file_on)
    now, earlier = official_now(), queries.list_verifications(organization.id)
    is_change = any(each.confirmed_at for each in earlier)
    entered = VendorVerification(
        organization=organization,
        number=max((each.number for each in earlier), default=0) + 1,
        vendor_number=vendor_number,
        remit_to=remit_to,
        w9_on_file_on=w9_on_file_on,
        entered_by=actor,
        entered_at=now,
        hold_until=now + HOLD if is_change else now,
    )
    with race_lost():
        db.session.add(entered)
    record("vendor.entered", entered, actor=actor, after={"number": entered.number, "held": is_change})
    if is_change:
        _void_unpaid(organization, now, actor)
        notices.announce_payee_change(entered)
    return entered


def _refuse_own(organization: Organization, actor: User) -> None:
    payee = queries.payee_people({organization.id})[organization.id]
    require(actor.person_id not in payee, "You belong to this startup, so somebody else does this.")


def _refuse_unreal(organization: Organization, vendor_number: str, remit_to: str, w9_on_file_on: date) -> None:
    if not VENDOR_NUMBER.fullmatch(vendor_number):
        raise RuleError("The vendor number must have 4 to 10 digits", "vendor_number")
    taken = db.session.scalar(
        select(Organization.legal_name)
        .join(VendorVerification, VendorVerification.organization_id == Organization.id)
        .where(VendorVerification.vendor_number == vendor_number, Organization.id != organization.id)
        .limit(1)
    )
    if taken:
        raise RuleError(f"{vendor_number} is already used for {taken}", "vendor_number")
    if ACCOUNT_LIKE.search(remit_to):
        raise RuleError("Leave out account and taxpayer numbers. The City’s finance system keeps them.", "remit_to")
    if w9_on_file_on > local_day(official_now()):
        raise RuleError("The date can’t be in the future", "w9_on_file_on")


def _void_unpaid(organization: Organization, now: datetime, actor: User) -> None:
    """Approvals expire with the facts: what was signed for the old details goes back to its preparer."""
    unpaid = db.session.scalars(
        select(PaymentRequest)
        .join(Installment, PaymentRequest.installment_id == Installment.id)
        .join(Stipend, Installment.stipend_id == Stipend.id)
        .join(Pilot, Stipend.pilot_id == Pilot.id)
        .where(
            Pilot.organization_id == organization.id,
            PaymentRequest.status.in_([RequestStatus.WAITING, RequestStatus.APPROVED]),
        )
        .order_by(PaymentRequest.reference)
        .with_for_update(of=PaymentRequest)
        .execution_options(populate_existing=True)
    ).all()
    for request in unpaid:
        facts = queries.facts_of_request(request, now)
        void_request(facts, reason="The payee’s details changed, so approvals no longer hold.", actor=actor)


def confirm_vendor(verification: VendorVerification, *, actor: User) -> None:
    """Confirm, as a second person, what another entered; from now on, or after the hold, the payee can be paid."""
    require(
        policy.may_confirm_vendor(actor, verification.entered_by),
        f"{verification.entered_by.name} entered this, so another finance officer or a director confirms it.",
    )
    organization = verification.organization
    _refuse_own(organization, actor)
    lock_payee(organization.id, to_change=True)
    db.session.refresh(verification)
    newest = queries.list_verifications(organization.id)[0]
    if newest.id != verification.id:
        raise StateError("Newer details were entered since you opened this. Check them first.")
    if verification.confirmed_by_id == actor.id:
        return
    if verification.confirmed_by:
        raise StateError(f"{verification.confirmed_by.name} has confirmed this already.")
    with race_lost():
        verification.confirmed_by, verification.confirmed_at = actor, official_now()
    record("vendor.confirmed", verification, actor=actor, after={"number": verification.number})
