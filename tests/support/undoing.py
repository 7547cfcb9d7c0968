"""Doing things for real and leaving no trace: one outer transaction that is always rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy.orm import scoped_session, sessionmaker

from pglab.core.db import db


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """What is committed inside goes into savepoints of one transaction, and is undone at the end.

    Its connection stays for the next time: it has learned the tables already, a third of PostgreSQL's work for a test.
    """
    kept = db.session
    with app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        factory = sessionmaker(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        session = scoped_session(factory, scopefunc=lambda: 0)
        really_remove, session.remove = session.remove, session.rollback  # a request's end does not end the test's
        db.session = session
        try:
            yield
        finally:
            really_remove()
            outer.rollback()
            connection.close()
            db.session = kept


@contextmanager
def set_aside() -> Iterator[None]:
    """Inside `undone`: what happens in this part is undone at its end, commits included. Load things by id in it."""
    db.session.commit()  # or the savepoint that the session holds would end ours with its own
    nested = db.session.get_bind().begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        db.session.expunge_all()
        nested.rollback()
