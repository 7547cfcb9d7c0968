"""The database session, the base of every table, and the only place that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, MetaData, String, TypeDecorator, Uuid, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column, registry

from pglab.core.ids import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored with time zone and always read back in UTC. A naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone says nothing")
        return value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


class Choice(TypeDecorator[StrEnum]):
    """A word from a fixed list, stored as that word (`draft`, not `DRAFT`) and read back as the enum."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, _dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class Base(DeclarativeBase):
    """Every table: named constraints, instants in UTC, ids made in Python."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UtcDateTime(), UUID: Uuid()},
    )


class Entity(Base):
    """A thing with an id of its own, ordered by when it was made."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

NOBODY = "nobody"
NAME_VIEWER = text("SELECT set_config('pglab.viewer', :viewer, true)")
_viewer: Callable[[], str] = lambda: NOBODY  # noqa: E731  (replaced once, by name_viewers)


def name_viewers(source: Callable[[], str]) -> None:
    """Say who is looking: `source` gives a person's id, `worker`, `command` or `nobody` for every transaction that
    begins. The database's policies go by it: `worker` and `command` see everything, `nobody` what is public."""
    global _viewer  # noqa: PLW0603  (one setting for the process, set by the composition root)
    _viewer = source


@event.listens_for(Session, "after_begin")
def _tell_the_database_who_looks(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """A transaction in which nobody is named sees what `nobody` sees, so that one is not named."""
    viewer = _viewer()
    if viewer != NOBODY and connection.dialect.name == "postgresql":
        connection.execute(NAME_VIEWER, {"viewer": viewer})


NAME_LINK = text("SELECT set_config('pglab.link', :link_hash, true)")


def name_link(link_hash: str) -> None:
    """Tell the database that whoever looks holds the link of a mail: until the transaction ends they see its rows."""
    db.session.execute(NAME_LINK, {"link_hash": link_hash})


_last_steps: list[Callable[[Session], None]] = []


def as_last_step(step: Callable[[Session], None]) -> Callable[[Session], None]:
    """Have `step` done as the last thing of every transaction, whoever commits it."""
    _last_steps.append(step)
    return step


@event.listens_for(Session, "before_commit")
def _take_last_steps(session: Session) -> None:
    for step in _last_steps:
        step(session)


ASK_DEFERRED_RULES = text("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def transaction() -> Iterator[None]:
    """One change, whole or not at all: the rules that wait until the end are asked, then it is committed."""
    try:
        yield
        db.session.flush()
        _take_last_steps(db.session())
        db.session.execute(ASK_DEFERRED_RULES)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def forget() -> None:
    """Drop whatever has been begun and not committed: the answer is a refusal."""
    db.session.rollback()


def choice(enum: type[StrEnum]) -> Choice:
    """The column type of a fixed list of words."""
    return Choice(enum)


def one_of(column: str, enum: type[StrEnum]) -> str:
    """The CHECK text that keeps `column` inside the words of `enum`."""
    words = ", ".join(f"'{member.value}'" for member in enum)
    return f"{column} IN ({words})"
