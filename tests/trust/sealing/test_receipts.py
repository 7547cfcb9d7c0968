"""P8: every receipt and refusal verifies offline with the stand-alone script, and no changed byte is let through. Every
receipt of an opened call proves that it is in the published set, and every receipt says the same on paper.

Sample: every receipt of the demo city as its own people download it, and every list of an opened set; one flipped bit
in each byte of four of them, and every bit of their hash, signature, keys and way to the root.
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
from sqlalchemy.orm import joinedload

from pglab.accounts.models import User
from pglab.core.canonical import merkle_root_of_hashes
from pglab.core.db import db
from pglab.proposals.models import Refusal, Submission
from pglab.rfps.models import Rfp
from scripts import verify_receipt
from tests.support.client import client_for
from tests.support.demo import a_demo_city
from tests.support.reading.papers import untold
from tests.support.scoreboard import Scores
from tests.support.undoing import undone

pytestmark = pytest.mark.slow

# The lines whose every bit is tried: the rest is covered by the hash, and one bit of each byte is enough there.
PROOF = ('  "sha256"', '  "signature"', '  "key_id"', '  "public_key"')
WAY = ('  "opening"', '    "rfp"', '    "root"', '    "position"', '    "size"', '    "path"', '      "')


@dataclass(frozen=True)
class Downloads:
    """The files as people get them, the keys the City publishes, and the opened sets by the reference of their call.

    `standing`: of which submissions, by reference and number, the receipt must prove that it is in the set.
    """

    files: list[bytes]
    keys: dict
    openings: dict[str, dict]
    standing: set[tuple[str, int]]
    papers: dict[int, bytes]

    def opening_of(self, content: bytes) -> dict | None:
        """The published set that this file must be found in; none for what was not opened, or is no receipt."""
        statement = json.loads(content)["statement"]
        if (statement["reference"], statement.get("number")) not in self.standing:
            return None
        return self.openings[statement["rfp"]["reference"]]


@pytest.fixture(scope="module")
def downloads() -> Iterator[Downloads]:
    with a_demo_city("receipts") as app, undone(app):
        sent = db.session.scalars(select(Submission)).all()
        late = db.session.scalars(select(Refusal)).all()
        addresses = [(one.submitted_by_id, f"{one.proposal.reference}/receipts/{one.number}.json") for one in sent]
        addresses += [(one.refused_user_id, f"{one.proposal.reference}/refusals/{one.id}.json") for one in late]
        opened = db.session.scalars(select(Rfp).where(Rfp.opened_at.is_not(None)).options(joinedload(Rfp.cohort))).all()
        standing = {
            (one.proposal.reference, one.number)
            for one in sent
            if one.proposal.rfp.opened_at is not None and one.number == one.proposal.submission_number
        }
        calls = {rfp.reference: rfp.cohort.number for rfp in opened}
        files = [download(app, *address) for address in addresses]
        papers = {
            at: download(app, person, path.replace(".json", ".pdf"))
            for at, (person, path) in enumerate(addresses)
            if "/receipts/" in path
        }
        public = client_for(app)
        openings = {
            reference: public.get(f"/cohorts/{number}/opening.json").json for reference, number in calls.items()
        }
        keys = public.get("/.well-known/pglab-receipt-keys.json").json
        yield Downloads(files, keys, openings, standing, papers)


def download(app: Flask, person_id: object, path: str) -> bytes:
    client = client_for(app).sign_in(db.session.get_one(User, person_id))
    response = client.get(f"/apply/proposals/{path}")
    assert response.status_code == 200
    return response.get_data()


def genuine(content: bytes, keys: dict, opening: dict | None = None) -> bool:
    """What the script says about a file, a file that is no JSON included; with the opened set it must be found in."""
    try:
        receipt = json.loads(content.decode())
    except ValueError:
        return False
    if not isinstance(receipt, dict) or not (opening is None or verify_receipt.included(receipt, opening)):
        return False
    return verify_receipt.verdict(receipt, keys)


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


def test_every_receipt_of_an_opened_call_proves_that_it_is_in_the_set(downloads: Downloads, scored: Scores) -> None:
    assert len(downloads.openings) >= 4
    for opening in downloads.openings.values():
        assert verify_receipt.verdict(opening, downloads.keys)
        leaves = [bytes.fromhex(leaf) for leaf in opening["statement"]["leaves"]]
        assert merkle_root_of_hashes(leaves) == opening["statement"]["root"]
    proved = {
        (told["statement"]["reference"], told["statement"]["number"])
        for told in map(json.loads, downloads.files)
        if "opening" in told
    }
    assert proved == downloads.standing
    assert [one for one in downloads.files if not genuine(one, downloads.keys, downloads.opening_of(one))] == []
    assert sum(len(each["statement"]["leaves"]) for each in downloads.openings.values()) == len(proved)
    scored("P8", what="receipts of opened calls that do not prove their place in the set", sample=len(proved))


def test_a_way_from_another_tree_leads_nowhere(downloads: Downloads, scored: Scores) -> None:
    """Control: with the proof of another call's receipt, or of another place in its own set, no receipt is found."""
    proved = [json.loads(one) for one in downloads.files if downloads.opening_of(one)]
    tried = 0
    for mine in proved:
        for other in proved:
            if other is not mine:
                swapped = {**mine, "opening": {**other["opening"], "rfp": mine["opening"]["rfp"]}}
                published = downloads.openings[mine["statement"]["rfp"]["reference"]]
                assert not verify_receipt.included(swapped, published)
                tried += 1
    assert tried > 100
    scored("P8", control=f"{tried} ways taken from other receipts lead no receipt to the root")


def test_every_receipt_says_the_same_on_paper(downloads: Downloads, scored: Scores) -> None:
    missing = {
        at: untold(json.loads(downloads.files[at])["statement"], paper) for at, paper in downloads.papers.items()
    }
    assert {at: told for at, told in missing.items() if told} == {}
    [first, second, *_] = [json.loads(downloads.files[at])["statement"] for at in downloads.papers]
    assert untold(second, downloads.papers[0]) and not untold(first, downloads.papers[0])
    scored(
        "P8",
        what="receipts on paper that leave out something the signed file says",
        sample=len(missing),
        control="the paper of another receipt is noticed",
    )


def flips(content: bytes) -> Iterator[bytes]:
    """The file with one bit changed: one in each byte, all eight in the lines of the proof itself."""
    dice, dense, start, proof = random.Random(8), set(), 0, False  # noqa: S311  (repeatable dice, no secret)
    for line in content.split(b"\n"):
        proof = proof or line.decode().startswith(PROOF)
        if proof and line.decode().startswith((*PROOF, *WAY)):
            dense.update(range(start, start + len(line)))
        start += len(line) + 1
    for at, byte in enumerate(content):
        for bit in range(8) if at in dense else [dice.randrange(8)]:
            yield content[:at] + bytes([byte ^ 1 << bit]) + content[at + 1 :]


def chosen(downloads: Downloads) -> list[bytes]:
    """The longest and a middling receipt, the one with the longest way to the root, and a refusal."""
    by_length = sorted(downloads.files, key=len)
    furthest = max(downloads.files, key=lambda one: len(json.loads(one).get("opening", {}).get("path", [])))
    return list(dict.fromkeys([by_length[-1], by_length[len(by_length) // 2], furthest, by_length[0]]))


def test_no_changed_byte_is_let_through(downloads: Downloads, scored: Scores) -> None:
    tried, passed = 0, []
    for content in chosen(downloads):
        opening = downloads.opening_of(content)
        for changed in flips(content):
            tried += 1
            if genuine(changed, downloads.keys, opening):
                passed.append(changed)
    largest = max(downloads.openings.values(), key=lambda each: len(each["statement"]["leaves"]))
    for changed in flips(json.dumps(largest, ensure_ascii=False, indent=2).encode()):
        tried += 1
        if genuine(changed, downloads.keys):
            passed.append(changed)
    assert passed == []
    assert tried >= 5000
    scored("P8", what="receipts and opened sets with one changed bit that still verify", sample=tried)


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
