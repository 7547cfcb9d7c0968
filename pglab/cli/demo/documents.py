"""Small real PDFs for the demo: pages of set text, a few kilobytes each, the same bytes every time."""

import io
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

LANDSCAPE, PORTRAIT = (842, 595), (612, 792)
MARGIN = 60
SCANNED = time.gmtime(1_700_000_000)
# Every PDF program has these two, so that no font has to be carried along.
FONTS = {"/F1": "Helvetica", "/F2": "Helvetica-Bold"}


@dataclass
class DemoFile:
    """A file as a form hands it over."""

    filename: str | None
    stream: BinaryIO


@dataclass(frozen=True)
class Page:
    """A heading and paragraphs under it."""

    heading: str
    paragraphs: Sequence[str]


def make_pdf(filename: str, title: str, pages: Sequence[Page], *, size: tuple[int, int] = PORTRAIT) -> DemoFile:
    """A PDF with one page for each `Page`, set in Helvetica; signs outside Latin-1 become question marks."""
    # Needed only while the demo is loaded, and slow to import: no web process pays for it.
    import pikepdf  # noqa: PLC0415 - slow to load, only the demo needs it here

    with pikepdf.new() as pdf:
        fonts = pikepdf.Dictionary(
            {
                name: pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name("/" + base),
                    Encoding=pikepdf.Name.WinAnsiEncoding,
                )
                for name, base in FONTS.items()
            }
        )
        for number, page in enumerate(pages, start=1):
            pdf.add_blank_page(page_size=size)
            sheet = pdf.pages[-1].obj
            sheet.Resources = pikepdf.Dictionary(Font=fonts)
            footer = f"Page {number} of {len(pages)}  -  {textwrap.shorten(title, 80)}"
            sheet.Contents = pdf.make_stream(_drawn(page, footer, size))
        pdf.docinfo["/Title"] = title
        content = io.BytesIO()
        pdf.save(content, deterministic_id=True)
    content.seek(0)
    return DemoFile(filename, content)


def _drawn(page: Page, footer: str, size: tuple[int, int]) -> bytes:
    """The page's drawing commands: a blue band with the heading, then the paragraphs, then the footer."""
    width, height = size
    letters, room = (width - 2 * MARGIN) // 8, width - 2 * MARGIN
    points = min(22, int(room / (0.6 * len(page.heading))))
    parts = [f"0.12 0.25 0.48 rg 0 {height - 90} {width} 90 re f 1 1 1 rg"]
    parts += [_line(page.heading, "/F2", points, MARGIN, height - 58), "0.1 0.1 0.1 rg"]
    y = height - 135
    for paragraph in page.paragraphs:
        for line in textwrap.wrap(paragraph, letters):
            parts.append(_line(line, "/F1", 14, MARGIN, y))
            y -= 21
        y -= 12
    parts.append(_line(footer, "/F1", 9, MARGIN, 30))
    return "\n".join(parts).encode("cp1252", "replace")


def _line(text: str, font: str, points: int, x: int, y: int) -> str:
    """One line of text at a place."""
    written = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT {font} {points} Tf {x} {y} Td ({written}) Tj ET"


def pitch_deck(company: str, pitch: str, answers: dict[str, str]) -> DemoFile:
    """Three to six slides that say in short what the answers say."""
    slides = [("company.1", "Who we are"), ("product.1", "What works today"), ("solution.1", "Our answer")]
    slides += [("impact.1", "Who notices"), ("plan.1", "Six months")]
    pages = [Page(pitch, [company, "Pitch deck", "Sample document of a made-up company."])]
    pages += [Page(title, [answers[key]]) for key, title in slides if answers.get(key)]
    return make_pdf("pitch-deck.pdf", f"{company}: {pitch}", pages, size=LANDSCAPE)


def certificate(company: str, state: str, number: str) -> DemoFile:
    """One page that looks like a state's certificate and says that it is none."""
    page = Page(
        "Certificate of registration",
        [
            f"State of registration: {state}",
            f"Name: {company}",
            f"Number: {number}",
            "Status: active",
            "Sample document. It certifies nothing, and the company is made up.",
        ],
    )
    return make_pdf("registration.pdf", f"Registration of {company}", [page])


def scanned_certificate(company: str, number: str) -> DemoFile:
    """The same on paper, scanned: one page that is only a picture, a little crooked, with no text to select."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - slow to load, only the demo needs it here

    paper = Image.new("L", (850, 1100), 250)
    pen = ImageDraw.Draw(paper)
    lines = ["Certificate of registration", company, f"Number: {number}", "Sample document. It certifies nothing."]
    for at, line in enumerate(lines):
        pen.text((90, 140 + 70 * at), line, fill=40, font_size=30)
    content = io.BytesIO()
    paper.rotate(1.2, fillcolor=250).save(
        content, "PDF", resolution=100, title=f"Scan {number}", creationDate=SCANNED, modDate=SCANNED
    )
    content.seek(0)
    return DemoFile("scan0001.pdf", content)


def report(company: str, title: str, paragraphs: Sequence[str]) -> DemoFile:
    """What a startup hands in for a milestone: a cover and two pages."""
    pages = [
        Page(title, [company, "Handed in for a pilot with the City of Pittsburgh.", "Sample document."]),
        Page("What was done", paragraphs[:2]),
        Page("What comes next", paragraphs[2:] or ["The next milestone, as agreed."]),
    ]
    name = title.lower().replace(" ", "-").replace(",", "")
    return make_pdf(f"{name}.pdf", f"{company}: {title}", pages)
