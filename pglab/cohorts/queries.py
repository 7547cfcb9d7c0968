"""Reading the program's history. It changes only by a load, so each edition is read once and kept."""

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Row, func, literal, select, union_all

from pglab.cohorts.models import HistoryEdition, HostKind, HostOrganization, Participation, PastCohort
from pglab.cohorts.states import Confidence, Standing
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.core.text import same_name_key

UNKNOWN, KNOWN = "unknown", "known"
PAST, PART = PastCohort.__table__.c, Participation.__table__.c


@dataclass(frozen=True)
class Source:
    """Where a fact was read."""

    key: str
    title: str
    url: str | None
    note: str | None


@dataclass(frozen=True)
class Host:
    """A department or authority that hosted pilots."""

    key: str
    name: str
    kind: HostKind


@dataclass(frozen=True)
class Entry:
    """One company in one past cohort; None is "not known"."""

    cohort: int
    year: int
    slug: str
    company: str
    aliases: tuple[str, ...]
    product: str | None
    tried: str | None
    hosts: tuple[Host, ...] | None
    outcome: str | None
    standing: Standing
    confidence: Confidence
    sources: tuple[Source, ...]

    @cached_property
    def words(self) -> str:
        """Everything that can be searched, as it is compared."""
        hosts = [host.name for host in self.hosts or ()]
        said = [self.company, *self.aliases, self.product, self.tried, self.outcome, *hosts]
        return search_key(" ".join(each for each in said if each))


@dataclass(frozen=True)
class Company:
    """A company with everything it did in the program, newest first."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Round:
    """A past cohort with who took part; `row` has the columns of its table."""

    row: Row[Any]
    hosts: tuple[Host, ...] | None
    committee: tuple[str, ...] | None
    sources: tuple[Source, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Total:
    """A total as somebody printed it: of which day, and where."""

    as_of: str
    figures: dict[str, int]
    source: Source


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for; None is "any"."""

    cohort: int | None = None
    host: str | None = None
    outcome: str | None = None
    confidence: Confidence | None = None
    words: str = ""

    def fits(self, entry: Entry) -> bool:
        """Whether a row is among what the reader looks for."""
        hosts = None if entry.hosts is None else {host.key for host in entry.hosts}
        return (
            self.cohort in (None, entry.cohort)
            and (self.host is None or (self.host == UNKNOWN if hosts is None else self.host in hosts))
            and (self.outcome is None or (self.outcome == KNOWN) == (entry.outcome is not None))
            and self.confidence in (None, entry.confidence)
            and all(word in entry.words for word in search_key(self.words).split())
        )


@dataclass(frozen=True)
class History:
    """One edition of the whole history, newest cohort first."""

    number: int
    compiled_on: date
    first_announced: str | None
    coverage_note: str | None
    rounds: tuple[Round, ...]
    totals: tuple[Total, ...]
    sources: dict[str, Source]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every row, newest cohort first, in the order of the sources."""
        return tuple(entry for each in self.rounds for entry in each.entries)

    @cached_property
    def companies(self) -> dict[str, Company]:
        """Every company under its slug, by name."""
        found: dict[str, list[Entry]] = {}
        for entry in sorted(self.entries, key=lambda entry: search_key(entry.company)):
            found.setdefault(entry.slug, []).append(entry)
        return {slug: _company(entries) for slug, entries in found.items()}

    @cached_property
    def hosted(self) -> list[tuple[Host, int]]:
        """Every host with the number of companies it worked with, the busiest first."""
        counted = Counter(host for entry in self.entries for host in entry.hosts or ())
        return sorted(counted.items(), key=lambda found: (-found[1], found[0].name))

    def list_entries(self, wanted: Wanted) -> list[Entry]:
        """The rows a reader looks for, newest cohort first."""
        return [entry for entry in self.entries if wanted.fits(entry)]

    def list_companies(self, wanted: Wanted) -> list[Company]:
        """The companies with a row a reader looks for, by name."""
        return [each for each in self.companies.values() if any(wanted.fits(entry) for entry in each.entries)]

    def get_company(self, slug: str) -> Company:
        """A company by its address."""
        if slug not in self.companies:
            raise NotFoundError("No company of this name took part, as far as we know.")
        return self.companies[slug]

    def find_round(self, number: int) -> Round | None:
        """A past cohort by its number."""
        return next((each for each in self.rounds if each.row.number == number), None)


def _company(entries: list[Entry]) -> Company:
    newest = sorted(entries, key=lambda entry: -entry.cohort)
    names = [name for entry in newest for name in (entry.company, *entry.aliases)]
    return Company(newest[0].slug, names[0], tuple(dict.fromkeys(names))[1:], tuple(newest))


def search_key(text: str) -> str:
    """The form in which words are looked for: case, accents and spacing do not matter."""
    return same_name_key(
        "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    )


def find_history() -> History | None:
    """The newest edition, in one statement once it was read; None as long as nothing was loaded."""
    newest = db.session.scalar(select(HistoryEdition.id).order_by(HistoryEdition.number.desc()).limit(1))
    return _read(newest) if newest else None


def history_texts() -> CompoundSelect[str, str, str, str]:
    """Kind, title, text and address of every past cohort and every company in one, as the search reads them."""
    own = Participation.__table__.join(PastCohort.__table__, PART.past_cohort_id == PAST.id)
    cohorts = select(
        literal("past").label("kind"),
        func.concat("Cohort ", PAST.number, ", ", PAST.year).label("title"),
        func.concat_ws(" ", _joined(PAST.themes), _joined(PAST.called), _joined(PAST.notes)).label("body"),
        func.concat("/cohorts/", PAST.number).label("path"),
    ).where(~PAST.is_withdrawn)
    companies = (
        select(
            literal("company"),
            PART.company,
            func.concat_ws(" ", _joined(PART.aliases), PART.product, PART.tried, PART.outcome),
            func.concat("/alumni/", PART.slug),
        )
        .select_from(own)
        .where(~PART.is_withdrawn, ~PAST.is_withdrawn)
    )
    return union_all(cohorts, companies)


def _joined(words: ColumnElement[Any]) -> ColumnElement[str]:
    return func.array_to_string(words, " ")


def is_past_cohort(number: int) -> bool:
    """Whether a cohort of this number took place before this site."""
    return bool(db.session.scalar(select(PastCohort.id).where(PastCohort.number == number)))


@lru_cache(maxsize=2)
def _read(edition_id: UUID) -> History:
    edition = db.session.get_one(HistoryEdition, edition_id)
    content = json.loads(edition.content)
    sources = {key: Source(key, **values) for key, values in content["sources"].items()}
    hosts = {
        host.key: Host(host.key, host.name, host.kind)
        for host in db.session.scalars(select(HostOrganization).where(HostOrganization.key.is_not(None)))
        if host.key
    }
    cohorts = db.session.execute(
        select(PastCohort.__table__).where(~PAST.is_withdrawn).order_by(PAST.number.desc())
    ).all()
    known = {cohort.id: cohort for cohort in cohorts}
    entries: dict[UUID, list[Entry]] = {}
    taking_part = select(Participation.__table__).where(~PART.is_withdrawn, PART.past_cohort_id.in_(known))
    for row in db.session.execute(taking_part.order_by(PART.position)):
        entries.setdefault(row.past_cohort_id, []).append(_entry(row, known[row.past_cohort_id], hosts, sources))
    return History(
        edition.number,
        edition.compiled_on,
        content["first_announced"],
        content["coverage_note"],
        tuple(_round(cohort, entries.get(cohort.id, []), hosts, sources) for cohort in cohorts),
        tuple(Total(each["as_of"], each["figures"], sources[each["source"]]) for each in content["totals"]),
        sources,
    )


def _entry(row: Row[Any], cohort: Row[Any], hosts: dict[str, Host], sources: dict[str, Source]) -> Entry:
    return Entry(
        cohort=cohort.number,
        year=cohort.year,
        slug=row.slug,
        company=row.company,
        aliases=tuple(row.aliases),
        product=row.product,
        tried=row.tried,
        hosts=None if row.host_keys is None else tuple(hosts[key] for key in row.host_keys),
        outcome=row.outcome,
        standing=row.standing,
        confidence=row.confidence,
        sources=tuple(sources[key] for key in row.source_keys),
    )


def _round(cohort: Row[Any], entries: list[Entry], hosts: dict[str, Host], sources: dict[str, Source]) -> Round:
    committee = None if cohort.committee is None else tuple(
        hosts[each].name if each in hosts else each for each in cohort.committee
    )  # fmt: skip  # a body is named by its key or in full
    return Round(
        row=cohort,
        hosts=None if cohort.host_keys is None else tuple(hosts[key] for key in cohort.host_keys),
        committee=committee,
        sources=tuple(sources[key] for key in cohort.source_keys),
        entries=tuple(entries),
    )
