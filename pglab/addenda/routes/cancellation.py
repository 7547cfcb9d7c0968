"""Cancelling a call: one person asks, with the reason everyone will read; another one confirms."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.addenda import forms, policy, queries, services
from pglab.addenda.routes.blueprint import bp
from pglab.addenda.routes.drafting import changeable, published_call
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.rfps.models import Rfp
from pglab.web.forms import Form
from pglab.web.security import fresh_sign_in_first, requires


@bp.get("/manage/cohorts/<int:cohort>/cancellation")
@requires(*policy.READERS)
def cancellation(cohort: int) -> ResponseReturnValue:
    """The form to ask for a cancellation; or the one that waits, or was confirmed."""
    rfp = published_call(cohort).rfp
    asked = queries.find_cancellation(rfp)
    if asked is not None and policy.may_confirm(me(), asked):
        confirm_first = fresh_sign_in_first()
        if confirm_first is not None:
            return confirm_first
    if asked is None:
        return show(rfp, forms.CancellationForm())
    return show(rfp, forms.ConfirmCancellationForm(data={"version": queries.count_cancellations(rfp)}))


@bp.post("/manage/cohorts/<int:cohort>/cancellation")
@requires(*policy.PREPARERS)
def ask_cancellation(cohort: int) -> ResponseReturnValue:
    """The first person asks."""
    rfp = published_call(cohort).rfp
    form = forms.CancellationForm()
    if form.submitted():
        try:
            with transaction():
                services.ask_cancellation(rfp, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("Another program manager or a director can confirm it now. They were told.", "success")
            return redirect(url_for(".cancellation", cohort=cohort), 303)
    return show(rfp, form), 422


@bp.post("/manage/cohorts/<int:cohort>/cancellation/confirmation")
@requires(*policy.ISSUERS, fresh=True)
def confirm_cancellation(cohort: int) -> ResponseReturnValue:
    """The second person cancels the call."""
    rfp = published_call(cohort).rfp
    if queries.find_cancellation(rfp) is None:
        raise StateError("Nobody has asked to cancel this call.")
    form = forms.ConfirmCancellationForm()
    if form.submitted():
        with transaction():
            services.confirm_cancellation(rfp, request=form.version.data or 0, actor=me())
        flash(f"{rfp.reference} is cancelled. Everyone with a draft or a submission is told.", "success")
        return redirect(url_for("rfps.overview", cohort=cohort), 303)
    return show(rfp, form), 422


@bp.post("/manage/cohorts/<int:cohort>/cancellation/withdrawal")
@requires(*policy.ISSUERS)
def withdraw_cancellation(cohort: int) -> ResponseReturnValue:
    """Take the request back; the call goes on."""
    rfp = published_call(cohort).rfp
    if Form().submitted():
        with transaction():
            services.withdraw_cancellation(rfp, actor=me())
        flash("The request is withdrawn. The call goes on.", "success")
    return redirect(url_for("rfps.overview", cohort=cohort), 303)


def show(rfp: Rfp, form: Form) -> str:
    """The page, for whoever asks or confirms."""
    asked = queries.find_cancellation(rfp)
    return render_template(
        "addenda/cancellation.html",
        rfp=rfp,
        asked=asked,
        form=form,
        changeable=changeable(rfp),
        may_prepare=policy.may_prepare(me()),
        may_confirm=asked is not None and policy.may_confirm(me(), asked),
        may_withdraw=asked is not None and policy.may_return(me()),
    )
