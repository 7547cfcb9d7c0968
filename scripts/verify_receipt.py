#!/usr/bin/env python3
"""Check a PGH Lab receipt offline: python3 verify_receipt.py RECEIPT.json [KEYS.json [OPENING.json]]

KEYS.json is /.well-known/pglab-receipt-keys.json, saved any time. Without it only the hash and the signature by the
key named inside the receipt are checked: that the receipt is whole, not that the City made it.
OPENING.json is /cohorts/<number>/opening.json: with it a receipt downloaded after the opening proves that it is in the
set that was opened.
Ed25519 is written out after RFC 8032 section 5.1; hashing is over the canonical JSON of the statement (RFC 8785).
"""

import base64
import hashlib
import json
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Add two points of the curve in extended coordinates (RFC 8032, 5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % P, z * t % P, y * z % P, x * t % P)


def times(number, point):
    """The point added to itself `number` times."""
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def decode(raw):
    """The point that 32 bytes stand for (RFC 8032, 5.1.3); ValueError when they stand for none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def signed_by(public, message, signature):
    """Whether the holder of `public` signed `message` (RFC 8032, 5.1.7)."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= L:
        return False
    try:
        key, r = decode(public), decode(signature[:32])
    except ValueError:
        return False
    base = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, base), add(r, times(k, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def bytes_of(written):
    """What a base64 text stands for; ValueError when it is not the one text that stands for it."""
    raw = base64.b64decode(written, validate=True)
    if base64.b64encode(raw).decode() != written:
        raise ValueError("more than one text for the same bytes")
    return raw


def verdict(receipt, keys=None):
    """True when hash and signature fit the statement and, with `keys`, the key is one the City published."""
    try:
        message = json.dumps(receipt["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        public, signature = bytes_of(receipt["public_key"]), bytes_of(receipt["signature"])
        named = hashlib.sha256(public).hexdigest()[:16] == receipt["key_id"]
        named = named and (keys is None or keys["keys"][receipt["key_id"]] == receipt["public_key"])
        return (
            named and hashlib.sha256(message).hexdigest() == receipt["sha256"] and signed_by(public, message, signature)
        )
    except (KeyError, TypeError, ValueError, UnicodeError):
        return False


def included(receipt, opening):
    """Whether the receipt's statement is in the opened set (RFC 9162, 2.1.3.2): its leaf, the path and the root fit."""
    try:
        proof, published, call = receipt["opening"], opening["statement"], receipt["statement"]["rfp"]["reference"]
        path = [bytes.fromhex(beside) for beside in proof["path"]]
        if not proof["rfp"] == published["reference"] == call or [beside.hex() for beside in path] != proof["path"]:
            return False
        message = json.dumps(receipt["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        found, at, last = hashlib.sha256(b"\0" + message).digest(), proof["position"], proof["size"] - 1
        if not 0 <= at <= last or published["leaves"][at] != found.hex() or len(published["leaves"]) != last + 1:
            return False
        for beside in path:
            if last == 0:
                return False
            if at & 1 or at == last:
                found = hashlib.sha256(b"\1" + beside + found).digest()
                while not at & 1 and at:
                    at, last = at >> 1, last >> 1
            else:
                found = hashlib.sha256(b"\1" + found + beside).digest()
            at, last = at >> 1, last >> 1
        return last == 0 and found.hex() == proof["root"] == published["root"]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return False


if __name__ == "__main__":
    files = []
    for name in sys.argv[1:4]:
        with open(name, encoding="utf-8") as opened:
            files.append(json.load(opened))
    if not files:
        sys.exit(__doc__)
    if not verdict(*files[:2]) or (len(files) > 2 and not verdict(files[2], files[1])):
        sys.exit("NOT GENUINE: it was changed, or PGH Lab did not sign it.")
    print("GENUINE:", files[0]["statement"]["reference"], "received", files[0]["statement"]["received_at"])
    if len(files) > 2 and not included(files[0], files[2]):
        sys.exit("NOT IN THE OPENED SET: it was replaced or withdrawn before, or the file is older than the opening.")
    if len(files) > 2:
        print("IN THE OPENED SET with root", files[2]["statement"]["root"])
