"""Publication: the check page, sending for review, publishing as the second person, returning to draft."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.core.money import format_dollars
from pglab.rfps import forms, policy, queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.manage import READERS
from pglab.rfps.routes.tasks import linked
from pglab.rfps.routes.words import key_dates, staff_status
from pglab.rfps.states import RfpStatus
from pglab.subscriptions.queries import count_followers
from pglab.subscriptions.states import Topic
from pglab.web.filters import plural
from pglab.web.forms import Form
from pglab.web.security import fresh_sign_in_first, requires

UNPUBLISHED = (RfpStatus.DRAFT, RfpStatus.IN_REVIEW)
Check = tuple[str, str]


@bp.get("/manage/cohorts/<int:cohort>/publication")
@requires(*READERS)
def publication(cohort: int) -> ResponseReturnValue:
    """All dates with their weekday and what publication freezes, for both people."""
    call = queries.get_call(cohort, viewer=me())
    if may_publish(call.rfp):
        confirm_first = fresh_sign_in_first()
        if confirm_first is not None:
            return confirm_first
    return show(call, forms.PublishForm(data={"version": call.rfp.version}))


@bp.post("/manage/cohorts/<int:cohort>/publication")
@requires(*policy.PUBLISHERS, fresh=True)
def publish(cohort: int) -> ResponseReturnValue:
    """The second person publishes."""
    call = queries.get_call(cohort, viewer=me())
    form = forms.PublishForm()
    if form.submitted():
        try:
            with transaction():
                services.publish_rfp(call.rfp, version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{call.rfp.reference} is published.", "success")
            return redirect(url_for(".overview", cohort=cohort), 303)
    return show(call, form), 422


@bp.post("/manage/cohorts/<int:cohort>/review")
@requires(*policy.PREPARERS)
def review(cohort: int) -> ResponseReturnValue:
    """The preparer hands the draft to a second person."""
    call = queries.get_call(cohort, viewer=me())
    form = forms.ReviewForm()
    if form.submitted():
        try:
            with transaction():
                services.send_for_review(call.rfp, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("Another program manager or a director can publish it now. They were told.", "success")
            return redirect(url_for(".publication", cohort=cohort), 303)
    return show(call, form), 422


@bp.route("/manage/cohorts/<int:cohort>/return", methods=["GET", "POST"])
@requires(*policy.PUBLISHERS)
def return_draft(cohort: int) -> ResponseReturnValue:
    """Give the draft back, with what has to change."""
    rfp = queries.get_rfp(cohort, viewer=me())
    form = forms.ReturnForm()
    if form.submitted():
        try:
            with transaction():
                services.return_to_draft(rfp, reason=form.reason.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{rfp.reference} is a draft again.", "success")
            return redirect(url_for(".overview", cohort=cohort), 303)
    return render_template("rfps/return.html", rfp=rfp, form=form), 422 if form.problems else 200


def may_publish(rfp: Rfp) -> bool:
    """Whether the person at the screen is a second person for this RFP."""
    return policy.may_publish(me(), rfp, preparer=queries.get_person(rfp.prepared_by_id))


def show(call: Call, form: Form) -> str:
    """The check page, with the button that fits the state and the person."""
    rfp = call.rfp
    waiting = rfp.status is RfpStatus.IN_REVIEW
    return render_template(
        "rfps/publication.html",
        call=call,
        rfp=rfp,
        form=form,
        status=staff_status(rfp, call.now),
        dates=key_dates(rfp, call.now),
        checks=checks(call),
        problems=linked(services.find_problems(call.parts, call.now), rfp) if rfp.status in UNPUBLISHED else [],
        warnings=linked(services.find_warnings(call.parts, call.now), rfp) if rfp.status in UNPUBLISHED else [],
        followers=count_followers(Topic.CALLS),
        preparer=queries.get_person(rfp.prepared_by_id),
        publisher=queries.get_person(rfp.published_by_id) if rfp.published_by_id else None,
        may_send=policy.may_change(me(), rfp),
        may_publish=may_publish(rfp),
        may_return=waiting and me().has_staff_role(StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR),
    )


def checks(call: Call) -> list[Check]:
    """What both people look at: the sums that publication freezes, and whether they come out."""
    rfp, content = call.rfp, call.content
    weights = sum(line["weight"] for line in content["criteria"])
    paid = sum(part["amount_cents"] for part in content["installments"])
    promised = rfp.stipend_cents * rfp.award_count
    budget = rfp.cohort.budget_cents
    awards = f"{plural(rfp.award_count, 'award')} of {format_dollars(rfp.stipend_cents)}"
    facts = [
        (weights == 100, f"{plural(len(content['criteria']), 'criterion', 'criteria')} add up to {weights} of 100%"),
        (
            paid == rfp.stipend_cents,
            f"{plural(len(content['installments']), 'installment')} add up to {format_dollars(paid)} "
            f"of {format_dollars(rfp.stipend_cents)}",
        ),
        (promised <= budget, f"{awards} are {format_dollars(promised)} of a budget of {format_dollars(budget)}"),
        (bool(content["areas"]), plural(len(content["areas"]), "challenge area")),
    ]
    return [("met" if holds else "missing", said) for holds, said in facts]
