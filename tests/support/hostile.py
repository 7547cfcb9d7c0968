"""Hostile files, made on the spot: each has a name and the reasons for which it may be refused."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.support.files import make_pdf, make_picture, make_zip

ACTIVE, HIDDEN, SHUT, LOCKED = {"active"}, {"attachments"}, {"encrypted"}, {"locked"}
TYPE, MIXED, BROKEN = {"wrong_type"}, {"mixed"}, {"unreadable"}
# Odd, and harmless once repaired (an unreadable size counts as a letter page, too deep an object as none): it may be
# taken, as long as the limits hold while it is looked into.
ODD = {"unreadable", ""}


class Hostile(NamedTuple):
    """One file: what it is, its bytes, and the codes of refusal that fit it."""

    name: str
    content: bytes
    reasons: set[str]


ACTIONS = (
    "JavaScript",
    "Launch",
    "ImportData",
    "SubmitForm",
    "Rendition",
    "RichMediaExecute",
    "GoToE",
    "Sound",
    "Movie",
)
ACTIONS += ("GoTo3DView",)


def in_open_action(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    pdf.Root.OpenAction = action


def in_page_action(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=action)


def in_link(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].obj.Annots = pdf.make_indirect(Array([link]))


def in_outline(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=pdf.make_indirect(Dictionary(Title="x", A=action))))


def after_a_harmless_one(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    first = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=Array([action]))
    pdf.Root.OpenAction = first


def out_of_reach(pdf: pikepdf.Pdf, action: Dictionary) -> None:
    """In an object nothing points to in an ordinary way; a viewer may find it when it repairs the file."""
    pdf.trailer.Spare = pdf.make_indirect(Array([Array([Dictionary(Deep=action)])]))


PLACES = (in_open_action, in_page_action, in_link, in_outline, after_a_harmless_one, out_of_reach)


def what_runs() -> Iterator[Hostile]:
    for kind in ACTIONS:
        for place in PLACES:
            change = _placing(place, kind)
            yield Hostile(f"{kind} {place.__name__}", make_pdf(1, change), ACTIVE)
        packed = pikepdf.ObjectStreamMode.generate
        yield Hostile(
            f"{kind} in an object stream", make_pdf(1, _placing(in_link, kind), object_stream_mode=packed), ACTIVE
        )


def _placing(place: Callable[[pikepdf.Pdf, Dictionary], None], kind: str) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: place(pdf, Dictionary(S=Name("/" + kind), JS="app.alert(1)", F="cmd.exe"))


def what_is_inside() -> Iterator[Hostile]:
    def attached(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["a.exe"] = b"MZ" + bytes(500)

    yield Hostile("attachment", make_pdf(1, attached), HIDDEN)
    packed = {"compress_streams": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate}
    yield Hostile("attachment, all packed", make_pdf(1, attached, **packed), HIDDEN)
    for kind in ("FileAttachment", "RichMedia", "3D", "Screen", "Movie", "Sound"):
        yield Hostile(f"annotation {kind}", make_pdf(1, _annotated(kind)), HIDDEN | ACTIVE)
    yield Hostile("XFA form", make_pdf(1, _rooted("AcroForm", Dictionary(XFA="<xdp/>", Fields=Array([])))), {"form"})
    yield Hostile("file beside the catalog", make_pdf(1, _rooted("AF", Array([Dictionary(EF=Dictionary())]))), HIDDEN)
    for revision in (2, 3, 4, 6):
        for user in ("", "secret"):
            shut = pikepdf.Encryption(user=user, owner="owner", R=revision, aes=revision >= 4, metadata=revision >= 4)
            try:
                content = make_pdf(1, encryption=shut)
            except (pikepdf.PdfError, ValueError):
                continue
            yield Hostile(
                f"encrypted R{revision} {'with' if user else 'without'} password", content, SHUT if user else LOCKED
            )


def _annotated(kind: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=[0, 0, 9, 9])
        pdf.pages[0].obj.Annots = pdf.make_indirect(Array([note]))

    return change


def _rooted(key: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.__setattr__(key, pdf.make_indirect(value))


def raw_pdf(objects: list[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF put together by hand, with a right cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, at)
    return bytes(out)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def what_bursts() -> Iterator[Hostile]:
    once = zlib.compress(bytes(220_000_000), 1)
    flate = b"/Filter /FlateDecode"
    page = [CATALOG, PAGES, PAGE]
    yield Hostile(
        "Flate bomb", raw_pdf([*page, stream(zlib.compress(once), b"/Filter [/FlateDecode /FlateDecode]")]), BROKEN
    )
    yield Hostile("Flate bomb, packed once", raw_pdf([*page, stream(once, flate)]), BROKEN)
    part = stream(zlib.compress(bytes(45_000_000), 1), flate)
    yield Hostile("many smaller bombs", raw_pdf([*page, *[part] * 6]), BROKEN)
    yield Hostile(
        "run-length bomb", raw_pdf([*page, stream(b"\x81\0" * 2_000_000, b"/Filter /RunLengthDecode")]), BROKEN
    )
    hexed = stream(once.hex().encode() + b">", b"/Filter [/ASCIIHexDecode /FlateDecode]")
    yield Hostile("bomb in hexadecimal", raw_pdf([*page, hexed]), BROKEN)
    packed = stream(once, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    yield Hostile("object stream bomb", raw_pdf([*page, packed]), BROKEN)
    image = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    yield Hostile("picture of 3.6 billion dots", raw_pdf([*page, stream(b"x", image)]), BROKEN)
    many = b"<< /Type /Pages /Kids [%b] /Count 2100 >>" % b" ".join([b"3 0 R"] * 2100)
    yield Hostile("2,100 pages", raw_pdf([CATALOG, many, PAGE, stream(b"")]), BROKEN | {"too_many_pages"})
    yield Hostile(
        "pages pointing at each other", raw_pdf([CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]), BROKEN
    )
    for name, box in [("giant", b"0 0 2000000 2000000"), ("short", b"0 0"), ("worded", b"/a /b /c /d")]:
        sized = PAGE.replace(b"0 0 200 200", box)
        yield Hostile(f"{name} page", raw_pdf([CATALOG, PAGES, sized, stream(b"")]), BROKEN if name == "giant" else ODD)
    deep = b"[" * 100_000 + b"]" * 100_000
    yield Hostile("100,000 nested arrays", raw_pdf([*page, stream(b""), deep]), ODD)
    deep = b"<< /A " * 50_000 + b"1" + b">>" * 50_000
    yield Hostile("50,000 nested dictionaries", raw_pdf([*page, stream(b""), deep]), ODD)
    yield Hostile("no catalog", raw_pdf([b"null", PAGES, PAGE]), BROKEN)
    yield Hostile("no pages", raw_pdf([CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"]), BROKEN)
    yield Hostile("catalog of another kind", raw_pdf([b"(words)", PAGES, PAGE]), BROKEN)


def what_is_two_things() -> Iterator[Hostile]:
    pdf, archive, page = make_pdf(1), make_zip(), b"<html><script>alert(1)</script></html>"
    png, jpeg = make_picture("PNG"), make_picture("JPEG")
    for name, host in [("PDF", pdf), ("PNG", png), ("JPEG", jpeg)]:
        for kind, tail in [
            ("ZIP", archive),
            ("HTML", page),
            ("PE", b"MZ" + bytes(300)),
            ("script", b"#!/bin/sh\nid\n"),
        ]:
            yield Hostile(f"{name} with {kind} behind it", host + tail, MIXED)
        yield Hostile(f"{name} with ZIP and %%EOF behind it", host + archive + b"\n%%EOF\n", MIXED)
        yield Hostile(f"{name} behind {len(page)} bytes of HTML", page + host, TYPE)
        yield Hostile(f"{name} behind a ZIP", archive + host, TYPE)
        yield Hostile(f"{name} behind 900 bytes", bytes(900) + host, TYPE)
        yield Hostile(f"{name} behind a byte", b"\n" + host, TYPE)
        yield Hostile(f"{name} behind a mark of order", b"\xef\xbb\xbf" + host, TYPE)
    yield Hostile("PNG with a PDF in its text", png[:33] + chunk(b"tEXt", b"x\0" + pdf[:600]) + png[33:], MIXED)
    yield Hostile(
        "JPEG with a PDF in its comment", jpeg[:2] + b"\xff\xfe" + struct.pack(">H", 602) + pdf[:600] + jpeg[2:], MIXED
    )
    yield Hostile("PNG with a PDF behind it", png + pdf, MIXED)
    yield Hostile("JPEG with a PDF behind it", jpeg + pdf, MIXED)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def what_is_something_else() -> Iterator[Hostile]:
    starts = {
        **{
            "HTML": b"<!doctype html><html>",
            "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "XML": b"<?xml version='1.0'?>",
        },
        **{"EXE": b"MZ\x90\0", "ELF": b"\x7fELF\x02\x01", "Mach-O": b"\xcf\xfa\xed\xfe", "class": b"\xca\xfe\xba\xbe"},
        **{"RAR": b"Rar!\x1a\x07\x01\0", "7z": b"7z\xbc\xaf\x27\x1c", "gzip": b"\x1f\x8b\x08\0", "xz": b"\xfd7zXZ\0"},
        **{
            "OLE": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "RTF": b"{\\rtf1",
            "PostScript": b"%!PS-Adobe-3.0",
            "LNK": b"L\0\0\0\x01",
        },
        **{"GIF": b"GIF89a", "TIFF": b"II*\0", "BMP": b"BM", "WebP": b"RIFF\0\0\0\0WEBP", "ICO": b"\0\0\x01\0"},
        **{
            "EML": b"From: a@b\r\n\r\n",
            "shell": b"#!/bin/sh\n",
            "MP4": b"\0\0\0\x18ftypmp42",
            "text": b"hello ",
            "zero": b"\0",
        },
    }
    for name, start in starts.items():
        yield Hostile(name, start + bytes(600), TYPE)
    yield Hostile("ZIP", make_zip(), TYPE)
    yield Hostile("nothing", b"", {"empty"})
    for name, start in [("PDF", b"%PDF-1.7"), ("PNG", b"\x89PNG\r\n\x1a\n"), ("JPEG", b"\xff\xd8\xff\xe0")]:
        yield Hostile(f"only the first bytes of a {name}", start, BROKEN | TYPE)
        yield Hostile(f"the first bytes of a {name}, then zeros", start + bytes(5000), BROKEN | TYPE)


def what_is_cut_off() -> Iterator[Hostile]:
    noise = Image.effect_noise((200, 150), 90).convert("RGB")
    saved = {}
    for name, kind, options in [
        ("PNG", "PNG", {}),
        ("JPEG", "JPEG", {}),
        ("progressive", "JPEG", {"progressive": True}),
    ]:
        out = io.BytesIO()
        noise.save(out, kind, **options)
        saved[name] = out.getvalue()
    saved["PDF"] = make_pdf(3)
    saved["packed PDF"] = make_pdf(3, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for name, content in saved.items():
        for tenth in range(1, 10):
            cut = content[: len(content) * tenth // 10]
            yield Hostile(f"{name} cut at {tenth}0 %", cut, BROKEN | MIXED | TYPE)


def what_is_too_large_a_picture() -> Iterator[Hostile]:
    for width, height in [(50_000, 50_000), (2**31 - 1, 1), (8_000, 7_000), (0, 10)]:
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(20_000))) + chunk(b"IEND", b"")
        yield Hostile(f"PNG of {width} × {height}", content, BROKEN | {"too_large_picture"})
    jpeg = make_picture("JPEG")
    frame = jpeg.index(b"\xff\xc0")
    yield Hostile(
        "JPEG of 65,500 × 65,500",
        jpeg[: frame + 5] + b"\xff\xdc\xff\xdc" + jpeg[frame + 9 :],
        BROKEN | {"too_large_picture"},
    )
    png = make_picture("PNG")
    bomb = zlib.compress(bytes(150_000_000), 9)
    for kind, head in [(b"zTXt", b"x\0\0"), (b"iCCP", b"x\0\0"), (b"iTXt", b"x\0\1\0\0\0")]:
        yield Hostile(f"PNG with a bomb in {kind.decode()}", png[:33] + chunk(kind, head + bomb) + png[33:], BROKEN)
    frames = [Image.new("RGB", (4, 4), (n, 0, 0)) for n in range(40)]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    yield Hostile("moving PNG", out.getvalue(), {"animated"})


GROUPS: dict[str, tuple[Callable[[], Iterator[Hostile]], ...]] = {
    "things that run": (what_runs,),
    "things inside": (what_is_inside, what_bursts, what_is_too_large_a_picture),
    "things of two kinds": (what_is_two_things, what_is_something_else),
    "things cut off": (what_is_cut_off,),
}


def corpus(group: str) -> list[Hostile]:
    """Every file of one group."""
    return [each for make in GROUPS[group] for each in make()]
