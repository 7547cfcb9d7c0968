"""What needs a person's attention in the cohorts: each domain above names its own, when it is asked."""

from dataclasses import dataclass

from blinker import Signal

from pglab.accounts.models import User

# Sent with `viewer` when a page of staff is shown; a domain answers with what waits for this person in all cohorts.
attention_asked = Signal()


@dataclass(frozen=True)
class Attention:
    """One thing that waits: what, whose it is, since when, what happens otherwise, and where it is done.

    `cohort` is the number of the cohort it belongs to; the color red is for what is late.
    """

    title: str
    owner: str
    since: str
    consequence: str
    action: tuple[str, str]
    color: str = ""
    cohort: int = 0


def list_attention(viewer: User, *, cohort: int | None = None) -> list[Attention]:
    """Everything that waits for this person, as the domains name it, what is late first; of one cohort when asked."""
    named = [each for _receiver, some in attention_asked.send(None, viewer=viewer) for each in some]
    here = [each for each in named if cohort in (None, each.cohort)]
    return sorted(here, key=lambda each: each.color != "red")
