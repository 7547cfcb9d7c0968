"""Where staff arrange the sessions of a call and see who comes."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.info_sessions import policy, queries, services
from pglab.info_sessions.forms import CancelForm, ChangeForm, RecordingForm, SessionForm
from pglab.info_sessions.models import InfoSession
from pglab.info_sessions.routes.blueprint import bp
from pglab.rfps.queries import get_rfp
from pglab.rfps.states import RfpStatus
from pglab.web.security import requires

PAGE = "/manage/cohorts/<int:cohort>/info-sessions"


@bp.get(PAGE)
@requires(*policy.LOOKERS)
def sessions(cohort: int) -> ResponseReturnValue:
    """Every session of the call, with how many come."""
    rfp, now = get_rfp(cohort, viewer=me()), official_now()
    found = queries.list_sessions(rfp)
    taken = queries.count_places([each.id for each in found])
    return render_template(
        "info_sessions/list.html",
        rfp=rfp,
        rows=[(each, queries.standing(each, taken[each.id], now)) for each in found],
        taken=taken,
        may_add=policy.may_arrange(me()) and rfp.status is RfpStatus.PUBLISHED and now <= rfp.closes_at,
    )


@bp.route(f"{PAGE}/new", methods=["GET", "POST"])
@requires(*policy.ARRANGERS)
def new(cohort: int) -> ResponseReturnValue:
    """Announce a session."""
    rfp, form = get_rfp(cohort, viewer=me()), SessionForm()
    if form.submitted():
        try:
            with transaction():
                services.publish_session(rfp, form.plan(), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The session is on the cohort’s page and in its calendar.", "success")
            return redirect(url_for(".sessions", cohort=cohort), 303)
    page = render_template("info_sessions/edit.html", rfp=rfp, form=form, session=None)
    return page, 422 if form.problems else 200


@bp.route(f"{PAGE}/<int:number>", methods=["GET", "POST"])
@requires(*policy.LOOKERS)
def session(cohort: int, number: int) -> ResponseReturnValue:
    """Who comes, and what can be changed: everything before it begins, the recording afterwards, nothing of a cancelled
    one."""
    found = queries.get_session(cohort, number, viewer=me())
    form = form_for(found)
    if form is not None and form.submitted():
        try:
            with transaction():
                save(found, form)
        except RuleError as error:
            form.show(error)
        else:
            flash("The session is changed, and everyone with a place is told.", "success")
            return redirect(url_for(".sessions", cohort=cohort), 303)
    page = render_template(
        "info_sessions/edit.html",
        rfp=found.rfp,
        session=found,
        form=form,
        places=queries.list_places(found),
        may_cancel=isinstance(form, ChangeForm),
    )
    return page, 422 if form is not None and form.problems else 200


def form_for(found: InfoSession) -> ChangeForm | RecordingForm | None:
    """What may be changed now by this person."""
    if not policy.may_arrange(me()) or found.cancelled_at or found.rfp.status is not RfpStatus.PUBLISHED:
        return None
    now = official_now()
    if now < found.starts_at:
        return ChangeForm(obj=found)
    return RecordingForm(obj=found) if now >= found.ends_at else None


def save(found: InfoSession, form: ChangeForm | RecordingForm) -> None:
    """Carry out what the form says."""
    version = form.version.data or 0
    if isinstance(form, ChangeForm):
        services.change_session(found, form.plan(), version=version, actor=me())
    else:
        services.add_recording(found, recording_url=form.recording_url.data or "", version=version, actor=me())


@bp.route(f"{PAGE}/<int:number>/cancellation", methods=["GET", "POST"])
@requires(*policy.ARRANGERS)
def cancel(cohort: int, number: int) -> ResponseReturnValue:
    """Call a session off, with a reason for everyone."""
    found = queries.get_session(cohort, number, viewer=me())
    form = CancelForm(version=found.version)
    if form.submitted():
        try:
            with transaction():
                services.cancel_session(found, reason=form.reason.data, version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The session is cancelled, and everyone with a place is told.", "success")
            return redirect(url_for(".sessions", cohort=cohort), 303)
    taken = queries.count_places([found.id])[found.id]
    page = render_template("info_sessions/cancel.html", session=found, rfp=found.rfp, form=form, taken=taken)
    return page, 422 if form.problems else 200
