"""The pages of decisions: the program's board and release, the startup's decision and answer."""

from fractions import Fraction
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import MemberRole, StaffRole
from pglab.accounts.session import me
from pglab.awards import policy, queries, services
from pglab.awards.forms import AnswerForm, DecisionsForm, ReleaseForm, decisions_form
from pglab.awards.models import Decision
from pglab.awards.queries import Board
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.db import transaction
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError
from pglab.reviews.policy import one_decimal
from pglab.reviews.queries import RankedProposal, criterion_means, list_explanations
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.queries import get_rfp, list_installments
from pglab.web.security import requires, signed_in

bp = Blueprint("awards", __name__)


@bp.get("/manage/cohorts/<int:cohort>/decisions")
@requires(*policy.READERS)
def decisions(cohort: int) -> ResponseReturnValue:
    """What is decided about each proposal, beside the official ranking."""
    rfp = get_rfp(cohort, viewer=me())
    board = queries.read_board(rfp)
    return _board_page(board, _form(board))


@bp.post("/manage/cohorts/<int:cohort>/decisions")
@requires(StaffRole.PROGRAM_MANAGER)
def set_decisions(cohort: int) -> ResponseReturnValue:
    """Save decisions and debriefs; nobody outside the program sees them before release."""
    rfp = get_rfp(cohort, viewer=me())
    board = queries.read_board(rfp)
    form = _form(board)
    if form.submitted():
        try:
            with transaction():
                services.set_decisions(rfp, form.choices(), seen=form.seen.data, actor=me())
        except RuleError as error:
            form.show(error)
            board = queries.read_board(rfp)
        else:
            flash("Decisions saved. They stay pending until they are released.", "success")
            return redirect(url_for(".decisions", cohort=cohort), 303)
    return _board_page(board, form)


def _form(board: Board) -> DecisionsForm:
    drafts = {line.proposal_id: _draft(line, board.criteria) for line in board.ranked}
    return decisions_form(board.ranked, board.decisions, drafts, queries.fingerprint(board.decisions.values()))


def _draft(line: RankedProposal, criteria: list[Criterion]) -> str:
    """The beginning of a debrief: each criterion with its mean and what the rubric says of it. No names or quotes."""
    return "\n\n".join(
        f"{criterion.title}: {one_decimal(mean)} of 5. {criterion.anchors[int(mean + Fraction(1, 2))]}"
        for criterion, mean in zip(criteria, line.means, strict=True)
        if mean is not None
    )


def _board_page(board: Board, form: DecisionsForm) -> ResponseReturnValue:
    rfp = board.rfp
    written: dict[UUID, list[tuple[str, int, str]]] = list_explanations(rfp) if rfp.panel_opened_at else {}
    page = render_template(
        "awards/decisions.html",
        rfp=rfp,
        board=board,
        form=form,
        written=written,
        release=queries.find_release(rfp),
        fingerprint=queries.fingerprint(board.decisions.values()),
        may_set=policy.may_set(me()),
    )
    return page, 422 if form.problems else 200


@bp.route("/manage/cohorts/<int:cohort>/decisions/request", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER, fresh=True)
def ask(cohort: int) -> ResponseReturnValue:
    """Ask a second person to release the decisions as they stand."""
    rfp = get_rfp(cohort, viewer=me())
    form = AnswerForm()
    if form.submitted():
        try:
            with transaction():
                services.ask_release(rfp, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("You asked for release. Another program manager or a director releases.", "success")
            return redirect(url_for(".decisions", cohort=cohort), 303)
    page = render_template("awards/ask.html", rfp=rfp, board=queries.read_board(rfp), form=form)
    return page, 422 if form.problems else 200


@bp.route("/manage/cohorts/<int:cohort>/decisions/release", methods=["GET", "POST"])
@requires(*policy.RELEASERS, fresh=True)
def release(cohort: int) -> ResponseReturnValue:
    """The second person checks and releases."""
    rfp = get_rfp(cohort, viewer=me())
    waiting = queries.find_release(rfp)
    if waiting is None:
        raise NotFoundError("Nobody has asked for the release of this cohort’s decisions.")
    form = ReleaseForm(data={"sha256": waiting.sha256})
    if form.submitted():
        try:
            with transaction():
                services.release_decisions(rfp, sha256=form.sha256.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The decisions are released, and the startups are told.", "success")
            return redirect(url_for(".decisions", cohort=cohort), 303)
    page = render_template(
        "awards/release.html",
        rfp=rfp,
        board=queries.read_board(rfp),
        release=waiting,
        form=form,
        mine=not policy.may_release(me(), waiting),
    )
    return page, 422 if form.problems else 200


@bp.get("/apply/proposals/<reference>/decision")
@signed_in
def decision(reference: str) -> ResponseReturnValue:
    """The startup reads what was decided, its own scores and the panel's reasons."""
    found = _own_decision(reference)
    rfp = found.proposal.rfp
    position = int(found.rank.rstrip("=")) if found.rank else None
    return render_template(
        "awards/decision.html",
        decision=found,
        proposal=found.proposal,
        rfp=rfp,
        score=one_decimal(Fraction(found.score)) if found.score else "",
        means=[(criterion, one_decimal(mean)) for criterion, mean in criterion_means(found.proposal)],
        band=policy.band(position, queries.count_scored(rfp)),
        debrief_until=policy.debrief_until(rfp.decided_at) if rfp.decided_at else None,
        may_answer=policy.may_answer(me(), found),
        representatives=_representatives(found),
    )


def _own_decision(reference: str) -> Decision:
    """The released decision of the viewer's own startup; for everyone else there is none here."""
    found = queries.get_decision(reference, viewer=me())
    if me().role_in(found.proposal.organization_id) is None:
        raise NotFoundError(queries.NO_SUCH)
    return found


def _representatives(found: Decision) -> list[str]:
    members = found.proposal.organization.memberships
    return [member.user.name for member in members if member.role is MemberRole.REPRESENTATIVE]


@bp.get("/apply/proposals/<reference>/award-response")
@signed_in
def answer(reference: str) -> ResponseReturnValue:
    """What accepting or declining means, before the button."""
    return _answer_page(_own_decision(reference), AnswerForm())


@bp.post("/apply/proposals/<reference>/award-response")
@signed_in
def send_answer(reference: str) -> ResponseReturnValue:
    """Accept or decline, as an authorized representative."""
    found = _own_decision(reference)
    wanted = request.form.get("answer")
    form = AnswerForm()
    if not form.submitted() or wanted not in ("accept", "decline"):
        form.show(RuleError("Select whether you accept or decline the award"))
        return _answer_page(found, form)
    with transaction():
        (services.accept_award if wanted == "accept" else services.decline_award)(found, actor=me())
    flash("You accepted the award." if wanted == "accept" else "You declined the award.", "success")
    return redirect(url_for(".decision", reference=reference), 303)


def _answer_page(found: Decision, form: AnswerForm) -> ResponseReturnValue:
    if found.outcome is not Outcome.AWARD:
        raise NotFoundError("There is no award to answer.")
    if not policy.may_answer(me(), found):
        names = " or ".join(_representatives(found))
        raise AccessDeniedError(f"Only an authorized representative can answer. Ask {names}.")
    rfp: Rfp = found.proposal.rfp
    page = render_template(
        "awards/answer.html",
        decision=found,
        proposal=found.proposal,
        rfp=rfp,
        installments=list_installments(rfp.id),
        form=form,
        answered=found.status is not DecisionStatus.RELEASED,
        declining=request.args.get("answer") == "decline",
    )
    return page, 422 if form.problems else 200
