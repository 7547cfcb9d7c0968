"""Moving the deadline later for everyone: one person asks, another one confirms."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.addenda import forms, policy, queries, services
from pglab.addenda.models import Addendum
from pglab.addenda.routes.blueprint import bp
from pglab.addenda.routes.drafting import changeable, published_call
from pglab.addenda.routes.issuing import seen_in
from pglab.addenda.states import AddendumKind
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.rfps.queries import Call
from pglab.web.filters import et_long
from pglab.web.forms import Form
from pglab.web.security import fresh_sign_in_first, requires


@bp.get("/manage/cohorts/<int:cohort>/deadline-extension")
@requires(*policy.READERS)
def extension(cohort: int) -> ResponseReturnValue:
    """The form for a later deadline; or the one that was asked for, with what moves with it."""
    call = published_call(cohort)
    asked = queries.find_open_addendum(call.rfp, AddendumKind.DEADLINE)
    if asked is not None and policy.may_issue(me(), asked):
        confirm_first = fresh_sign_in_first()
        if confirm_first is not None:
            return confirm_first
    if asked is None or call.version is None:
        offered = forms.offered_extension(
            request.args.get("outage", ""),
            outages=queries.list_outages(call.rfp),
            closes_at=call.rfp.closes_at,
            now=call.now,
        )
        return show(call, asked, offered)
    seen = {"version": asked.version, "rfp_version": call.version.number}
    return show(call, asked, forms.ConfirmExtensionForm(data=seen))


@bp.post("/manage/cohorts/<int:cohort>/deadline-extension")
@requires(*policy.PREPARERS)
def ask_extension(cohort: int) -> ResponseReturnValue:
    """The first person asks for a later deadline."""
    call = published_call(cohort)
    form = forms.extension_form(queries.list_outages(call.rfp))
    if form.submitted():
        try:
            with transaction():
                services.ask_extension(call.rfp, extension_in(form), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("Another program manager or a director can confirm it now. They were told.", "success")
            return redirect(url_for(".extension", cohort=cohort), 303)
    return show(call, None, form), 422


@bp.post("/manage/cohorts/<int:cohort>/deadline-extension/confirmation")
@requires(*policy.ISSUERS, fresh=True)
def confirm_extension(cohort: int) -> ResponseReturnValue:
    """The second person moves the deadline."""
    call = published_call(cohort)
    asked = queries.get_open_addendum(call.rfp, AddendumKind.DEADLINE)
    form = forms.ConfirmExtensionForm()
    if form.submitted():
        try:
            with transaction():
                services.issue_addendum(asked, seen=seen_in(form), actor=me())
        except RuleError as error:
            form.form_errors.append(error.message)
        else:
            flash(f"The deadline is {et_long(asked.closes_at)} now. {asked.name} says so to everyone.", "success")
            return redirect(url_for(".manage", cohort=cohort), 303)
    return show(call, asked, form), 422


@bp.post("/manage/cohorts/<int:cohort>/deadline-extension/withdrawal")
@requires(*policy.ISSUERS)
def withdraw_extension(cohort: int) -> ResponseReturnValue:
    """Take the request back; the deadline stays."""
    asked = queries.get_open_addendum(published_call(cohort).rfp, AddendumKind.DEADLINE)
    if Form().submitted():
        with transaction():
            services.withdraw_addendum(asked, actor=me())
        flash("The request is withdrawn. The deadline stays.", "success")
    return redirect(url_for(".manage", cohort=cohort), 303)


def extension_in(form: forms.ExtensionForm) -> services.Extension:
    """What was typed."""
    if form.closes_at.data is None:
        raise RuleError("Enter the new deadline", field="closes_at")
    return services.Extension(form.closes_at.data, form.reason.data, form["outage"].data)


def show(call: Call, asked: Addendum | None, form: Form) -> str:
    """The page, for whoever asks or confirms."""
    changes = services.later_dates(call.rfp, asked.closes_at) if asked and asked.closes_at else {}
    return render_template(
        "addenda/extension.html",
        call=call,
        rfp=call.rfp,
        asked=asked,
        changes=queries.preview(call.content, changes),
        form=form,
        changeable=changeable(call.rfp),
        may_prepare=policy.may_prepare(me()),
        may_issue=asked is not None and policy.may_issue(me(), asked),
        may_withdraw=asked is not None and policy.may_return(me()),
    )
