"""What an approval signs."""

from types import SimpleNamespace
from uuid import UUID

import pytest

from pglab.payments.queries import current_fingerprint


def facts(**changed):
    given = {"payee": 1, "vendor": "4512", "remit": "Main", "amount": 6_250_00, "installment": 2, "evidence": "a" * 64}
    given |= changed
    return SimpleNamespace(
        organization=SimpleNamespace(id=UUID(int=given["payee"])),
        vendor=SimpleNamespace(vendor_number=given["vendor"], remit_to=given["remit"]),
        installment=SimpleNamespace(id=UUID(int=given["installment"]), amount_cents=given["amount"]),
        newest=SimpleNamespace(version=SimpleNamespace(document=SimpleNamespace(sha256=given["evidence"]))),
    )


def test_the_fingerprint_is_the_same_for_the_same_facts():
    assert current_fingerprint(facts()) == current_fingerprint(facts())
    assert len(current_fingerprint(facts())) == 64


@pytest.mark.parametrize(
    "change",
    [{"payee": 9}, {"vendor": "4513"}, {"remit": "Branch"}, {"amount": 1}, {"installment": 9}, {"evidence": "b" * 64}],
)
def test_it_changes_with_each_of_them(change):
    assert current_fingerprint(facts(**change)) != current_fingerprint(facts())


def test_without_vendor_or_evidence_there_is_nothing_to_sign():
    missing = facts()
    missing.vendor = None
    assert current_fingerprint(missing) == ""
