"""State machines as tables: `(state, event) -> state`, checked when they fire and able to draw themselves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pglab.core.errors import StateError

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


class Workflow(Generic[S, V]):
    """Which event may happen in which state, and where it leads. Anything not in the table is refused with 409."""

    def __init__(self, name: str, moves: Mapping[tuple[S, V], S], *, attribute: str = "status") -> None:
        self.name = name
        self.moves = dict(moves)
        self.attribute = attribute

    def allows(self, thing: Any, event: V) -> bool:
        """Whether the event may happen to this thing now."""
        return (getattr(thing, self.attribute), event) in self.moves

    def fire(self, thing: Any, event: V) -> None:
        """Move the thing; StateError when its present state does not know the event."""
        state = getattr(thing, self.attribute)
        if (state, event) not in self.moves:
            raise StateError(f"This {self.name} is {words(state)} now, so that can’t be done. Open it again.")
        setattr(thing, self.attribute, self.moves[state, event])

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {next(iter(self.moves))[0].value}"]
        lines += [
            f"    {state.value} --> {after.value}: {words(event)}" for (state, event), after in self.moves.items()
        ]
        return "\n".join(lines) + "\n"


def words(member: StrEnum) -> str:
    """A state or event as it is said in a sentence."""
    return member.value.replace("_", " ")
