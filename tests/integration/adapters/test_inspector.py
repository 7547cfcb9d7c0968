"""The sandboxed look into uploaded files, with the real parsers and a real child process."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from pglab.adapters import inspector
from pglab.adapters.inspector import JPEG, PDF, PNG, Inspection, inspect_file
from pglab.core.errors import UnavailableError
from tests.support import files

ALL = frozenset({PDF, PNG, JPEG})
PDF_BYTES = files.make_pdf()


def look(folder: Path, content: bytes, *, allowed: frozenset[str] = ALL, max_pages: int | None = 15) -> Inspection:
    path = folder / "upload"
    path.write_bytes(content)
    return inspect_file(path, allowed=allowed, max_pages=max_pages)


def verdict(folder: Path, content: bytes) -> str:
    """The code of the refusal, or nothing."""
    return ",".join(problem.code for problem in look(folder, content).problems)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF_BYTES, Inspection(PDF, 2)),
        (PDF_BYTES + b"\r\n\0\0", Inspection(PDF, 2)),
        (files.make_pdf(change=files.with_opening_view), Inspection(PDF, 2)),
        (files.make_pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), Inspection(PDF, 2)),
        (files.make_picture("PNG"), Inspection(PNG, 1)),
        (files.make_picture("JPEG"), Inspection(JPEG, 1)),
        (files.make_picture("JPEG", progressive=True, exif=b"Exif\0\0" + bytes(400)), Inspection(JPEG, 1)),
        (files.make_picture("JPEG") + files.make_picture("JPEG", (8, 8)), Inspection(JPEG, 1)),
    ],
)
def test_ordinary_files_are_taken(tmp_path: Path, content: bytes, expected: Inspection) -> None:
    assert look(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%", "wrong_type"),
        (b"<html><body>hello</body></html>", "wrong_type"),
        (b"MZ" + bytes(200), "wrong_type"),
        (files.make_zip(), "wrong_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_type"),
        (b"x" * 900 + PDF_BYTES, "wrong_type"),
        (b"\n" + PDF_BYTES, "wrong_type"),
        (b"GIF89a" + bytes(100), "wrong_type"),
        (PDF_BYTES + files.make_zip(), "mixed"),
        (PDF_BYTES + b"<html></html>", "mixed"),
        (PDF_BYTES + b"<html></html>\n%%EOF", "mixed"),
        (files.make_picture("PNG") + files.make_zip(), "mixed"),
        (files.make_picture("PNG") + b"MZ", "mixed"),
        (files.make_picture("JPEG") + b"<html></html>", "mixed"),
        (b"%PDF-1.7", "unreadable"),
        (b"%PDF-1.7\n%%EOF", "mixed"),
        (b"%PDF-1.7\nstartxref\n9\n%%EOF", "unreadable"),
        (PDF_BYTES[: len(PDF_BYTES) // 3], "unreadable"),
        (files.make_picture("PNG")[:-40], "unreadable"),
        (files.make_picture("JPEG", progressive=True)[:900], "unreadable"),
        (files.make_pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "encrypted"),
        (files.make_pdf(encryption=pikepdf.Encryption(user="", owner="b")), "locked"),
        (files.make_pdf(change=files.with_script), "active"),
        (files.make_pdf(change=files.with_named_script), "active"),
        (files.make_pdf(change=files.with_launch), "active"),
        (files.make_pdf(change=files.with_page_action), "active"),
        (files.make_pdf(change=files.with_opening_link), "active"),
        (files.make_pdf(change=files.with_attachment), "attachments"),
        (files.make_pdf(change=files.with_xfa), "form"),
        (files.make_pdf(change=files.with_bomb), "unreadable"),
        (files.make_pdf(change=files.with_giant_page), "unreadable"),
        (files.make_picture("PNG", save_all=True, append_images=[Image.new("RGB", (60, 40))]), "animated"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(tmp_path: Path, content: bytes, code: str) -> None:
    assert verdict(tmp_path, content) == code


def test_pixel_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(path)

    assert path.stat().st_size < 200_000
    assert verdict(tmp_path, path.read_bytes()) == "too_large_picture"


def test_a_progressive_picture_is_decoded_up_to_its_own_limit_and_refused_with_the_number_above(tmp_path: Path) -> None:
    for width, problems in ((7_000, []), (7_002, [("too_large_picture", {"megapixels": 35})])):
        path = tmp_path / "picture.jpg"
        Image.new("RGB", (width, 5_000)).save(path, progressive=True, subsampling=0)
        found = look(tmp_path, path.read_bytes()).problems
        assert [(each.code, dict(each.numbers)) for each in found] == problems


def test_page_limit_and_allowed_types_are_the_slots_own(tmp_path: Path) -> None:
    long = look(tmp_path, files.make_pdf(6), max_pages=5).problems[0]
    picture = look(tmp_path, files.make_picture(), allowed=frozenset({PDF})).problems[0]

    assert (long.code, dict(long.numbers)) == ("too_many_pages", {"pages": 6, "limit": 5})
    assert picture.code == "wrong_type"
    assert look(tmp_path, files.make_pdf(5), max_pages=5) == Inspection(PDF, 5)


def test_no_slot_takes_thousands_of_pages(tmp_path: Path) -> None:
    (problem,) = look(tmp_path, files.make_pdf(2_001), max_pages=None).problems
    (of_a_deck,) = look(tmp_path, files.make_pdf(2_001), max_pages=15).problems

    assert (problem.code, dict(problem.numbers)) == ("too_many_pages", {"pages": 2_001, "limit": 2_000})
    assert dict(of_a_deck.numbers) == {"pages": 2_001, "limit": 15}, "people read the limit of their page"


def test_the_largest_allowed_picture_fits_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (8_000, 6_250)).save(path)

    assert inspect_file(path, allowed=ALL, max_pages=1) == Inspection(PNG, 1)


CALL = "        answer = look_into(content)\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Has the parsing program do something else where it would look into a file."""

    def replaced(step: str) -> None:
        source = inspector.PROGRAM.child.read_text()
        assert CALL in source
        child = tmp_path / "child.py"
        child.write_text(
            "import os, resource, signal, socket, subprocess, time\n" + source.replace(CALL, f"        {step}\n")
        )
        monkeypatch.setattr(inspector.PROGRAM, "child", child)
        inspector.PROGRAM.stop()

    yield replaced
    inspector.PROGRAM.stop()


SAY = "sys.stdout.write({!r}); sys.stdout.flush(); os._exit({})"
CHILDREN = {
    "crashes": "os.abort()",
    "leaves with an error": SAY.format('{"media_type": "application/pdf", "pages": 1}', 3),
    "says nothing": "os._exit(0)",
    "says nonsense": SAY.format("[1, 2", 0),
    "says another shape": SAY.format("[1, 2]", 0),
    "lies about pages": SAY.format('{"media_type": "application/pdf", "pages": -4}', 0),
    "lies about the type": SAY.format('{"media_type": "text/html", "pages": 1}', 0),
    "invents a reason": SAY.format('{"problem": "<script>", "numbers": {}}', 0),
    "leaves out the numbers": SAY.format('{"problem": "too_large_picture", "numbers": {}}', 0),
    "nests for ever": SAY.format("[" * 60_000, 0),
    "floods": "any(sys.stdout.write('x' * 100000) < 0 for _ in iter(int, 1))",
    "hangs": "time.sleep(60)",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("step", CHILDREN.values(), ids=CHILDREN.keys())
def test_whatever_becomes_of_the_child_is_a_plain_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], None], step: str
) -> None:
    monkeypatch.setattr(inspector.PROGRAM, "seconds", 1)
    program(step)

    assert look(tmp_path, PDF_BYTES) == inspector.UNREADABLE


CALLED_A_PDF = '        answer = {"media_type": "application/pdf", "pages": 1}'
PROBES = {
    "reads a file": "open('/etc/passwd')",
    "reads the settings": f"open({str(Path(__file__).resolve())!r})",
    "lists a folder": "os.listdir('/')",
    "opens a socket": "socket.socket()",
    "reuses a descriptor for a file": "os.close(0); open('/etc/passwd')",
    "reuses a descriptor to connect": "os.close(0); socket.socket().connect(('127.0.0.1', PORT))",
    "forks": "os.fork()",
    "starts a program": "subprocess.run(['/bin/true'])",
    "eats memory": "bytearray(900_000_000)",
    "writes": "open('left', 'w')",
    "lifts a limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
}


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_the_child_can_do_nothing_but_think(tmp_path: Path, program: Callable[[str], None], probe: str) -> None:
    """Each probe runs where a taken-over parser would; had it worked, the file would be called a PDF."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        program(f"{probe.replace('PORT', str(listener.getsockname()[1]))}\n{CALLED_A_PDF}")

        assert look(tmp_path, PDF_BYTES) == inspector.UNREADABLE


def test_the_probe_harness_itself_works(tmp_path: Path, program: Callable[[str], None]) -> None:
    program(CALLED_A_PDF.strip())

    assert look(tmp_path, PDF_BYTES) == Inspection(PDF, 1)


def test_two_files_survive_the_end_of_the_program_that_held_both(
    tmp_path: Path, program: Callable[[str], None]
) -> None:
    """Each thread ends only the program it had asked, never the one the other has just started."""
    program(f"time.sleep(0.3)\n{CALLED_A_PDF}")
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as threads:
        for _ in range(5):
            found = [threads.submit(look, folder, PDF_BYTES) for folder in folders]
            until(lambda: inspector.PROGRAM.standing and len(children(standing())) == 2)
            os.kill(standing(), signal.SIGKILL)
            assert [each.result() for each in found] == [Inspection(PDF, 1)] * 2


def test_a_program_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector.PROGRAM, "seconds", 1)
    monkeypatch.setattr(inspector.PROGRAM, "grace", 0)
    inspector.PROGRAM.stop()
    look(tmp_path, PDF_BYTES)
    os.kill(standing(), signal.SIGSTOP)

    assert look(tmp_path, PDF_BYTES) == Inspection(PDF, 2)
    inspector.PROGRAM.stop()


def test_when_no_program_holds_the_file_is_not_blamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("")
    monkeypatch.setattr(inspector.PROGRAM, "child", empty)
    inspector.PROGRAM.stop()

    with pytest.raises(UnavailableError, match="Try again"):
        look(tmp_path, PDF_BYTES)
    inspector.PROGRAM.stop()


def standing() -> int:
    """The process id of the program that waits for files."""
    assert inspector.PROGRAM.standing is not None
    return inspector.PROGRAM.standing.process.pid


def test_one_program_stands_by_for_many_files(tmp_path: Path) -> None:
    look(tmp_path, PDF_BYTES)
    before = standing()

    assert [look(tmp_path, PDF_BYTES) for _ in range(3)] == [Inspection(PDF, 2)] * 3
    assert standing() == before


@pytest.mark.parametrize("with_its_line", [True, False], ids=["noticed at once", "noticed by its silence"])
def test_a_program_that_went_home_is_started_again(tmp_path: Path, with_its_line: bool) -> None:
    look(tmp_path, PDF_BYTES)
    before = standing()
    os.kill(before, signal.SIGKILL if with_its_line else signal.SIGSTOP)
    if not with_its_line:
        threading.Timer(0.3, os.kill, (before, signal.SIGKILL)).start()

    assert look(tmp_path, PDF_BYTES) == Inspection(PDF, 2)
    assert standing() != before


def test_nothing_is_left_when_the_web_process_ends(tmp_path: Path, program: Callable[[str], None]) -> None:
    """Also what is being looked into: the fork that hangs ends with the program that started it."""
    program("time.sleep(600)")
    looking = threading.Thread(target=look, args=(tmp_path, PDF_BYTES))
    looking.start()
    forks = until(lambda: inspector.PROGRAM.standing and children(standing()))

    inspector.PROGRAM.stop()

    until(lambda: not any(lives(pid) for pid in forks))
    inspector.PROGRAM.stop()  # the thread may have tried once more
    looking.join()


def children(pid: int) -> list[str]:
    """The processes this one started."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return []


def lives(pid: str) -> bool:
    """Whether a process goes on; one that only waits to be counted out does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(found: Callable[[], Any]) -> Any:
    """What is found, as soon as it is."""
    for _ in range(500):
        if what := found():
            return what
        time.sleep(0.01)
    raise AssertionError("it never came")
