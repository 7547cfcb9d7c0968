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
