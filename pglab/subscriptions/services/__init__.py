"""What is announced, and what followers do, one function a use case."""

from pglab.subscriptions.services.announcing import announce
from pglab.subscriptions.services.following import (
    ask_again,
    ask_to_follow,
    change_follows,
    confirm_follow,
    forget_old,
    new_link,
    note_bounce,
    stop_following,
)
from pglab.subscriptions.services.telling import tell_followers

__all__ = [
    "announce",
    "ask_again",
    "ask_to_follow",
    "change_follows",
    "confirm_follow",
    "forget_old",
    "new_link",
    "note_bounce",
    "stop_following",
    "tell_followers",
]
