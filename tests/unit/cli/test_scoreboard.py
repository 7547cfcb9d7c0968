"""The page of proofs says what was shown, and as plainly what was not."""

import json
from pathlib import Path
from typing import Any

from pglab.cli import scoreboard
from pglab.cli.promises import PROMISES


def record(*lines: dict[str, Any]) -> str:
    shared = {"proof": "tests/trust/test_x.py", "test": "test_x", "seconds": 2.0, "at": "2026-11-22T00:00:00+00:00"}
    return json.dumps({**shared, "commit": "abc1234", "machine": "2 cores", "lines": lines})


def line(promise: str, **given: Any) -> dict[str, Any]:
    return {"promise": promise, "what": "", "sample": None, "failures": 0, "control": "", **given}


def test_a_promise_is_shown_with_sample_failures_control_and_proof(tmp_path: Path):
    (tmp_path / "a.json").write_text(record(line("P4", what="arrivals", sample=2040)))
    (tmp_path / "b.json").write_text(record(line("P4", control="31 written late")))

    page = scoreboard.as_page(scoreboard.read_lines(tmp_path))

    assert f"| **P4** {PROMISES['P4']} | arrivals | 2,040 | 0 | 31 written late | `trust/test_x.py` (2 s) |" in page
    assert f"1 of {len(PROMISES)} promises have figures. Made 2026-11-22 on 2 cores; code at abc1234." in page


def test_a_promise_without_a_figure_is_listed_as_not_shown_even_with_a_control(tmp_path: Path):
    (tmp_path / "a.json").write_text(record(line("P5", control="noticed"), line("P24", what="rounds", sample=9)))

    shown, missing = scoreboard.as_page(scoreboard.read_lines(tmp_path)).split("## Not shown yet")

    assert "**none shown**" in shown
    assert "- **P5**" in missing
    assert "P24" not in missing
