"""The form of an outage."""

from datetime import datetime
from typing import cast

from pglab.outages.models import SUMMARY_LENGTH
from pglab.outages.services import Downtime
from pglab.web.forms import EasternDateTimeField, Form, LineField, VersionField


class OutageForm(Form):
    """From when until when, and what did not work."""

    started_at = EasternDateTimeField("It started", thing="the start", description="Eastern time.")
    ended_at = EasternDateTimeField(
        "It ended", required=False, thing="the end", description="Leave both empty while it goes on."
    )
    summary = LineField(
        "What did not work",
        max_length=SUMMARY_LENGTH,
        description="For everyone to read: “Files could not be uploaded.” Name nobody.",
    )

    def downtime(self) -> Downtime:
        """What was typed."""
        return Downtime(cast(datetime, self.started_at.data), self.ended_at.data, self.summary.data)


class CorrectionForm(OutageForm):
    """The same, over what stands on the log."""

    version = VersionField()
