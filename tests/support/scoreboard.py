"""What a proof has shown, kept as figures: `make trust` runs the proofs, `flask docs trust` puts them on one page."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from config import ROOT
from pglab.cli.scoreboard import RESULTS


class Scores:
    """The figures of one test; call it with a promise (`P4`), how much was tried and how much of that failed."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def __call__(
        self, promise: str, *, what: str = "", sample: int | None = None, failures: int = 0, control: str = ""
    ) -> None:
        """Note a figure, a negative control's outcome, or both.

        `what` says in words what was counted, `control` what happened when the rule was broken on purpose.
        """
        assert sample is not None or control, "a figure needs its sample; a control needs its outcome"
        self.lines.append(
            {"promise": promise, "what": what, "sample": sample, "failures": failures, "control": control}
        )


@pytest.fixture
def scored(request: pytest.FixtureRequest) -> Iterator[Scores]:
    """Notes what the test proves. Only a test that passes leaves figures; one that fails takes its old ones away."""
    path = RESULTS / f"{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}.json"
    path.unlink(missing_ok=True)
    scores, began, failed_before = Scores(), time.monotonic(), request.session.testsfailed
    yield scores
    if scores.lines and request.session.testsfailed == failed_before:
        RESULTS.mkdir(exist_ok=True)
        record = {
            "proof": request.node.nodeid.partition("::")[0],
            "test": request.node.name,
            "seconds": round(time.monotonic() - began, 1),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
            "lines": scores.lines,
        }
        path.write_text(json.dumps(record, indent=1))


@cache
def commit() -> str:
    """The commit that is proved, short; `unknown` where the code is no checkout."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    told = subprocess.run(  # noqa: S603  (our own command)
        [git, "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"
