"""P16: only allowed types enter; bombs, polyglots, encrypted and active content do not; limits hold while they are
read."""

import contextlib
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pglab.adapters import inspector, program
from pglab.adapters.inspector import JPEG, PDF, PNG, inspect_file
from tests.support import files
from tests.support.hostile import GROUPS, corpus
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

ALL = frozenset({PDF, PNG, JPEG})
RSS_KILOBYTES = 512 * 1024
CPU_SECONDS = 10
SIGNATURES = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class Usage:
    """What the forks used: the largest resident size, and the most processor time of one."""

    def __init__(self) -> None:
        self.kilobytes, self.seconds = 0, 0.0


@pytest.fixture
def usage(monkeypatch: pytest.MonkeyPatch) -> Usage:
    """Watches every fork that looks into a file."""
    seen = Usage()

    class Watched(subprocess.Popen):  # type: ignore[type-arg]  # of bytes, as the inspector starts it
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            threading.Thread(target=watch, args=(self.pid, seen), daemon=True).start()

    inspector.PROGRAM.stop()
    monkeypatch.setattr(program.subprocess, "Popen", Watched)
    return seen


def watch(program: int, seen: Usage) -> None:
    """Note the most memory and processor time each fork of the program has had, until the program ends."""
    with contextlib.suppress(OSError):
        while True:
            for pid in Path(f"/proc/{program}/task/{program}/children").read_text(encoding="ascii").split():
                with contextlib.suppress(OSError):
                    note(Path("/proc", pid), seen)
            time.sleep(0.002)


def note(fork: Path, seen: Usage) -> None:
    """Its peak of resident memory, and its time on a processor in nanoseconds."""
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", (fork / "status").read_text(encoding="ascii"))
    seen.kilobytes = max(seen.kilobytes, int(peak[1]) if peak else 0)
    seen.seconds = max(seen.seconds, int((fork / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9)


def refusals(path: Path, content: bytes) -> set[str]:
    path.write_bytes(content)
    return {problem.code for problem in inspect_file(path, allowed=ALL, max_pages=None).problems}


@pytest.mark.parametrize("group", GROUPS)
def test_hostile_files_are_refused_for_the_right_reason(group: str, tmp_path: Path, usage: Usage, scored: Scores):
    files_of_group = corpus(group)
    wrong: list[Any] = []
    for hostile in files_of_group:
        found = refusals(tmp_path / "upload", hostile.content)
        if not (found or {""}) <= hostile.reasons:
            wrong.append((hostile.name, found, "expected", hostile.reasons))

    assert wrong == []
    assert 0 < usage.kilobytes < RSS_KILOBYTES, "the child's memory has its limit"
    assert 0 < usage.seconds < CPU_SECONDS, "and its processor time"
    what = f"hostile files ({group}), taken or refused for another reason; largest child {usage.kilobytes // 1024} MB"
    believed = sum(hostile.content.startswith(SIGNATURES) for hostile in files_of_group)
    control = f"by their first bytes alone {believed} of {len(files_of_group)} {group} would have been taken"
    scored("P16", what=what, sample=len(files_of_group), control=control if believed else "")


def test_the_corpus_is_large_enough():
    names = [hostile.name for group in GROUPS for hostile in corpus(group)]
    assert len(names) == len(set(names)) >= 200


GOOD = [
    files.make_pdf(2),
    files.make_pdf(2, files.with_opening_view),
    files.make_pdf(2, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    files.make_picture("PNG"),
    files.make_picture("JPEG"),
    files.make_picture("JPEG", progressive=True),
]


@pytest.mark.parametrize("content", GOOD, ids=["PDF", "with a view", "packed", "PNG", "JPEG", "progressive"])
def test_honest_files_are_taken(content: bytes, tmp_path: Path):
    """Refusing everything would be no proof."""
    assert refusals(tmp_path / "upload", content) == set()


def test_without_the_checks_what_runs_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scored: Scores):
    """Negative control: a program that only opens the file takes scripts, attachments and bombs."""
    naive = tmp_path / "naive.py"
    pages = "len(pikepdf.open(io.BytesIO(content)).pages)"
    naive.write_text(
        inspector.PROGRAM.child.read_text(encoding="utf-8").replace(
            "answer = look_into(content)", f"answer = {{'media_type': 'application/pdf', 'pages': {pages}}}"
        )
    )
    monkeypatch.setattr(inspector.PROGRAM, "child", naive)
    inspector.PROGRAM.stop()
    runs = corpus("things that run")[::7]
    taken = sum(refusals(tmp_path / "upload", hostile.content) == set() for hostile in runs)
    inspector.PROGRAM.stop()

    assert taken == len(runs)
    scored("P16", control=f"with the checks taken out {taken} of {len(runs)} files that run something got in")
