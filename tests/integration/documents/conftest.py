"""The file store of the tests, in a bucket of this run alone."""

from collections.abc import Iterator

import pytest
from flask import Flask

from pglab.adapters.storage import S3Store
from tests.support.buckets import own_bucket


@pytest.fixture
def bucket(app: Flask) -> Iterator[S3Store]:
    """An empty bucket for one test."""
    with own_bucket(app) as store:
        yield store
