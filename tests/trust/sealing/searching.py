"""The search for canaries in whatever comes out: pages, files, logs, mails and dumps."""

import base64
import re
import zipfile
import zlib
from io import BytesIO

from werkzeug.test import TestResponse

PACKED = re.compile(rb"\x1f\x8b\x08|stream\r?\n|^\x78[\x01\x5e\x9c\xda]")


class Search:
    """Finds words in bytes: as they are, and in hexadecimal, base64 (at any offset) and UTF-16."""

    def __init__(self, words: dict[str, str]) -> None:
        self.where = {form: place for place, word in words.items() for form in forms_of(word)}
        self.pattern = re.compile(b"|".join(re.escape(form) for form in sorted(self.where, key=len, reverse=True)))

    def in_bytes(self, content: bytes) -> set[str]:
        """The places whose words are in this content, or in what is compressed inside it."""
        found = {self.where[hit] for hit in self.pattern.findall(content)}
        for inner in decompressed(content):
            found |= {self.where[hit] for hit in self.pattern.findall(inner)}
        return found

    def in_response(self, response: TestResponse) -> set[str]:
        """The places whose words are in the body, the headers or the cookies of an answer."""
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers).encode()
        return self.in_bytes(response.get_data()) | self.in_bytes(headers)


def forms_of(word: str) -> set[bytes]:
    """How a word may be written: plain, hexadecimal, base64 wherever it starts, UTF-16 of both orders."""
    raw = word.encode()
    found = {raw, raw.hex().encode(), word.encode("utf-16-le"), word.encode("utf-16-be")}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + raw)
        found.add(coded[(0, 2, 3)[offset] :].rstrip(b"=")[: -2 if (len(raw) + offset) % 3 else None])
    return found


def decompressed(content: bytes) -> list[bytes]:
    """What gzip, zlib, a ZIP file or a PDF's streams hide; nothing for content without any."""
    inner = []
    for start in PACKED.finditer(content):
        at = start.end() if start.group().startswith(b"stream") else start.start()
        try:
            inner.append(zlib.decompressobj(wbits=47).decompress(content[at:]))
        except zlib.error:
            continue
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            inner += [packed.read(name) for name in packed.namelist()]
    return inner


def tables_with(dump: bytes, search: Search) -> tuple[dict[str, set[str]], int]:
    """The tables of a plain dump whose rows hold one of the words, with the words' places, and how many tables hold
    rows at all."""
    found, filled = {}, 0
    for part in dump.split(b"\nCOPY ")[1:]:
        head, _, rest = part.partition(b"\n")
        rows = rest.partition(b"\n\\.\n")[0] if not rest.startswith(b"\\.\n") else b""
        filled += bool(rows)
        if places := search.in_bytes(rows):
            found[head.split()[0].decode().removeprefix("public.")] = places
    return found, filled
