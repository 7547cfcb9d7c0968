"""Writing the history: what differs from the file is changed in one go, under one entry of the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import joinedload

from pglab.audit.services import record
from pglab.cohorts.models import HistoryEdition, HostOrganization, Participation, PastCohort
from pglab.cohorts.services.history_file import HistoryFile, read_history
from pglab.cohorts.services.rows import HistoryFileError
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.db import db
from pglab.core.ids import uuid7

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7250011)")


@dataclass
class Loaded:
    """What a load did: the edition it made (None when nothing differed) and each row it touched."""

    edition: HistoryEdition | None
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def load_history(content: bytes, *, withdraw: bool = False, reason: str = "") -> Loaded:
    """Make the pages say what the file says, whole or not at all.

    New rows are added and changed ones corrected. A row the file no longer has is never dropped: the load is refused
    and names it, unless `withdraw` says that it is to leave the pages; it stays on record. The audit log keeps what
    every row said before. A file that says nothing new changes nothing.
    """
    db.session.execute(ONE_AT_A_TIME)
    last = db.session.scalar(select(HistoryEdition).order_by(HistoryEdition.number.desc()).limit(1))
    if last is not None and last.sha256 == sha256_hex(content):
        return Loaded(None)
    file = read_history(content)
    edition = HistoryEdition(
        id=uuid7(),
        number=last.number + 1 if last else 1,
        sha256=file.sha256,
        compiled_on=file.compiled_on,
        content=canonical_json(file.content).decode(),
    )
    report = Loaded(edition)
    with db.session.no_autoflush:
        _write_hosts(file, report)
        _write_rows(file, edition, report, withdraw=withdraw)
    same = last is not None and (last.content, last.compiled_on) == (edition.content, edition.compiled_on)
    if same and not (report.added or report.changed or report.withdrawn):
        return Loaded(None)
    _record(edition, last, report, reason)
    return report


def _record(edition: HistoryEdition, last: HistoryEdition | None, report: Loaded, reason: str) -> None:
    """Keep the edition and put it on the log: how many rows are new, and each changed value before and after."""
    db.session.add(edition)
    db.session.flush()
    compiled = {"compiled on": last.compiled_on.isoformat()} if last else {}
    about = {
        "SHA-256 of the file": edition.sha256,
        "compiled on": edition.compiled_on.isoformat(),
        "rows added": len(report.added),
        "rows withdrawn": ", ".join(report.withdrawn) or "none",
    }
    named = {"names of the rows added": ", ".join(report.added)} if last and report.added else {}
    after = {**about, **named, **report.after}
    record("history.loaded", edition, actor=None, before={**compiled, **report.before}, after=after, reason=reason)


def _write_hosts(file: HistoryFile, report: Loaded) -> None:
    """Departments go by their key; one that is here already under the same name gets it. None is ever taken away."""
    found = list(db.session.scalars(select(HostOrganization)))
    by_key = {host.key: host for host in found if host.key}
    by_name = {host.name: host for host in found if not host.key}
    for key, values in file.hosts.items():
        host = by_key.get(key) or by_name.get(values["name"])
        if host is None:
            db.session.add(HostOrganization(key=key, **values))
            report.added.append(values["name"])
        else:
            host.key = key
            if not host.is_changed_here:
                _correct(host, values, values["name"], report)


def _write_rows(file: HistoryFile, edition: HistoryEdition, report: Loaded, *, withdraw: bool) -> None:
    """Cohorts, then who took part in them."""
    cohorts = {row.number: row for row in db.session.scalars(select(PastCohort))}
    taking_part = select(Participation).options(joinedload(Participation.cohort))
    rows = {(row.cohort.number, row.slug): row for row in db.session.scalars(taking_part)}
    missing = _missing(cohorts, file.cohorts) + _missing(rows, file.participations)
    if missing and not withdraw:
        way_out = "Put it back, or load with --withdraw to take it off the pages; it stays on record."
        raise HistoryFileError([f"{title} stands on the site and is not in the file. {way_out}" for title in missing])
    touched = [
        *_merge(cohorts, file.cohorts, lambda number: PastCohort(number=number), report),
        *_merge(rows, file.participations, lambda key: Participation(slug=key[1], cohort=cohorts[key[0]]), report),
    ]
    for row in touched:
        row.edition = edition
    db.session.add_all(touched)


def _missing(there: Mapping[Any, Any], given: Mapping[Any, Any]) -> list[str]:
    return [_title(key, row) for key, row in there.items() if key not in given and not row.is_withdrawn]


def _merge(
    there: dict[Any, Any], given: Mapping[Any, Any], make: Callable[[Any], Any], report: Loaded
) -> list[PastCohort | Participation]:
    """Bring the rows of one table to what is given; gives those that are new or changed."""
    touched = []
    for key, values in given.items():
        row, shown = there.get(key), {**values, "is_withdrawn": False}
        if row is None:
            there[key] = row = make(key)
            for column, value in shown.items():
                setattr(row, column, value)
            report.added.append(_title(key, row))
            touched.append(row)
        elif _correct(row, shown, _title(key, row), report):
            touched.append(row)
    for key, row in there.items():
        if key not in given and not row.is_withdrawn:
            row.is_withdrawn = True
            report.withdrawn.append(_title(key, row))
            touched.append(row)
    return touched


def _correct(row: Any, values: Mapping[str, Any], title: str, report: Loaded) -> bool:
    """Change what differs, and remember each value before and after."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        said = f"{title}, {name.removesuffix('_keys').replace('_', ' ')}"
        report.before[said], report.after[said] = _said(getattr(row, name)), _said(value)
        setattr(row, name, value)
    if differing:
        report.changed.append(title)
    return bool(differing)


def _said(value: Any) -> Any:
    return "not known" if value is None else ", ".join(value) if isinstance(value, list) else value


def _title(key: Any, row: Any) -> str:
    return f"Cohort {key[0]}: {row.company}" if isinstance(key, tuple) else f"Cohort {key}"
