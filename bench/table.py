"""`python -m bench.table` writes docs/performance.md from the last result of every job."""

import os
import platform
from pathlib import Path
from typing import Any

from bench.measuring import results
from config import ROOT

PAGE = ROOT / "docs" / "performance.md"
# What each job has to reach: a share of its floor, or a figure of its own.
TARGETS = {
    "public_page": "0.6",
    "public_page_cold": "0.3",
    "apply_journey": "0.4",
    "submit": "0.2",
    "score": "0.25",
    "ranking_100": "0.125",
    "ranking_300": "0.125, 120 kB",
    "ranking_1000": "0.125",
    "list_100": "0.1",
    "list_1000": "0.1",
    "finance": "0.1",
    "workspace": "0.1",
    "upload_form": "0.25",
    "upload_parts": "0.25",
    "memory_uploads": "0.8",
    "cold_start": "1,100 ms",
    "memory_web": "110 MiB",
    "memory_worker": "160 MiB",
}
HEAD = """# How fast it is

Written by `make bench`; `make bench JOB=score` measures one job anew. Each job runs beside its *floor*, the least
code that could do the same on the same server, database and store (`bench/floor.py`: bare Flask, no sign-in, no
ORM), in turns, and the pair with the median ratio counts. **The ratio is the share of the floor: 1.0 is as fast as
the floor.** Absolute figures move with the machine and with what else runs on it; the ratio is what to look at.
Statements are all that a request sends, the naming of the viewer included.

"""


def row(line: dict[str, Any]) -> str:
    """One job as a row."""
    cells = [
        f"`{line['job']}`",
        f"{line['value']:,.1f} {line['unit']}",
        f"{line['floor']:,.1f}",
        f"**{line['ratio']:.3f}**",
        TARGETS.get(line["job"], ""),
        *(f"{line[key]:,.1f}" if key in line else "" for key in ("p50_ms", "p99_ms")),
        str(line.get("sql", "")),
        f"{line['bytes'] / 1000:,.0f} kB" if "bytes" in line else "",
        line["at"].replace("T", " ").removesuffix("+00:00"),
        f"`{line['commit']}`",
    ]
    return f"| {' | '.join(cells)} |"


def page(lines: list[dict[str, Any]], machine: str) -> str:
    """The whole document."""
    heads = [
        "job",
        "ours",
        "floor",
        "ratio",
        "to reach",
        "p50 ms",
        "p99 ms",
        "statements",
        "page",
        "at (UTC)",
        "commit",
    ]
    table = [f"| {' | '.join(heads)} |", "| --- |" + " ---: |" * 8 + " --- | --- |", *(row(line) for line in lines)]
    return HEAD + "\n".join(table) + "\n\n" + "".join(steps(line) for line in lines) + f"Machine: {machine}.\n"


def steps(line: dict[str, Any]) -> str:
    """Which part of its time each step of a longer way takes, the waiting for its turn included."""
    if "steps" not in line:
        return ""
    told = ", ".join(f"{name} {share:.0%}" for name, share in line["steps"].items())
    return f"`{line['job']}`, step by step: {told}.\n\n"


def machine() -> str:
    """What was measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
         if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"


if __name__ == "__main__":
    PAGE.write_text(page(results(), machine()), encoding="utf-8")
