"""What is done with files: taken in, sent in parts, scanned for viruses, swept up when nobody claimed them."""

from pglab.documents.services.drawing import draw_pages, queue_undrawn
from pglab.documents.services.receiving import FileRule, SentFile, receive_document, refuse_unfit
from pglab.documents.services.scanning import queue_waiting_scans, scan_document
from pglab.documents.services.sweeping import Leftover, list_leftovers, remove_leftover
from pglab.documents.services.uploading import (
    USED,
    Announced,
    NextPart,
    Waiting,
    cancel_upload,
    claim_upload,
    find_waiting,
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
    "Waiting",
    "cancel_upload",
    "claim_upload",
    "draw_pages",
    "find_waiting",
    "list_leftovers",
    "next_part",
    "queue_undrawn",
    "queue_waiting_scans",
    "receive_document",
    "refuse_unfit",
    "remove_leftover",
    "scan_document",
    "start_upload",
]
