"""The workbench: one proposal beside the rubric, for the evaluator who may read it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.audit.services import log_access
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.documents.routes import document_response
from pglab.proposals.models import Submission
from pglab.proposals.queries import get_clarified_file, get_submitted_file, list_clarifications, read_submission
from pglab.reviews import policy, queries, services
from pglab.reviews.forms import RecusalForm, ScoreForm, score_form
from pglab.reviews.models import PanelMember
from pglab.reviews.routes.blueprint import bp
from pglab.rfps.models import Criterion
from pglab.rfps.queries import list_criteria, list_form_sections
from pglab.web.security import second_factor


@bp.get("/review/proposals/<reference>")
@second_factor
def workbench(reference: str) -> ResponseReturnValue:
    """Read and score one proposal."""
    seat, submission = queries.get_assignment(reference, viewer=me())
    with transaction():
        log_access(submission, viewer=me(), purpose="review")
    return _page(seat, submission, _form(seat, submission))


@bp.post("/review/proposals/<reference>")
@second_factor
def save(reference: str) -> ResponseReturnValue:
    """Save, save and go on, mark as final, or take a final sheet back into work: the pressed button says which."""
    seat, submission = queries.get_assignment(reference, viewer=me())
    wanted = request.form.get("then", "save")
    if wanted == "change":
        with transaction():
            services.change_again(seat, submission.proposal, actor=me())
        return redirect(url_for(".workbench", reference=reference), 303)
    form = _form(seat, submission)
    _clear(form, wanted)
    if not form.submitted() or not _saved(seat, submission, form):
        return _page(seat, submission, form)
    if form.stale:
        return _changed_page(seat, submission, form)
    if wanted == "final" and not _finished(seat, submission, form):
        return _page(seat, submission, form)
    return _go_on(seat, submission, wanted)


def _form(seat: PanelMember, submission: Submission) -> ScoreForm:
    """What a request leaves out stays as it is kept; when it leaves out nothing, what is kept need not be read."""
    form = score_form(list_criteria(seat.rfp_id), {}, 0)
    if form.is_whole(request.form):
        return form
    sheet = queries.find_sheet(seat, submission.proposal)
    return score_form(form.criteria, queries.scores_by_criterion(sheet), sheet.version if sheet else 0)


def _clear(form: ScoreForm, wanted: str) -> None:
    """`clear-2`: the evaluator takes the points of criterion 2 back; the explanation stays."""
    for criterion in form.criteria:
        if wanted == f"clear-{criterion.position}":
            form.points(criterion).process(None, data=None)


def _saved(seat: PanelMember, submission: Submission, form: ScoreForm) -> bool:
    """Keep the draft. A sheet that moved on meanwhile counts as handled: both texts are shown next."""
    try:
        with transaction():
            services.save_scores(seat, submission.proposal, form.given(), version=form.version.data or 0, actor=me())
    except services.ChangedMeanwhileError:
        form.stale = True
    except RuleError as error:
        form.show(error)
        return False
    return True


def _finished(seat: PanelMember, submission: Submission, form: ScoreForm) -> bool:
    """Mark the sheet final, or show everything that is missing beside its field; what was typed is saved either way."""
    try:
        with transaction():
            services.mark_final(seat, submission.proposal, actor=me())
    except RuleError:
        sheet = queries.find_sheet(seat, submission.proposal)
        scores = queries.scores_by_criterion(sheet)
        for field, message in policy.missing_parts(form.criteria, scores):
            form.show(RuleError(message, field))
        form.show_version(sheet.version if sheet else 0)
        return False
    return True


def _go_on(seat: PanelMember, submission: Submission, wanted: str) -> ResponseReturnValue:
    """After saving: stay, or open the next proposal of my order that is not final."""
    if wanted == "final":
        flash("Marked as final. You can change it until you sign.", "success")
    else:
        flash("Draft saved.", "success")
    if wanted not in ("next", "final"):
        return redirect(url_for(".workbench", reference=submission.proposal.reference), 303)
    works = queries.list_own_work(seat, list_criteria(seat.rfp_id))
    place = queries.own_place(works, submission.proposal)
    ahead = [work for work in works[place + 1 :] + works[:place] if work.open]
    if not ahead:
        return redirect(url_for(".cohort", cohort=seat.rfp.cohort.number), 303)
    return redirect(url_for(".workbench", reference=ahead[0].proposal.reference), 303)


def _page(seat: PanelMember, submission: Submission, form: ScoreForm) -> ResponseReturnValue:
    proposal = submission.proposal
    works = queries.list_own_work(seat, list(form.criteria))
    page = render_template(
        "reviews/workbench.html",
        seat=seat,
        proposal=proposal,
        submission=submission,
        content=read_submission(submission),
        clarifications=list_clarifications(proposal, answered=True),
        evidence=_evidence(list(form.criteria), seat),
        form=form,
        works=works,
        place=queries.own_place(works, proposal),
        line=queries.desk_line(seat),
    )
    return page, 422 if form.problems else 200


def _evidence(criteria: list[Criterion], seat: PanelMember) -> dict[int, list[tuple[int, str]]]:
    """Which sections of the proposal inform which criterion, as the RFP says: (section number, title)."""
    sections = list(enumerate(list_form_sections(seat.rfp_id), start=1))
    return {
        criterion.position: [(number, each.title) for number, each in sections if each.criterion_id == criterion.id]
        for criterion in criteria
    }


def _changed_page(seat: PanelMember, submission: Submission, form: ScoreForm) -> ResponseReturnValue:
    """409: my text and the saved text side by side."""
    sheet = queries.find_sheet(seat, submission.proposal)
    form.show_version(sheet.version if sheet else 0)
    page = render_template(
        "reviews/changed.html",
        proposal=submission.proposal,
        form=form,
        scores=queries.scores_by_criterion(sheet),
    )
    return page, 409


@bp.get("/review/proposals/<reference>/documents/<slot>")
@second_factor
def document(reference: str, slot: str) -> ResponseReturnValue:
    """One file of the submission. The right to read is asked on each request; each download is on the access log."""
    _seat, submission = queries.get_assignment(reference, viewer=me())
    file = get_submitted_file(submission, slot)
    answer = document_response(file)
    with transaction():
        log_access(file, viewer=me(), purpose="review")
    return answer


@bp.get("/review/proposals/<reference>/clarifications/<int:number>/file")
@second_factor
def clarified_document(reference: str, number: int) -> ResponseReturnValue:
    """The file of an answer to a clarification, by the same right as the files of the submission."""
    _seat, submission = queries.get_assignment(reference, viewer=me())
    file = get_clarified_file(submission.proposal, number, answered=True)
    answer = document_response(file)
    with transaction():
        log_access(file, viewer=me(), purpose="review")
    return answer


@bp.route("/review/proposals/<reference>/recusal", methods=["GET", "POST"])
@second_factor
def recusal(reference: str) -> ResponseReturnValue:
    """A conflict found late."""
    seat, submission = queries.get_assignment(reference, viewer=me())
    proposal = submission.proposal
    form = RecusalForm()
    if form.submitted():
        try:
            with transaction():
                services.recuse(seat, proposal, note=form.note.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"You’re recused from {proposal.organization.legal_name}. You no longer have access.", "success")
            return redirect(url_for(".cohort", cohort=seat.rfp.cohort.number), 303)
    return render_template("reviews/recusal.html", proposal=proposal, form=form), 422 if form.problems else 200
