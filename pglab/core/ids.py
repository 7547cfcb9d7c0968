"""Identifiers and the human references that stand in URLs, letters and phone calls.

A reference names a thing; it is never a secret and never a permission.
"""

import secrets
import time
from uuid import UUID

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> UUID:
    """A random id that sorts by the millisecond it was made (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return UUID(int=value)


def proposal_reference(cohort: int) -> str:
    """A proposal's reference, `L12-7K3Q`: random, so that it tells nobody how many proposals exist."""
    return random_reference(f"L{cohort}-", 4)


def random_reference(prefix: str, length: int) -> str:
    """A reference of random letters and digits that are not mistaken for each other, after its prefix."""
    return prefix + "".join(secrets.choice(CROCKFORD) for _ in range(length))
