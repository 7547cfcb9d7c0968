"""Searching everything public: what calls, questions, changes, pilots and the site's own pages say."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, String, column, func, literal, literal_column, select, union_all, values

from pglab.addenda.queries import addendum_texts
from pglab.cohorts.queries import history_texts
from pglab.core.db import db
from pglab.info_sessions.queries import session_texts
from pglab.questions.queries import answer_texts
from pglab.reports.queries import award_texts
from pglab.rfps.queries import call_texts

MOST_RESULTS = 60
MOST_WORDS = 8
ALIKE = 0.7
ENGLISH: ColumnElement[str] = literal_column("'english'::regconfig")
PLAIN: ColumnElement[str] = literal_column("'simple'::regconfig")
TITLE: ColumnElement[str] = literal_column("'A'")
# Signs that no text of ours holds (core/text.py refuses them) around the words that were found.
BEGIN, END = "\x02", "\x03"
HEADLINE = f"StartSel={BEGIN}, StopSel={END}, MinWords=12, MaxWords=28"


class Kind(StrEnum):
    """Under which heading a result stands, in the order of the page."""

    CALL = "call"
    CHALLENGE = "challenge"
    ADDENDUM = "addendum"
    ANSWER = "answer"
    SESSION = "session"
    AWARD = "award"
    PAST = "past"
    COMPANY = "company"
    HELP = "help"

    @property
    def heading(self) -> str:
        """The heading over results of this kind."""
        return {
            "call": "Calls",
            "challenge": "Challenges",
            "addendum": "Official changes",
            "answer": "Questions and answers",
            "session": "Information sessions",
            "award": "Who was selected",
            "past": "Cohorts before this site",
            "company": "Pilots and companies",
            "help": "Help and about this site",
        }[self.value]


class SiteText(NamedTuple):
    """One page that is part of the site itself."""

    title: str
    body: str
    path: str


@dataclass(frozen=True)
class Result:
    """One page where the words were found; `excerpt` is plain text in pieces, every second one is a match."""

    kind: Kind
    title: str
    path: str
    excerpt: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The results by kind, and the words they were found with: others than asked when those were nowhere."""

    words: str
    results: dict[Kind, list[Result]]

    @property
    def total(self) -> int:
        return sum(len(each) for each in self.results.values())


def search(words: str, site: Sequence[SiteText]) -> Found:
    """Everything public that holds these words in any form (“pilots” finds “pilot”), best first.

    Quotes and a minus sign work as in other search boxes. Where nothing is found, each word that stands nowhere gives
    way to the one most like it: core PostgreSQL has no measure of likeness, so the words are compared here.
    """
    texts = _texts(site)
    found = _matches(texts, words)
    if not found:
        corrected = _most_alike(texts, words)
        if corrected != words:
            found, words = _matches(texts, corrected), corrected
    by_kind = {kind: [each for each in found if each.kind is kind] for kind in Kind}
    return Found(words, {kind: results for kind, results in by_kind.items() if results})


def _texts(site: Sequence[SiteText]) -> CTE:
    rows = values(*(column(name, String) for name in SiteText._fields), name="site").data(
        [tuple(each) for each in site]
    )
    own = select(literal(Kind.HELP.value).label("kind"), rows.c.title, rows.c.body, rows.c.path)
    told = (call_texts(), addendum_texts(), answer_texts(), session_texts(), award_texts(), history_texts())
    parts = [select(each.subquery()) for each in told]
    return union_all(*parts, own).cte("texts")


def _matches(texts: CTE, words: str) -> list[Result]:
    asked = func.websearch_to_tsquery(ENGLISH, words)
    whole: ColumnElement[Any] = func.setweight(func.to_tsvector(ENGLISH, texts.c.title), TITLE).op("||")(
        func.to_tsvector(ENGLISH, texts.c.body)
    )
    rank = func.ts_rank(whole, asked).label("rank")
    hits = select(texts, rank).where(whole.op("@@")(asked)).order_by(rank.desc(), texts.c.path).limit(MOST_RESULTS)
    best = hits.cte("best")
    shown = select(best.c.kind, best.c.title, best.c.path, func.ts_headline(ENGLISH, best.c.body, asked, HEADLINE))
    rows = db.session.execute(shown.order_by(best.c.rank.desc(), best.c.path))
    return [Result(Kind(kind), title, path, _pieces(excerpt)) for kind, title, path, excerpt in rows]


def _pieces(excerpt: str) -> tuple[str, ...]:
    return tuple(excerpt.replace(END, BEGIN).split(BEGIN))


def _most_alike(texts: CTE, words: str) -> str:
    """The words, each that is written nowhere replaced by the one most like it, if any is."""
    said = func.to_tsvector(PLAIN, texts.c.title + " " + texts.c.body)
    known = list(db.session.scalars(select(func.unnest(func.tsvector_to_array(said))).distinct()))
    return " ".join(_nearest(word, known) for word in words.lower().split()[:MOST_WORDS])


def _nearest(word: str, known: list[str]) -> str:
    return next(iter(get_close_matches(word, known, n=1, cutoff=ALIKE)), word)
