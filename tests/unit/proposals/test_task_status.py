"""The words of the task list, as a table; and that every entry of a proposal's log has its sentence."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pglab.proposals.queries import Standing, TaskStatus, collapsed, status_of
from pglab.proposals.queries.history import SENTENCES, HistoryEntry, HistoryKind

EARLY = datetime(2026, 10, 6, 14, 5, tzinfo=UTC)
LATE = EARLY + timedelta(hours=1)

TABLE = [
    (Standing(), "Not started"),
    (Standing(to_fix=2), "Not started"),
    (Standing(filled=True, to_fix=1, looked_at=EARLY), "In progress"),
    (Standing(filled=True, looked_at=EARLY), "In progress"),
    (Standing(filled=True, looked_at=EARLY, said_done=False), "In progress"),
    (Standing(filled=True, looked_at=EARLY, said_done=True), "Completed"),
    (Standing(filled=True, to_fix=1, looked_at=EARLY, said_done=True), "In progress"),
    (Standing(looked_at=EARLY, said_done=True), "Completed"),
    (Standing(looked_at=EARLY, said_done=False), "In progress"),
    (Standing(filled=True, looked_at=EARLY, sent=True), "Completed"),
    (Standing(sent=True), "Completed"),
    (Standing(filled=True, looked_at=EARLY, sent=True, said_done=False), "In progress"),
    (Standing(filled=True, to_fix=1, looked_at=EARLY, sent=True), "In progress"),
    (Standing(filled=True, looked_at=EARLY, said_done=True, amended_at=LATE), "There is a problem"),
    (Standing(filled=True, looked_at=EARLY, sent=True, amended_at=LATE), "There is a problem"),
    (Standing(looked_at=EARLY, said_done=True, amended_at=LATE), "There is a problem"),
    (Standing(filled=True, looked_at=LATE, said_done=True, amended_at=EARLY), "Completed"),
    (Standing(filled=True, looked_at=LATE, to_fix=1, amended_at=EARLY), "In progress"),
    (Standing(amended_at=LATE), "Not started"),
]


@pytest.mark.parametrize(("standing", "word"), TABLE)
def test_each_standing_has_its_word(standing, word):
    assert status_of(standing) is TaskStatus(word)


def entry(minutes: int, *, who: str = "Dana Ruiz", what: str = "Changed “Impact”") -> HistoryEntry:
    return HistoryEntry(EARLY + timedelta(minutes=minutes), who, None, HistoryKind.ANSWERS, what)


def test_saves_of_one_person_in_one_section_and_hour_are_one_line():
    lines = collapsed([entry(0), entry(3), entry(50), entry(56)])

    assert [(line.at, line.saves) for line in lines] == [(entry(50).at, 3), (entry(56).at, 1)]


def test_another_person_section_or_act_stands_alone():
    others = [entry(0), entry(1, what="Changed “Plan”"), entry(2, what="Marked “Impact” as completed")]

    assert [line.saves for line in collapsed([*others, others[2], entry(3)])] == [2, 1, 1, 1]


# Their subject is another thing than the proposal: the receipt, the refusal, the signed withdrawal.
OF_ANOTHER_SUBJECT = {"proposal.refused_late"}


def test_every_entry_about_a_proposal_has_a_sentence():
    services = Path(__file__).parents[3] / "pglab" / "proposals" / "services"
    written = {name for path in services.glob("*.py") for name in re.findall(r'"(proposal\.\w+)"', path.read_text())}

    assert len(written) > 15
    assert written - OF_ANOTHER_SUBJECT <= set(SENTENCES)
