"""The program that parses strangers' files: each in a process of its own, which reads it and writes one line of JSON.

Started by `inspector.py` alone. What such a process may do stands in `cell.py`; of the product nothing else is loaded
here, so that there is nothing to give away.
"""

import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import puremagic
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

sys.path.append(sys.argv[2])
from pglab.adapters import cell

ANSWER_BYTES = 64 * 1024
MAX_PIXELS, MAX_PROGRESSIVE_PIXELS = 50_000_000, 35_000_000  # a progressive picture is decoded in memory twice
MAX_PDF_PIXELS = 120_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_POINTS, MAX_PAGES = 14_400, 2_000

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
    if pdf.is_encrypted:  # it opens without a password, and asks for one to be printed or changed
        raise RefusedError("locked")
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


def answer_about(content: bytes, _wish: bytes) -> bytes:
    """One line of JSON. Any fault of a parser is `unreadable`."""
    try:
        answer = look_into(content)
    except RefusedError as refusal:
        answer = {"problem": refusal.code, "numbers": refusal.numbers}
    except Exception:  # whatever a parser stumbles over, the file cannot be read
        answer = {"problem": "unreadable", "numbers": {}}
    return json.dumps(answer).encode()


if __name__ == "__main__":
    warm_up()
    cell.serve(answer_about, float(sys.argv[1]), answer_bytes=ANSWER_BYTES)
