"""The history file: what each row has to say, checked whole before anything is written."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pglab.cohorts.models import PARTIAL_DATES, HostKind
from pglab.cohorts.services.rows import HistoryFileError, Row, read_yaml
from pglab.cohorts.states import Confidence, Standing

Values = dict[str, Any]
# How the file calls the dates of a cohort, in the order of the columns.
DATES = dict(
    zip(
        PARTIAL_DATES,
        ("application_open", "prebid_meeting", "application_close", "announced", "pilot_start", "pilot_end",
         "wrap_up_event"),
        strict=True,
    )
)  # fmt: skip  # one line of names
TOTALS = (
    "applicants",
    "companies_engaged",
    "companies_participated",
    "companies_completed",
    "moved_to_paid_engagement",
    "long_term_city_contracts",
)
NOT_SHOWN = ("program", "operator", "stipend_usd_current", "stipend_first_cohort", "program_email")


@dataclass(frozen=True)
class HistoryFile:
    """A file that is in order: each thing under its key, its values as the columns want them."""

    sha256: str
    compiled_on: date
    content: Values
    hosts: dict[str, Values] = field(default_factory=dict)
    cohorts: dict[int, Values] = field(default_factory=dict)
    participations: dict[tuple[int, str], Values] = field(default_factory=dict)


def read_history(content: bytes) -> HistoryFile:
    """The file's rows; HistoryFileError with every fault and its line when any is not in order."""
    faults: list[str] = []
    top = Row(read_yaml(content), "the file", faults)
    meta = top.row("meta", "meta") or Row({}, "meta", faults)
    sources = {key: read_source(row) for key, row in named_rows(top, "sources").items()}
    hosts = read_hosts(top)
    compiled_on = meta.day("compiled_on", required=True) or ""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", compiled_on):
        meta.fault("compiled_on has to be a whole date", "compiled_on")
    about = {
        "first_announced": meta.day("first_announced"),
        "coverage_note": meta.text("coverage_note"),
        "sources": sources,
        "totals": [read_total(row, sources) for row in meta.rows("published_totals", "total")],
    }
    cohorts: dict[int, Values] = {}
    participations: dict[tuple[int, str], Values] = {}
    for row in top.rows("cohorts", "cohort"):
        read_cohort(row, hosts, sources, cohorts, participations)
    for key in NOT_SHOWN:
        meta.take(key)
    meta.end()
    top.end()
    if faults:
        raise HistoryFileError(faults)
    digest = hashlib.sha256(content).hexdigest()
    return HistoryFile(digest, date.fromisoformat(compiled_on), about, hosts, cohorts, participations)


def named_rows(top: Row, key: str) -> dict[str, Row]:
    """Rows that stand under names of their own."""
    found = top.row(key, key)
    if found is None:
        top.fault(f"{key} is missing")
        return {}
    return {name: Row(value, f"source {name}", top.faults) for name, value in found.given.items()}


def read_source(row: Row) -> Values:
    """Where a fact was read: how it is called, its address if it has one, and what to know about it."""
    source = {"title": row.text("title", required=True, limit=200), "url": row.address("url"), "note": row.text("note")}
    row.end()
    return source


def read_hosts(top: Row) -> dict[str, Values]:
    """The departments and authorities the rows name."""
    hosts: dict[str, Values] = {}
    for row in top.rows("organizations", "organization"):
        key = row.text("id", required=True, limit=40) or ""
        hosts_twice = key in hosts
        hosts[key] = {"name": row.text("name", required=True, limit=200), "kind": row.word("kind", HostKind)}
        if hosts_twice:
            row.fault(f"{key} is listed twice", "id")
        row.end()
    names = [host["name"] for host in hosts.values()]
    for name in {name for name in names if names.count(name) > 1}:
        top.fault(f"two organizations are called {name}")
    return hosts


def read_total(row: Row, sources: Collection[str]) -> Values:
    """A total as somebody printed it, with its day and its source."""
    figures = {key: row.number(key, 100_000) for key in TOTALS if key in row.given}
    source = row.text("source", required=True)
    if source is not None and source not in sources:
        row.fault(f"source names {source}, which the file does not explain", "source")
    total = {"as_of": row.day("as_of", required=True), "figures": figures, "source": source}
    if not figures:
        row.fault(f"a total needs one of {', '.join(TOTALS)}")
    row.end()
    return total


def read_cohort(
    row: Row,
    hosts: Collection[str],
    sources: Collection[str],
    cohorts: dict[int, Values],
    participations: dict[tuple[int, str], Values],
) -> None:
    """One cohort with the companies listed under it."""
    number = row.number("cohort", 999, required=True)
    if number is None:
        return
    row.title = f"cohort {number}"
    if number in cohorts:
        row.fault("this cohort is listed twice", "cohort")
    cohorts[number] = cohort_values(row, hosts, sources)
    for position, company in enumerate(row.rows("companies", f"cohort {number}, company"), start=1):
        slug, values = company_values(company, hosts, sources)
        if (number, slug) in participations:
            company.fault("this company is listed twice in the cohort", "name")
        participations[number, slug] = {**values, "position": position}
    row.end()


def cohort_values(row: Row, hosts: Collection[str], sources: Collection[str]) -> Values:
    """What is known of a cohort as a whole."""
    stipend = row.number("stipend_usd", 1_000_000)
    solicitation = row.row("solicitation", f"{row.title}, solicitation")
    values: Values = {
        "year": row.number("year", 2100, required=True),
        **{column: row.day(key) for column, key in DATES.items()},
        "is_paid": row.flag("compensated"),
        "stipend_cents": stipend and stipend * 100,
        "applicants": row.number("applicants", 100_000),
        "selected": row.number("selected", 1_000),
        "themes": row.texts("themes"),
        "host_keys": row.keys("participating_organizations", hosts),
        "committee": row.texts("review_committee") or row.texts("review_committee_2016"),
        "notes": row.texts("notes") or [],
        "discrepancies": row.texts("discrepancies") or [],
        "source_keys": row.keys("sources", sources, required=True) or [],
        "portal": solicitation.text("portal", limit=200) if solicitation else None,
        "portal_url": solicitation.address("url") if solicitation else None,
        "called": solicitation.texts("kind_as_named") if solicitation else None,
        **months(row),
    }
    if solicitation:
        solicitation.end()
    row.text("label")
    if values["opened"] and values["closed"] and values["opened"] > values["closed"]:
        row.fault("the call closes before it opens", "application_close")
    return values


def months(row: Row) -> Values:
    """How long the pilots were planned to last, at least and at most."""
    planned = row.row("planned_duration_months", f"{row.title}, planned_duration_months")
    if planned is None:
        return {"months_min": None, "months_max": None}
    found = {"months_min": planned.number("min", 60, required=True), "months_max": planned.number("max", 60)}
    planned.end()
    if (found["months_min"] or 0) > (found["months_max"] or 60):
        planned.fault("min is more than max", "min")
    return found


def company_values(row: Row, hosts: Collection[str], sources: Collection[str]) -> tuple[str, Values]:
    """One company in one cohort, and the last part of its address."""
    name = row.text("name", required=True, limit=200) or ""
    if name:
        row.title = f"{row.title.partition(', company')[0]}, {name}"
    slug = row.text("slug", limit=80) or slug_of(name)
    if name and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        row.fault("the name makes no address; add slug: with small letters, digits and hyphens", "name")
    values = {
        "company": name,
        "aliases": row.texts("aliases") or [],
        "product": row.text("product"),
        "tried": row.text("pilot"),
        "host_keys": row.keys("host_organizations", hosts),
        "outcome": row.text("outcome"),
        "standing": row.word("status", Standing),
        "confidence": row.word("confidence", Confidence),
        "source_keys": row.keys("sources", sources, required=True) or [],
    }
    row.end()
    return slug, values


def slug_of(name: str) -> str:
    """A company's name as an address: `Velo.AI` is `velo-ai`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:80].strip("-")
