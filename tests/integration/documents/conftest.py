"""The file store of the tests, in a bucket of this run alone."""

import dataclasses
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask

from config import Settings
from pglab.adapters.storage import S3Store, init_storage


@pytest.fixture
def bucket(app: Flask, settings: Settings) -> Iterator[S3Store]:
    """An empty bucket for one test."""
    store = S3Store(dataclasses.replace(settings, s3_bucket=f"test-{uuid.uuid4().hex}"))
    store.ensure_bucket()
    usual = app.extensions["pglab.store"]
    init_storage(app, settings, store)
    yield store
    app.extensions["pglab.store"] = usual
    for item in list(store.list_objects()):
        store.delete(item.key)
    store._client.delete_bucket(Bucket=store.bucket)
