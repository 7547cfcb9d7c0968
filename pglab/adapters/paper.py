"""Files of private content: a tagged PDF made when it is asked for, by a short-lived program, and kept nowhere.

Public files are made once and kept (`pdf.py`). What only one team may read must not lie in a folder or in a log, so
another program makes it from memory to memory: also what it complains of is thrown away, for that quotes what it read.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import ROOT
from pglab.core.errors import UnavailableError

TEMPLATES = ROOT / "templates"
CHILD = Path(__file__).with_name("paper_child.py")
SECONDS = 30
# How long somebody waits for the file of somebody else before they are told to come back.
TURN_SECONDS = 5

_turn = threading.Lock()


def make_private_pdf(template: str, told: Mapping[str, Any]) -> bytes | None:
    """The file of this template with this data; None when others are being made and it is nobody's turn yet.

    One at a time in each web process, so that a crowd after the deadline leaves the rest of the site its processors.
    UnavailableError when it can't be made at all.
    """
    if not _turn.acquire(timeout=TURN_SECONDS):
        return None
    try:
        made = _ask_child(template, json.dumps(told, ensure_ascii=False).encode())
    finally:
        _turn.release()
    if not made.startswith(b"%PDF-"):
        raise UnavailableError("The PDF can’t be made right now. The page it is made of says the same.")
    return made


def _ask_child(template: str, written: bytes) -> bytes:
    """What the program answered; empty when it failed or took too long."""
    command = [sys.executable, "-I", str(CHILD), str(TEMPLATES / template)]
    try:
        done = subprocess.run(  # noqa: S603  (our own program with our own arguments)
            command,
            input=written,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""
