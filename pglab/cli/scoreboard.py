"""`flask docs trust`: what was tried for every promise, what failed, and whether the proof can fail."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from config import ROOT
from pglab.cli.promises import PROMISES

RESULTS = ROOT / ".proofs"  # one file a test, written when it passes
PAGE, RAW = ROOT / "docs/trust.md", ROOT / "docs/trust.json"

HEAD = """# What is promised, and what was shown

Written by `flask docs trust` from the figures that `make trust` leaves; the raw ones stand in `trust.json`. No failure
in n tries means a true rate below about 3/n, so every line names its sample. A control is the same test with the rule
broken on purpose: a proof that cannot fail proves nothing.
"""


@dataclass(frozen=True)
class Line:
    """One figure or one control of one test."""

    promise: str
    what: str
    sample: int | None
    failures: int
    control: str
    proof: str
    seconds: float
    commit: str
    at: str
    machine: str

    @classmethod
    def of(cls, record: dict[str, Any], given: dict[str, Any]) -> Self:
        shared = {key: record[key] for key in ("proof", "seconds", "commit", "at", "machine")}
        return cls(**given, **shared)


def read_lines(folder: Path = RESULTS) -> list[Line]:
    """Every figure the proofs left, in the order of their promises."""
    records = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    found = [Line.of(record, given) for record in records for given in record["lines"]]
    return sorted(found, key=lambda line: (int(line.promise[1:]), line.proof, line.what, line.control))


def as_page(lines: list[Line]) -> str:
    """The scoreboard: what is kept with its figures, then, as plainly, what no proof has shown yet."""
    shown = {promise: [line for line in lines if line.promise == promise] for promise in PROMISES}
    kept = [promise for promise, about in shown.items() if any(line.sample is not None for line in about)]
    missing = [promise for promise in PROMISES if promise not in kept]
    parts = [
        HEAD,
        f"{len(kept)} of {len(PROMISES)} promises have figures. {origin(lines)}",
        "## Shown",
        table(shown[promise] for promise in kept),
        "## Not shown yet",
        "\n".join(f"- **{promise}** {PROMISES[promise]}" for promise in missing) or "Nothing is left.",
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def origin(lines: list[Line]) -> str:
    """When, where and on which code the figures were made."""
    if not lines:
        return "No proof has run."
    days = sorted(line.at[:10] for line in lines)
    when = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return (
        f"Made {when} on {listed({line.machine for line in lines})}; code at {listed({line.commit for line in lines})}."
    )


def listed(words: set[str]) -> str:
    return ", ".join(sorted(words))


def table(promises: Iterable[list[Line]]) -> str:
    rows = [
        "| promise | what was counted | sample | failures | control | proof |",
        "| --- | --- | ---: | ---: | --- | --- |",
    ]
    for about in promises:
        figures = [line for line in about if line.sample is not None]
        outcome = "; ".join(dict.fromkeys(line.control for line in about if line.control)) or "**none shown**"
        for turn, line in enumerate(figures):
            first = turn == 0
            name = f"**{line.promise}** {PROMISES[line.promise]}" if first else ""
            cells = [name, line.what, f"{line.sample:,}", f"{line.failures:,}", outcome if first else "", proof(line)]
            rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(rows)


def proof(line: Line) -> str:
    return f"`{line.proof.removeprefix('tests/')}` ({line.seconds:.0f} s)"


def write_page() -> int:
    """Write docs/trust.md and the raw figures beside it; returns how many figures there are."""
    lines = read_lines()
    PAGE.write_text(as_page(lines))
    RAW.write_text(json.dumps([vars(line) for line in lines], indent=1) + "\n")
    return len(lines)


if __name__ == "__main__":  # `make trust` needs no settings for it
    write_page()
