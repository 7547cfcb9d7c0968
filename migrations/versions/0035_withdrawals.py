"""A submitted proposal can be taken back, and the taking back undone: which submission stands is a rule of its own.

`submission_number` stays the submission that stands, so that every policy and every reader that asks for it keeps
away from a proposal that was taken back before the opening. `received_number` counts what was received.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"withdrawals": "id"}
APPEND_ONLY = ["withdrawals"]

# Taken back after the last submission, and neither undone nor followed by another submission.
RULES = """
CREATE FUNCTION proposal_is_taken_back(proposal uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT kind = 'withdrawn' AND submission_number =
            (SELECT coalesce(max(number), 0) FROM submissions WHERE submissions.proposal_id = proposal)
        FROM withdrawals WHERE withdrawals.proposal_id = proposal ORDER BY number DESC LIMIT 1), false)
$$;
CREATE FUNCTION withdrawal_is_in_order() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    call rfps%ROWTYPE;
    taken_back boolean := proposal_is_taken_back(NEW.proposal_id);
BEGIN
    SELECT rfps.* INTO call FROM rfps JOIN proposals ON proposals.rfp_id = rfps.id WHERE proposals.id = NEW.proposal_id;
    IF NEW.received_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'the time of a withdrawal is the official time of this transaction' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM withdrawals WHERE proposal_id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'withdrawals are numbered without gaps' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.submission_number IS DISTINCT FROM (SELECT max(number) FROM submissions
                                               WHERE proposal_id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'the last submission is taken back, or none' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.after_opening <> (call.opened_at IS NOT NULL) OR call.decided_at IS NOT NULL
       OR call.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'a proposal is taken back before its decision' USING ERRCODE = 'PL005';
    END IF;
    IF taken_back <> (NEW.kind = 'undone') THEN
        RAISE EXCEPTION 'a withdrawal is undone once, and only when there is one' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.kind = 'undone' AND (NEW.received_at > call.closes_at OR call.opened_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a withdrawal is undone before the deadline' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_order BEFORE INSERT ON withdrawals FOR EACH ROW EXECUTE FUNCTION withdrawal_is_in_order();

CREATE OR REPLACE FUNCTION standing_submission_exists() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept proposals%ROWTYPE;
    received int;
    taken_back boolean := proposal_is_taken_back(NEW.id);
    stays boolean;
BEGIN
    SELECT * INTO kept FROM proposals WHERE id = NEW.id;
    SELECT coalesce(max(number), 0) INTO received FROM submissions WHERE proposal_id = NEW.id;
    SELECT after_opening INTO stays FROM withdrawals WHERE proposal_id = NEW.id ORDER BY number DESC LIMIT 1;
    IF kept.received_number <> received OR (kept.status = 'withdrawn') <> taken_back
       OR kept.submission_number <> (CASE WHEN taken_back AND NOT stays THEN 0 ELSE received END) THEN
        RAISE EXCEPTION 'the submission that stands is the last one received, unless it was taken back'
            USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER standing ON proposals;
CREATE CONSTRAINT TRIGGER standing
    AFTER INSERT OR UPDATE OF submission_number, received_number, status, withdrawn_at ON proposals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION standing_submission_exists();
CREATE FUNCTION withdrawal_is_kept() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT status = 'withdrawn' FROM proposals WHERE id = NEW.proposal_id)
       <> proposal_is_taken_back(NEW.proposal_id) THEN
        RAISE EXCEPTION 'a proposal knows whether it was taken back' USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER kept AFTER INSERT ON withdrawals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION withdrawal_is_kept();
"""

# What is left to do with a proposal once it was taken back after the opening: reading it, and nothing else.
NOT_TAKEN_BACK = """
CREATE FUNCTION proposal_still_stands() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) ->> TG_ARGV[0]) IS NOT DISTINCT FROM TG_ARGV[1] THEN
        RETURN NEW;
    END IF;
    IF (SELECT status FROM proposals WHERE id = NEW.proposal_id) = 'withdrawn' THEN
        RAISE EXCEPTION 'this proposal was taken back' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
"""

# table -> the column and the value of a row that is allowed all the same: a conflict found late, a voided sheet
STANDING_ONLY = {
    "conflict_declarations": "'answer', 'conflict'",
    "score_sheets": "'status', 'void'",
    "decisions": "'status', ''",
}

STANDING_BEFORE = """
DROP TRIGGER standing ON proposals;
CREATE OR REPLACE FUNCTION standing_submission_exists() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.submission_number <> (SELECT coalesce(max(number), 0) FROM submissions WHERE proposal_id = NEW.id) THEN
        RAISE EXCEPTION 'the submission that stands is the last one received' USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER standing AFTER INSERT OR UPDATE OF submission_number ON proposals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION standing_submission_exists();
DROP FUNCTION proposal_is_taken_back(uuid);
"""

# As in 0008 and 0013; a decision about a proposal that was taken back since is no award and has no place.
COUNTED = """
CREATE OR REPLACE FUNCTION decision_may_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    call rfps%ROWTYPE;
    awards bigint;
BEGIN
    SELECT rfps.* INTO call FROM rfps JOIN proposals ON proposals.rfp_id = rfps.id WHERE proposals.id = NEW.proposal_id;
    IF call.panel_opened_at IS NULL OR (TG_OP = 'INSERT' AND NEW.status <> 'pending') THEN
        RAISE EXCEPTION 'decisions are set in the panel stage, pending first' USING ERRCODE = 'PL010';
    END IF;
    IF NEW.status <> 'pending' AND NOT EXISTS (
        SELECT 1 FROM releases WHERE rfp_id = call.id AND released_at IS NOT NULL) THEN
        RAISE EXCEPTION 'decisions are released together, by two people' USING ERRCODE = 'PL010';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status <> 'pending'
       AND ROW(NEW.outcome, NEW.feedback, NEW.score, NEW.rank, NEW.proposal_id)
       IS DISTINCT FROM ROW(OLD.outcome, OLD.feedback, OLD.score, OLD.rank, OLD.proposal_id) THEN
        RAISE EXCEPTION 'a released decision is not changed' USING ERRCODE = 'PL010';
    END IF;
    IF NEW.status = 'released' AND NEW.outcome = 'award' THEN
        SELECT count(*) INTO awards FROM decisions JOIN proposals ON proposals.id = decisions.proposal_id
            WHERE proposals.rfp_id = call.id AND decisions.outcome = 'award' AND decisions.id <> NEW.id{standing};
        IF awards + 1 > call.award_count THEN
            RAISE EXCEPTION 'more awards than the RFP announced' USING ERRCODE = 'PL010';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION scored_proposals(call uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM decisions JOIN proposals ON proposals.id = decisions.proposal_id
    JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE rfps.id = call AND decisions.rank <> '' AND rfps.panel_opened_at IS NOT NULL{standing}
$$;
"""
OWN = "organization_id = ANY ((SELECT viewer_organizations())::uuid[])"
READ = "submission_number > 0 AND rfp_id = ANY ((SELECT viewer_reads_rfps())::uuid[])"
# Its own team; the program learns of one that was taken back after the opening, and never of an earlier one.
SEEN = (
    "EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id"
    f" AND (({OWN}) OR (withdrawals.after_opening AND {READ})))"
)
# As in 0013; whoever was given a proposal to read reads it no more once it was taken back.
MAY_READ = """
CREATE OR REPLACE FUNCTION viewer_may_read() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    answer uuid[];
BEGIN
    SELECT array_agg(reader_grants.proposal_id) INTO answer FROM reader_grants
    JOIN proposals ON proposals.id = reader_grants.proposal_id JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE reader_grants.user_id = viewer_id() AND reader_grants.revoked_at IS NULL
        AND rfps.opened_at IS NOT NULL{standing};
    RETURN coalesce(answer, '{{}}');
END $$;
"""
STANDING = "\n            AND proposals.status <> 'withdrawn'"
INSTANT = sa.DateTime(timezone=True)


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def make_withdrawals() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("after_opening", sa.Boolean(), nullable=False),
        sa.Column("submission_number", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('withdrawn', 'undone')", name=op.f("ck_withdrawals_kind_known")),
        sa.CheckConstraint("number > 0 AND submission_number > 0", name=op.f("ck_withdrawals_numbers_positive")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_withdrawals_hash_whole")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_withdrawals_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_withdrawals_made_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_withdrawals_proposal_id_number")),
    )


def extend_proposals() -> None:
    """What was received is counted apart from what stands. The count is taken over, it is no event to log."""
    op.add_column("proposals", sa.Column("received_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("proposals", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.execute("ALTER TABLE proposals DISABLE TRIGGER audited")
    op.execute("UPDATE proposals SET received_number = submission_number")
    op.execute("ALTER TABLE proposals ENABLE TRIGGER audited")
    op.alter_column("proposals", "received_number", server_default=None)
    for gone in ("status_known", "submitted_iff_numbered", "submitted_version_known", "counters_real"):
        op.drop_constraint(op.f(f"ck_proposals_{gone}"), "proposals")
    checks = {
        "status_known": "status IN ('draft', 'submitted', 'withdrawn')",
        "draft_until_received": "(status = 'draft') = (received_number = 0)",
        "one_stands": "submission_number = received_number OR (status = 'withdrawn' AND submission_number = 0)",
        "withdrawn_when": "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)",
        "submitted_version_known": "(received_number = 0) = (submitted_version IS NULL)",
        "counters_real": "version > 0 AND received_number >= 0",
    }
    for name, rule in checks.items():
        op.create_check_constraint(op.f(f"ck_proposals_{name}"), "proposals", rule)


def upgrade() -> None:
    make_withdrawals()
    extend_proposals()
    op.execute(RULES)
    op.execute(NOT_TAKEN_BACK)
    op.execute(COUNTED.format(standing=STANDING))
    op.execute(MAY_READ.format(standing=STANDING))
    for table, allowed in STANDING_ONLY.items():
        op.execute(
            f"CREATE TRIGGER still_stands BEFORE INSERT OR UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION proposal_still_stands({allowed})"
        )
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    app = role()
    op.execute(f"GRANT SELECT, INSERT ON withdrawals TO {app}")
    op.execute("ALTER TABLE withdrawals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY keeper ON withdrawals TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seal ON withdrawals TO {app} USING ((SELECT viewer_is_system()) OR {SEEN})")


def downgrade() -> None:
    """Only while no proposal is withdrawn: what was taken back would count again."""
    op.drop_table("withdrawals")
    op.execute("DROP FUNCTION withdrawal_is_in_order(); DROP FUNCTION withdrawal_is_kept()")
    op.execute(STANDING_BEFORE)
    op.execute(COUNTED.format(standing=""))
    op.execute(MAY_READ.format(standing=""))
    for table in STANDING_ONLY:
        op.execute(f"DROP TRIGGER still_stands ON {table}")
    op.execute("DROP FUNCTION proposal_still_stands()")
    for gone in ("status_known", "draft_until_received", "one_stands", "withdrawn_when", "submitted_version_known"):
        op.drop_constraint(op.f(f"ck_proposals_{gone}"), "proposals")
    op.drop_constraint(op.f("ck_proposals_counters_real"), "proposals")
    op.drop_column("proposals", "withdrawn_at")
    op.drop_column("proposals", "received_number")
    checks = {
        "status_known": "status IN ('draft', 'submitted')",
        "submitted_iff_numbered": "(status = 'draft') = (submission_number = 0)",
        "submitted_version_known": "(submission_number = 0) = (submitted_version IS NULL)",
        "counters_real": "version > 0 AND submission_number >= 0",
    }
    for name, rule in checks.items():
        op.create_check_constraint(op.f(f"ck_proposals_{name}"), "proposals", rule)
