"""Public pages about results and money."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from pglab.cohorts.models import PARTIAL_DATES
from pglab.cohorts.queries import find_history
from pglab.core.clock import official_now
from pglab.core.errors import NotFoundError
from pglab.core.sheets import write_csv
from pglab.reports import queries
from pglab.reports.queries import Figure
from pglab.web.filters import et_iso
from pglab.web.security import public, public_page

bp = Blueprint("reports", __name__)

Row = Sequence[object]


class Dataset(NamedTuple):
    """A table that anyone may download: its columns and how its rows are found."""

    columns: tuple[str, ...]
    rows: Callable[[], list[Row]]


@bp.get("/cohorts/<int:cohort>/awards")
@public_page
def awards(cohort: int) -> ResponseReturnValue:
    """Who was awarded in a cohort, or when that will be posted."""
    return render_template("reports/awards.html", results=queries.get_cohort_awards(cohort, official_now()))


@bp.get("/transparency")
@public_page
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


def _participation_rows() -> list[Row]:
    history = find_history()
    return [
        (entry.cohort, entry.year, entry.company, _joined(entry.aliases), entry.product, entry.tried,
         None if entry.hosts is None else _joined(host.name for host in entry.hosts), entry.outcome,
         entry.standing.value, entry.confidence.value, _joined(source.title for source in entry.sources),
         _joined(source.url for source in entry.sources if source.url), history.compiled_on.isoformat())
        for entry in history.entries
    ] if history else []  # fmt: skip  # one row of the table


def _past_cohort_rows() -> list[Row]:
    history = find_history()
    return [
        (each.row.number, *(getattr(each.row, name) for name in PAST_COHORT),
         None if each.row.themes is None else _joined(each.row.themes),
         None if each.hosts is None else _joined(host.name for host in each.hosts), len(each.entries) or None,
         _joined(each.row.notes), _joined(each.row.discrepancies),
         _joined(source.title for source in each.sources), history.compiled_on.isoformat())
        for each in history.rounds
    ] if history else []  # fmt: skip  # one row of the table


def _printed_total_rows() -> list[Row]:
    history = find_history()
    return [
        (total.as_of, name, value, total.source.title, total.source.url)
        for total in (history.totals if history else ())
        for name, value in total.figures.items()
    ]


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)


PAST_COHORT = (
    "year", *PARTIAL_DATES, "months_min", "months_max", "is_paid", "stipend_cents", "applicants", "selected",
)  # fmt: skip  # the columns that are shown as they are
FIGURES = [f"{name}{part}" for name in ("proposals", "awarded", "committed_cents", "paid_cents")
           for part in ("", "_source", "_as_of")]  # fmt: skip  # the columns in the order of the rows
DATASETS = {
    "cohorts": Dataset(("cohort", *FIGURES), _cohort_rows),
    "participations": Dataset(
        ("cohort", "year", "company", "aliases", "product", "tried", "hosts", "outcome", "standing", "confidence",
         "sources", "source_urls", "compiled_on"),
        _participation_rows,
    ),
    "past-cohorts": Dataset(
        ("cohort", *PAST_COHORT, "themes", "hosts", "companies", "notes", "disagreements", "sources", "compiled_on"),
        _past_cohort_rows,
    ),
    "printed-totals": Dataset(("as_of", "figure", "value", "source", "source_url"), _printed_total_rows),
    "awards": Dataset(("cohort", "startup", "challenge", "department", "amount_cents", "paid_cents"), _award_rows),
}  # fmt: skip  # one row of names
