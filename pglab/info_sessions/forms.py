"""Arranging a session, and taking a place in one."""

from datetime import datetime
from typing import cast

from pglab.info_sessions.models import MOST_PLACES, PLACE_LENGTH, REASON_LENGTH, TITLE_LENGTH
from pglab.info_sessions.services import SessionPlan
from pglab.web.forms import (
    EasternDateTimeField,
    EmailField,
    Form,
    HttpsUrlField,
    LineField,
    TextField,
    VersionField,
    WholeNumberField,
)


class SessionForm(Form):
    """A session to announce."""

    title = LineField("Title", thing="a title", max_length=TITLE_LENGTH, default="Information session")
    starts_at = EasternDateTimeField("It starts", thing="the start", description="Eastern time.")
    ends_at = EasternDateTimeField("It ends", thing="the end", description="Eastern time.")
    place = LineField(
        "Place",
        required=False,
        max_length=PLACE_LENGTH,
        description="For everyone to read: “City-County Building, room 646”. Leave it empty if it is online only.",
    )
    join_link = HttpsUrlField(
        "Link to join", required=False, description="Only people with a place get it, by email.", thing="a link"
    )
    capacity = WholeNumberField(
        "Places",
        required=False,
        thing="the number of places",
        minimum=1,
        maximum=MOST_PLACES,
        description="Leave it empty if everyone can come.",
    )

    def plan(self) -> SessionPlan:
        """What was typed."""
        return SessionPlan(
            title=self.title.data,
            starts_at=cast(datetime, self.starts_at.data),
            ends_at=cast(datetime, self.ends_at.data),
            place=self.place.data or "",
            join_link=self.join_link.data or "",
            capacity=self.capacity.data,
        )


class ChangeForm(SessionForm):
    """The same, over what everyone reads already."""

    version = VersionField()


class RecordingForm(Form):
    """Where a session that is over can be seen."""

    recording_url = HttpsUrlField("Link to the recording", required=False, thing="a link")
    version = VersionField()


class CancelForm(Form):
    """Why a session does not take place."""

    reason = TextField(
        "Why it is cancelled",
        thing="why it is cancelled",
        max_length=REASON_LENGTH,
        description="Everyone reads this.",
    )
    version = VersionField()


class PlaceForm(Form):
    """Who wants a place."""

    name = LineField("Your name", thing="your name", max_length=200)
    email = EmailField("Email", thing="your email address")


class ButtonForm(Form):
    """Nothing but a button."""
