"""The S3 store against a real server: what is put is what comes back, and every fault is one plain error."""

import dataclasses
import hashlib
import io
import time
import uuid
from collections.abc import Iterator

import pytest

from config import Settings
from pglab.adapters.storage import S3Store, StoreUnavailableError, UploadFailedError
from tests.support.databases import settings_for

CONTENT = b"some bytes " * 20_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def parts() -> Settings:
    return settings_for("postgres")


@pytest.fixture
def store(parts: Settings) -> Iterator[S3Store]:
    own = S3Store(dataclasses.replace(parts, s3_bucket=f"test-{uuid.uuid4().hex}"))
    own.ensure_bucket()
    yield own
    for item in list(own.list_objects()):
        own.delete(item.key)
    own._client.delete_bucket(Bucket=own.bucket)


def put(store: S3Store, key: str = "a-key", *, digest: str = DIGEST) -> None:
    store.put_stream(key, io.BytesIO(CONTENT), "application/pdf", sha256=digest, size=len(CONTENT))


def test_what_is_put_comes_back(store: S3Store) -> None:
    put(store)

    head = store.head("a-key")
    assert head is not None
    assert (head.size, head.media_type, store.exists("a-key")) == (len(CONTENT), "application/pdf", True)
    assert b"".join(store.open("a-key")) == CONTENT
    assert [item.key for item in store.list_objects("a-")] == ["a-key"]


def test_bytes_with_another_hash_are_not_kept(store: S3Store) -> None:
    with pytest.raises(UploadFailedError):
        put(store, digest="0" * 64)
    assert not store.exists("a-key")


def test_what_is_not_there(store: S3Store) -> None:
    assert (store.head("nothing"), store.exists("nothing")) == (None, False)
    store.delete("nothing")
    with pytest.raises(StoreUnavailableError):
        store.open("nothing")


def test_making_the_bucket_twice_is_fine(store: S3Store) -> None:
    store.ensure_bucket()


def test_a_reader_that_leaves_early_is_fine(store: S3Store) -> None:
    put(store)
    pieces = store.open("a-key")

    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.parametrize(
    "changes", [{"s3_endpoint": "http://127.0.0.1:9"}, {"s3_secret_key": "wrong"}, {"s3_bucket": "not-there"}]
)
def test_every_fault_is_one_plain_error(parts: Settings, changes: dict[str, str]) -> None:
    broken, began = S3Store(dataclasses.replace(parts, **changes)), time.monotonic()

    with pytest.raises(UploadFailedError) as caught:
        put(broken)
    with pytest.raises(StoreUnavailableError):
        broken.open("a-key")

    assert caught.value.message == "The file was not uploaded. Nothing else was changed. Try again in a minute."
    assert time.monotonic() - began < 15
