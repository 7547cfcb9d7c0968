"""The virus scan: asked for with every file, done by the worker, never waited for by anybody who submits."""

import logging
from uuid import UUID

from pglab.adapters.scanner import ScanAnswer, current_scanner
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import UnavailableError
from pglab.documents import notices, queries
from pglab.documents.models import Document, DocumentScan
from pglab.documents.states import DRAWN, FINAL, ScanVerdict
from pglab.outbox.services import defer

JOB = "documents.scan_document"
# What the proposals do about a file of theirs that is withheld: they know its team, and the file it replaced.
FOLLOWED_BY = "proposals.follow_verdict"
# One file at a time, so that a slow scanner never holds up the mail.
TURN = "documents.scan"
AT_ONCE = 200
DRAWING = "documents.draw_pages"
# Nor does drawing hold up the scan of the next file, or two files share what the worker may take.
DRAWING_TURN = "documents.draw"

logger = logging.getLogger(__name__)


def ask_for_scan(document: Document) -> None:
    """Have a new file scanned after this transaction; where there is no scanner (development) say so on the file."""
    if current_scanner().present:
        defer(JOB, in_turn=TURN, document_id=document.id)
    else:
        _note(document, ScanVerdict.NOT_SCANNED)


def scan_document(document_id: UUID) -> None:
    """Have the scanner judge one file that has no verdict yet, and note what it says; of a file that is withheld its
    sender is told, or the team of the proposal it belongs to.

    A scanner that is down, slow or talks nonsense leaves the file waiting: it is asked again every minute. A file that
    is no longer the one that was received is not judged at all.
    """
    document = queries.find_document(document_id)
    if document is None or document.verdict in FINAL:
        return
    try:
        answer = current_scanner().scan(queries.open_unchecked(document))
    except UnavailableError as fault:
        logger.warning("%s waits for its virus scan: %s", document, fault.message)
        return
    _note(document, _verdict(answer), answer.found)
    if answer.clean:
        return
    if document.sealed_rfp_id is None:
        notices.tell_withheld(document)
    else:
        defer(FOLLOWED_BY, document_id=document.id)


def _verdict(answer: ScanAnswer) -> ScanVerdict:
    if answer.clean:
        return ScanVerdict.CLEAN
    return ScanVerdict.FAILED if answer.failed else ScanVerdict.INFECTED


def _note(document: Document, verdict: ScanVerdict, finding: str = "") -> None:
    db.session.add(DocumentScan(document_id=document.id, verdict=verdict, finding=finding[:200]))
    db.session.flush()
    db.session.refresh(document, ["verdict"])
    record("document.scanned", document, actor=None, after={"verdict": verdict})
    if verdict in DRAWN:
        ask_for_pages(document)


def ask_for_pages(document: Document) -> None:
    """Have the pages of a proposal's file drawn after this transaction; other files are only downloaded."""
    if document.sealed_rfp_id is not None:
        defer(DRAWING, only_one=f"{DRAWING}:{document.id}", in_turn=DRAWING_TURN, document_id=document.id)


def queue_waiting_scans() -> int:
    """Give every file that waits for its scan a job again, the oldest first; returns how many were added."""
    if not current_scanner().present:
        return 0
    waiting = queries.list_waiting_scans(AT_ONCE)
    added = [defer(JOB, only_one=f"{JOB}:{each}", in_turn=TURN, document_id=each) for each in waiting]
    return sum(job is not None for job in added)
