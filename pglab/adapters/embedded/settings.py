"""The generated settings of one state folder: secrets, and where the embedded servers answer."""

import base64
import os
import random
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from config import read_settings_file
from pglab.adapters.embedded.postgres import APP_ROLE, DATABASE, OWNER_ROLE, postgres_address
from pglab.adapters.embedded.processes import only_one, write_private

FILE_NAME = "settings.env"
HEADING = """\
# Made by `make run` for this machine only. Values in the environment or in .env go before these.
# Delete a line and it is made again; a new RECEIPT_KEY means older receipts need RECEIPT_OLD_KEYS.
"""
BUCKET, REGION = "pglab", "us-east-1"
PORT_COUNT = 9
# Below the range the system hands out to outgoing connections, so that a port stays ours between two starts.
PORT_RANGE = range(20_000, 32_000)


def ensure_settings(state: Path) -> dict[str, str]:
    """Read the generated settings of a state folder and make what is missing; only its owner can read the file."""
    with only_one(state, "settings"):
        path = state / FILE_NAME
        known = read_settings_file(path)
        values = {**known, **generated_secrets(known), **database_addresses(state)}
        if "STORE_PORTS" not in values or not values.get("S3_ENDPOINT"):
            values |= chosen_ports()
        if values != known or path.stat().st_mode & 0o077:
            write_settings(path, values)
        return values


def choose_store_ports(state: Path) -> dict[str, str]:
    """Give the file store new free ports, because somebody else took one of the old ones."""
    with only_one(state, "settings"):
        values = read_settings_file(state / FILE_NAME) | chosen_ports()
        write_settings(state / FILE_NAME, values)
        return values


def ports_of(values: dict[str, str]) -> list[int]:
    """The ports the file store uses inside, the one for files first."""
    return [int(port) for port in values["STORE_PORTS"].split(",")]


def generated_secrets(known: dict[str, str]) -> dict[str, str]:
    """A fresh random value for every secret that is not known yet."""
    makers: dict[str, Callable[[], str]] = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(48),
        "PASSWORD_SALT": lambda: secrets.token_urlsafe(48),
        "RECEIPT_KEY": lambda: base64.b64encode(os.urandom(32)).decode(),
        "S3_ACCESS_KEY": lambda: secrets.token_hex(10),
        "S3_SECRET_KEY": lambda: secrets.token_urlsafe(32),
        "S3_BUCKET": lambda: BUCKET,
        "S3_REGION": lambda: REGION,
    }
    return {name: make() for name, make in makers.items() if not known.get(name)}


def database_addresses(state: Path) -> dict[str, str]:
    """Where the application and the owner of the tables find the database."""
    address = postgres_address(state)
    return {
        "DATABASE_URL": address.url(DATABASE, APP_ROLE),
        "DATABASE_OWNER_URL": address.url(DATABASE, OWNER_ROLE),
    }


def chosen_ports() -> dict[str, str]:
    """Ports free at this moment on loopback, and the address that follows from the first."""
    ports: list[int] = []
    while len(ports) < PORT_COUNT:
        port = random.SystemRandom().choice(PORT_RANGE)
        if port not in ports and port_is_free(port):
            ports.append(port)
    return {"STORE_PORTS": ",".join(map(str, ports)), "S3_ENDPOINT": f"http://127.0.0.1:{ports[0]}"}


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connection is just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def write_settings(path: Path, values: dict[str, str]) -> None:
    """Write the file whole, one KEY=value a line."""
    write_private(path, HEADING + "".join(f"{key}={value}\n" for key, value in sorted(values.items())))
