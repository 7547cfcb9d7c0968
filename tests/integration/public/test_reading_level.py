"""Pages for everyone are written for everyone: at most grade 8 (UX 7.2), told by their own sentences."""

import re
from html.parser import HTMLParser

import pytest

from pglab.core.reading import reading_grade
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client

HIGHEST = 8
PAGES = (
    *("/cohorts/12/questions", "/cohorts/12/questions/new"),
    *("/", "/cohorts", "/cohorts/12", "/cohorts/12/rfp", "/cohorts/12/how-we-decide", "/cohorts/12/addenda"),
    *("/cohorts/12/eligibility", "/cohorts/12/eligibility?rule1=yes&rule2=no&rule3=yes&rule4=yes"),
    *("/cohorts/12/proposal-questions", "/cohorts/12/updates", "/help", "/contact", "/accessibility", "/privacy"),
    *("/terms", "/public-records", "/status", "/updates/subscribe", "/search", "/transparency", "/pilots"),
)


class Sentences(HTMLParser):
    """The running text of a page: what stands in paragraphs and lists of its main part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside, self.found = 0, [""]
        self.feed(html[html.index("<main") : html.index("</main>")])

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag in ("p", "li")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li"):
            self.inside -= 1
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data

    @property
    def text(self) -> str:
        """Each paragraph ends as a sentence does."""
        said = (re.sub(r"\s+", " ", each).strip() for each in self.found)
        return "\n\n".join(each if each[-1] in ".!?:" else f"{each}." for each in said if each)


def grade(html: str) -> float:
    return reading_grade(Sentences(html).text) or 0


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_reads_at_grade_eight_or_lower(client: Client, path: str) -> None:
    make_open_rfp(12)
    answer = client.get(path)
    assert answer.status_code == (503 if path == "/status" else 200), "no worker runs here"
    assert grade(answer.text) <= HIGHEST, Sentences(answer.text).text


def test_officialese_is_noticed() -> None:
    """Negative control."""
    officialese = (
        "Respondents are hereby notified that noncompliance with the aforementioned administrative requirements "
        "constitutes sufficient justification for immediate disqualification notwithstanding subsequent remediation."
    )
    assert grade(f"<main><p>{officialese}</p></main>") > HIGHEST
