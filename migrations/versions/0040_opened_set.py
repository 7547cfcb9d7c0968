"""An opening that was asked for is bound to the deadline it saw and can be taken back; the opened set is kept leaf by
leaf, so that every receipt can prove that it is in it, whatever happens to a proposal later."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"opening_leaves": "opening_id"}
APPEND_ONLY = ["opening_leaves"]
INSTANT = sa.DateTime(timezone=True)

ONCE = """
CREATE OR REPLACE FUNCTION opening_is_stamped_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deadline timestamptz := (SELECT closes_at FROM rfps WHERE id = NEW.rfp_id);
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.opened_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL THEN
            RAISE EXCEPTION 'an opening is asked for first' USING ERRCODE = 'PL004';
        END IF;
        IF NEW.closes_at <> deadline THEN
            RAISE EXCEPTION 'an opening names the deadline it is asked for' USING ERRCODE = 'PL004';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.opened_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL
       OR ROW(NEW.rfp_id, NEW.asked_by_id, NEW.asked_at, NEW.closes_at) IS DISTINCT FROM
       ROW(OLD.rfp_id, OLD.asked_by_id, OLD.asked_at, OLD.closes_at) THEN
        RAISE EXCEPTION 'an opening is stamped once' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.withdrawn_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF NOT two_persons(NEW.asked_by_id, NEW.opened_by_id) THEN
        RAISE EXCEPTION 'an opening takes two people' USING ERRCODE = 'PL006';
    END IF;
    IF NEW.opened_at IS NOT NULL AND NEW.closes_at <> deadline THEN
        RAISE EXCEPTION 'the deadline moved since the opening was asked for' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
"""
ONCE_BEFORE = """
CREATE OR REPLACE FUNCTION opening_is_stamped_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.opened_at IS NOT NULL THEN
            RAISE EXCEPTION 'an opening is asked for first' USING ERRCODE = 'PL004';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.opened_at IS NOT NULL OR ROW(NEW.rfp_id, NEW.asked_by_id, NEW.asked_at) IS DISTINCT FROM
       ROW(OLD.rfp_id, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'an opening is stamped once' USING ERRCODE = 'PL004';
    END IF;
    IF NOT two_persons(NEW.asked_by_id, NEW.opened_by_id) THEN
        RAISE EXCEPTION 'an opening takes two people' USING ERRCODE = 'PL006';
    END IF;
    RETURN NEW;
END $$;
"""

# Whoever opens cannot read a submission yet, and may write no leaf by hand: the database takes the set down itself.
SET = """
CREATE FUNCTION keep_opening_leaves(kept uuid) RETURNS SETOF bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    call uuid := (SELECT rfp_id FROM openings WHERE id = kept AND opened_at IS NULL AND withdrawn_at IS NULL);
BEGIN
    INSERT INTO opening_leaves (opening_id, position, submission_id, leaf)
    SELECT kept, row_number() OVER (ORDER BY proposals.reference) - 1, submissions.id,
        encode(sha256('\\x00'::bytea || convert_to(submissions.manifest, 'UTF8')), 'hex')
    FROM submissions JOIN proposals ON proposals.id = submissions.proposal_id
        AND proposals.submission_number = submissions.number
    JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE rfps.id = call AND rfps.closes_at < official_now();
    RETURN QUERY SELECT decode(leaf, 'hex') FROM opening_leaves WHERE opening_id = kept ORDER BY position;
END $$;
CREATE FUNCTION opened_leaves(call uuid) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT leaf FROM opening_leaves JOIN openings ON openings.id = opening_leaves.opening_id
    WHERE openings.rfp_id = call AND openings.opened_at IS NOT NULL ORDER BY position
$$;
"""
TAKEN_OVER = """
INSERT INTO opening_leaves (opening_id, position, submission_id, leaf)
SELECT openings.id, row_number() OVER (PARTITION BY openings.id ORDER BY proposals.reference) - 1, submissions.id,
    encode(sha256('\\x00'::bytea || convert_to(submissions.manifest, 'UTF8')), 'hex')
FROM openings JOIN proposals ON proposals.rfp_id = openings.rfp_id
JOIN submissions ON submissions.proposal_id = proposals.id AND submissions.number = proposals.submission_number
WHERE openings.opened_at IS NOT NULL
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def extend_openings() -> None:
    op.add_column("openings", sa.Column("closes_at", INSTANT, nullable=True))
    op.add_column("openings", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.add_column("openings", sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_openings_withdrawn_by_id_users"), "openings", "users", ["withdrawn_by_id"], ["id"])
    op.execute("ALTER TABLE openings DISABLE TRIGGER USER")
    op.execute("UPDATE openings SET closes_at = rfps.closes_at FROM rfps WHERE rfps.id = openings.rfp_id")
    op.execute("ALTER TABLE openings ENABLE TRIGGER USER")
    op.alter_column("openings", "closes_at", nullable=False)
    op.create_check_constraint(
        op.f("ck_openings_withdrawn_by_somebody"), "openings", "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_openings_opened_or_withdrawn"), "openings", "opened_at IS NULL OR withdrawn_at IS NULL"
    )
    op.drop_constraint(op.f("uq_openings_rfp_id"), "openings")
    op.create_index(
        "uq_openings_rfp_id", "openings", ["rfp_id"], unique=True, postgresql_where=sa.text("withdrawn_at IS NULL")
    )


def make_leaves() -> None:
    op.create_table(
        "opening_leaves",
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_opening_leaves_position_real")),
        sa.CheckConstraint("length(leaf) = 64", name=op.f("ck_opening_leaves_hash_whole")),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name=op.f("fk_opening_leaves_opening_id_openings")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_opening_leaves_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("opening_id", "position", name=op.f("pk_opening_leaves")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_opening_leaves_submission_id")),
    )


def upgrade() -> None:
    extend_openings()
    make_leaves()
    op.execute(ONCE)
    op.execute(SET)
    op.execute(TAKEN_OVER)
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
    op.execute(f"GRANT SELECT ON opening_leaves TO {app}")
    op.execute("ALTER TABLE opening_leaves ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY keeper ON opening_leaves TO CURRENT_USER USING (true) WITH CHECK (true)")
    # Which leaf is whose is for whoever sees the submission; the hashes alone are public, by opened_leaves().
    op.execute(
        f"CREATE POLICY seal ON opening_leaves TO {app} USING ((SELECT viewer_is_system())"
        " OR EXISTS (SELECT 1 FROM submissions WHERE submissions.id = submission_id))"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION opened_leaves(uuid)")
    op.execute("DROP FUNCTION keep_opening_leaves(uuid)")
    op.drop_table("opening_leaves")
    op.execute(ONCE_BEFORE)
    op.drop_index("uq_openings_rfp_id", "openings")
    op.create_unique_constraint(op.f("uq_openings_rfp_id"), "openings", ["rfp_id"])
    op.drop_constraint(op.f("ck_openings_opened_or_withdrawn"), "openings")
    op.drop_constraint(op.f("ck_openings_withdrawn_by_somebody"), "openings")
    for gone in ("withdrawn_by_id", "withdrawn_at", "closes_at"):
        op.drop_column("openings", gone)
