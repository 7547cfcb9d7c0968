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
    return merkle_root_of_hashes([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves])


def merkle_root_of_hashes(hashes: list[bytes]) -> str:
    """The same tree hash where only the leaves' hashes are known, not what they are hashes of."""
    return _merkle(hashes).hex()


def _merkle(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _merkle(hashes[:split]) + _merkle(hashes[split:])).digest()


def inclusion_path(hashes: list[bytes], position: int) -> list[bytes]:
    """The hashes beside the way from leaf `position` up to the root, lowest first (RFC 6962 section 2.1.1)."""
    if len(hashes) <= 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if position < split:
        return [*inclusion_path(hashes[:split], position), _merkle(hashes[split:])]
    return [*inclusion_path(hashes[split:], position - split), _merkle(hashes[:split])]
