"""The sandboxed look into uploaded files, with the real parsers and a real child process."""

import socket
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pglab.adapters import inspector
from pglab.adapters.inspector import JPEG, PDF, PNG, Inspection, inspect_file
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
        (files.make_pdf(encryption=pikepdf.Encryption(user="", owner="b")), "encrypted"),
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


CHILDREN = {
    "crashes": "import os; os.abort()",
    "leaves with an error": 'import sys; print(\'{"media_type": "application/pdf", "pages": 1}\'); sys.exit(3)',
    "says nothing": "pass",
    "says nonsense": "print('[1, 2')",
    "says another shape": "print('[1, 2]')",
    "lies about pages": 'print(\'{"media_type": "application/pdf", "pages": -4}\')',
    "lies about the type": 'print(\'{"media_type": "text/html", "pages": 1}\')',
    "invents a reason": 'print(\'{"problem": "<script>", "numbers": {}}\')',
    "leaves out the numbers": 'print(\'{"problem": "too_large_picture", "numbers": {}}\')',
    "nests for ever": "print('[' * 60000)",
    "floods": "import sys\nwhile True: sys.stdout.write('x' * 100000)",
    "hangs": "import time; time.sleep(60)",
    "is killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("program", CHILDREN.values(), ids=CHILDREN.keys())
def test_whatever_becomes_of_the_child_is_a_plain_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n" + program)
    monkeypatch.setattr(inspector, "CHILD", child)
    monkeypatch.setattr(inspector, "SECONDS", 1)

    assert look(tmp_path, PDF_BYTES) == inspector.UNREADABLE


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
def test_the_child_can_do_nothing_but_think(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probe: str) -> None:
    """Each probe runs where a taken-over parser would; had it worked, the file would be called a PDF."""
    source = inspector.CHILD.read_text()
    call, answer = (
        "        answer = look_into(content)\n",
        '        answer = {"media_type": "application/pdf", "pages": 1}\n',
    )
    assert call in source
    child = tmp_path / "child.py"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        step = probe.replace("PORT", str(listener.getsockname()[1]))
        child.write_text("import socket, subprocess\n" + source.replace(call, f"        {step}\n{answer}"))
        monkeypatch.setattr(inspector, "CHILD", child)

        assert look(tmp_path, PDF_BYTES) == inspector.UNREADABLE


def test_the_probe_harness_itself_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        inspector.CHILD.read_text().replace(
            "answer = look_into(content)", 'answer = {"media_type": "application/pdf", "pages": 1}'
        )
    )
    monkeypatch.setattr(inspector, "CHILD", child)

    assert look(tmp_path, PDF_BYTES) == Inspection(PDF, 1)
