"""The answer that carries a file. No address of its own: the domain that owns the attachment decides and serves."""

from flask import Response

from pglab.documents import queries
from pglab.documents.models import Document


def document_response(document: Document) -> Response:
    """The file as a download. It is never shown in the site's own window, cached, guessed at or cut into ranges."""
    response = Response(queries.open_document(document), mimetype=document.media_type)
    response.headers["Content-Length"] = str(document.size)
    response.headers["Content-Disposition"] = queries.content_disposition(document)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Accept-Ranges"] = "none"
    return response
