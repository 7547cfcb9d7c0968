"""The receipt on paper: tagged, the whole of what the signed file holds, made when asked for and kept nowhere."""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.adapters import paper
from pglab.core.clock import official_now
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, ConfidentialityMark, Proposal, Submission
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.addenda import make_addendum
from tests.factories.addenda import words as text_of
from tests.factories.proposals import (
    fill,
    make_document,
    make_draft,
    make_submitted_proposal,
    representative_of,
    submit,
)
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.deadlines import words_of_pdf
from tests.support.reading.papers import tight, untold, untold_on_page

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]


def address(proposal: Proposal, kind: str = "pdf", number: int = 1) -> str:
    return f"/apply/proposals/{proposal.reference}/receipts/{number}.{kind}"


def test_it_says_all_that_the_signed_receipt_says(login: Login):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))

    answer = client.get(address(proposal))
    statement = client.get(address(proposal, "json")).json["statement"]

    assert answer.mimetype == "application/pdf"
    assert untold(statement, answer.data) == []
    # Negative control: what the receipt does not say is missed.
    assert untold({**statement, "submitted_by": "Somebody Else"}, answer.data) == ["Somebody Else"]


def test_its_page_says_all_that_the_signed_receipt_says(login: Login, monkeypatch: pytest.MonkeyPatch):
    """Field by field, with an addendum, a marked file and its redacted copy."""
    proposal = fill(make_draft(make_open_rfp()))
    actor = representative_of(proposal.organization)
    file = queries.list_attachments(proposal)[0].document
    make_addendum(proposal.rfp, said=text_of(acknowledge=True))
    with transaction():
        services.acknowledge_addenda(proposal, [1], rfp_version=2, actor=actor)
    mark = ConfidentialityMark(
        proposal_id=proposal.id,
        document_id=file.id,
        pages_named="2",
        reason="Our prices.",
        marked_by_id=actor.id,
        marked_at=official_now(),
        signed_by_id=actor.id,
        signed_at=official_now(),
        redacted_document=make_document(proposal, filename="redacted.pdf", facts={"size": 777, "pages": 2}),
    )
    keep(mark, sealed_rfp_id=proposal.rfp_id)
    submit(proposal)
    client = login(actor)
    statement = client.get(address(proposal, "json")).json["statement"]
    page = address(proposal).removesuffix(".pdf")

    assert statement["addenda"] and statement["files"][0]["confidential"]["redacted_copy"]["size"] == 777
    assert untold_on_page(statement, client.get(page).text) == []
    assert untold(statement, client.get(address(proposal)).data) == []
    # The control: the page of before told neither the startup nor the deadline, and that is noticed.
    monkeypatch.setattr(queries, "head_of_receipt", lambda _view: [])
    lost = untold_on_page(statement, client.get(page).text)
    assert {statement["organization"]["legal_name"], "Allegheny", statement["closes_at"]} <= set(lost)
    assert statement["challenge_area"] in lost


def test_it_is_tagged_and_numbered_and_names_its_page(login: Login):
    proposal = fill(make_draft(make_open_rfp()), "\n\n".join(["We test sensors."] * 16))
    submit(proposal)

    made = login(representative_of(proposal.organization)).get(address(proposal)).data

    with pikepdf.open(io.BytesIO(made)) as file, file.open_metadata() as about:
        assert "/StructTreeRoot" in file.Root
        assert about.get("pdfuaid:part") == "1"
        pages = len(file.pages)
    assert pages > 1
    for number, page in enumerate(pypdfium2.PdfDocument(made), start=1):
        words = page.get_textpage().get_text_range()
        assert f"Page {number} of {pages}" in words
        assert f"/apply/proposals/{proposal.reference}/receipts/1" in words


def test_declarations_name_who_and_when_and_files_their_virus_check(login: Login):
    proposal = fill(make_draft(make_open_rfp()))
    first = db.session.query(Attachment).filter_by(proposal_id=proposal.id).first()
    first.document = make_document(proposal, verdict=None)
    db.session.commit()
    submit(proposal)
    client = login(representative_of(proposal.organization))
    statement = client.get(address(proposal, "json")).json["statement"]
    page = client.get(address(proposal).removesuffix(".pdf")).text
    words = words_of_pdf(client.get(address(proposal)).data)

    declared = {"text": "The information is true to the best of my knowledge.", "made_by": "Rita Representative"}
    assert statement["format"] == 2
    assert statement["declarations"] == [{**declared, "made_at": statement["received_at"]}]
    assert {file["virus_check"] for file in statement["files"]} == {"running", "passed"}
    assert "The virus check was still running" in words and "Virus check passed" in words
    assert declared["text"] in page and "Rita Representative" in page


def test_receipts_of_the_first_format_name_who_declared_by_whoever_submitted(login: Login):
    """They are signed once, and stay as they are: the sentences alone, made by pressing Submit."""
    make_submitted_proposal(make_open_rfp())
    [sent] = db.session.query(Submission)
    old = json.loads(sent.manifest)
    old["declarations"] = [each["text"] for each in old["declarations"]]

    [declared] = queries.SubmittedView(sent, old, []).declarations

    assert declared == {
        "text": "The information is true to the best of my knowledge.",
        "made_by": "Rita Representative",
        "made_at": sent.received_at,
    }


def test_nobody_else_gets_it_and_nothing_of_it_stays_behind(
    login: Login, app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    proposal = fill(make_draft(make_open_rfp()), "A secret of 王小明 in the answer.")
    submit(proposal)
    before = files_under(app.config["SETTINGS"].state_dir / "pdf")

    own = login(representative_of(proposal.organization)).get(address(proposal))
    others = login(make_user("Ron Rival")).get(address(proposal))

    assert (own.status_code, others.status_code) == (200, 404)
    assert "Asecretof" in tight(words_of_pdf(own.data))
    assert own.headers["Cache-Control"] == "no-store"
    assert files_under(app.config["SETTINGS"].state_dir / "pdf") == before
    assert list(tmp_path.rglob("*")) == []
    assert "secret" not in caplog.text and "王" not in caplog.text


def files_under(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_while_others_are_made_the_page_says_when_it_was_received(login: Login, monkeypatch: pytest.MonkeyPatch):
    proposal = make_submitted_proposal(make_open_rfp())
    monkeypatch.setattr(paper, "TURN_SECONDS", 0.01)
    monkeypatch.setattr(paper, "_turn", busy := threading.Lock())
    client = login(representative_of(proposal.organization))

    with busy:
        waiting = client.get(address(proposal))

    assert waiting.status_code == 202
    assert "Preparing your receipt" in waiting.text and "You can close this page" in waiting.text
    assert client.get(address(proposal)).status_code == 200


def test_a_program_that_fails_or_hangs_costs_the_file_and_nothing_else(
    login: Login, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))
    for words in ("raise SystemExit(3)", "import time; time.sleep(60)", "print('no file')"):
        child = tmp_path / "child.py"
        child.write_text(words)
        monkeypatch.setattr(paper, "CHILD", child)
        monkeypatch.setattr(paper, "SECONDS", 1)
        assert client.get(address(proposal)).status_code == 503
    assert client.get(address(proposal).removesuffix(".pdf")).status_code == 200


def test_every_letter_and_sign_of_an_answer_is_text_and_never_a_command(login: Login):
    odd = '#import "/etc/passwd" $x^2$ *bold* _it_ <b> \\ @ref // no comment /* none */ “quotes” fi ffl ' + "w" * 300
    proposal = fill(make_draft(make_open_rfp()), odd)
    submit(proposal)
    client = login(representative_of(proposal.organization))

    assert untold(client.get(address(proposal, "json")).json["statement"], client.get(address(proposal)).data) == []
