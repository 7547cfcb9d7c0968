"""Sending a file in parts, and the answer that carries a file. Files have no address here: the domain that owns the
attachment decides and serves, and hands the page the ticket without which nothing can be sent."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from pglab.accounts.session import me
from pglab.adapters.storage import current_store
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.documents import policy, queries, services
from pglab.documents.models import Document, Upload
from pglab.documents.services import FileRule, NextPart, SentFile
from pglab.web.forms import UploadField
from pglab.web.security import asked_by_itself, content_security_policy, signed_in

bp = Blueprint("documents", __name__)

TICKET_SECONDS = 24 * 3600
STALE = "This page is out of date. Load it again, then select the file."
# Of a ticket that names no team.
NOBODYS = str(UUID(int=0))


@bp.app_template_global()
def why_withheld(document: Document, own: bool = False) -> str | None:
    """Why a file may not be opened now; pages show that instead of a link."""
    return queries.why_withheld(document, own=own)


@bp.app_template_global()
def scan_words(document: Document) -> str:
    """How the virus check of a file stands, in few words."""
    return policy.SCAN_WORDS[document.verdict]


def make_ticket(rule: FileRule, purpose: str, organization_id: UUID) -> str:
    """What a page that may take a file gives the browser: who may send it, for what, and how large. It holds while the
    person is in the organization in the role in which they opened the page."""
    role = me().role_in(organization_id)
    return _tickets().dumps(
        {
            "person": str(me().id),
            "organization": str(organization_id),
            "role": role.value if role else "",
            "purpose": purpose,
            "title": rule.title,
            "max_bytes": rule.max_bytes,
        }
    )


def _holds(ticket: dict[str, Any]) -> bool:
    """Whether it was given to the person at the screen, who has the same role in the same team as then."""
    role = me().role_in(UUID(ticket.get("organization", NOBODYS)))
    return ticket["person"] == str(me().id) and role is not None and role.value == ticket["role"]


def _tickets() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="pglab-upload")


def uploading_page(html: str, status: int) -> Response:
    """A page that may send files straight to the store: the only ones whose security policy names it."""
    page = make_response(html, status)
    page.headers["Content-Security-Policy"] = content_security_policy(current_store().browser_origin())
    return page


def given_file(field: UploadField, purpose: str) -> SentFile | Upload | None:
    """The file a form brought: sent with it, or before it in parts. Belongs inside the transaction that takes it in."""
    if not field.upload_id:
        return field.data
    try:
        upload_id = UUID(field.upload_id)
    except ValueError:
        raise RuleError(services.USED, field="file") from None
    return services.claim_upload(upload_id, purpose=purpose, actor=me())


@bp.post("/uploads")
@signed_in
def start() -> ResponseReturnValue:
    """Begin an upload, or go on with one of the same file."""
    try:
        ticket: dict[str, Any] = _tickets().loads(request.form.get("ticket", ""), max_age=TICKET_SECONDS)
    except BadData:
        raise RuleError(STALE) from None
    if not _holds(ticket):
        raise RuleError(STALE)
    written, fingerprint = request.form.get("size", ""), request.form.get("fingerprint", "")[:64]
    size = int(written) if written.isascii() and written.isdigit() and len(written) < 16 else 0
    with transaction():
        upload = services.start_upload(
            services.Announced(
                title=ticket["title"],
                purpose=ticket["purpose"],
                max_bytes=ticket["max_bytes"],
                filename=request.form.get("filename", "")[:1000] or "file",
                size=size,
                over=request.form.get("over") == "yes",
                fingerprint=fingerprint if fingerprint.isascii() and fingerprint.isalnum() else "",
            ),
            actor=me(),
        )
    return _shown(upload, services.next_part(upload)), 201


@bp.get("/uploads/<uuid:upload_id>")
@asked_by_itself
def state(upload_id: UUID) -> ResponseReturnValue:
    """What has arrived, and where the next part goes. Asked before every part, and after a dropped line."""
    upload = _own_upload(upload_id)
    return _shown(upload, services.next_part(upload))


@bp.post("/uploads/<uuid:upload_id>/cancellation")
@signed_in
def cancel(upload_id: UUID) -> ResponseReturnValue:
    """Forget an upload and what has arrived of it."""
    with transaction():
        services.cancel_upload(_own_upload(upload_id, lock=True))
    return {"cancelled": True}


def _own_upload(upload_id: UUID, *, lock: bool = False) -> Upload:
    upload = queries.find_upload(upload_id, viewer_id=me().id, lock=lock)
    if upload is None:
        raise NotFoundError("There is no such upload.")
    return upload


def _shown(upload: Upload, part: NextPart) -> dict[str, Any]:
    wanted = {"number": part.number, "start": part.start, "end": part.end, "url": part.url} if part.number else None
    return {"id": str(upload.id), "size": upload.size, "received": part.received, "part": wanted}


def page_response(document: Document, number: int, *, own: bool = False) -> Response:
    """The picture of one page, for the viewer's own window; kept by no browser and refused as the file itself is."""
    page = queries.get_page(document, number)
    response = Response(queries.open_page(page, document, own=own), mimetype="image/jpeg")
    response.headers["Content-Length"] = str(page.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def document_response(document: Document, *, own: bool = False) -> Response:
    """The file as a download. It is never shown in the site's own window, cached, guessed at or cut into ranges.

    `own`: the reader belongs to the team that sent it. Anybody else is refused until the virus scan found it clean.
    """
    response = Response(queries.open_document(document, own=own), mimetype=document.media_type)
    response.headers["Content-Length"] = str(document.size)
    response.headers["Content-Disposition"] = queries.content_disposition(document)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Accept-Ranges"] = "none"
    return response
