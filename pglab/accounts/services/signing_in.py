"""Whose email and password these are, and how often somebody may try."""

import ipaddress
from dataclasses import dataclass
from uuid import UUID

from pglab.accounts import queries
from pglab.accounts.models import User
from pglab.accounts.services.passwords import password_matches
from pglab.accounts.services.sessions import hashed
from pglab.accounts.services.tries import CODE_LIMITS, PASSWORD_LIMITS, PLACE_LIMITS, count_try

NETWORK_OF_ONE = 64


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from: the network address, and the token of the browser if it has one."""

    address: str
    device: str

    @property
    def place(self) -> str:
        """The address that counts: of IPv6 the part that names a household, not one of its many devices."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((address, NETWORK_OF_ONE), strict=False))


def count_password_try(email: str, visitor: Visitor) -> list[UUID]:
    """Count one try at the password of an account; TooManyTriesError once a limit is reached.

    Strangers share ten tries in ten minutes at one account, wherever they are, so that a thousand addresses are worth
    no more than one. A browser on which the owner has signed in has tries of its own: nobody elsewhere uses them up.
    """
    key = queries.email_key(email)
    if queries.is_known_device(key, hashed(visitor.device)):
        return [count_try(PASSWORD_LIMITS, "password", key, visitor.device)]
    return [count_try(PASSWORD_LIMITS, "password", key), count_try(PLACE_LIMITS, "place", visitor.place)]


def count_code_try(user: User, visitor: Visitor) -> list[UUID]:
    """Count one try at a person's second step; a known device has tries of its own."""
    known = queries.is_known_device(user.email_key, hashed(visitor.device))
    return [count_try(CODE_LIMITS, "code", user.id, *([visitor.device] if known else []))]


def find_by_password(email: str, password: str) -> User | None:
    """Whose email and password these are, if they fit an account whose address is confirmed.

    The same statements are sent and the same hash is made for every address: only a password that fits reads more.
    """
    found = queries.find_password(email)
    fits = password_matches(found.password if found else None, password)
    if found is None or not fits or not found.active or found.confirmed_at is None:
        return None
    return queries.get_user(found.id)
