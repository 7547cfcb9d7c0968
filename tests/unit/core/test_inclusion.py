"""The way from a leaf to the Merkle root, folded by the script that runs without us."""

import hashlib
import json

import pytest

from pglab.core.canonical import inclusion_path, merkle_root
from scripts.verify_receipt import included

SIZES = range(1, 34)


def leaf(statement: dict[str, object]) -> bytes:
    return hashlib.sha256(b"\x00" + message(statement)).digest()


def message(statement: dict[str, object]) -> bytes:
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_tree_leads_to_the_root_and_no_other_place_does(size: int) -> None:
    statements = [{"number": number, "rfp": {"reference": "RFP-12"}} for number in range(size)]
    leaves = [leaf(each) for each in statements]
    root = merkle_root([message(each) for each in statements])
    opening = {"statement": {"reference": "RFP-12", "root": root, "leaves": [each.hex() for each in leaves]}}

    for at, statement in enumerate(statements):
        path = [each.hex() for each in inclusion_path(leaves, at)]
        proof = {"rfp": "RFP-12", "root": root, "position": at, "size": size, "path": path}
        assert included({"statement": statement, "opening": proof}, opening)
        # Negative controls: another place, another statement, a longer or shorter way.
        for wrong in (
            {**proof, "position": (at + 1) % size} if size > 1 else {**proof, "position": 1},
            {**proof, "path": [*path, "0" * 64]},
            {**proof, "size": size + 1},
            {**proof, "root": "0" * 64},
            {**proof, "rfp": "RFP-13"},
            {**proof, "path": [each.upper() for each in path]} if path else {**proof, "path": ["AB"]},
        ):
            assert not included({"statement": statement, "opening": wrong}, opening)
        assert not included({"statement": {**statement, "number": size}, "opening": proof}, opening)
