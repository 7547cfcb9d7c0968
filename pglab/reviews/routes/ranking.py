"""The official ranking as a page and as a table to download."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.errors import AccessDeniedError
from pglab.core.sheets import write_csv
from pglab.reviews import policy, queries
from pglab.reviews.queries import RankedProposal
from pglab.reviews.routes.blueprint import bp
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.queries import get_rfp, list_criteria
from pglab.web.filters import plural
from pglab.web.security import requires


@bp.get("/manage/cohorts/<int:cohort>/ranking")
@requires(*policy.SCORE_READERS)
def ranking(cohort: int) -> ResponseReturnValue:
    """The official order; before the panel stage a page that says when it comes."""
    rfp = get_rfp(cohort, viewer=me())
    if not policy.may_read_scores(me(), rfp):
        return render_template("reviews/ranking_later.html", rfp=rfp)
    criteria = list_criteria(rfp.id)
    ranked = queries.official_ranking(rfp, criteria)
    return render_template(
        "reviews/ranking.html",
        rfp=rfp,
        criteria=[(criterion.title, criterion.weight) for criterion in criteria],
        rows=[(_row(line), line.wide) for line in ranked],
        line_after=_award_line(rfp, ranked),
    )


def _row(line: RankedProposal) -> tuple[str, ...]:
    """Place, startup, proposal, challenge, score, sheets, then the mean of each criterion."""
    return (
        line.place or "–",
        line.startup,
        line.reference,
        line.challenge,
        line.shown_score or "Not scored",
        str(line.sheets),
        *("" if mean is None else policy.one_decimal(mean) for mean in line.means),
    )


def _award_line(rfp: Rfp, ranked: list[RankedProposal]) -> tuple[int, str] | None:
    """After which row the announced awards end, and in words; a tie across the line is said."""
    if len(ranked) <= rfp.award_count:
        return None
    last, following = ranked[rfp.award_count - 1], ranked[rfp.award_count]
    if last.score is not None and last.score == following.score:
        return rfp.award_count, f"{plural(rfp.award_count, 'award')} end inside a tie ({last.place})"
    until_decided = "" if rfp.decided_at else " (provisional)"
    return rfp.award_count, f"{plural(rfp.award_count, 'award')} end here{until_decided}"


@bp.get("/manage/cohorts/<int:cohort>/ranking.csv")
@requires(*policy.SCORE_READERS)
def ranking_csv(cohort: int) -> ResponseReturnValue:
    """The same table for a spreadsheet; no cell of it is ever run as a formula."""
    rfp = get_rfp(cohort, viewer=me())
    if not policy.may_read_scores(me(), rfp):
        raise AccessDeniedError("The ranking opens with the panel stage.")
    criteria = list_criteria(rfp.id)
    rows = [_csv_row(line, criteria) for line in queries.official_ranking(rfp, criteria)]
    text = write_csv(_heads(criteria), rows)
    name = f"{rfp.reference}-ranking.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _csv_row(line: RankedProposal, criteria: list[Criterion]) -> tuple[str, ...]:
    apart = [criterion.title for criterion, wide in zip(criteria, line.wide, strict=True) if wide]
    return (*_row(line), ", ".join(apart))


def _heads(criteria: list[Criterion]) -> tuple[str, ...]:
    named = tuple(f"{criterion.title} (mean, 0–5)" for criterion in criteria)
    return ("Place", "Startup", "Proposal", "Challenge", "Official score", "Signed sheets", *named, "Disagreement on")
