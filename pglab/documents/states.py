"""The words a file's virus check may end in, and how an upload ends."""

from enum import StrEnum


class ScanVerdict(StrEnum):
    """What the malware scan said of a file; no verdict yet means that it is still being checked."""

    CLEAN = "clean"
    INFECTED = "infected"
    # The scanner answered that it could not look at the whole of it.
    FAILED = "failed"
    # Development without a scanner. Where a scanner is configured such a file counts as not checked yet.
    NOT_SCANNED = "not_scanned"


FINAL = (ScanVerdict.CLEAN, ScanVerdict.INFECTED, ScanVerdict.FAILED)
# Its pages are drawn: whether a reader may see them is asked each time.
DRAWN = (ScanVerdict.CLEAN, ScanVerdict.NOT_SCANNED)
# The file goes to no reader.
WITHHELD = (ScanVerdict.INFECTED, ScanVerdict.FAILED)


class UploadOutcome(StrEnum):
    """How an upload in parts ended."""

    RECEIVED = "received"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
