"""The program that parses strangers' files: each in a process of its own, which reads it and writes one line of JSON.

Started by `inspector.py` alone, it has everything loaded, forks for each file, and leaves when nothing came for a
minute. A fork gives up every right it does not need before it parses a byte: no path and no socket (no free descriptor,
Landlock, no network), no other process, another user when started by root, 512 MB of address space, 8 seconds of
processor. Nothing of the product is imported here, so that there is nothing to give away.
"""

import ctypes
import io
import json
import os
import re
import resource
import select
import signal
import socket
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

import pikepdf
import puremagic
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 8
ANSWER_BYTES, INPUT_BYTES = 64 * 1024, 110_000_000
IDLE_SECONDS = 60
MAX_PIXELS, MAX_PROGRESSIVE_PIXELS = 50_000_000, 35_000_000  # a progressive picture is decoded in memory twice
MAX_PDF_PIXELS = 120_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_POINTS, MAX_PAGES = 14_400, 2_000
NOBODY = 65_534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
PDF_END = re.compile(rb"startxref\s+\d+\s+\Z")
PADDING = b"\0\t\n\x0c\r "
UNPACKABLE = {"/FlateDecode", "/LZWDecode", "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode"}
HARMLESS_ACTIONS = {"/GoTo", "/URI", "/Named", "/Thread", "/Hide", "/GoToR", "/SetOCGState", "/ResetForm", "/Trans"}
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/GoToE"}
ACTIVE_ACTIONS |= {"/Sound", "/Movie", "/GoTo3DView"}


class RefusedError(Exception):
    """The file is refused for a reason that has a name."""

    def __init__(self, code: str, **numbers: int) -> None:
        super().__init__(code)
        self.code, self.numbers = code, numbers


def give_up_rights() -> None:
    """Leave this process nothing but its three open streams and the memory it computes in."""
    libc = ctypes.CDLL(None, use_errno=True)
    as_root = os.geteuid() == 0
    # A kernel that forbids namespaces answers with an error: the descriptor limit below still keeps the network away.
    libc.unshare(CLONE_NEWNET if as_root else CLONE_NEWUSER | CLONE_NEWNET)
    if as_root:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    close_the_file_system(libc)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: ANSWER_BYTES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def close_the_file_system(libc: ctypes.CDLL) -> None:
    """Forbid every path (Landlock, Linux 5.13), also to a parser that frees a descriptor for itself.

    The rule set names all thirteen rights of the first version and grants none. Where the kernel lacks it, the other
    user and the descriptor limit remain.
    """
    handled = ctypes.c_uint64((1 << 13) - 1)
    ruleset = libc.syscall(SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if ruleset >= 0:
        libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def look_into(content: bytes) -> dict[str, Any]:
    """The media type and number of pages; RefusedError for what has no place among the proposals."""
    if not content:
        raise RefusedError("empty")
    media_type = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if media_type is None or media_type not in puremagic_types(content, media_type):
        raise RefusedError("wrong_type")
    if holds_archive(content):
        raise RefusedError("mixed")
    if media_type == "application/pdf":
        return {"media_type": media_type, "pages": look_into_pdf(content)}
    if b"%PDF-" in content[:1024]:
        raise RefusedError("mixed")
    look_into_picture(content, media_type)
    return {"media_type": media_type, "pages": 1}


def puremagic_types(content: bytes, expected: str) -> set[str]:
    """Every type the signature table sees at the start of the file."""
    try:
        found = puremagic.magic_string(content[:4096])
    except puremagic.PureError:
        return set()
    kinds = {match.mime_type for match in found}
    return (
        kinds | {expected} if expected.rpartition("/")[2] in {match.extension.strip(".") for match in found} else kinds
    )


def holds_archive(content: bytes) -> bool:
    """Whether an archive program would open the file as a ZIP: it reads from the end and ignores what stands before."""
    tail = content[-(65_557 + 4096) :]
    return b"PK\x05\x06" in tail and b"PK\x01\x02" in content and zipfile.is_zipfile(io.BytesIO(content))


def look_into_pdf(content: bytes) -> int:
    """The number of pages of a PDF that is only a document: nothing runs, nothing is hidden in it, nothing bursts."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise RefusedError("unreadable")
    if content[end + 5 :].strip(PADDING) or not PDF_END.search(content[max(0, end - 200) : end]):
        raise RefusedError("mixed")
    try:
        pdf = pikepdf.open(io.BytesIO(content), attempt_recovery=True, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise RefusedError("encrypted") from None
    if pdf.is_encrypted:
        raise RefusedError("encrypted")
    pages = len(pdf.pages)
    if pages == 0:
        raise RefusedError("unreadable")
    if pages > MAX_PAGES:
        raise RefusedError("too_many_pages", pages=pages, limit=MAX_PAGES)
    refuse_what_runs(pdf)
    refuse_giant_pages(pdf, pages)
    refuse_bombs(pdf)
    return pages


def refuse_what_runs(pdf: pikepdf.Pdf) -> None:
    """No scripts, launches, automatic actions, attachments or XFA, in any object, reachable or not."""
    opening = pdf.Root.get("/OpenAction")
    # A view to open at (an array, or a jump inside the document) is what every typesetting program writes.
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        raise RefusedError("active")
    for thing in pdf.objects:
        for entry in dictionaries(thing):
            refuse_entry(entry)


def refuse_entry(entry: pikepdf.Dictionary) -> None:
    keys = set(entry.keys())
    if "/XFA" in keys:
        raise RefusedError("form")
    if keys & {"/EmbeddedFiles", "/EF"} or entry.get("/Type") == "/EmbeddedFile":
        raise RefusedError("attachments")
    if entry.get("/Subtype") in ("/FileAttachment", "/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"):
        raise RefusedError("attachments")
    if "/JS" in keys or "/JavaScript" in keys:
        raise RefusedError("active")
    if "/S" in keys and isinstance(entry["/S"], pikepdf.Name) and str(entry["/S"]) in ACTIVE_ACTIONS:
        raise RefusedError("active")
    extra = entry.get("/AA")
    if isinstance(extra, pikepdf.Dictionary):
        for action in extra.values():
            if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) not in HARMLESS_ACTIONS:
                raise RefusedError("active")


def dictionaries(thing: Any) -> Iterator[Any]:
    """The dictionary itself and every one written directly inside it; what is only pointed at comes on its own turn."""
    waiting = [thing]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            entry = current.stream_dict if isinstance(current, pikepdf.Stream) else current
            yield entry
            waiting += [value for value in entry.values() if is_direct_container(value)]
        elif isinstance(current, pikepdf.Array):
            waiting += [value for value in current if is_direct_container(value)]


def is_direct_container(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def refuse_giant_pages(pdf: pikepdf.Pdf, pages: int) -> None:
    """A page larger than PDF itself allows (200 inches) is made to exhaust whatever draws it."""
    for number in range(pages):
        box = [float(edge) for edge in pdf.pages[number].mediabox]
        if len(box) != 4 or max(abs(box[2] - box[0]), abs(box[3] - box[1])) > MAX_POINTS:
            raise RefusedError("unreadable")


def refuse_bombs(pdf: pikepdf.Pdf) -> None:
    """Pictures are measured by their pixels, everything else is unpacked once and counted."""
    unpacked = 0
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        if thing.stream_dict.get("/Subtype") == "/Image":
            if int(thing.stream_dict.get("/Width", 0)) * int(thing.stream_dict.get("/Height", 0)) > MAX_PDF_PIXELS:
                raise RefusedError("unreadable")
            continue
        unpacked += unpacked_size(thing, MAX_UNPACKED - unpacked)
        if unpacked > MAX_UNPACKED:
            raise RefusedError("unreadable")


def unpacked_size(stream: pikepdf.Stream, limit: int) -> int:
    """How large the stream becomes. Plain Flate is measured piece by piece; rarer filters are unpacked whole.

    A filter for pictures is measured as it lies. Any other stream that cannot be unpacked in the memory there is
    counts as one over the limit.
    """
    given = stream.stream_dict.get("/Filter", pikepdf.Array([]))
    filters = {str(each) for each in (given if isinstance(given, pikepdf.Array) else [given])}
    if filters == {"/FlateDecode"} and not isinstance(given, pikepdf.Array):
        return flate_size(bytes(stream.get_raw_stream_buffer()), limit)
    try:
        return len(stream.get_stream_buffer(decode_level=pikepdf.StreamDecodeLevel.specialized))
    except pikepdf.PdfError:
        return limit + 1 if filters <= UNPACKABLE else len(stream.get_raw_stream_buffer())


def flate_size(packed: bytes, limit: int) -> int:
    machine, size, rest = zlib.decompressobj(), 0, packed
    while rest and size <= limit and not machine.eof:
        try:
            size += len(machine.decompress(rest, 4 * 1024 * 1024))
        except zlib.error:
            break
        rest = machine.unconsumed_tail
    return size


def look_into_picture(content: bytes, media_type: str) -> None:
    """A still picture of sensible size that decodes to its last line, with nothing of another kind behind it."""
    Image.MAX_IMAGE_PIXELS = None
    kinds = ("PNG",) if media_type == "image/png" else ("JPEG", "MPO")
    with Image.open(io.BytesIO(content), formats=kinds) as picture:
        most = MAX_PROGRESSIVE_PIXELS if "progressive" in picture.info else MAX_PIXELS
        if picture.width * picture.height > most:
            raise RefusedError("too_large_picture", megapixels=most // 1_000_000)
        if picture.format == "PNG" and getattr(picture, "n_frames", 1) > 1:
            raise RefusedError("animated")
        picture.load()
    end_of_picture = end_of_png if media_type == "image/png" else end_of_jpeg
    refuse_hidden_tail(content[end_of_picture(content) :])


def end_of_png(content: bytes) -> int:
    """Where the picture's own data ends: after IEND."""
    place = 8
    while place + 12 <= len(content):
        length, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        place += 12 + length
        if kind == b"IEND":
            return place
    raise RefusedError("unreadable")


def end_of_jpeg(content: bytes) -> int:
    """After the end marker of the first picture."""
    place = 2
    while place + 4 <= len(content):
        marker = content[place + 1]
        if content[place] != 0xFF:
            raise RefusedError("unreadable")
        if marker == 0xD9:
            return place + 2
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xDA:
            place = end_of_scan(content, place)
    if content[place : place + 2] == b"\xff\xd9":
        return place + 2
    raise RefusedError("unreadable")


def end_of_scan(content: bytes, place: int) -> int:
    """The next marker after the picture's compressed lines (stuffed and restart marks belong to the lines)."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        if content[place + 1] not in (0x00, 0xFF) and not 0xD0 <= content[place + 1] <= 0xD7:
            return place
        place += 1 if content[place + 1] == 0xFF else 2
    raise RefusedError("unreadable")


def refuse_hidden_tail(tail: bytes) -> None:
    """Cameras leave padding or a second, smaller JPEG behind a picture; anything else was put there."""
    if tail.strip(PADDING) and not tail.startswith(b"\xff\xd8\xff"):
        raise RefusedError("mixed")


def warm_up() -> None:
    """Load every codec and the source of random numbers now: after this nothing can be read from the disk."""
    Image.preinit()
    for plugin in (JpegImagePlugin, MpoImagePlugin, PngImagePlugin):
        assert plugin.__name__  # noqa: S101  (the import above is the point)
    puremagic_types(b"%PDF-1.7", "")
    with pikepdf.new() as sample:
        sample.save(io.BytesIO(), encryption=pikepdf.Encryption(user="", owner="x"))


class Fork(NamedTuple):
    """A process that looks into one file, when it must have ended, and where its end is told."""

    pid: int
    until: float
    told: int


def serve(line: socket.socket, seconds: float) -> None:
    """Start a fork for each file that comes down the line, end it after so many seconds, and tell how it ended."""
    running: dict[Any, Fork] = {}
    while True:
        patience = min((fork.until for fork in running.values()), default=time.monotonic() + IDLE_SECONDS)
        ready = select.select([line, *running], [], [], max(0.0, patience - time.monotonic()))[0]
        for watch in [one for one in running if one in ready or time.monotonic() > running[one].until]:
            end(running.pop(watch))
            os.close(watch)
        if line in ready:
            _, given, _, _ = socket.recv_fds(line, 1, 3)
            if not given:  # nobody is left to ask
                break
            pid = os.fork()
            if pid == 0:
                look_alone(*given[:2])
            running[os.pidfd_open(pid)] = Fork(pid, time.monotonic() + seconds, given[2])
            for each in given[:2]:
                os.close(each)
        elif not ready and not running:
            break
    for fork in running.values():
        end(fork)


def end(fork: Fork) -> None:
    """Kill whatever is left of a fork; 0 is told when it had come to its own good end."""
    with suppress(ProcessLookupError):
        os.killpg(fork.pid, signal.SIGKILL)
    _, status = os.waitpid(fork.pid, 0)
    with suppress(BrokenPipeError):
        os.write(fork.told, b"\0" if status == 0 else b"\1")
    os.close(fork.told)


def look_alone(content_file: int, answer_file: int) -> NoReturn:
    """A fork's whole life: give up the rights, read, look, answer. Any fault of a parser is `unreadable`."""
    try:
        program = os.getsid(0)  # it was started as the first of its session
        os.setsid()
        os.dup2(content_file, 0)
        os.dup2(answer_file, 1)
        os.closerange(3, 65_536)
        give_up_rights()
        if os.getppid() != program:  # it ended before we could ask to end with it
            os._exit(1)
        content = os.fdopen(0, "rb", closefd=False).read(INPUT_BYTES)
        try:
            answer = look_into(content)
        except RefusedError as refusal:
            answer = {"problem": refusal.code, "numbers": refusal.numbers}
        except Exception:  # whatever a parser stumbles over, the file cannot be read
            answer = {"problem": "unreadable", "numbers": {}}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    warm_up()
    serve(socket.socket(fileno=0), float(sys.argv[1]))
