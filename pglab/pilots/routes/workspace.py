"""The workspace: what startup, champion and City see of one pilot, and what each of them does there."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.documents.routes import document_response, given_file, make_ticket, uploading_page
from pglab.pilots import policy, queries, services
from pglab.pilots.forms import AcceptForm, DeliverableForm, VerdictForm
from pglab.pilots.models import Milestone
from pglab.pilots.routes.blueprint import bp
from pglab.pilots.states import Verdict
from pglab.web.filters import local_day
from pglab.web.security import second_factor, signed_in


@bp.get("/workspace")
@signed_in
def pilots() -> ResponseReturnValue:
    """The pilots the person takes part in."""
    return render_template("pilots/pilots.html", pilots=queries.list_pilots(me()))


@bp.get("/workspace/<reference>")
@signed_in
def overview(reference: str) -> ResponseReturnValue:
    """One pilot: the next step for whoever looks, its milestones, what happened."""
    pilot = queries.get_pilot(reference, viewer=me())
    today = local_day(official_now())
    milestones = queries.list_milestones(pilot.id, today)
    return render_template(
        "pilots/overview.html",
        pilot=pilot,
        agreement=pilot.agreement,
        milestones=milestones,
        step=queries.next_step(pilot, pilot.agreement, milestones, me()),
        history=queries.list_history(pilot),
        today=today,
        is_staff=me().is_staff,
    )


@bp.get("/workspace/<reference>/milestones/<int:number>")
@signed_in
def milestone(reference: str, number: int) -> ResponseReturnValue:
    """One milestone: what counts as done, what was handed in, and what the person can do."""
    return milestone_page(queries.get_milestone(reference, number, viewer=me()), DeliverableForm(), None)


def _ticket(found: Milestone) -> str:
    """With which a file for this milestone may be sent."""
    return make_ticket(services.DELIVERABLE, services.upload_purpose(found), found.pilot.organization_id)


def milestone_page(
    found: Milestone, hand_in: DeliverableForm, verdict: VerdictForm | None, status: int = 200
) -> ResponseReturnValue:
    """The milestone with both forms; the one that was refused keeps what was typed."""
    view = queries.view_milestone(found, local_day(official_now()))
    newest = view.newest.version.number if view.newest else None
    may_hand_in = policy.may_hand_in(me(), found.pilot)
    page = render_template(
        "pilots/milestone.html",
        pilot=found.pilot,
        view=view,
        hand_in=hand_in,
        verdict=verdict or VerdictForm(formdata=None, version=newest),
        may_hand_in=may_hand_in,
        may_decide=policy.may_decide(me(), found.pilot),
        is_own=policy.is_member(me(), found.pilot),
        ticket=_ticket(found) if may_hand_in else "",
    )
    return uploading_page(page, status) if may_hand_in else (page, status)


@bp.post("/workspace/<reference>/milestones/<int:number>/deliverables")
@signed_in
def hand_in(reference: str, number: int) -> ResponseReturnValue:
    """Hand in a new version."""
    found = queries.get_milestone(reference, number, viewer=me())
    services.require_hand_in(found, me())
    form = DeliverableForm()
    if form.submitted():
        try:
            with transaction():
                given = given_file(form.file, services.upload_purpose(found))
                version = services.submit_deliverable(found, note=form.note.data, upload=given, actor=me())
        except RuleError as error:
            found = queries.get_milestone(reference, number, viewer=me())
            form.show(error)
        else:
            flash(f"Version {version.number} is handed in. {found.pilot.champion.name} reviews it.", "success")
            return redirect(url_for(".milestone", reference=reference, number=number), 303)
    return milestone_page(found, form, None, 422)


@bp.post("/workspace/<reference>/milestones/<int:number>/verdict")
@second_factor
def verdict(reference: str, number: int) -> ResponseReturnValue:
    """Send a version back, or go on to the page that says what acceptance does."""
    found = queries.get_milestone(reference, number, viewer=me())
    services.require_decision(found, me())
    form = VerdictForm()
    here = url_for(".milestone", reference=reference, number=number)
    if form.submitted() and form.verdict.data is Verdict.ACCEPTED:
        return redirect(url_for(".acceptance", reference=reference, number=number), 303)
    if form.submitted():
        try:
            with transaction():
                services.ask_for_changes(found, what=form.what.data, version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The startup knows what must change.", "success")
            return redirect(here, 303)
    return milestone_page(found, DeliverableForm(formdata=None), form, 422)


@bp.route("/workspace/<reference>/milestones/<int:number>/acceptance", methods=["GET", "POST"])
@second_factor
def acceptance(reference: str, number: int) -> ResponseReturnValue:
    """Say what acceptance does, then accept."""
    found = queries.get_milestone(reference, number, viewer=me())
    services.require_decision(found, me())
    view = queries.view_milestone(found, local_day(official_now()))
    form = AcceptForm(version=view.newest.version.number if view.newest else None)
    if form.submitted():
        with transaction():
            services.accept_milestone(found, version=form.version.data or 0, actor=me())
        flash(f"Milestone {number} is accepted.", "success")
        return redirect(url_for(".overview", reference=reference), 303)
    amount = queries.find_installment_amount(found)
    page = render_template("pilots/acceptance.html", pilot=found.pilot, view=view, form=form, amount=amount)
    return page, 422 if form.problems else 200


@bp.get("/workspace/<reference>/milestones/<int:number>/deliverables/<int:version>/file")
@signed_in
def deliverable(reference: str, number: int, version: int) -> ResponseReturnValue:
    """The file of one version, for those who may see the pilot; City reads are noted."""
    found = queries.get_milestone(reference, number, viewer=me())
    handed_in = queries.get_version(found, version)
    own = policy.is_member(me(), found.pilot)
    file = document_response(handed_in.document, own=own)
    if not own:
        with transaction():
            log_access(handed_in, viewer=me(), purpose="deliverable read")
    return file
