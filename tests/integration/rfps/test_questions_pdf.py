"""All questions as a file: the words of their page, tagged, of the version in force, and of nothing unpublished."""

import io
import re
from html import unescape

import pikepdf
import pytest

from pglab.core.db import transaction
from pglab.rfps import queries, services
from pglab.rfps.models import QuestionKind
from pglab.rfps.queries import form_paper
from tests.factories.addenda import make_addendum
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people
from tests.integration.rfps.test_notice_pdf import kinds_under
from tests.support.deadlines import words_of_pdf

ADDRESS = "/cohorts/12/proposal-questions.pdf"


def make_rich_rfp() -> None:
    """A published form with a question of every kind, one of them optional, one with a condition."""
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    asked = None
    for kind in QuestionKind:
        text = services.QuestionText(
            f"A {kind.value}?",
            kind,
            hint=f"Help with a {kind.value}.",
            required=kind is not QuestionKind.DATE,
            word_limit=120 if kind is QuestionKind.LONG_TEXT else None,
            options=["Indoors", "Outdoors"] if kind.offers_options else [],
            **({"show_if_id": asked.id, "show_if_value": "Outdoors"} if kind is QuestionKind.NUMBER else {}),
        )
        section = queries.get_form_section(rfp.id, "privacy")
        with transaction():
            made = services.add_question(section, text, rfp=rfp, version=rfp.version, actor=preparer)
        asked = made if kind is QuestionKind.CHOICE else asked
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)


def lines_of(page: str) -> list[str]:
    """Every question and document as the page words it: label first, then the rest."""
    content = page[page.index("<h2>Questions</h2>") : page.index("How the answers are scored")]
    items = re.findall(r"<li>(.*?)</li>", content, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", item)).replace(": ", " ").split()) for item in items]


def missing(page: str, file: bytes) -> list[str]:
    """Lines of the page that the file does not have."""
    said = words_of_pdf(file).replace(": ", " ")
    return [line for line in lines_of(page) if line not in said]


def test_the_file_says_what_the_page_says_with_limits_and_help(client):
    make_rich_rfp()
    page = client.get("/cohorts/12/proposal-questions").text
    answer = client.get(ADDRESS)

    assert 'href="/cohorts/12/proposal-questions.pdf"' in page
    assert answer.content_type == "application/pdf"
    assert len(lines_of(page)) > 15
    assert missing(page, answer.data) == []
    assert "Only if “A choice?” is Outdoors." in words_of_pdf(answer.data)


def test_a_file_without_its_limits_is_noticed(client, monkeypatch):
    """Negative control: a file that leaves the limits out differs from the page."""
    make_rich_rfp()
    monkeypatch.setattr(form_paper, "how_answered", lambda _question: "")
    assert missing(client.get("/cohorts/12/proposal-questions").text, client.get(ADDRESS).data)


def test_it_is_tagged_and_follows_each_version(client):
    rfp = make_open_rfp()
    first = client.get(ADDRESS)
    with pikepdf.open(io.BytesIO(first.data)) as file:
        assert str(file.docinfo.Title) == "All questions of RFP-12"
        assert {"/H1", "/H2"} <= set(kinds_under(file.Root.StructTreeRoot))
        with file.open_metadata() as told:
            assert told.get("pdfuaid:part") == "1"

    make_addendum(rfp, {"form.0.questions.0.hint": "Say it in one sentence."})

    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Say it in one sentence." not in words_of_pdf(first.data)
    assert "Say it in one sentence." in words_of_pdf(client.get(ADDRESS).data)


@pytest.mark.parametrize("role", [0, 1])
def test_a_draft_has_no_file_for_anybody(client, login, role):
    people = make_program_people()
    make_draft_rfp(actor=people[0])
    assert client.get(ADDRESS).status_code == login(people[role]).get(ADDRESS).status_code == 404
