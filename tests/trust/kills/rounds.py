"""One round: somebody sends one form, and at one point of it something dies."""

import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import event

from pglab.adapters.storage import S3Store
from pglab.core.db import db
from tests.support.client import Client

STORE_CALLS = ("put_stream", "open", "head", "exists", "delete")


@dataclass
class Points:
    """The points of one request, counted: before and after each statement, each commit and each call of the store."""

    at: int
    act: Callable[[int], None]
    passed: list[str] = field(default_factory=list)
    backend: int = 0

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            self.act(self.backend)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count from here; only for a process that ends afterwards: nothing is unhooked."""
        event.listen(db.engine, "before_cursor_execute", self._before)
        event.listen(db.engine, "after_cursor_execute", lambda *_: self.reach("statement done"))
        event.listen(db.engine, "commit", lambda *_: self.reach("commit"))
        event.listen(db.session, "after_commit", lambda *_: self.reach("committed"))
        for name in STORE_CALLS:
            setattr(S3Store, name, self._around(getattr(S3Store, name), name))
        yield
        self.reach("answered")

    def _before(self, connection: Any, *_: Any) -> None:
        self.backend = connection.connection.dbapi_connection.info.backend_pid
        self.reach("statement")

    def _around(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"store {name}")
            answer = call(*args, **kwargs)
            self.reach(f"store {name} done")
            return answer

        return watched


@dataclass(frozen=True)
class Outcome:
    """What the sender of the form was told before everything ended: nothing (0), or the status and the next address;
    and the points that were passed."""

    status: int
    location: str
    passed: list[str]

    @property
    def acknowledged(self) -> bool:
        return self.status == 303


@dataclass(frozen=True)
class Sent:
    """One form as a browser sends it."""

    address: str
    data: dict[str, Any]
    filename: str = ""
    content: bytes = b""

    def by(self, client: Client) -> Any:
        data = dict(self.data)
        if self.filename:
            data["file"] = (io.BytesIO(self.content), self.filename)
        return client.post(self.address, data=data, check=False)


def send(
    app: Flask, client: Client, form: Sent, *, at: int = 0, act: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Have a copy of this process send the form, with `act` at the point of that number (0: never)."""

    def work() -> dict[str, Any]:
        answer = form.by(client)
        return {"status": answer.status_code, "location": answer.headers.get("Location", "")}

    return in_a_copy(app, work, Points(at, act))


def in_a_copy(app: Flask, work: Callable[[], dict[str, Any]], points: Points) -> Outcome:
    """Have a copy of this process do some work and tell what came of it, while its points are counted."""
    db.session.remove()
    db.engine.dispose()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            app.extensions["pglab.store"] = S3Store(app.config["SETTINGS"])
            with points.watched():
                told = work()
            os.write(writer, json.dumps({**told, "passed": points.passed}).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = json.loads(pipe.read() or "{}")
    os.waitpid(child, 0)
    return Outcome(told.get("status", 0), told.get("location", ""), told.get("passed", []))


def die(_backend: int) -> None:
    """This process, at once."""
    os.kill(os.getpid(), signal.SIGKILL)
