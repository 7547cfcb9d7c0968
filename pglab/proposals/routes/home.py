"""Where a startup begins: its proposals and the open calls, and a new proposal."""

from datetime import datetime

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.states import ProposalStatus
from pglab.rfps import queries as rfp_queries
from pglab.web.security import signed_in


@bp.get("/apply")
@signed_in
def home() -> ResponseReturnValue:
    """What a startup has to do next, what is due first on top; its proposals, and the calls that are open."""
    now = official_now()
    open_calls = [rfp for rfp in rfp_queries.list_rfps(me()) if rfp.phase(now).accepts_proposals]
    proposals = queries.list_own_proposals(me())
    waiting = queries.waiting_by_proposal(proposals, now)
    return render_template(
        "proposals/home.html",
        to_do=queries.list_to_do(me(), proposals, waiting, now),
        current=current_of(proposals, now),
        proposals=proposals,
        waiting=waiting,
        answering=[each.id for each in proposals if policy.may_submit(me(), each)],
        words={each.id: queries.status_word(each, waiting.get(each.id)) for each in proposals},
        open_calls=open_calls,
        now=now,
    )


def current_of(proposals: list[Proposal], now: datetime) -> Proposal | None:
    """The proposal to go on with: of those whose team can still send something, the one that is due first."""
    waiting = [
        each
        for each in proposals
        if policy.may_edit(me(), each)
        and each.rfp.phase(now).accepts_proposals
        and (each.status is ProposalStatus.DRAFT or each.has_unsent_changes)
    ]
    return min(waiting, key=lambda each: each.rfp.closes_at, default=None)


@bp.route("/apply/cohorts/<int:cohort>", methods=["GET", "POST"])
@signed_in
def start(cohort: int) -> ResponseReturnValue:
    """Before you start: what it takes, then start a proposal."""
    rfp = rfp_queries.get_rfp(cohort, viewer=me())
    writers = [held.organization for held in me().memberships if held.role in policy.WRITERS]
    form = forms.start_form(writers, rfp_queries.list_areas(rfp.cohort_id))
    if form.submitted():
        try:
            with transaction():
                proposal = services.start_proposal(
                    rfp, organization=form.organization.data, area=form.area.data, actor=me()
                )
        except RuleError as error:
            form.show(error)
        else:
            return redirect(url_for(".tasks", reference=proposal.reference), 303)
    existing = [own for own in queries.list_own_proposals(me()) if own.rfp_id == rfp.id]
    page = render_template(
        "proposals/start.html",
        form=form,
        rfp=rfp,
        now=official_now(),
        writers=writers,
        existing=existing,
        slots=rfp_queries.list_slots(rfp.id),
    )
    return page, 422 if form.problems else 200
