"""File storage behind the S3 interface: what goes in is checked against its SHA-256, what comes out is streamed."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from config import Settings
from pglab.core.errors import UnavailableError

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_s3 import S3Client

CHUNK = 64 * 1024
CONNECT_SECONDS = 3
READ_SECONDS = 15
TRIES = 3
MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


class StoreUnavailableError(UnavailableError):
    """The file store does not answer, or answered something that is not the file. Nothing was half-done."""

    def __init__(self, message: str = "The file store does not answer. Nothing was changed. Try again.") -> None:
        super().__init__(message)


class UploadFailedError(StoreUnavailableError):
    """A file could not be put into the store; the person still has it and may send it again."""

    def __init__(self) -> None:
        super().__init__("The file was not uploaded. Nothing else was changed. Try again in a minute.")


@dataclass(frozen=True)
class StoredObject:
    """What the store says about one object."""

    key: str
    size: int
    media_type: str
    stored_at: datetime


@dataclass(frozen=True)
class StartedParts:
    """A file that is being put together from parts: its key, the store's name for it, when it was begun."""

    key: str
    upload_id: str
    started_at: datetime


class Store(Protocol):
    """Keeps files under keys. Every fault is a StoreUnavailableError; a key that is not there is None or False."""

    def put_stream(self, key: str, fileobj: BinaryIO, media_type: str, *, sha256: str, size: int) -> None:
        """Keep `fileobj` whole under `key`; the store refuses it unless it has this SHA-256 and size."""

    def open(self, key: str) -> Iterator[bytes]:
        """The object's bytes, piece by piece. The connection to the store stands before this returns."""

    def head(self, key: str) -> StoredObject | None:
        """Size and type without the bytes; None when nothing lies under `key`."""

    def exists(self, key: str) -> bool:
        """Whether anything lies under `key`."""

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is fine."""

    def list_objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Everything whose key starts with `prefix`, in key order."""

    def is_public(self) -> bool:
        """Whether anybody without a key may list the bucket: never, where files are sealed."""

    def ensure_bucket(self) -> None:
        """Make the bucket if it is not there. For set-up and tests."""

    def browser_origin(self) -> str:
        """Where browsers reach the store: what a page that uploads has to name in its security policy."""

    def allow_uploads_from(self, origins: list[str]) -> None:
        """Let pages of these origins, and no others, send parts to the bucket (CORS)."""

    def start_parts(self, key: str) -> str:
        """Begin a file made of parts under `key`; gives the store's name for the upload."""

    def part_url(self, parts: StartedParts, number: int, size: int, *, seconds: int) -> str:
        """An address a browser may PUT exactly this part to, once begun within so many seconds, and nothing else."""

    def list_parts(self, parts: StartedParts) -> dict[int, int] | None:
        """The sizes of the parts that have arrived, by number; None when the upload is no more (joined or dropped)."""

    def join_parts(self, parts: StartedParts) -> None:
        """Make the parts one object under the key. Done twice it is done once; later parts are refused."""

    def drop_parts(self, parts: StartedParts) -> None:
        """Forget an upload and its parts; one that was joined or dropped before is left as it is."""

    def list_started_parts(self) -> Iterator[StartedParts]:
        """Every upload that was begun and neither joined nor dropped."""


class S3Store:
    """A `Store` over any S3 service; made cheaply, connected on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.bucket = settings.s3_bucket
        self._connecting = Lock()

    @cached_property
    def _client(self) -> "S3Client":
        return self._connect(self._settings.s3_endpoint)

    @cached_property
    def _browsers_client(self) -> "S3Client":
        """Signs addresses as browsers reach the store, which may be another name than the one we use."""
        return self._connect(self._settings.s3_public_endpoint)

    @cached_property
    def _strangers_client(self) -> "S3Client":
        """Asks without a key, as anybody may."""
        from botocore import UNSIGNED  # noqa: PLC0415 - comes with boto3

        return self._connect(self._settings.s3_endpoint, signature_version=UNSIGNED, retries={"total_max_attempts": 1})

    @cached_property
    def _session(self) -> "Session":
        """What all clients share: the description of S3 alone takes 12 MB."""
        # boto3 takes half a second and 30 MB to import: a web process that moves no file never pays it.
        import boto3  # noqa: PLC0415 - slow to load, and not every process reads files

        return boto3.session.Session(
            aws_access_key_id=self._settings.s3_access_key,
            aws_secret_access_key=self._settings.s3_secret_key,
            region_name=self._settings.s3_region,
        )

    def _connect(self, endpoint: str, **changed: Any) -> "S3Client":
        from botocore.config import Config  # noqa: PLC0415 - comes with boto3

        usual = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        with self._connecting:  # a session makes one client at a time
            return self._session.client("s3", endpoint_url=endpoint, config=usual.merge(Config(**changed)))

    def put_stream(self, key: str, fileobj: BinaryIO, media_type: str, *, sha256: str, size: int) -> None:
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with _faults(UploadFailedError):
            self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=fileobj,
                ContentLength=size,
                ContentType=media_type,
                ChecksumSHA256=checksum,
            )
        kept = self.head(key)
        if kept is None or kept.size != size:
            raise UploadFailedError

    def open(self, key: str) -> Iterator[bytes]:
        with _faults(StoreUnavailableError) as fault:
            body = self._client.get_object(Bucket=self.bucket, Key=key)["Body"]
        if fault.missing:
            raise StoreUnavailableError("This file cannot be read from the file store now. Try again later.")
        return _pieces(body)

    def head(self, key: str) -> StoredObject | None:
        with _faults(StoreUnavailableError) as fault:
            answer = self._client.head_object(Bucket=self.bucket, Key=key)
        if fault.missing:
            return None
        return StoredObject(key, answer["ContentLength"], answer["ContentType"], answer["LastModified"])

    def exists(self, key: str) -> bool:
        return self.head(key) is not None

    def delete(self, key: str) -> None:
        with _faults(StoreUnavailableError):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def list_objects(self, prefix: str = "") -> Iterator[StoredObject]:
        with _faults(StoreUnavailableError):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    yield StoredObject(item["Key"], item["Size"], "", item["LastModified"])

    def is_public(self) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as below

        with _faults(StoreUnavailableError):
            try:
                self._strangers_client.list_objects_v2(Bucket=self.bucket, MaxKeys=1)
            except ClientError:
                return False
        return True

    def ensure_bucket(self) -> None:
        with _faults(StoreUnavailableError) as fault:
            self._client.head_bucket(Bucket=self.bucket)
        if fault.missing:
            with _faults(StoreUnavailableError):
                self._client.create_bucket(Bucket=self.bucket)

    def browser_origin(self) -> str:
        address = urlsplit(self._settings.s3_public_endpoint)
        return f"{address.scheme}://{address.netloc}"

    def allow_uploads_from(self, origins: list[str]) -> None:
        with _faults(StoreUnavailableError):
            self._client.put_bucket_cors(
                Bucket=self.bucket,
                CORSConfiguration={
                    "CORSRules": [{"AllowedOrigins": origins, "AllowedMethods": ["PUT"], "MaxAgeSeconds": 600}]
                },
            )

    def start_parts(self, key: str) -> str:
        with _faults(UploadFailedError):
            answer = self._client.create_multipart_upload(
                Bucket=self.bucket, Key=key, ContentType="application/octet-stream"
            )
        return answer["UploadId"]

    def part_url(self, parts: StartedParts, number: int, size: int, *, seconds: int) -> str:
        # The length is a signed header: the store refuses the part when it is any longer or shorter.
        wanted = {**self._named(parts), "PartNumber": number, "ContentLength": size}
        return self._browsers_client.generate_presigned_url("upload_part", Params=wanted, ExpiresIn=seconds)

    def list_parts(self, parts: StartedParts) -> dict[int, int] | None:
        with _faults(UploadFailedError) as fault:
            found = self._client.list_parts(**self._named(parts)).get("Parts", [])
        return None if fault.missing else {part["PartNumber"]: part["Size"] for part in found}

    def join_parts(self, parts: StartedParts) -> None:
        with _faults(UploadFailedError) as fault:
            found = self._client.list_parts(**self._named(parts)).get("Parts", [])
            named: list[Any] = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in found]
            self._client.complete_multipart_upload(**self._named(parts), MultipartUpload={"Parts": named})
        if fault.missing and not self.exists(parts.key):
            raise UploadFailedError

    def drop_parts(self, parts: StartedParts) -> None:
        with _faults(StoreUnavailableError):
            self._client.abort_multipart_upload(**self._named(parts))

    def list_started_parts(self) -> Iterator[StartedParts]:
        with _faults(StoreUnavailableError):
            for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket):
                for item in page.get("Uploads", []):
                    yield StartedParts(item["Key"], item["UploadId"], item["Initiated"])

    def _named(self, parts: StartedParts) -> Any:
        return {"Bucket": self.bucket, "Key": parts.key, "UploadId": parts.upload_id}


class _faults:  # noqa: N801  (used as a statement: `with _faults(...)`)
    """Turns every fault of the S3 client into one domain error; `missing` tells that the object is not there."""

    def __init__(self, error: type[StoreUnavailableError]) -> None:
        self.error = error
        self.missing = False

    def __enter__(self) -> "_faults":
        return self

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> bool:
        # Imported here for the same reason as boto3 above; by now the client has loaded it.
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415 - with boto3

        if isinstance(fault, ClientError):
            self.missing = fault.response["Error"]["Code"] in MISSING
            if not self.missing:
                raise self.error() from fault
            return True
        if isinstance(fault, BotoCoreError | HTTPClientError | OSError):
            raise self.error() from fault
        return False


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        with _faults(StoreUnavailableError):
            yield from body.iter_chunks(CHUNK)
    finally:
        body.close()


def init_storage(app: Flask, settings: Settings, store: Store | None = None) -> None:
    """Give the app its file store; a test may pass one of its own."""
    app.extensions["pglab.store"] = store or S3Store(settings)


def current_store() -> Store:
    """The running app's file store."""
    store: Store = current_app.extensions["pglab.store"]
    return store
