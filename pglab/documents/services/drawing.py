"""Drawing the pages of a file for its readers: pictures into the store, their text beside them."""

import hashlib
import logging
import secrets
import tempfile
from io import BytesIO
from pathlib import Path
from uuid import UUID

from pglab.adapters import renderer
from pglab.adapters.renderer import DrawnPage
from pglab.adapters.storage import current_store
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import UnavailableError
from pglab.documents import queries
from pglab.documents.models import Document, DocumentPage
from pglab.documents.services.scanning import AT_ONCE, ask_for_pages
from pglab.documents.states import DRAWN

# Longer files are downloaded: no slot of a call so far takes more.
MOST_PAGES = 200

logger = logging.getLogger(__name__)


def draw_pages(document_id: UUID) -> None:
    """Draw each page of a file that the virus scan let pass, once; a page that cannot be drawn is noted as such.

    The file is read from the store and checked against its hash before anything looks at it. A store or a drawing
    program that is away leaves the file waiting: it is asked for again.
    """
    document = queries.find_document(document_id)
    if document is None or document.verdict not in DRAWN or queries.has_pages(document):
        return
    try:
        with tempfile.NamedTemporaryFile(prefix="pglab-drawing-") as kept:
            for piece in queries.open_unchecked(document):
                kept.write(piece)
            kept.flush()
            for number in range(1, min(document.pages, MOST_PAGES) + 1):
                db.session.add(_page(document, number, renderer.draw_page(Path(kept.name), number)))
    except UnavailableError as fault:
        db.session.expunge_all()
        logger.warning("%s waits for its pages: %s", document_id, fault.message)
        return
    record("document.pages_drawn", document, actor=None, after={"pages": min(document.pages, MOST_PAGES)})


def _page(document: Document, number: int, drawn: DrawnPage | None) -> DocumentPage:
    if drawn is None:
        return DocumentPage(document_id=document.id, number=number)
    key, sha256, size = secrets.token_urlsafe(32), hashlib.sha256(drawn.image).hexdigest(), len(drawn.image)
    current_store().put_stream(key, BytesIO(drawn.image), renderer.JPEG, sha256=sha256, size=size)
    return DocumentPage(
        document_id=document.id,
        number=number,
        image_key=key,
        sha256=sha256,
        size=size,
        width=drawn.width,
        height=drawn.height,
        text=drawn.text,
    )


def queue_undrawn() -> int:
    """Ask again for the pages of files that a fault left without any; returns how many files."""
    waiting = [queries.find_document(each) for each in queries.list_undrawn(AT_ONCE)]
    for document in waiting:
        if document is not None:
            ask_for_pages(document)
    return len(waiting)
