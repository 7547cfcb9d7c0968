"""One byte form for a signed or hashed record (RFC 8785), so that anyone can compute the same hash."""

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """The canonical JSON of `value`: sorted keys, no spaces, UTF-8. Only JSON's own types are accepted."""
    return rfc8785.dumps(value)


def sha256_hex(content: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def merkle_root(leaves: list[bytes]) -> str:
    """The Merkle tree hash of `leaves` in their order (RFC 6962 section 2.1), as hexadecimal digits.

    Leaf = SHA-256(0x00 + content), node = SHA-256(0x01 + left + right); the empty tree is SHA-256 of nothing.
    """
    return _merkle(leaves).hex()


def _merkle(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _merkle(leaves[:split]) + _merkle(leaves[split:])).digest()
