"""Ed25519 signatures on receipts and refusals, and the public keys with which anyone can check them offline."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app


@dataclass(frozen=True)
class Signature:
    """A signature in base64 and the id of the key that made it."""

    value: str
    key_id: str


def sign(content: bytes) -> Signature:
    """Sign `content` with the present receipt key."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(current_app.config["SETTINGS"].receipt_key))
    public = key.public_key().public_bytes_raw()
    return Signature(base64.b64encode(key.sign(content)).decode(), key_id(public))


def key_id(public: bytes) -> str:
    """A key's id: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_keys() -> dict[str, str]:
    """Every key that ever signed, present one first: id and the 32 public bytes in base64."""
    settings = current_app.config["SETTINGS"]
    present = Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.receipt_key)).public_key()
    keys = [present.public_bytes_raw(), *(base64.b64decode(old) for old in settings.receipt_old_keys)]
    return {key_id(key): base64.b64encode(key).decode() for key in keys}


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether the holder of `public_key` (base64) signed exactly this content."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True
