"""Accessible PDF files: a template and data go in, a tagged file comes out, made once and kept."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import ROOT

TEMPLATES = ROOT / "templates"


def kept_pdf(template: str, told: Mapping[str, Any], *, folder: Path) -> bytes:
    """The file of this template with this data. It is made once on a machine: what went in names it.

    A folder that cannot be written costs time, not the answer.
    """
    written = json.dumps(told, ensure_ascii=False, sort_keys=True)
    made_of = (TEMPLATES / template).read_bytes() + written.encode()
    kept = folder / "pdf" / f"{Path(template).stem}-{hashlib.sha256(made_of).hexdigest()}.pdf"
    with contextlib.suppress(OSError):
        return kept.read_bytes()
    made = make_pdf(template, written)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{os.getpid()}")
        half.write_bytes(made)
        half.replace(kept)
    return made


def make_pdf(template: str, written: str) -> bytes:
    """A file by the rules of PDF/UA-1. Where no font here has a letter of the text, those refuse it; then the same file
    is made without that promise, still tagged."""
    # Loaded by the first file that is made: most requests of a web process make none.
    import typst  # noqa: PLC0415  (as said above)

    source, told = TEMPLATES / template, {"notice": written}
    try:
        return bytes(typst.compile(source, sys_inputs=told, pdf_standards=["ua-1"]))
    except typst.TypstError:
        return bytes(typst.compile(source, sys_inputs=told))
