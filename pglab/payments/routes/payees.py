"""Payees: can they be paid, and the two people who said so."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.payments import policy, queries, services
from pglab.payments.forms import VendorForm
from pglab.payments.queries import Payee
from pglab.payments.routes.blueprint import bp, readers
from pglab.web.security import requires


@bp.get("/finance/payees")
@readers
def payees() -> ResponseReturnValue:
    """Every startup with a pilot, and whether it can be paid."""
    return render_template("payments/payees.html", payees=queries.list_payees(official_now()))


@bp.get("/finance/payees/<uuid:organization_id>")
@readers
def payee(organization_id: UUID) -> ResponseReturnValue:
    """One payee: its vendor details now and before."""
    return payee_page(queries.get_payee(organization_id, official_now()), VendorForm())


def payee_page(found: Payee, form: VendorForm) -> ResponseReturnValue:
    """The payee with the form for new details, for those who may enter them."""
    vendor = found.vendor
    page = render_template(
        "payments/payee.html",
        payee=found,
        history=queries.list_verifications(found.organization.id),
        form=form,
        may_enter=policy.may_enter_vendor(me()),
        may_confirm=bool(vendor and vendor.confirmed_at is None and policy.may_confirm_vendor(me(), vendor.entered_by)),
    )
    return page, 422 if form.problems else 200


@bp.route("/finance/payees/<uuid:organization_id>/details", methods=["GET", "POST"])
@requires(StaffRole.FINANCE, fresh=True)
def details(organization_id: UUID) -> ResponseReturnValue:
    """Enter new details; a second person confirms them."""
    found = queries.get_payee(organization_id, official_now())
    if request.method == "GET":  # here somebody arrives who had to confirm that it is them
        return redirect(url_for(".payee", organization_id=organization_id), 303)
    form = VendorForm()
    if form.submitted():
        try:
            with transaction():
                services.enter_vendor(
                    found.organization,
                    vendor_number=form.vendor_number.data,
                    remit_to=form.remit_to.data,
                    w9_on_file_on=form.w9_on_file_on.data or date.max,
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            flash("Entered. Another person confirms it before anything is paid.", "success")
            return redirect(url_for(".payee", organization_id=organization_id), 303)
    return payee_page(found, form)


@bp.route("/finance/payees/<uuid:organization_id>/details/<int:number>/confirmation", methods=["GET", "POST"])
@requires(StaffRole.FINANCE, StaffRole.DIRECTOR, fresh=True)
def confirmation(organization_id: UUID, number: int) -> ResponseReturnValue:
    """Confirm what another person entered."""
    found = next((each for each in queries.list_verifications(organization_id) if each.number == number), None)
    if found is None:
        raise NotFoundError("There are no such vendor details.")
    if request.method == "GET":  # here somebody arrives who had to confirm that it is them
        return redirect(url_for(".payee", organization_id=organization_id), 303)
    with transaction():
        services.confirm_vendor(found, actor=me())
    flash(f"The details of {found.organization.legal_name} are verified.", "success")
    return redirect(url_for(".payee", organization_id=organization_id), 303)
