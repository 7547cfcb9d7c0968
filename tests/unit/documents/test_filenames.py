"""File names in the header of a download: always one safe line, and the suffix of what the file really is."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pglab.documents.models import FILENAME_LENGTH, Document
from pglab.documents.queries import content_disposition, safe_filename
from pglab.documents.services.receiving import display_name


def document(filename: str, media_type: str = "application/pdf") -> Document:
    return Document(filename=filename, media_type=media_type, sha256="3f2a9c1b" + "0" * 56)


@pytest.mark.parametrize(
    ("given_name", "saved_as"),
    [
        ("deck.pdf", "deck.pdf"),
        ("Deck FINAL.PDF", "Deck FINAL.pdf"),
        ("契約書.pdf", "契約書.pdf"),
        ("no suffix", "no suffix.pdf"),
        ("a.pdf.exe", "a.pdf.exe.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\deck.pdf", "deck.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("…", "….pdf"),
        ("...", "file.pdf"),
        ('a"b;c=d.pdf', 'a"b;c=d.pdf'),
        ("x.pdf%00.exe", "x.pdf%00.exe.pdf"),
        ("x\r\nSet-Cookie: a=b.pdf", "xSet-Cookie: a=b.pdf"),
        ("é" * 300 + ".pdf", "é" * 120 + ".pdf"),
    ],
)
def test_saved_names(given_name: str, saved_as: str) -> None:
    assert safe_filename(document(given_name)) == saved_as


def test_the_suffix_is_that_of_the_content() -> None:
    assert safe_filename(document("photo.pdf", "image/jpeg")) == "photo.pdf.jpg"
    assert safe_filename(document("photo.JPEG", "image/jpeg")) == "photo.jpg"


def test_the_header_carries_a_plain_name_and_the_given_one() -> None:
    assert content_disposition(document("契約書.pdf")) == (
        "attachment; filename=\"file-3f2a9c1b.pdf\"; filename*=UTF-8''%E5%A5%91%E7%B4%84%E6%9B%B8.pdf"
    )


@given(st.text(max_size=300))
def test_any_name_makes_one_safe_header(name: str) -> None:
    header = content_disposition(document(display_name(name)))

    assert re.fullmatch(r"attachment; filename=\"file-3f2a9c1b\.pdf\"; filename\*=UTF-8''[A-Za-z0-9._~%-]{5,}", header)
    assert unquote(header.rpartition("''")[2]).endswith(".pdf")


@given(st.text(max_size=600))
def test_any_name_can_be_stored_and_shown(name: str) -> None:
    shown = display_name(name)

    assert 0 < len(shown) <= FILENAME_LENGTH
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    shown.encode()


def test_a_long_name_keeps_its_end() -> None:
    assert display_name("x" * 400 + ".pdf").endswith("xxx.pdf")
