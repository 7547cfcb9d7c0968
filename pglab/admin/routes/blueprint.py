"""The blueprint of the administration pages, and how they read page numbers."""

from flask import Blueprint, request

bp = Blueprint("admin", __name__)


def page_asked_for(total: int, size: int) -> tuple[int, int]:
    """The page asked for and how many there are; a number that is none, or too large, is brought inside."""
    pages = max(1, -(-total // size))
    written = request.args.get("page", "1")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 1
    return min(max(1, number), pages), pages
