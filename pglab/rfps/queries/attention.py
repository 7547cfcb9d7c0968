"""What needs a person's attention in the cohorts: each domain above names its own, when it is asked."""

from dataclasses import dataclass

from blinker import Signal

from pglab.accounts.models import User

# Sent with `viewer` when the page of all cohorts is shown; a domain answers with what waits for this person.
attention_asked = Signal()


@dataclass(frozen=True)
class Attention:
    """One thing that waits: what, whose it is, since when, what happens otherwise, and where it is done."""

    title: str
    owner: str
    since: str
    consequence: str
    action: tuple[str, str]
    color: str = ""


def list_attention(viewer: User) -> list[Attention]:
    """Everything that waits for this person, as the domains name it."""
    return [each for _receiver, named in attention_asked.send(None, viewer=viewer) for each in named]
