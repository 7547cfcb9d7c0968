"""A small client: many kept connections in one loop, each following a script of requests, every answer checked."""

import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """What a server said to one request."""

    status: int
    headers: str
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        for line in self.headers.split("\r\n"):
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


Script = Generator[bytes, Answer, None]


@dataclass
class Load:
    """What one load measured: whole scripts (or single requests) a second, and milliseconds of each."""

    seconds: float
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share was done."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Connection:
    """One kept connection and the script that talks over it."""

    def __init__(self, port: int, selector: selectors.BaseSelector, next_script: Callable[[], Script | None]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next_script = next_script
        self.times: list[float] = []
        self.received = bytearray()
        self.selector = selector
        selector.register(self.socket, selectors.EVENT_READ, self)

    def begin(self) -> bool:
        """Start the next script; False when there is none left."""
        script = self.next_script()
        if script is None:
            self.selector.unregister(self.socket)
            self.socket.close()
            return False
        self.script, self.began = script, time.perf_counter()
        self.socket.sendall(next(script))
        return True

    def read(self) -> bool:
        """Take in what has come; False when this connection is done."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise RuntimeError("the server closed a connection")
        self.received += piece
        answer = self._whole_answer()
        if answer is None:
            return True
        try:
            self.socket.sendall(self.script.send(answer))
        except StopIteration:
            self.times.append((time.perf_counter() - self.began) * 1000)
            return self.begin()
        return True

    def _whole_answer(self) -> Answer | None:
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        headers = self.received[:end].decode("latin-1")
        told = Answer(int(headers[9:12]), headers, b"")
        length = int(told.header("content-length") or 0)
        if len(self.received) < end + 4 + length:
            return None
        body = bytes(self.received[end + 4 : end + 4 + length])
        del self.received[: end + 4 + length]
        return Answer(told.status, headers, body)


def drive(port: int, scripts: Iterable[Script], *, at_once: int, seconds: float = LONGEST_SECONDS) -> Load:
    """Follow the scripts over `at_once` connections until there are no more or the time is over."""
    waiting, began = iter(scripts), time.perf_counter()
    selector = selectors.DefaultSelector()

    def next_script() -> Script | None:
        return next(waiting, None) if time.perf_counter() - began < seconds else None

    connections = [Connection(port, selector, next_script) for _ in range(at_once)]
    live = sum(connection.begin() for connection in connections)
    while live:
        events = selector.select(timeout=30)
        if not events:
            raise RuntimeError("the server has said nothing for half a minute")
        live -= sum(not key.data.read() for key, _ in events)
    selector.close()
    return Load(time.perf_counter() - began, [taken for one in connections for taken in one.times])


def request(
    path: str, *, method: str = "GET", cookie: str = "", body: bytes = b"", kind: str = "", host: str = "localhost"
) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept: text/html"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if method == "POST":
        lines += [f"Content-Type: {kind or 'application/x-www-form-urlencoded'}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def one(sent: bytes, *, status: int = 200) -> Script:
    """A script of one request; any other status is an error, for a refusal is fast."""
    answer = yield sent
    if answer.status != status:
        raise RuntimeError(f"{sent.split(b' HTTP')[0]!r} was answered with {answer.status}: {answer.body[-2000:]!r}")
