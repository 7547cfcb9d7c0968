"""What is done with files: taken in, sent in parts, scanned for viruses, swept up when nobody claimed them."""

from pglab.documents.services.receiving import FileRule, SentFile, receive_document
from pglab.documents.services.scanning import queue_waiting_scans, scan_document
from pglab.documents.services.sweeping import Leftover, list_leftovers, remove_leftover
from pglab.documents.services.uploading import (
    USED,
    Announced,
    NextPart,
    cancel_upload,
    claim_upload,
    next_part,
    start_upload,
)

__all__ = [
    "USED",
    "Announced",
    "FileRule",
    "Leftover",
    "NextPart",
    "SentFile",
    "cancel_upload",
    "claim_upload",
    "list_leftovers",
    "next_part",
    "queue_waiting_scans",
    "receive_document",
    "remove_leftover",
    "scan_document",
    "start_upload",
]
