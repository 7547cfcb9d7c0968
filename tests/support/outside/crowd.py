"""Many people at once, each with a browser of their own, in one loop: who asks what when, and how each was answered."""

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

EDGE = "pglab-crowd-7MA4YWxkTrZu0gW"
LONGEST_SECONDS = 120


def all_at_once(crowd: Coroutine[Any, Any, None]) -> None:
    """Let a crowd do what it does, in a thread and loop of its own: a browser of the same run may have a loop here."""
    with ThreadPoolExecutor(1) as one:
        one.submit(asyncio.run, crowd).result()


@dataclass(frozen=True)
class Told:
    """One answer: its status, where it leads, its text, and the milliseconds it took."""

    status: int
    location: str
    text: str
    taken: float


@dataclass
class Crowd:
    """Everybody's answers, by what they were asked for."""

    port: int
    answers: dict[str, list[Told]] = field(default_factory=dict)

    async def ask(self, what: str, path: str, *, cookie: str = "", body: bytes = b"", kind: str = "") -> Told:
        """Send one request over a connection of its own; noted under `what`."""
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += ["Accept: text/html", "Sec-Fetch-Site: same-origin", f"Cookie: {cookie}"]
        if body:
            lines += [f"Content-Type: {kind or 'application/x-www-form-urlencoded'}", f"Content-Length: {len(body)}"]
        began = time.perf_counter()
        head, text = await asyncio.wait_for(
            self._talk("\r\n".join(lines).encode() + b"\r\n\r\n" + body), LONGEST_SECONDS
        )
        told = Told(int(head[9:12]), header(head, "location"), text, (time.perf_counter() - began) * 1000)
        self.answers.setdefault(what, []).append(told)
        return told

    async def send(self, what: str, path: str, *, cookie: str, **fields: str) -> Told:
        """Send a form."""
        return await self.ask(what, path, cookie=cookie, body=urlencode(fields).encode())

    async def send_file(self, what: str, path: str, content: bytes, *, cookie: str, token: str) -> Told:
        """Send a form with one file."""
        head = (
            f'--{EDGE}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        body = head + content + f"\r\n--{EDGE}--\r\n".encode()
        return await self.ask(what, path, cookie=cookie, body=body, kind=f"multipart/form-data; boundary={EDGE}")

    async def _talk(self, request: bytes) -> tuple[str, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            whole = await reader.read(-1)
        finally:
            writer.close()
        head, _, text = whole.partition(b"\r\n\r\n")
        return head.decode("latin-1"), text.decode(errors="replace")

    def statuses(self, what: str) -> dict[int, int]:
        """How often each status was the answer."""
        found = [told.status for told in self.answers.get(what, [])]
        return {status: found.count(status) for status in sorted(set(found))}

    def times(self, what: str) -> list[float]:
        """The milliseconds of each answer, fastest first."""
        return sorted(told.taken for told in self.answers.get(what, []))


def header(head: str, name: str) -> str:
    """The first header of this name, or nothing."""
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return ""


def percentile(ordered: list[float], share: float) -> float:
    """Within what time this share was answered."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
