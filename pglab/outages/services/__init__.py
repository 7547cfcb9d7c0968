"""The log of outages: what staff note, and what the site notices by itself."""

from pglab.outages.services.keeping import Downtime, correct_outage, note_outage
from pglab.outages.services.noticing import SILENT_AFTER, beat, watch

__all__ = ["SILENT_AFTER", "Downtime", "beat", "correct_outage", "note_outage", "watch"]
