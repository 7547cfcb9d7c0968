"""An evaluator's desk: seats, declarations, the list of proposals, signing."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.reviews import queries, services
from pglab.reviews.forms import AttestationForm, declaration_form
from pglab.reviews.models import PanelMember
from pglab.reviews.routes.blueprint import bp
from pglab.reviews.states import SheetStatus
from pglab.rfps.queries import list_criteria
from pglab.web.security import second_factor


@bp.get("/review")
@second_factor
def desk() -> ResponseReturnValue:
    """What waits for me on every panel I sit on."""
    return render_template("reviews/desk.html", lines=queries.list_desk(me()))


@bp.post("/review/cohorts/<int:cohort>/seat")
@second_factor
def accept(cohort: int) -> ResponseReturnValue:
    """Say yes to the seat."""
    with transaction():
        services.accept_seat(queries.get_seat(cohort, viewer=me()), actor=me())
    flash("You accepted your seat on the panel.", "success")
    return redirect(url_for(".desk"), 303)


@bp.route("/review/cohorts/<int:cohort>/conflicts", methods=["GET", "POST"])
@second_factor
def declare(cohort: int) -> ResponseReturnValue:
    """Declare conflicts, before any content."""
    seat = queries.get_seat(cohort, viewer=me())
    rows = queries.list_declaration_rows(seat) if seat.accepted_at else []
    form = declaration_form(proposal for proposal, declared in rows if declared is None)
    if form.submitted():
        try:
            with transaction():
                services.declare_conflicts(seat, form.declared(), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("Your declarations are saved.", "success")
            return redirect(url_for(".cohort", cohort=cohort), 303)
    done = [(proposal, declared) for proposal, declared in rows if declared is not None]
    page = render_template("reviews/declare.html", seat=seat, form=form, done=done)
    return page, 422 if form.problems else 200


@bp.get("/review/cohorts/<int:cohort>")
@second_factor
def cohort(cohort: int) -> ResponseReturnValue:
    """My proposals in my order."""
    seat = queries.get_seat(cohort, viewer=me())
    works = queries.list_own_work(seat, list_criteria(seat.rfp_id))
    following = next((work for work in works if work.open), None)
    return render_template(
        "reviews/cohort.html",
        seat=seat,
        works=works,
        following=following,
        line=queries.desk_line(seat),
        now=official_now(),
    )


@bp.get("/review/cohorts/<int:cohort>/my-scores")
@second_factor
def my_scores(cohort: int) -> ResponseReturnValue:
    """All my scores side by side, to see whether I kept one measure from the first to the last."""
    seat = queries.get_seat(cohort, viewer=me())
    criteria = list_criteria(seat.rfp_id)
    works = queries.list_own_work(seat, criteria)
    return render_template("reviews/my_scores.html", seat=seat, criteria=criteria, works=works, final=finals(works))


def finals(works: list[queries.OwnWork]) -> int:
    """How many sheets are ready to sign."""
    return sum(work.sheet is not None and work.sheet.status is SheetStatus.FINAL for work in works)


@bp.route("/review/cohorts/<int:cohort>/attestation", methods=["GET", "POST"])
@second_factor
def attestation(cohort: int) -> ResponseReturnValue:
    """Sign: from then on my scores are fixed."""
    seat: PanelMember = queries.get_seat(cohort, viewer=me())
    form = AttestationForm()
    if form.submitted():
        with transaction():
            signed = services.sign_sheets(seat, actor=me())
        flash(f"Signed: {len(signed)}. Thank you. These scores can’t be changed any more.", "success")
        return redirect(url_for(".cohort", cohort=cohort), 303)
    works = queries.list_own_work(seat, list_criteria(seat.rfp_id))
    page = render_template("reviews/attestation.html", seat=seat, form=form, works=works, final=finals(works))
    return page, 422 if form.problems else 200
