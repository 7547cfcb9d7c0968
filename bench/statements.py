"""How many statements a request sends, asked of the product in this process; the naming of the viewer counts too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.people import SignedIn
from config import Settings
from pglab.app import create_app
from pglab.core.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent inside the block, the library's own for savepoints too."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def count(settings: Settings, person: SignedIn, path: str, *, fields: dict[str, str] | None = None) -> int:
    """The statements of one request by this person, the second time it is made."""
    app = create_app(settings)
    client = app.test_client(use_cookies=False)
    cookie = {"Cookie": person.cookie} if person.cookie else {}

    def ask() -> None:
        if fields is None:
            answer = client.get(path, headers=cookie)
        else:
            answer = client.post(path, headers=cookie, data={"csrf_token": person.token, **fields})
        if answer.status_code not in (200, 303):
            raise RuntimeError(f"{path} was answered with {answer.status_code}")

    if fields is None:
        ask()
    with counted() as sent:
        ask()
    with app.app_context():
        db.engine.dispose()
    return len(sent)
