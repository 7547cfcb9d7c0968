"""PostgreSQL and the file store for tests: started once, shared by every worker and every run, left running.

`make stop` ends them. They live in their own folder (`test` inside the state folder), so tests never touch the
data of `make run`.
"""

from functools import cache
from pathlib import Path

from config import state_folder
from pglab.adapters.embedded import PostgresAddress, StoreAddress, ensure_settings, start_postgres, start_store


def state() -> Path:
    """The state folder of the tests."""
    return state_folder() / "test"


@cache
def settings() -> dict[str, str]:
    """The generated secrets and addresses of the tests' services."""
    return ensure_settings(state())


@cache
def postgres() -> PostgresAddress:
    """The tests' cluster; the first caller starts it, the others wait for that and join."""
    return start_postgres(state())


@cache
def store() -> StoreAddress:
    """The tests' file store; the first caller starts it, the others wait for that and join.

    Every test's site has an address of its own, so pages of all of them may send parts to it.
    """
    address = start_store(state())
    any_site = {"AllowedOrigins": ["*"], "AllowedMethods": ["PUT"]}
    address.client().put_bucket_cors(Bucket=address.bucket, CORSConfiguration={"CORSRules": [any_site]})
    return address
