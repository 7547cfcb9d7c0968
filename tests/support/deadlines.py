"""Reading a deadline wherever it is written: on pages, in files, feeds, calendars, mails and what programs read."""

import html
import re
from datetime import datetime

import pypdfium2

from pglab.core.clock import EASTERN
from pglab.web.filters import clock_words

# What tells of the past on purpose: what was announced before, and what an addendum replaced. Both say so.
PAST = re.compile(
    r"<del>.*?</del>|<li id=\"news-.*?</li>|<details class=\"more\">.*?</details>|<entry>.*?</entry>|Before: [^\n<]*",
    re.DOTALL,
)
INSTANT = r"\w+, [^:]*?:\d\d [ap]\.m\. ET"
PRINTED_PAST = re.compile(f"Before: {INSTANT} After: {INSTANT}")


def marks(deadline: datetime) -> set[str]:
    """Every way in which a page, a feed, a calendar, a mail or a program may write this instant."""
    local = deadline.astimezone(EASTERN)
    return {
        f"{local:%B} {local.day}, {local.year}, {clock_words(local)}",
        f"{local:%b} {local.day}, {local.year}, {clock_words(local)}",
        f"{local:%a, %b} {local.day}, {clock_words(local)}",
        f"{local:%Y-%m-%dT%H:%M}",
        f"{deadline:%Y-%m-%dT%H:%M}",
        f"{local:%Y%m%dT%H%M}",
        f"{deadline:%Y%m%dT%H%M}",
        str(int(deadline.timestamp() * 1000)),
    }


def names(said: str, deadline: datetime) -> bool:
    """Whether these words name this instant."""
    return any(mark in said for mark in marks(deadline))


def said_in(content: bytes, media_type: str) -> str:
    """What somebody reads in an answer, with folded lines whole and without what is told as past; of a picture
    nothing."""
    if media_type == "application/pdf":
        return PRINTED_PAST.sub("", words_of_pdf(content))
    if media_type.startswith("image/"):
        return ""
    unfolded = content.decode(errors="replace").replace("\r\n ", "")
    return PAST.sub("", html.unescape(unfolded).replace("\N{NO-BREAK SPACE}", " "))


def words_of_pdf(file: bytes) -> str:
    """The words of a document, without the hyphens at the ends of its lines."""
    document = pypdfium2.PdfDocument(file)
    said = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(said.replace("\x02", "").replace("\ufffe", "").split())
