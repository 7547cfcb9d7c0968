"""Text that only the holder of a secret can read: locked with it, useless to whoever holds the database alone."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def lock(content: bytes, *, secret: str, purpose: str) -> bytes:
    """The content as ciphertext. `purpose` says what it is and whose; under any other it does not open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, content, purpose.encode())


def unlock(locked: bytes, *, secret: str, purpose: str) -> bytes | None:
    """The content again; None for another secret or purpose, or when it was changed."""
    try:
        return AESGCM(_key(secret)).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError):
        return None


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"pglab locked text\x00" + secret.encode()).digest()
