"""What is done with sessions, one function a use case."""

from pglab.info_sessions.services.arranging import (
    SessionPlan,
    add_recording,
    cancel_session,
    change_session,
    end_with_call,
    publish_session,
)
from pglab.info_sessions.services.attending import ask_for_place, confirm_place, forget_unconfirmed, give_up_place
from pglab.info_sessions.services.reminding import remind

__all__ = [
    "SessionPlan",
    "add_recording",
    "ask_for_place",
    "cancel_session",
    "change_session",
    "confirm_place",
    "end_with_call",
    "forget_unconfirmed",
    "give_up_place",
    "publish_session",
    "remind",
]
