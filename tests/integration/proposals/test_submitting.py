"""Submitting: complete, on time, by a representative, once; and proof of all of it."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.core.canonical import sha256_hex
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.proposals import services
from pglab.proposals.models import Refusal, Submission
from scripts import verify_receipt
from tests.factories.accounts import make_editor
from tests.factories.proposals import close, fill, make_draft, make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")

DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}


def send(proposal, *, version=None, key="a" * 24, actor=None):
    with transaction():
        return services.submit_proposal(
            proposal,
            version=version or proposal.version,
            idempotency_key=key,
            declarations=["True."],
            actor=actor or representative_of(proposal.organization),
        )


def jobs(name):
    """The arguments of the jobs of this name that wait."""
    waiting = text("SELECT args FROM procrastinate_jobs WHERE task_name = :name ORDER BY id")
    return list(db.session.scalars(waiting, {"name": name}))


def mail_receipts():
    """Do what the worker does after a submission."""
    for arguments in jobs("proposals.tell_submitted"):
        with transaction():
            services.tell_submitted(UUID(arguments["submission_id"]))


def test_submitting_on_the_page_brings_a_receipt_on_the_page_and_by_mail(login):
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))

    response = client.post(
        f"/apply/proposals/{proposal.reference}/submission",
        data={
            "version": proposal.version,
            "profile_version": 1,
            "rfp_version": 1,
            "idempotency_key": uuid4().hex,
            **DECLARED,
        },
    )
    receipt = client.get(response.headers["Location"])

    assert response.status_code == 303
    assert "Proposal submitted" in receipt.text
    assert "submission 1" in receipt.text
    mail_receipts()
    notice = db.session.query(Notice).filter_by(kind="proposal_submitted").one()
    assert notice.subject.startswith(f"Submitted: {proposal.reference}, received ")
    assert notice.sealed_rfp_id == proposal.rfp_id


def test_the_receipt_proves_itself_offline(login):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))

    receipt = client.get(f"/apply/proposals/{proposal.reference}/receipts/1.json").json
    keys = client.get("/.well-known/pglab-receipt-keys.json").json

    assert verify_receipt.verdict(receipt, keys)
    assert receipt["statement"]["files"][0]["sha256"]
    # Negative control: one changed letter anywhere in the statement is noticed.
    changed = json.loads(json.dumps(receipt).replace("three sensors", "thee sensors"))
    assert changed != receipt
    assert not verify_receipt.verdict(changed, keys)


def test_the_command_checks_a_receipt(app, login, tmp_path):
    proposal = make_submitted_proposal(make_open_rfp())
    receipt = login(representative_of(proposal.organization)).get(
        f"/apply/proposals/{proposal.reference}/receipts/1.json"
    )
    (tmp_path / "good.json").write_bytes(receipt.data)
    (tmp_path / "bad.json").write_bytes(receipt.data.replace(b"three", b"seven"))
    (tmp_path / "odd.json").write_bytes(b"[1]")
    runner = app.test_cli_runner()

    results = [
        runner.invoke(args=["proposals", "verify-receipt", str(tmp_path / name)]).exit_code
        for name in ("good.json", "bad.json", "odd.json")
    ]

    assert results == [0, 1, 1]


def test_only_a_representative_submits(login):
    proposal = fill(make_draft(make_open_rfp()))
    editor = make_editor(proposal.organization)

    with pytest.raises(AccessDeniedError, match="representative"):
        send(proposal, actor=editor)

    assert f"Ask {representative_of(proposal.organization).name}" in (
        login(editor).get(f"/apply/proposals/{proposal.reference}/submission").text
    )


def test_an_incomplete_draft_is_refused_with_what_is_missing(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    with pytest.raises(RuleError, match="things to fix"):
        send(proposal)
    page = client.get(f"/apply/proposals/{proposal.reference}/check")

    assert "Select a pitch deck" in page.text
    assert "Enter how residents will benefit" in page.text


def test_undeclared_boxes_are_named_and_nothing_is_sent(login):
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))

    response = client.post(
        f"/apply/proposals/{proposal.reference}/submission",
        data={
            "version": proposal.version,
            "profile_version": 1,
            "rfp_version": 1,
            "idempotency_key": uuid4().hex,
            "is_true": "yes",
        },
    )

    assert response.status_code == 422
    assert "Select that you can take part for the full six months" in response.text
    assert db.session.query(Submission).count() == 0


def test_submission_one_stands_until_submission_two_is_made(login):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))
    slot_free = proposal.version
    with transaction():
        question = next(iter(services_questions(proposal)))
        services.save_answers(
            proposal, {question.id: "A new and better answer."}, actor=representative_of(proposal.organization)
        )

    page = client.get(f"/apply/proposals/{proposal.reference}").text
    first = db.session.query(Submission).one()
    assert proposal.version == slot_free + 1
    assert "You have unsent changes" in page
    assert "A new and better answer." not in first.manifest

    second = send(proposal, key="b" * 24)
    assert (second.number, proposal.submission_number) == (2, 2)
    assert "A new and better answer." in second.manifest
    assert "Submission 2 replaced this one" in client.get(f"/apply/proposals/{proposal.reference}/receipts/1").text


def services_questions(proposal):
    from pglab.rfps import queries as rfp_queries  # noqa: PLC0415  (only this helper needs it)

    return [q for section in rfp_queries.list_form_sections(proposal.rfp_id) for q in section.questions]


def test_the_same_form_sent_again_brings_the_same_receipt():
    proposal = fill(make_draft(make_open_rfp()))

    first, again = send(proposal), send(proposal)

    assert first.id == again.id
    assert [argument["submission_id"] for argument in jobs("proposals.tell_submitted")] == [str(first.id)]
    mail_receipts()
    mail_receipts()  # a job that runs twice tells nobody twice
    assert db.session.query(Notice).filter_by(kind="proposal_submitted").count() == 1
    # The same key with another draft is refused, not answered with the old receipt.
    proposal.version += 1
    with pytest.raises(StateError, match="already used"):
        send(proposal)


def test_a_draft_that_changed_since_it_was_checked_is_not_submitted():
    proposal = fill(make_draft(make_open_rfp()))

    with pytest.raises(StateError, match="changed since you checked"):
        send(proposal, version=proposal.version - 1)


def test_late_is_refused_with_the_exact_times_and_keeps_no_content(login, clock):
    proposal = fill(make_draft(make_open_rfp()))
    version = proposal.version
    clock.freeze(proposal.rfp.closes_at + timedelta(microseconds=1))
    client = login(representative_of(proposal.organization))
    form = {"version": version, "profile_version": 1, "rfp_version": 1, "idempotency_key": "c" * 24, **DECLARED}

    response = client.post(f"/apply/proposals/{proposal.reference}/submission", data=form)
    again = client.post(f"/apply/proposals/{proposal.reference}/submission", data=form)

    refusal = db.session.query(Refusal).one()
    assert (response.status_code, again.status_code) == (410, 410)
    assert "so it can’t be accepted" in response.text
    assert "sensors" not in refusal.statement
    assert refusal.sha256 == sha256_hex(refusal.statement.encode())
    file = client.get(f"/apply/proposals/{proposal.reference}/refusals/{refusal.id}.json").json
    assert verify_receipt.verdict(file)


def test_an_earlier_submission_stays_in_after_a_late_try(login, clock):
    proposal = make_submitted_proposal(make_open_rfp())
    close(proposal.rfp, clock)

    outcome = send(proposal, key="d" * 24)

    assert isinstance(outcome, Refusal)
    assert json.loads(outcome.statement)["submission_in_force"] == 1
    assert proposal.submission_number == 1


@pytest.mark.parametrize("key", ["", "x", "x" * 300, "a b c d e f g h"])
def test_a_damaged_idempotency_key_is_a_clear_answer(login, key):
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))

    response = client.post(
        f"/apply/proposals/{proposal.reference}/submission",
        data={"version": proposal.version, "profile_version": 1, "rfp_version": 1, "idempotency_key": key, **DECLARED},
    )

    assert response.status_code == 422
    assert db.session.query(Submission).count() == 0


# ---- The database refuses what the services would never do ----

BACK_DATED = """
INSERT INTO submissions (id, proposal_id, number, received_at, rfp_version_id, draft_version, manifest, sha256,
    signature, key_id, submitted_by_id, idempotency_key)
SELECT gen_random_uuid(), proposal_id, number + 1, :received_at, rfp_version_id, draft_version, manifest, sha256,
    signature, key_id, submitted_by_id, repeat('z', 24) FROM submissions
"""


@pytest.mark.parametrize(
    ("moment", "message"),
    [(timedelta(minutes=-5), "official time of this transaction"), (timedelta(hours=2), "after the deadline")],
    ids=["back-dated", "late"],
)
def test_direct_sql_cannot_choose_the_time_of_receipt(clock, moment, message):
    proposal = make_submitted_proposal(make_open_rfp())
    closes_at = proposal.rfp.closes_at
    clock.freeze(closes_at + timedelta(hours=2))

    with pytest.raises(DBAPIError, match=message), db.session.begin_nested():
        db.session.execute(text(BACK_DATED), {"received_at": closes_at + moment})


@pytest.mark.parametrize("table", ["submissions", "submitted_documents", "refusals", "documents", "rfp_versions"])
def test_what_was_received_cannot_be_changed_or_removed(table):
    make_submitted_proposal(make_open_rfp())

    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = gen_random_uuid()"):
        with pytest.raises(DBAPIError, match=r"permission denied|only grows"), db.session.begin_nested():
            db.session.execute(text(statement))


def test_the_standing_submission_cannot_be_claimed():
    proposal = fill(make_draft(make_open_rfp()))

    with pytest.raises(DBAPIError, match="the last one received"), db.session.begin_nested():
        db.session.execute(
            text(
                "UPDATE proposals SET status = 'submitted', submission_number = 1, received_number = 1,"
                " submitted_version = 1 WHERE id = :id"
            ),
            {"id": proposal.id},
        )
        db.session.execute(text("SET CONSTRAINTS standing IMMEDIATE"))


def test_the_factory_submits_like_the_page_does():
    proposal = fill(make_draft(make_open_rfp()))
    assert submit(proposal).number == 1
