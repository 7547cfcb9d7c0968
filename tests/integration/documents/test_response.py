"""The answer that carries a file: always a download, never shown, cached or guessed at."""

import io

import pytest
from flask import Flask
from werkzeug.test import run_wsgi_app

from pglab.adapters.inspector import PDF
from pglab.adapters.storage import StoreUnavailableError, current_store
from pglab.core.db import transaction
from pglab.documents.models import Document
from pglab.documents.routes import document_response
from pglab.documents.services import FileRule, receive_document
from tests.factories.accounts import make_user
from tests.integration.documents.test_receive import Upload
from tests.support import files

pytestmark = pytest.mark.usefixtures("rolled_back", "bucket")
CONTENT = files.make_pdf()


@pytest.fixture
def document() -> Document:
    rule = FileRule("Agreement", frozenset({PDF}))
    with transaction():
        return receive_document(Upload(io.BytesIO(CONTENT), "契約書\r\nX: y.pdf"), rule, actor=make_user())


def test_the_file_is_a_download(app: Flask, document: Document) -> None:
    with app.test_request_context("/"):
        pieces, status, headers = run_wsgi_app(document_response(document), {"REQUEST_METHOD": "GET"})

        assert (status, b"".join(pieces)) == ("200 OK", CONTENT)
    assert {
        name: headers[name]
        for name in ("Content-Type", "Content-Length", "X-Content-Type-Options", "Cache-Control", "Accept-Ranges")
    } == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(CONTENT)),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "none",
    }
    assert headers["Content-Disposition"].startswith(f'attachment; filename="file-{document.sha256[:8]}.pdf"; ')
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_lost_file_is_an_error_page_not_a_broken_download(app: Flask, document: Document) -> None:
    current_store().delete(document.storage_key)

    with app.test_request_context("/"), pytest.raises(StoreUnavailableError) as caught:
        document_response(document)
    assert caught.value.status == 503
