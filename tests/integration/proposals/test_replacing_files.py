"""Replacing a file: the one before stays until the new one has passed its virus check, and comes back by itself."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, text

from pglab.accounts.models import MemberRole, Membership, User
from pglab.adapters.scanner import Clamd, Scanner, init_scanner
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.documents import services as documents
from pglab.documents.models import Document
from pglab.outbox.models import Notice
from pglab.proposals import policy, queries, services
from pglab.proposals.models import Proposal
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.proposals import fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.files import make_pdf
from tests.support.scanner import pretender, says

pytestmark = pytest.mark.usefixtures("rolled_back")

CLEAN, VIRUS, TOO_BIG = b"stream: OK\0", b"stream: Bad.Thing FOUND\0", b"stream: Heuristics.Limits.Exceeded FOUND\0"
DUE = """SELECT count(*) FROM procrastinate_jobs
    WHERE task_name = 'proposals.follow_verdict' AND args->>'document_id' = :id"""
Lend = Callable[[Scanner], None]
Login = Callable[[User], Client]


@pytest.fixture
def lend(app: Flask) -> Iterator[Lend]:
    """A scanner that does not answer yet, so that files wait for it; the usual one comes back."""
    usual = app.extensions["pglab.scanner"]
    lend: Lend = lambda scanner: init_scanner(app, app.config["SETTINGS"], scanner)  # noqa: E731  (one word for it)
    lend(Clamd("127.0.0.1:9"))
    yield lend
    app.extensions["pglab.scanner"] = usual


class Sent(BytesIO):
    def __init__(self, filename: str) -> None:
        super().__init__(make_pdf(2))
        self.stream, self.filename = self, filename


def attach(proposal: Proposal, filename: str, slug: str = "pitch-deck") -> Document:
    slot = next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == slug)
    actor = representative_of(proposal.organization)
    with transaction():
        return services.attach_file(proposal, slot, Sent(filename), actor=actor).document


def judge(lend: Lend, document: Document, answer: bytes) -> None:
    """The scanner answers, and the worker does what follows."""
    with pretender(says(answer)) as scanner:
        lend(scanner)
        with transaction():
            documents.scan_document(document.id)
    lend(Clamd("127.0.0.1:9"))
    if db.session.scalar(text(DUE), {"id": str(document.id)}):
        with transaction():
            services.follow_verdict(document.id)


def deck_of(proposal: Proposal) -> Document:
    attachment = queries.find_attachment(proposal, "pitch-deck")
    assert attachment is not None
    return attachment.document


@pytest.fixture
def proposal(rolled_back: None, lend: Lend) -> Proposal:
    """A complete draft whose deck, v1, has passed."""
    made = fill(make_draft(make_open_rfp()))
    judge(lend, attach(made, "v1.pdf"), CLEAN)
    return made


def test_an_infected_replacement_brings_the_earlier_file_back(proposal: Proposal, lend: Lend, login: Login):
    team = login(representative_of(proposal.organization))
    page = f"/apply/proposals/{proposal.reference}/documents/pitch-deck"
    new, before = attach(proposal, "v2.pdf"), proposal.version
    waiting = team.get(page).text
    judge(lend, new, VIRUS)

    assert "v1.pdf</bdi> stays until <bdi>v2.pdf</bdi> passes its checks." in waiting
    assert "Refresh to see check results" in waiting
    assert (deck_of(proposal).filename, queries.list_problems(proposal)) == ("v1.pdf", [])
    assert proposal.version == before + 1, "a page that showed the refused file can not submit the other unseen"
    shown = team.get(page).text
    assert "The file contains a virus. Scan your device, then upload a clean copy." in shown
    assert "v1.pdf</bdi> is in its place again." in shown


def test_without_the_earlier_file_the_draft_would_have_neither(
    proposal: Proposal, lend: Lend, monkeypatch: pytest.MonkeyPatch
):
    """Negative control: nothing is kept while the new file is checked."""
    monkeypatch.setattr("pglab.proposals.services.attaching._to_come_back", lambda _attachment: None)
    judge(lend, attach(proposal, "v2.pdf"), VIRUS)

    assert [problem.message for problem in queries.list_problems(proposal)] == [
        "Pitch deck: the file contains a virus. Scan your device, then upload a clean copy."
    ]


@pytest.mark.parametrize(
    ("answers", "stays"),
    [
        ([("v2", CLEAN)], "v2"),
        ([("v2", TOO_BIG)], "v1"),
        ([("v2", None), ("v3", VIRUS)], "v1"),
        ([("v2", VIRUS), ("v3", VIRUS)], "v1"),
        ([("v2", CLEAN), ("v3", VIRUS)], "v2"),
        ([("v2", VIRUS), ("v3", CLEAN)], "v3"),
    ],
)
def test_the_last_file_known_to_be_good_is_what_comes_back(
    proposal: Proposal, lend: Lend, answers: list[tuple[str, bytes | None]], stays: str
):
    for name, answer in answers:
        document = attach(proposal, f"{name}.pdf")
        if answer:
            judge(lend, document, answer)

    assert deck_of(proposal).filename == f"{stays}.pdf"


def test_the_whole_team_is_told_once_and_that_the_submission_stands(proposal: Proposal, lend: Lend):
    keep(Membership(organization=proposal.organization, user=make_user("Vic Viewer"), role=MemberRole.VIEWER))
    new = attach(proposal, "secret-name.pdf")
    submit(proposal)
    judge(lend, new, VIRUS)
    with transaction():
        services.follow_verdict(new.id)

    told = db.session.scalars(select(Notice).where(Notice.kind == "file_withheld")).all()
    assert len(told) == 2
    assert {notice.subject for notice in told} == {f"One file in {proposal.reference} has a problem"}
    body = told[0].body_text
    assert "The file it replaced is in its place again. Your submission stands. We may ask for a clean copy" in body
    assert "secret-name" not in body, "mails carry nothing of a proposal"
    assert queries.get_submission(proposal, 1).draft_version < proposal.version
    assert proposal.has_unsent_changes


def test_a_teammate_sees_the_file_before_though_another_uploaded_both(proposal: Proposal, lend: Lend, login: Login):
    viewer = make_user("Vic Viewer")
    keep(Membership(organization=proposal.organization, user=viewer, role=MemberRole.VIEWER))
    attach(proposal, "v2.pdf")

    page = login(viewer).get(f"/apply/proposals/{proposal.reference}/documents/pitch-deck").text

    assert "v1.pdf</bdi> stays until" in page
    assert "Replace it" not in page


def test_the_check_can_be_asked_for_by_the_team_alone(proposal: Proposal, lend: Lend, login: Login):
    new = attach(proposal, "v2.pdf")
    address = f"/apply/proposals/{proposal.reference}/documents/pitch-deck/virus-check"
    team = login(representative_of(proposal.organization))

    assert team.get(address).json == {"mark": "waiting", "words": "Checking for viruses"}
    judge(lend, new, CLEAN)
    assert team.get(address).json == {"mark": "passed", "words": "Virus check passed"}
    rival = login(representative_of(make_draft(proposal.rfp).organization))
    assert rival.get(address).status_code == 404


def test_an_empty_slot_asks_for_its_file(login: Login):
    proposal = make_draft(make_open_rfp())
    address = f"/apply/proposals/{proposal.reference}/documents/pitch-deck"

    answer = login(representative_of(proposal.organization)).post(address, data={})

    assert (answer.status_code, "Select a pitch deck" in answer.text) == (422, True)
    assert "Select a pitch deck" in [problem.message for problem in queries.list_problems(proposal)]


def test_a_proposal_holds_so_many_files(proposal: Proposal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(policy, "MAX_PROPOSAL_FILES", len(queries.list_attachments(proposal)) - 1)

    with pytest.raises(RuleError, match="files at most") as refusal:
        attach(proposal, "v2.pdf")

    assert refusal.value.field == "file"
