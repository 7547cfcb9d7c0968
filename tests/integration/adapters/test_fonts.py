"""Chinese, Japanese and Korean in files: whole with a font, boxes and never a fault without one, whole again after."""

import io
import os
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst

from pglab.adapters import pdf
from tests.support import fonts

NAMES = "王小明, 山田太郎, 김민준 and José"
TOLD = {"title": NAMES, "reference": "RFP-12", "version": 1, "head": [NAMES], "sections": []}
real = typst.compile


@pytest.fixture
def without_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has no fonts but the typesetter's own."""

    def alone(*given: Any, **named: Any) -> Any:
        return real(*given, ignore_system_fonts=True, **named)

    monkeypatch.setattr(typst, "compile", alone)


def promises_access(file: bytes) -> bool:
    """Whether the file is tagged, and says that it follows PDF/UA-1."""
    with pikepdf.open(io.BytesIO(file)) as made, made.open_metadata() as told:
        assert "/StructTreeRoot" in made.Root
        return told.get("pdfuaid:part") == "1"


@pytest.mark.skipif(not fonts.has_them(), reason="NOT RUN without a font: sudo apt-get install fonts-noto-cjk")
def test_with_a_font_every_letter_is_there(tmp_path: Path):
    assert promises_access(pdf.kept_pdf("pdf/rfp.typ", TOLD, folder=tmp_path))
    assert [path.name.endswith(".boxes.pdf") for path in (tmp_path / "pdf").iterdir()] == [False]


@pytest.mark.usefixtures("without_fonts")
def test_without_one_the_file_is_still_tagged_and_the_log_names_the_letter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    assert not promises_access(pdf.kept_pdf("pdf/rfp.typ", TOLD, folder=tmp_path))
    assert "王" in caplog.text
    assert promises_access(pdf.kept_pdf("pdf/rfp.typ", {**TOLD, "title": "José", "head": []}, folder=tmp_path))


def test_a_file_with_boxes_is_made_again_once_there_are_new_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[bool] = []
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr(pdf, "FONT_FOLDERS", (folder, tmp_path / "no such folder"))
    monkeypatch.setattr(pdf, "make_pdf", lambda _template, _written: made.append(True) or (b"%PDF", False))

    def ask() -> None:
        pdf.kept_pdf("pdf/rfp.typ", TOLD, folder=tmp_path)

    ask()
    kept = next((tmp_path / "pdf").iterdir())
    os.utime(kept, (pdf.newest_fonts() + 1,) * 2)
    ask()
    assert len(made) == 1
    os.utime(kept, (pdf.newest_fonts() - 1,) * 2)
    ask()
    assert len(made) == 2
