"""The draft as it would be published, and the steps of its two people: hand over, return, issue, withdraw."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.addenda import forms, policy, queries, services
from pglab.addenda.models import Addendum
from pglab.addenda.routes.blueprint import bp
from pglab.addenda.routes.drafting import is_late, may_edit, published_call
from pglab.addenda.states import AddendumStatus
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.rfps.queries import Call
from pglab.web.forms import Form
from pglab.web.security import fresh_sign_in_first, requires


@bp.get("/manage/cohorts/<int:cohort>/addenda/draft")
@requires(*policy.READERS)
def draft(cohort: int) -> ResponseReturnValue:
    """What the addendum would say and change, and the button that fits the state and the person."""
    call = published_call(cohort)
    addendum = queries.get_open_addendum(call.rfp)
    if policy.may_issue(me(), addendum):
        confirm_first = fresh_sign_in_first()
        if confirm_first is not None:
            return confirm_first
    seen = {"version": addendum.version, "rfp_version": call.version.number if call.version else 0}
    return show(call, addendum, forms.IssueForm(data=seen))


@bp.post("/manage/cohorts/<int:cohort>/addenda/draft/request")
@requires(*policy.PREPARERS)
def ask(cohort: int) -> ResponseReturnValue:
    """The preparer hands the draft to a second person."""
    call = published_call(cohort)
    addendum = queries.get_open_addendum(call.rfp)
    form = forms.StepForm()
    if form.submitted():
        try:
            with transaction():
                services.ask_issue(addendum, version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.form_errors.append(error.message)
        else:
            flash("Another program manager or a director can issue it now. They were told.", "success")
            return redirect(url_for(".draft", cohort=cohort), 303)
    return show(call, addendum, form), 422


@bp.post("/manage/cohorts/<int:cohort>/addenda/draft/issue")
@requires(*policy.ISSUERS, fresh=True)
def issue(cohort: int) -> ResponseReturnValue:
    """The second person issues."""
    call = published_call(cohort)
    addendum = queries.get_open_addendum(call.rfp)
    form = forms.IssueForm()
    if form.submitted():
        try:
            with transaction():
                services.issue_addendum(addendum, seen=seen_in(form), actor=me())
        except RuleError as error:
            form.form_errors.append(error.message)
        else:
            flash(f"{addendum.name} is issued. Everyone with a draft or a submission is told.", "success")
            return redirect(url_for(".manage", cohort=cohort), 303)
    return show(call, addendum, form), 422


@bp.route("/manage/cohorts/<int:cohort>/addenda/draft/return", methods=["GET", "POST"])
@requires(*policy.ISSUERS)
def send_back(cohort: int) -> ResponseReturnValue:
    """Give the addendum back, with what has to change."""
    call = published_call(cohort)
    addendum = queries.get_open_addendum(call.rfp)
    form = forms.ReturnForm()
    if form.submitted():
        try:
            with transaction():
                services.return_addendum(addendum, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The addendum is a draft again.", "success")
            return redirect(url_for(".draft", cohort=cohort), 303)
    page = render_template("addenda/return.html", rfp=call.rfp, addendum=addendum, form=form)
    return page, 422 if form.problems else 200


@bp.post("/manage/cohorts/<int:cohort>/addenda/draft/withdrawal")
@requires(*policy.ISSUERS)
def withdraw(cohort: int) -> ResponseReturnValue:
    """Give the draft up."""
    addendum = queries.get_open_addendum(published_call(cohort).rfp)
    if Form().submitted():
        with transaction():
            services.withdraw_addendum(addendum, actor=me())
        flash("The addendum is withdrawn. Nothing was published.", "success")
    return redirect(url_for(".manage", cohort=cohort), 303)


def seen_in(form: forms.IssueForm | forms.ConfirmExtensionForm) -> services.Seen:
    """The versions that the page showed."""
    return services.Seen(form.version.data or 0, form.rfp_version.data or 0)


def show(call: Call, addendum: Addendum, form: Form) -> str:
    """The page of the draft."""
    return render_template(
        "addenda/draft.html",
        call=call,
        rfp=call.rfp,
        addendum=addendum,
        changes=queries.preview(call.content, addendum.changes),
        form=form,
        late=is_late(call.rfp) and not addendum.reason,
        may_edit=may_edit(addendum),
        may_issue=policy.may_issue(me(), addendum),
        may_return=addendum.status is AddendumStatus.WAITING and policy.may_return(me()),
        may_withdraw=policy.may_return(me()),
    )
