"""Accessible PDF files: a template and data go in, a tagged file comes out, made once and kept."""

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import ROOT

TEMPLATES = ROOT / "templates"


# Where systems keep their fonts; those that come with the typesetter have no Chinese, Japanese or Korean.
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
logger = logging.getLogger(__name__)


def kept_pdf(template: str, told: Mapping[str, Any], *, folder: Path) -> bytes:
    """The file of this template with this data. It is made once on a machine: what went in names it. One in which a
    letter shows as a box is made again once there are new fonts.

    A folder that cannot be written costs time, not the answer.
    """
    written = json.dumps(told, ensure_ascii=False, sort_keys=True)
    made_of = (TEMPLATES / template).read_bytes() + written.encode()
    kept = folder / "pdf" / f"{Path(template).stem}-{hashlib.sha256(made_of).hexdigest()}.pdf"
    boxes = kept.with_suffix(".boxes.pdf")
    with contextlib.suppress(OSError):
        return kept.read_bytes()
    with contextlib.suppress(OSError):
        if boxes.stat().st_mtime > newest_fonts():
            return boxes.read_bytes()
    made, is_whole = make_pdf(template, written)
    with contextlib.suppress(OSError):
        keep(kept if is_whole else boxes, made)
    return made


def keep(path: Path, made: bytes) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}")
    half.write_bytes(made)
    half.replace(path)


def newest_fonts() -> float:
    """When a font was last put on this machine, or taken away, in seconds of its clock; 0 where there are none."""
    folders = [place for root in FONT_FOLDERS for place in (root, *root.rglob("*/"))]
    return max((place.stat().st_ctime for place in folders if place.is_dir()), default=0.0)


def make_pdf(template: str, written: str) -> tuple[bytes, bool]:
    """A file by the rules of PDF/UA-1, and whether it is whole. Where no font here has a letter of the text, those
    rules refuse it; then the same file is made without that promise, still tagged, with a box for the letter."""
    # Loaded by the first file that is made: most requests of a web process make none.
    import typst  # noqa: PLC0415  (as said above)

    source, told = TEMPLATES / template, {"notice": written}
    try:
        return bytes(typst.compile(source, sys_inputs=told, pdf_standards=["ua-1"])), True
    except typst.TypstError as refused:
        logger.warning("a file has boxes for letters: %s (docs/operations.md, Fonts)", refused)
        return bytes(typst.compile(source, sys_inputs=told)), False
