"""Ours and the floor in turn, and the one line that says how they compare."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.client import Load
from config import ROOT

PAIRS = 3
RESULTS = Path(__file__).with_name("results.jsonl")


@dataclass(frozen=True)
class Pair:
    """One load of ours and one of the floor, right after each other."""

    ours: Load
    floor: Load

    @property
    def ratio(self) -> float:
        """The share of the floor: 1.0 is as fast as the floor."""
        return self.ours.rate / self.floor.rate


def alternate(ours: Callable[[], Load], floor: Callable[[], Load], pairs: int = PAIRS) -> Pair:
    """Ours and the floor in turn; the pair with the median ratio. One round before that warms both up."""
    ours()
    floor()
    made = [Pair(ours(), floor()) for _ in range(pairs)]
    return sorted(made, key=lambda pair: pair.ratio)[pairs // 2]


def report(job: str, *, value: float, unit: str, floor: float, ratio: float, **more: Any) -> None:
    """Print the job's one line, and keep it as the last result of this job."""
    line = {
        "job": job,
        "value": round(value, 1),
        "unit": unit,
        "floor": round(floor, 1),
        "ratio": round(ratio, 3),
        **more,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
    }
    print(json.dumps(line), flush=True)
    kept = {each["job"]: each for each in results()} | {job: line}
    RESULTS.write_text("".join(json.dumps(each) + "\n" for each in kept.values()), encoding="utf-8")


def report_pair(job: str, pair: Pair, *, unit: str, **more: Any) -> None:
    """The line of a job that is counted by the second."""
    report(
        job,
        value=pair.ours.rate,
        unit=unit,
        floor=pair.floor.rate,
        ratio=pair.ratio,
        p50_ms=round(pair.ours.percentile(0.5), 2),
        p99_ms=round(pair.ours.percentile(0.99), 2),
        floor_p50_ms=round(pair.floor.percentile(0.5), 2),
        n=len(pair.ours.times),
        **more,
    )


def results() -> list[dict[str, Any]]:
    """The last line of every job."""
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]


def commit() -> str:
    """The commit that was measured; `+` when files were changed since."""
    asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
