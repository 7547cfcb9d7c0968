"""Public pages about results and money."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from pglab.core.clock import official_now
from pglab.core.errors import NotFoundError
from pglab.core.sheets import write_csv
from pglab.reports import queries
from pglab.reports.queries import Figure
from pglab.web.filters import et_iso
from pglab.web.security import public

bp = Blueprint("reports", __name__)

Row = Sequence[object]


class Dataset(NamedTuple):
    """A table that anyone may download: its columns and how its rows are found."""

    columns: tuple[str, ...]
    rows: Callable[[], list[Row]]


@bp.get("/cohorts/<int:cohort>/awards")
@public
def awards(cohort: int) -> ResponseReturnValue:
    """Who was awarded in a cohort, or when that will be posted."""
    return render_template("reports/awards.html", results=queries.get_cohort_awards(cohort, official_now()))


@bp.get("/transparency")
@public
def transparency() -> ResponseReturnValue:
    """What each cohort received, awarded, promised and paid, with source and date."""
    now = official_now()
    return render_template("reports/transparency.html", totals=queries.list_cohort_totals(now), now=now)


@bp.get("/transparency/<dataset>.csv")
@public
def dataset_csv(dataset: str) -> ResponseReturnValue:
    """A table for a spreadsheet."""
    found = _dataset(dataset)
    response = Response(write_csv(found.columns, found.rows()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="pgh-lab-{dataset}.csv"'
    return response


@bp.get("/transparency/<dataset>.json")
@public
def dataset_json(dataset: str) -> ResponseReturnValue:
    """The same table for a program."""
    found = _dataset(dataset)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows()]
    return jsonify(dataset=dataset, as_of=et_iso(official_now()), rows=rows)


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        raise NotFoundError(f"There is no such dataset. There are: {', '.join(DATASETS)}.")
    return DATASETS[name]


def _cohort_rows() -> list[Row]:
    return [
        (totals.cohort.number, *_flat(totals.proposals), *_flat(totals.awarded),
         *_flat(totals.committed), *_flat(totals.paid))
        for totals in queries.list_cohort_totals(official_now())
    ]  # fmt: skip  # one row of the table


def _flat(figure: Figure) -> Row:
    return figure.value, figure.source, et_iso(figure.as_of)


def _award_rows() -> list[Row]:
    return [
        (cohort, award.startup, award.challenge, award.department, award.amount, award.paid)
        for cohort, award in queries.list_all_awards(official_now())
    ]


FIGURES = [f"{name}{part}" for name in ("proposals", "awarded", "committed_cents", "paid_cents")
           for part in ("", "_source", "_as_of")]  # fmt: skip  # the columns in the order of the rows
DATASETS = {
    "cohorts": Dataset(("cohort", *FIGURES), _cohort_rows),
    "awards": Dataset(("cohort", "startup", "challenge", "department", "amount_cents", "paid_cents"), _award_rows),
}
