"""P17: no byte that was not scanned reaches a reader, whatever the scanner does; a dead one makes no proposal late."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from flask import Flask

from pglab.accounts.models import StaffRole, User
from pglab.adapters.inspector import PDF, Inspection
from pglab.adapters.scanner import Clamd, Scanner, ScannerUnavailableError, init_scanner
from pglab.adapters.storage import current_store
from pglab.admin.queries import check_scan
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.documents import services
from pglab.documents.models import Document, DocumentPage
from pglab.documents.queries import list_waiting_scans
from pglab.documents.services import FileRule, receive_document
from pglab.documents.states import ScanVerdict
from pglab.outbox.models import Notice
from pglab.proposals import services as proposals
from pglab.proposals.models import Attachment, Proposal, Submission
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.proposals import fill, make_draft, open_all, representative_of, submit
from tests.factories.reviews import declare, make_panel
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support import databases
from tests.support.client import Client
from tests.support.files import make_pdf
from tests.support.scanner import MARKER, clamd, need_clamd, pretender, says
from tests.support.scoreboard import Scores

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("rolled_back")]

Login = Callable[[User], Client]
Lent = AbstractContextManager[Scanner]
RULE = FileRule("Pitch deck", frozenset({PDF}))
# The file itself, the text of its pages, the picture of one.
SHAPES = ("", "/pages", "/pages/1")
LATE = lambda: time.sleep(1)  # noqa: E731  (longer than the scanner is given)
# What a scanner may do, and the verdict a file may have then. Files are about 6 kB.
BEHAVIOURS: dict[str, tuple[Callable[[], Lent], ScanVerdict | None]] = {
    "down": (lambda: nullcontext(Clamd("127.0.0.1:9")), None),
    "slow": (lambda: pretender(says(b"stream: OK\0", then=LATE), seconds=0.5), None),
    "talks nonsense": (lambda: pretender(says(b"all good\0")), None),
    "hangs up": (lambda: pretender(says(b"")), None),
    "says OK half": (lambda: pretender(says(b"stream: OK")), None),
    "says OK beyond its limit": (lambda: clamd(limit="4K", alert=False), None),
    "stops at its limit": (lambda: clamd(limit="4K"), ScanVerdict.FAILED),
    "finds a virus": (clamd, ScanVerdict.INFECTED),
    "finds nothing": (clamd, ScanVerdict.CLEAN),
}


@pytest.fixture
def lend(app: Flask) -> Iterator[Callable[[Scanner], None]]:
    """Give the app a scanner; the usual one comes back."""
    usual = app.extensions["pglab.scanner"]
    yield lambda scanner: init_scanner(app, app.config["SETTINGS"], scanner)
    app.extensions["pglab.scanner"] = usual


def canary(name: str) -> bytes:
    return b"canary-" + hashlib.sha256(name.encode()).hexdigest().encode()


def a_file(name: str) -> bytes:
    """A PDF with its canary in plain bytes; the infected one has the marker behind 5,000 bytes."""
    tail = MARKER if name in ("finds a virus", "says OK beyond its limit") else b""
    drawing = b"% " + canary(name) + b" " * 5000 + tail
    return make_pdf(1, lambda pdf: setattr(pdf.pages[0], "Contents", pdf.make_stream(drawing)), compress_streams=False)


class Sent(BytesIO):
    def __init__(self, content: bytes, filename: str = "deck.pdf") -> None:
        super().__init__(content)
        self.stream, self.filename = self, filename


def attach(proposal: Proposal, content: bytes) -> Document:
    """Into an empty slot, so that nothing comes back should the file be withheld."""
    slot = next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == "pitch-deck")
    with transaction():
        proposals.remove_file(proposal, slot, actor=representative_of(proposal.organization))
        return proposals.attach_file(
            proposal, slot, Sent(content), actor=representative_of(proposal.organization)
        ).document


def scan(document: Document) -> None:
    """The worker asks the scanner, and does what follows from a bad answer."""
    with transaction():
        services.scan_document(document.id)
    with transaction():
        proposals.follow_verdict(document.id)


def draw(document: Document, word: bytes) -> None:
    """A page of the file as if it had been drawn, whatever the scan said: picture and text carry the canary."""
    picture = b"\xff\xd8\xff" + word
    key, sha256 = secrets.token_urlsafe(32), hashlib.sha256(picture).hexdigest()
    current_store().put_stream(key, BytesIO(picture), "image/jpeg", sha256=sha256, size=len(picture))
    facts = {"sha256": sha256, "size": len(picture), "width": 1, "height": 1, "text": word.decode()}
    keep(DocumentPage(document_id=document.id, number=1, image_key=key, **facts), sealed_rfp_id=document.sealed_rfp_id)


@pytest.fixture
def scanned(lend: Callable[[Scanner], None], clock: databases.OfficialClock) -> dict[str, tuple[Proposal, Document]]:
    """One submitted proposal for each behaviour of the scanner, scanned after it was submitted; then all opened."""
    need_clamd()
    rfp, made = make_open_rfp(), {}
    lend(Clamd("127.0.0.1:9"))
    for name in BEHAVIOURS:
        proposal = fill(make_draft(rfp))
        made[name] = (proposal, attach(proposal, a_file(name)))
        assert isinstance(submit(proposal), Submission)
    for name, (scanner, verdict) in BEHAVIOURS.items():
        with scanner() as lent:
            lend(lent)
            scan(made[name][1])
        assert made[name][1].verdict is verdict, name
    for name, (_, document) in made.items():
        draw(document, canary(name))
    lend(Clamd("127.0.0.1:9"))
    open_all(rfp, *make_program_people(), clock)
    return made


def readers(rfp: Rfp, login: Login) -> list[tuple[Client, str]]:
    """Everybody who may read opened proposals, and the address where they find a file."""
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member)
    manager, director = make_program_people()
    staff = [manager, director, make_user("Ivy Grant", StaffRole.AUDITOR)]
    own = [(login(person), "/manage/proposals/{}") for person in staff]
    return [*own, (login(member.user), "/review/proposals/{}")]


def leaks(made: dict[str, tuple[Proposal, Document]], everybody: list[tuple[Client, str]]) -> tuple[int, list[str]]:
    """Ask for every file, the text of its pages and a picture as every reader: how many answers, and which carried
    bytes they must not."""
    asked, leaked = 0, []
    for name, (proposal, document) in made.items():
        for client, where in everybody:
            for shape in SHAPES:
                answer = client.get(f"{where.format(proposal.reference)}/documents/pitch-deck{shape}")
                asked += 1
                if document.verdict is ScanVerdict.CLEAN:
                    assert (answer.status_code, canary(name) in answer.data) == (200, True), (name, shape)
                elif answer.status_code != 409 or canary(name) in answer.data:
                    leaked.append(f"{name} at {where}{shape}")
    return asked, leaked


def test_only_what_was_scanned_clean_reaches_a_reader(
    scanned: dict[str, tuple[Proposal, Document]], login: Login, lend: Callable[[Scanner], None], scored: Scores
):
    everybody = readers(scanned["down"][0].rfp, login)
    asked, leaked = leaks(scanned, everybody)
    assert leaked == []

    for name, words in [("down", "being checked"), ("stops at its limit", "could not be checked")]:
        for client, where in everybody:
            page = client.get(where.format(scanned[name][0].reference)).text
            assert words in page and "/documents/pitch-deck" not in page, (name, where)
    for name, (proposal, document) in scanned.items():
        team = login(representative_of(proposal.organization))
        status = team.get(f"/apply/proposals/{proposal.reference}/documents/pitch-deck/file").status_code
        assert status == (409 if document.verdict is ScanVerdict.INFECTED else 200), name
    told = db.session.scalars(db.select(Notice).where(Notice.kind == "file_withheld")).all()
    assert len(told) == 2, "the teams with the infected and the unchecked file were told"

    with clamd() as back:
        lend(back)
        waiting = list_waiting_scans(100)
        assert len(waiting) == sum(document.verdict is None for _, document in scanned.values())
        for document_id in waiting:
            with transaction():
                services.scan_document(document_id)
        found = {name: db.session.get_one(Document, document.id).verdict for name, (_, document) in scanned.items()}
        assert found["down"] is found["slow"] is ScanVerdict.CLEAN
        assert found["says OK beyond its limit"] is ScanVerdict.INFECTED, "it was one, and is found now"
        more, leaked = leaks(scanned, everybody)
    assert leaked == []
    scored(
        "P17",
        what="files, page texts and page pictures asked for by readers under each fault of the scanner, leaked",
        sample=asked + more,
    )


def test_without_the_rule_every_unscanned_file_leaks(
    scanned: dict[str, tuple[Proposal, Document]], login: Login, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the one rule of reading is taken out."""
    monkeypatch.setattr("pglab.documents.policy.withheld", lambda *_a, **_k: None)
    _asked, leaked = leaks(scanned, readers(scanned["down"][0].rfp, login))
    unscanned = sum(document.verdict is not ScanVerdict.CLEAN for _, document in scanned.values())

    assert len(leaked) == unscanned * 4 * len(SHAPES)
    scored("P17", control=f"with the rule taken out {len(leaked)} answers carried unscanned bytes")


class Watched:
    """A scanner that is down, and counts how often it is asked."""

    present = True

    def __init__(self) -> None:
        self.asked = 0

    def scan(self, _pieces: object) -> None:
        self.asked += 1
        raise ScannerUnavailableError("The virus scanner does not answer.")

    def ping(self) -> None:
        raise ScannerUnavailableError("The virus scanner does not answer.")


def late(rfp: Rfp, number: int) -> int:
    """How many of so many founders could not attach a file and submit in time."""
    failed = 0
    for _ in range(number):
        proposal = fill(make_draft(rfp))
        try:
            attach(proposal, a_file("down"))
            failed += not isinstance(submit(proposal), Submission)
        except ScannerUnavailableError:
            failed += 1
    return failed


def test_a_dead_scanner_makes_nothing_late(
    lend: Callable[[Scanner], None], clock: databases.OfficialClock, scored: Scores, login: Callable[[User], Client]
):
    admin = login(make_user("Ned Fox", StaffRole.ADMIN))
    dead = Watched()
    lend(dead)  # type: ignore[arg-type]  # it never answers
    tries = 15
    assert late(make_open_rfp(), tries) == 0
    assert dead.asked == 0, "nobody who attaches or submits waits for the scanner"
    assert check_scan().passed
    clock.move(timedelta(minutes=11))
    assert not check_scan().passed
    assert "for more than 10 minutes" in admin.get("/admin").text, "administrators learn of it, though they see no file"
    assert services.queue_waiting_scans() >= tries, "and every file is asked about again"
    scored("P17", what="submissions with the scanner down, late", sample=tries)


def test_a_scan_inside_the_upload_would_make_proposals_late(
    lend: Callable[[Scanner], None], monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the naive design, which asks the scanner before it takes a file."""
    dead = Watched()
    lend(dead)  # type: ignore[arg-type]  # it never answers
    monkeypatch.setattr("pglab.documents.services.receiving.ask_for_scan", lambda _document: dead.scan(b""))
    failed = late(make_open_rfp(), 3)

    assert failed == 3
    scored("P17", control=f"scanning before taking a file in refused {failed} of 3 founders")


def test_a_virus_found_after_submitting_takes_nothing_back(scanned: dict[str, tuple[Proposal, Document]], login: Login):
    proposal, document = scanned["finds a virus"]
    db.session.refresh(proposal)
    assert (document.verdict, proposal.submission_number) == (ScanVerdict.INFECTED, 1)
    receipt = login(representative_of(proposal.organization)).get(f"/apply/proposals/{proposal.reference}/receipts/1")
    assert (receipt.status_code, "contains a virus: withheld" in receipt.text) == (200, True)


def test_an_infected_draft_is_told_before_it_is_submitted(lend: Callable[[Scanner], None], login: Login):
    proposal = fill(make_draft(make_open_rfp()))
    with clamd() as scanner:
        lend(scanner)
        slot = next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == "pitch-deck")
        with transaction():
            proposals.remove_file(proposal, slot, actor=representative_of(proposal.organization))
        scan(attach(proposal, a_file("finds a virus")))
    team = login(representative_of(proposal.organization))
    assert (
        "the file contains a virus. Scan your device" in team.get(f"/apply/proposals/{proposal.reference}/check").text
    )
    assert "There is a problem" in team.get(f"/apply/proposals/{proposal.reference}").text


def test_a_marker_in_an_attachment_of_a_pdf_never_gets_in(lend: Callable[[Scanner], None], scored: Scores):
    """ClamAV does not look into a compressed attachment of a PDF; so a PDF with attachments is refused whole."""

    def hide(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["budget.bin"] = b"filling " * 200 + MARKER

    hostile = make_pdf(1, hide, compress_streams=True, recompress_flate=True)
    person = make_user()
    with clamd() as scanner, ExitStack() as undone:
        lend(scanner)
        with pytest.raises(RuleError, match="other files attached inside it"), transaction():
            receive_document(Sent(hostile), RULE, actor=person)
        assert db.session.query(Document).count() == 0

        patched = undone.enter_context(pytest.MonkeyPatch.context())
        patched.setattr("pglab.documents.services.receiving.inspect_file", lambda *_a, **_k: Inspection(PDF, 1))
        with transaction():
            document = receive_document(Sent(hostile), RULE, actor=person)
        scan(document)
    assert document.verdict is ScanVerdict.CLEAN, "the control: the scanner alone would have passed it"
    scored("P17", control="without the refusal of attachments the scanner passed a marker inside one")


def test_every_file_slot_is_scanned(lend: Callable[[Scanner], None]):
    """A file taken in while a scanner is configured has a job that scans it, in the same transaction."""
    lend(Clamd("127.0.0.1:9"))
    document = attach(fill(make_draft(make_open_rfp())), a_file("down"))
    of_this = "task_name = 'documents.scan_document' AND args->>'document_id' = :id"
    jobs = db.session.scalars(db.text(f"SELECT lock FROM procrastinate_jobs WHERE {of_this}"), {"id": str(document.id)})
    assert list(jobs) == ["documents.scan"]
    assert db.session.query(Attachment).filter_by(document_id=document.id).count() == 1
