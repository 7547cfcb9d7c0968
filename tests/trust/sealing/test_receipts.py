"""P8: every receipt and refusal verifies offline with the stand-alone script, and no changed byte is let through.

Sample: every receipt of the demo city as its own people download it; one flipped bit in each byte of three of them, and
every bit of their hash, signature and keys.
"""

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.app import create_app
from pglab.core.db import db
from pglab.proposals.models import Refusal, Submission
from scripts import verify_receipt
from tests.support import databases
from tests.support.client import client_for
from tests.support.demo import demo_database
from tests.support.scoreboard import Scores
from tests.support.undoing import undone

pytestmark = pytest.mark.slow

# The lines whose every bit is tried: the rest is covered by the hash, and one bit of each byte is enough there.
DENSE = ('  "sha256"', '  "signature"', '  "key_id"', '  "public_key"')


@dataclass(frozen=True)
class Downloads:
    """The files as people get them, and the keys the City publishes."""

    files: list[bytes]
    keys: dict


@pytest.fixture(scope="module")
def downloads() -> Iterator[Downloads]:
    app = create_app(databases.settings_for(demo_database()))
    with undone(app):
        addresses = [
            (sent.submitted_by_id, f"{sent.proposal.reference}/receipts/{sent.number}.json")
            for sent in db.session.scalars(select(Submission))
        ] + [
            (late.refused_user_id, f"{late.proposal.reference}/refusals/{late.id}.json")
            for late in db.session.scalars(select(Refusal))
        ]
        files = [download(app, *address) for address in addresses]
        yield Downloads(files, client_for(app).get("/.well-known/pglab-receipt-keys.json").json)


def download(app: Flask, person_id: object, path: str) -> bytes:
    client = client_for(app).sign_in(db.session.get_one(User, person_id))
    response = client.get(f"/apply/proposals/{path}")
    assert response.status_code == 200
    return response.get_data()


def genuine(content: bytes, keys: dict) -> bool:
    """What the script says about a file, a file that is no JSON included."""
    try:
        receipt = json.loads(content.decode())
    except ValueError:
        return False
    return isinstance(receipt, dict) and verify_receipt.verdict(receipt, keys)


def test_every_receipt_verifies_and_states_what_was_received(downloads: Downloads, scored: Scores) -> None:
    refused = [content for content in downloads.files if not genuine(content, downloads.keys)]
    assert refused == []
    kinds = {json.loads(content)["statement"]["type"] for content in downloads.files}
    assert kinds == {"pglab-submission", "pglab-refusal"}
    for content in downloads.files:
        statement = json.loads(content)["statement"]
        assert {"reference", "received_at", "closes_at", "rfp"} <= statement.keys()
        for file in statement.get("files", []):
            assert file["size"] > 0 and len(file["sha256"]) == 64
    scored("P8", what="receipts and refusals that do not verify offline", sample=len(downloads.files))


def flips(content: bytes) -> Iterator[bytes]:
    """The file with one bit changed: one in each byte, all eight in the lines of the proof itself."""
    dice, dense, start = random.Random(8), set(), 0  # noqa: S311  (repeatable dice, no secret)
    for line in content.split(b"\n"):
        if line.decode().startswith(DENSE):
            dense.update(range(start, start + len(line)))
        start += len(line) + 1
    for at, byte in enumerate(content):
        for bit in range(8) if at in dense else [dice.randrange(8)]:
            yield content[:at] + bytes([byte ^ 1 << bit]) + content[at + 1 :]


def chosen(downloads: Downloads) -> list[bytes]:
    """The longest and the shortest receipt, and a refusal."""
    by_length = sorted(downloads.files, key=len)
    return [by_length[-1], by_length[len(by_length) // 2], by_length[0]]


def test_no_changed_byte_is_let_through(downloads: Downloads, scored: Scores) -> None:
    tried, passed = 0, []
    for content in chosen(downloads):
        for changed in flips(content):
            tried += 1
            if genuine(changed, downloads.keys):
                passed.append(changed)
    assert passed == []
    assert tried >= 5000
    scored("P8", what="receipts with one changed bit that still verify", sample=tried)


def test_a_verifier_that_trusts_the_signature_is_found_out(
    downloads: Downloads, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    """Control: without the check of the signature, changed signatures pass."""
    monkeypatch.setattr(verify_receipt, "signed_by", lambda *_a: True)
    passed = sum(genuine(changed, downloads.keys) for changed in flips(chosen(downloads)[0]))
    assert passed > 0
    scored("P8", control=f"without the check of the signature {passed} changed files pass")


def test_a_receipt_of_another_key_is_not_the_citys(downloads: Downloads) -> None:
    """A receipt that is whole, signed by somebody else who names their own key, is refused with the City's keys."""
    receipt = resigned(json.loads(downloads.files[0]), Ed25519PrivateKey.generate())
    assert verify_receipt.verdict(receipt)
    assert not verify_receipt.verdict(receipt, downloads.keys)


def resigned(receipt: dict, key: Ed25519PrivateKey) -> dict:
    message = json.dumps(receipt["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    public = key.public_key().public_bytes_raw()
    return {
        **receipt,
        "signature": base64.b64encode(key.sign(message)).decode(),
        "public_key": base64.b64encode(public).decode(),
        "key_id": hashlib.sha256(public).hexdigest()[:16],
    }
