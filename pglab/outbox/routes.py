"""A person's notices, and the mail a developer's machine keeps instead of sending."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.core.db import transaction
from pglab.outbox import queries, services
from pglab.web.security import development_only, signed_in

bp = Blueprint("outbox", __name__)


@bp.get("/account/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """Everything this person was told, newest first."""
    page = page_asked_for()
    shown, total = queries.list_notices(current_user.id, page=page)
    last = max(1, -(-total // queries.PAGE))
    if page > last:
        abort(404)
    unread = queries.count_unread_notices(current_user.id)
    return render_template("outbox/notices.html", notices=shown, total=total, unread=unread, page=page, last=last)


@bp.get("/account/notices/<uuid:notice_id>")
@signed_in
def notice(notice_id: UUID) -> ResponseReturnValue:
    """One notice in full."""
    return render_template("outbox/notice.html", notice=queries.get_notice(notice_id, user_id=current_user.id))


@bp.post("/account/notices/<uuid:notice_id>/read")
@signed_in
def read(notice_id: UUID) -> ResponseReturnValue:
    """Mark one notice as read."""
    with transaction():
        services.mark_read(queries.get_notice(notice_id, user_id=current_user.id))
    return redirect(url_for(".notices"), 303)


@bp.post("/account/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark every notice as read."""
    with transaction():
        services.mark_all_read(current_user.id)
    return redirect(url_for(".notices"), 303)


@bp.get("/dev/mail")
@development_only
def kept_mails() -> ResponseReturnValue:
    """The latest mails, kept or sent."""
    return render_template("outbox/mails.html", emails=queries.list_emails(page=page_asked_for()))


@bp.get("/dev/mail/<uuid:email_id>")
@development_only
def kept_mail(email_id: UUID) -> ResponseReturnValue:
    """One mail as it would arrive."""
    return render_template("outbox/mail.html", email=queries.get_email(email_id))


def page_asked_for() -> int:
    """The page number in the address; one that is no number from 1 up does not exist."""
    written = request.args.get("page", "1")
    if not (written.isascii() and written.isdigit() and 0 < int(written) < 100_000):
        abort(404)
    return int(written)
