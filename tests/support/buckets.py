"""A bucket of one test's own, so that it may be looked through and swept."""

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from pglab.adapters.storage import S3Store, init_storage


@contextmanager
def own_bucket(app: Flask) -> Iterator[S3Store]:
    """Give the app an empty bucket; removed afterwards with what lies in it."""
    settings = app.config["SETTINGS"]
    store = S3Store(dataclasses.replace(settings, s3_bucket=f"test-{uuid.uuid4().hex}"))
    store.ensure_bucket()
    usual = app.extensions["pglab.store"]
    init_storage(app, settings, store)
    yield store
    app.extensions["pglab.store"] = usual
    for started in list(store.list_started_parts()):
        store.drop_parts(started)
    for item in list(store.list_objects()):
        store.delete(item.key)
    store._client.delete_bucket(Bucket=store.bucket)
