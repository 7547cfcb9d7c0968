"""The embedded servers: private, durable, and back by themselves after a crash."""

import os
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import read_settings_file
from pglab.adapters import embedded
from pglab.adapters.embedded import PostgresAddress
from pglab.adapters.embedded.postgres import data_folder, postgres_address
from pglab.adapters.embedded.processes import servers_in
from pglab.adapters.embedded.settings import ports_of
from pglab.adapters.embedded.store import store_folder


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state folder of its own, stopped and removed at the end. Not pytest's: PostgreSQL's user may not enter that."""
    folder = Path(tempfile.mkdtemp(prefix="pglab-state-"))
    folder.chmod(0o711)
    yield folder
    embedded.stop_store(folder)
    embedded.stop_postgres(folder)
    shutil.rmtree(folder)


def sign_in(address: PostgresAddress, role: str = "pglab_owner") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(address.socket_folder), user=role, dbname="pglab", autocommit=True)


def kill(servers: list[psutil.Process]) -> None:
    """Pull the plug: the main process first, then whatever is left of it."""
    for process in servers:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(servers, timeout=10)


def test_secrets_are_made_once_and_stay_private(state: Path) -> None:
    first = embedded.ensure_settings(state)
    second = embedded.ensure_settings(state)

    assert first == second == read_settings_file(state / "settings.env")
    assert stat.S_IMODE((state / "settings.env").stat().st_mode) == 0o600
    assert len({first[name] for name in ("SECRET_KEY", "PASSWORD_SALT", "RECEIPT_KEY", "S3_SECRET_KEY")}) == 4


def test_a_settings_file_others_could_read_is_closed_again(state: Path) -> None:
    embedded.ensure_settings(state)
    (state / "settings.env").chmod(0o644)

    embedded.ensure_settings(state)

    assert stat.S_IMODE((state / "settings.env").stat().st_mode) == 0o600


def test_lines_a_person_added_to_the_settings_survive(state: Path) -> None:
    embedded.ensure_settings(state)
    with (state / "settings.env").open("a") as file:
        file.write("SEALED_COUNTS=count\nRECEIPT_KEY=\n")

    values = embedded.ensure_settings(state)

    assert values["SEALED_COUNTS"] == "count"
    assert values["RECEIPT_KEY"] != ""


def test_postgres_has_the_two_roles_and_keeps_promises_about_time_and_disk(state: Path) -> None:
    address = embedded.start_postgres(state)

    with sign_in(address) as owner, sign_in(address, "pglab_app") as app:
        names = ("TimeZone", "server_encoding", "data_checksums", "fsync", "synchronous_commit", "listen_addresses")
        shown = {name: owner.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names}
        owner.execute("CREATE TABLE IF NOT EXISTS owned (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE not_owned (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DROP TABLE owned")
    assert {name: row and row[0] for name, row in shown.items()} == {
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
    }


def test_postgres_killed_comes_back_with_what_was_committed(state: Path) -> None:
    address = embedded.start_postgres(state)
    with sign_in(address) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        owner.execute("INSERT INTO kept VALUES (42)")
    kill(servers_in(data_folder(state), "postgres"))
    # The number in the stale file may belong to somebody else by now: here, to us.
    stale = data_folder(state) / "postmaster.pid"
    stale.write_text(stale.read_text().replace(stale.read_text().split("\n")[0], str(os.getpid()), 1))

    address = embedded.start_postgres(state)

    with sign_in(address) as owner:
        assert owner.execute("SELECT id FROM kept").fetchall() == [(42,)]


def test_only_the_main_process_killed_is_enough_to_start_again(state: Path) -> None:
    address = embedded.start_postgres(state)
    waiting = sign_in(address)
    kill(servers_in(data_folder(state), "postgres")[:1])

    address = embedded.start_postgres(state)

    sign_in(address).close()
    waiting.close()


def test_starting_twice_joins_the_running_servers(state: Path) -> None:
    embedded.start_postgres(state)
    embedded.start_store(state)
    before = (servers_in(data_folder(state), "postgres")[0].pid, servers_in(store_folder(state), "weed")[0].pid)

    embedded.start_postgres(state)
    embedded.start_store(state)

    assert before == (
        servers_in(data_folder(state), "postgres")[0].pid,
        servers_in(store_folder(state), "weed")[0].pid,
    )


def test_the_store_killed_comes_back_with_its_files(state: Path) -> None:
    address = embedded.start_store(state)
    address.client().put_object(Bucket=address.bucket, Key="kept.txt", Body=b"a proposal")
    kill(servers_in(store_folder(state), "weed"))

    address = embedded.start_store(state)

    assert address.client().get_object(Bucket=address.bucket, Key="kept.txt")["Body"].read() == b"a proposal"


def test_a_store_port_somebody_took_is_replaced_and_the_files_stay(state: Path) -> None:
    before = embedded.start_store(state)
    before.client().put_object(Bucket=before.bucket, Key="moved.txt", Body=b"still here")
    embedded.stop_store(state)
    taken = ports_of(embedded.ensure_settings(state))[0]
    with socket.create_server(("127.0.0.1", taken)):
        after = embedded.start_store(state)

    assert after.endpoint != before.endpoint
    assert embedded.ensure_settings(state)["S3_ENDPOINT"] == after.endpoint
    assert after.client().get_object(Bucket=after.bucket, Key="moved.txt")["Body"].read() == b"still here"


def test_nothing_listens_beyond_this_machine(state: Path) -> None:
    embedded.start_postgres(state)
    embedded.start_store(state)
    servers = servers_in(data_folder(state), "postgres") + servers_in(store_folder(state), "weed")

    listening = [
        connection.laddr.ip
        for server in servers
        for connection in server.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert set(listening) == {"127.0.0.1"}
    assert stat.S_IMODE(postgres_address(state).socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(store_folder(state).stat().st_mode) == 0o700


def test_two_state_folders_run_side_by_side(state: Path, tmp_path: Path) -> None:
    here, other = embedded.ensure_settings(state), embedded.ensure_settings(tmp_path)

    assert not set(ports_of(here)) & set(ports_of(other))
    assert postgres_address(state) != postgres_address(tmp_path)


def test_a_long_path_gets_a_short_socket_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)

    assert len(str(postgres_address(deep).socket_folder)) < 60


def test_stopping_is_quick_and_stops_everything(state: Path) -> None:
    embedded.start_postgres(state)
    embedded.start_store(state)
    begun = time.monotonic()

    embedded.stop_store(state)
    embedded.stop_postgres(state)

    assert not embedded.postgres_is_running(state)
    assert not embedded.store_is_running(state)
    left = {path.stem.rsplit("-", 1)[1] for path in Path("/tmp").glob("seaweedfs-*.sock")}  # noqa: S108 - its choice
    assert not left & set(embedded.ensure_settings(state)["STORE_PORTS"].split(","))
    assert time.monotonic() - begun < 10
