"""Two people who change one startup's entry at once: what is kept of whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Merged:
    """The entry as it shall stand, the fields that only a colleague changed meanwhile, and those that both did."""

    profile: dict[str, Any]
    theirs: list[str]
    disputed: list[str]


def merge(mine: Mapping[str, Any], seen: Mapping[str, Any], stored: Mapping[str, Any]) -> Merged:
    """Compare what somebody sends with what their page had `seen` and with what is `stored` by now.

    A field that only one of the two changed is theirs; a field that both changed, and not to the same, is disputed.
    """
    differing = [name for name in mine if mine[name] != stored[name]]
    theirs = [name for name in differing if name in seen and mine[name] == seen[name]]
    moved = [name for name in differing if name not in seen or stored[name] != seen[name]]
    kept = {name: stored[name] if name in theirs else value for name, value in mine.items()}
    return Merged(kept, theirs, [name for name in moved if name not in theirs])
