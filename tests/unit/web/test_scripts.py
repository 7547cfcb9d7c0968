"""What scripts say is what the server says: words counted, time left."""

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pglab.core.text import count_words
from pglab.web.filters import et_date, time_left

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests/support/word_vectors.json").read_text(encoding="utf-8"))
DEADLINE = datetime(2026, 10, 16, 20, 0, tzinfo=UTC)


def in_script(module: str, call: str, given: list[Any]) -> list[Any]:
    """What one function of a script gives for each of the values."""
    source = (ROOT / "static/src/js/parts" / module).as_uri()
    applied = f"JSON.parse(process.argv[1]).map((value) => {call}(value))"
    script = f'import {{ {call} }} from "{source}"; console.log(JSON.stringify({applied}))'
    node = [str(ROOT / "scripts/npm"), "run", "--silent", "node", "--"]
    command = [*node, "--input-type=module", "-e", script, json.dumps(given)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # our own script
    return list(json.loads(printed))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_the_server_counts(vector: dict[str, str | int]) -> None:
    assert count_words(str(vector["text"])) == vector["words"]


def test_the_page_counts_the_same() -> None:
    counted = in_script("words.js", "countWords", [vector["text"] for vector in VECTORS])

    assert counted == [vector["words"] for vector in VECTORS]


def test_the_page_tells_the_same_time_left() -> None:
    seconds = [-1, 0, 59, 60, 3599, 3600, 86_399, 86_400, 90_000, 262_799]

    told = in_script("deadline.js", "timeLeft", [second * 1000 for second in seconds])

    assert told == [time_left(DEADLINE - timedelta(seconds=second), DEADLINE) for second in seconds]


def test_the_page_says_how_wrong_the_clock_of_a_device_is() -> None:
    """Only from three minutes on; a day or more is another day on purpose. A positive offset is a slow device."""
    minute = 60_000
    told = {
        0: "",
        2 * minute: "",
        7 * minute: ". Your device’s clock is 7 minutes slow. Our clock decides",
        -7 * minute: ". Your device’s clock is 7 minutes fast. Our clock decides",
        180 * minute: ". Your device’s clock is 3 hours slow. Our clock decides",
        25 * 60 * minute: "",
    }

    assert in_script("deadline.js", "drift", list(told)) == list(told.values())
    assert in_script("deadline.js", "easternTime", [1792265400000, 1792213320000]) == ["3:30 p.m.", "1:02 a.m."]


def test_the_page_says_how_long_an_upload_still_takes() -> None:
    rates = [(100, 1, 900), (100, 2, 0), (100, 2, 100), (100, 2, 900), (100, 10, 590), (100, 10, 610), (0, 5, 100)]

    told = in_script("pace.js", "timeToGo", [{"sent": sent, "seconds": s, "rest": rest} for sent, s, rest in rates])

    assert told == ["", "", "a few seconds left", "about 20 s left", "about 60 s left", "about 2 minutes left", ""]


def test_the_page_names_the_same_day() -> None:
    days = [date(2026, 10, 16), date(2027, 3, 14), date(2028, 2, 29)]

    told = in_script("weekday.js", "inWords", [*(day.isoformat() for day in days), "2027-02-30x", "", "soon"])

    assert told == [*(et_date(day) for day in days), "", "", ""]


def test_the_page_adds_the_time_of_a_reader_elsewhere() -> None:
    """Eastern time stays alone for whoever lives by it, also under another name; a day is named where it differs."""
    deadline, before_the_change = "2026-10-16T16:00:00-04:00", "2026-11-01T00:30:00-04:00"
    told = {
        (deadline, "America/Los_Angeles"): "1:00 p.m. your time",
        (deadline, "Asia/Tokyo"): "Saturday 5:00 a.m. your time",
        (deadline, "America/Detroit"): "",
        (deadline, "America/New_York"): "",
        ("2026-10-16", "Asia/Tokyo"): "",
        ("soon", "Asia/Tokyo"): "",
        (before_the_change, "America/Los_Angeles"): "Saturday 9:30 p.m. your time",
    }

    assert in_script("zone.js", "yourTime", [list(each) for each in told]) == list(told.values())


def test_a_save_that_failed_is_tried_again_later_and_later() -> None:
    assert in_script("autosave.js", "retryAfter", [1, 2, 3, 4, 5, 6, 50]) == [2, 5, 15, 30, 60, 60, 60]


def test_typing_is_saved_after_a_pause_and_never_waits_long() -> None:
    """Milliseconds of the page's clock: two seconds after the last key, but at most ten after the first unsaved one."""
    moments = [
        {"now": 0, "typed": 0, "waiting": 0},
        {"now": 9_000, "typed": 9_000, "waiting": 0},
        {"now": 11_000, "typed": 11_000, "waiting": 0},
        {"now": 20_500, "typed": 20_000, "waiting": 20_000},
    ]
    assert in_script("autosave.js", "due", moments) == [2_000, 1_000, 0, 1_500]


def test_a_page_warns_two_and_a_half_minutes_before_a_session_ends() -> None:
    told = {
        900: {"wait": 750},
        1800: {"wait": 1650},
        152: {"wait": 2},
        151: {"warn": 151},
        1: {"warn": 1},
        0: {"over": True},
    }

    assert in_script("idle.js", "next", list(told)) == list(told.values())
