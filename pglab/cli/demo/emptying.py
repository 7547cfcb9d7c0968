"""Dropping everything, so that the demo can be built afresh. The log only grows, so the whole schema goes."""

import psycopg
from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.engine import make_url

from pglab.adapters.storage import current_store
from pglab.core.db import db
from pglab.documents.models import Document, DocumentPage


def empty_city(owner_url: str) -> None:
    """Remove every table and every file they name, and make the tables anew. Only the database's owner may do this.

    Files of another database in the same store are left alone.
    """
    pictures = select(DocumentPage.image_key).where(DocumentPage.image_key.is_not(None))
    keys = db.session.scalars(select(Document.storage_key).union_all(pictures)).all()
    db.session.remove()
    db.engine.dispose()
    address = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    for key in keys:
        current_store().delete(key)
    upgrade()
