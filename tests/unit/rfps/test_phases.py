"""The phase of an RFP is computed: its dates decide to the microsecond, and a later stage's stamp wins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pglab.cohorts.models import Cohort
from pglab.rfps.models import Rfp
from pglab.rfps.routes.words import PHASE_WORDS, STAFF_WORDS, key_dates
from pglab.rfps.states import Phase, RfpStatus

TICK = timedelta(microseconds=1)
PUBLISH = datetime(2026, 9, 14, 13, tzinfo=UTC)
QUESTIONS = datetime(2026, 10, 2, 20, tzinfo=UTC)
CLOSES = datetime(2026, 10, 16, 20, tzinfo=UTC)
SCORES = datetime(2026, 11, 6, 22, tzinfo=UTC)
PILOTS = date(2027, 1, 11)
# Midnight in Pittsburgh is 5 a.m. UTC in January.
PILOTS_START = datetime(2027, 1, 11, 5, tzinfo=UTC)


def rfp(**stamps) -> Rfp:
    cohort = Cohort(number=12, pilot_start_on=PILOTS, pilot_end_on=date(2027, 7, 9))
    return Rfp(
        cohort=cohort,
        status=stamps.pop("status", RfpStatus.PUBLISHED),
        publish_at=PUBLISH,
        questions_due_at=QUESTIONS,
        answers_due_at=QUESTIONS,
        closes_at=CLOSES,
        scores_due_at=SCORES,
        decision_on=date(2026, 12, 11),
        **stamps,
    )


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (PUBLISH - TICK, Phase.UPCOMING),
        (PUBLISH, Phase.OPEN_FOR_QUESTIONS),
        (QUESTIONS, Phase.OPEN_FOR_QUESTIONS),
        (QUESTIONS + TICK, Phase.OPEN),
        (CLOSES, Phase.OPEN),
        (CLOSES + TICK, Phase.CLOSED_SEALED),
        (SCORES + TICK, Phase.CLOSED_SEALED),
    ],
)
def test_dates_decide_to_the_microsecond(now: datetime, phase: Phase):
    assert rfp().phase(now) is phase


@pytest.mark.parametrize(
    ("stamps", "now", "phase"),
    [
        ({"opened_at": CLOSES}, CLOSES + TICK, Phase.SCORING),
        ({"opened_at": CLOSES, "panel_opened_at": SCORES}, SCORES, Phase.PANEL),
        ({"opened_at": CLOSES, "panel_opened_at": SCORES, "decided_at": SCORES}, SCORES, Phase.DECIDED),
        ({"decided_at": SCORES}, PILOTS_START - TICK, Phase.DECIDED),
        ({"decided_at": SCORES}, PILOTS_START, Phase.PILOTING),
        ({"decided_at": SCORES, "completed_at": PILOTS_START}, PILOTS_START, Phase.COMPLETE),
        ({"status": RfpStatus.DRAFT}, CLOSES, Phase.PREPARING),
        ({"status": RfpStatus.IN_REVIEW}, CLOSES, Phase.PREPARING),
        ({"status": RfpStatus.CANCELLED, "opened_at": CLOSES}, SCORES, Phase.CANCELLED),
    ],
)
def test_the_latest_stamp_wins(stamps: dict, now: datetime, phase: Phase):
    assert rfp(**stamps).phase(now) is phase


def test_proposals_are_taken_in_the_open_phases_only():
    assert {phase for phase in Phase if phase.accepts_proposals} == {Phase.OPEN_FOR_QUESTIONS, Phase.OPEN}


def test_every_phase_has_words_for_everyone_and_for_staff():
    assert set(PHASE_WORDS) == set(STAFF_WORDS) == set(Phase)


@pytest.mark.parametrize(
    ("now", "current"),
    [
        (PUBLISH - TICK, "RFP published"),
        (QUESTIONS, "Last day to ask questions"),
        (CLOSES, "Proposals due"),
        (CLOSES + TICK, "Scores due"),
        (SCORES + TICK, "Decisions"),
    ],
)
def test_the_next_date_is_marked_and_only_that_one(now: datetime, current: str):
    assert [row[0] for row in key_dates(rfp(), now) if row[3]] == [current]


def test_dates_say_weekday_and_zone():
    rows = key_dates(rfp(), CLOSES - timedelta(days=3))

    assert rows[3] == ("Proposals due", "Friday, October 16, 2026, 4:00 p.m. ET", "3 days 0 hours left", True)
    assert rows[0][2] == "Done"
