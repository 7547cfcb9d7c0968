"""The pages of a file in the browser: drawn by the worker, shown to whoever may read the file and to nobody else."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from pglab.accounts.models import User
from pglab.adapters import renderer
from pglab.adapters.storage import StoreUnavailableError, current_store
from pglab.core.db import db, transaction
from pglab.core.errors import StateError
from pglab.documents import services as files
from pglab.documents.models import Document, DocumentPage, DocumentScan
from pglab.documents.queries import list_pages, list_undrawn
from pglab.documents.states import ScanVerdict
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.proposals import fill, make_document, make_draft, open_all, representative_of, submit
from tests.factories.reviews import declare, make_panel
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf, make_picture

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECK = "pitch-deck"


class Sent(BytesIO):
    """A file as a form brings it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.stream, self.filename = self, "deck.pdf"


def with_words(words: str, pages: int = 1) -> bytes:
    """A PDF whose pages say something, in a font that the file does not carry."""

    def change(pdf: pikepdf.Pdf) -> None:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for page in pdf.pages:
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 600 Td ({words}) Tj ET".encode())

    return make_pdf(pages, change)


def attach(proposal: Proposal, content: bytes) -> Document:
    slot = next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == DECK)
    with transaction():
        return services.attach_file(
            proposal, slot, Sent(content), actor=representative_of(proposal.organization)
        ).document


def draw(document: Document) -> list[DocumentPage]:
    with transaction():
        files.draw_pages(document.id)
    found = select(DocumentPage).where(DocumentPage.document_id == document.id).order_by(DocumentPage.number)
    return list(db.session.scalars(found))


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return fill(make_draft(make_open_rfp()))


def test_a_page_is_drawn_with_its_words(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(with_words("Three sensors on Fifth Avenue"))

    page = renderer.draw_page(path, 1)

    assert page is not None and page.text == "Three sensors on Fifth Avenue"
    with Image.open(BytesIO(page.image)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (page.width, page.height))
        assert len(set(picture.convert("L").tobytes())) > 10, "the words are drawn, not only white"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_a_page_without_words(tmp_path: Path, kind: str):
    path = tmp_path / "file"
    path.write_bytes(make_picture(kind))
    page = renderer.draw_page(path, 1)
    assert page is not None and (page.width, page.height, page.text) == (60, 40, "")


@pytest.mark.parametrize("content", [b"", b"no file at all", b"%PDF-1.7 broken", make_picture("PNG")[:60]])
def test_what_cannot_be_drawn_is_no_page(tmp_path: Path, content: bytes):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert renderer.draw_page(path, 1) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}\n\xff\xd8\xff\xd9",
        b'{"width": 1, "height": 1, "text": 3}\n\xff\xd8\xff\xd9',
        b'{"width": 90000, "height": 1, "text": ""}\n\xff\xd8\xff\xd9',
        b'{"width": 1, "height": 1, "text": ""}\n<html></html>',
        b"[" * 100_000,
    ],
)
def test_only_an_answer_of_the_agreed_shape_is_believed(answer: bytes):
    assert renderer._read_answer(answer) is None


def test_text_holds_no_signs_that_mislead():
    page = renderer._read_answer(
        b'{"width": 1, "height": 1, "text": "a\\u0000b\\u202ec\\r\\nd"}\n' + b"\xff\xd8\xff\xd9"
    )
    assert page is not None and page.text == "abc\nd"


def test_the_team_reads_its_file_in_the_browser(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    document = attach(proposal, with_words("Our sensor", pages=2))
    address = f"/apply/proposals/{proposal.reference}/documents/{DECK}/pages"
    assert "The pages are not drawn yet." in team.get(address).text

    pages = draw(document)

    shown = team.get(address).text
    assert [page.number for page in pages] == [1, 2]
    assert "Page 1 of 2" in shown and shown.count("Our sensor") == 2
    picture = team.get(f"{address}/2")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(picture.data) == pages[1].size
    assert team.get(f"{address}/3").status_code == 404
    assert draw(document) == pages, "drawn once"


def test_readers_see_pages_once_they_may_read_the_file(proposal: Proposal, login: Login, clock: OfficialClock):
    document = attach(proposal, with_words("Our sensor"))
    draw(document)
    submit(proposal)
    manager, director = make_program_people()
    rival = representative_of(make_draft(proposal.rfp).organization)
    seat, other = make_panel(proposal.rfp, "Avery Chen", "Bianca Ortiz", manager=manager)
    program, bench = (
        f"/{place}/proposals/{proposal.reference}/documents/{DECK}/pages" for place in ("manage", "review")
    )
    own = f"/apply/proposals/{proposal.reference}/documents/{DECK}/pages"
    sealed = [(manager, program), (seat.user, bench), (rival, own), (manager, own)]
    for person, address in sealed:
        assert [login(person).get(f"{address}{page}").status_code for page in ("", "/1")] == [404, 404], address

    open_all(proposal.rfp, manager, director, clock)
    declare(seat)

    for person, address in [(manager, program), (seat.user, bench)]:
        reader = login(person)
        assert "Our sensor" in reader.get(address).text
        assert reader.get(f"{address}/1").data.startswith(b"\xff\xd8\xff")
    assert login(other.user).get(f"{bench}/1").status_code == 403, "before declaring"
    assert f"{bench}" in login(seat.user).get(f"/review/proposals/{proposal.reference}").text


@pytest.mark.parametrize("verdict", [ScanVerdict.INFECTED, ScanVerdict.FAILED])
def test_pages_are_withheld_as_the_file_is(proposal: Proposal, login: Login, verdict: ScanVerdict):
    document = attach(proposal, with_words("Our sensor"))
    draw(document)
    keep(DocumentScan(document_id=document.id, verdict=verdict), sealed_rfp_id=proposal.rfp_id)
    db.session.refresh(document, ["verdict"])
    infected = verdict is ScanVerdict.INFECTED
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{DECK}/pages"

    assert [team.get(f"{address}{page}").status_code for page in ("", "/1")] == [409 if infected else 200] * 2
    with pytest.raises(StateError):
        list_pages(document, own=False)


@pytest.mark.parametrize("verdict", [None, ScanVerdict.INFECTED, ScanVerdict.FAILED])
def test_what_the_scan_did_not_let_pass_is_never_drawn(proposal: Proposal, verdict: ScanVerdict | None):
    document = make_document(proposal, verdict=verdict)
    assert draw(document) == []
    assert document.id not in list_undrawn(100)


def test_a_store_that_is_away_leaves_the_file_waiting(proposal: Proposal, monkeypatch: pytest.MonkeyPatch):
    document = attach(proposal, with_words("Our sensor"))

    def away(*_a: object, **_k: object) -> None:
        raise StoreUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(type(current_store()), "put_stream", away)
        assert draw(document) == []
    assert document.id in list_undrawn(100)
    with transaction():
        assert files.queue_undrawn() >= 1
    assert len(draw(document)) == 1
    assert document.id not in list_undrawn(100)


def test_a_page_that_cannot_be_drawn_says_so(proposal: Proposal, login: Login, monkeypatch: pytest.MonkeyPatch):
    document = attach(proposal, with_words("Our sensor"))
    monkeypatch.setattr(renderer, "draw_page", lambda *_a: None)
    draw(document)
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{DECK}/pages"
    assert "This page can’t be shown here." in team.get(address).text
    assert team.get(f"{address}/1").status_code == 404


def look_as(who: str) -> None:
    db.session.execute(text("SELECT set_config('pglab.viewer', :who, true)"), {"who": who})


def test_the_database_shows_pages_with_their_file_alone(proposal: Proposal):
    document = attach(proposal, with_words("Our sensor"))
    draw(document)
    rival = representative_of(make_draft(proposal.rfp).organization)
    manager, _ = make_program_people()
    counted = select(DocumentPage.id).where(DocumentPage.document_id == document.id)
    found = {}
    for name, viewer in (("own", representative_of(proposal.organization)), ("rival", rival), ("program", manager)):
        look_as(str(viewer.id))
        found[name] = len(db.session.scalars(counted).all())
    look_as("worker")
    assert found == {"own": 1, "rival": 0, "program": 0}
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text("UPDATE document_pages SET text = ''"))
    assert queries.list_attachments(proposal)
