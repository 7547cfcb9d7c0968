"""A published RFP changes only in the transaction that issues an addendum; its deadline only grows; a call may be cancelled."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"addenda": "id", "cancellations": "id", "addendum_acknowledgements": "proposal_id"}
APPEND_ONLY = ["addendum_acknowledgements"]
# What pages for everyone are made from (pglab/web/kept_pages.py).
WATCHED = ["addenda", "cancellations"]

CANCELLED = {
    "cancelled_at_some_time": "(status = 'cancelled') = (cancelled_at IS NOT NULL)",
    "cancelled_for_a_reason": "(status = 'cancelled') = (cancel_reason IS NOT NULL)",
}
PUBLISHED_BY = "({}) = (published_by_id IS NOT NULL)"

ADDENDA = """
CREATE FUNCTION addendum_is_issued_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    call rfps%ROWTYPE;
BEGIN
    SELECT * INTO call FROM rfps WHERE id = NEW.rfp_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' OR call.status <> 'published' THEN
            RAISE EXCEPTION 'an addendum begins as the draft of a change of a published RFP' USING ERRCODE = 'PL004';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status IN ('issued', 'withdrawn') OR NEW.rfp_id <> OLD.rfp_id OR NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION 'an addendum is issued or withdrawn once' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.status <> 'issued' THEN RETURN NEW; END IF;
    IF OLD.status <> 'waiting' OR NOT two_persons(NEW.prepared_by_id, NEW.issued_by_id) THEN
        RAISE EXCEPTION 'an addendum takes two people' USING ERRCODE = 'PL006';
    END IF;
    IF call.status <> 'published' OR call.opened_at IS NOT NULL THEN
        RAISE EXCEPTION 'nothing changes after the opening' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM addenda WHERE rfp_id = NEW.rfp_id)
       OR NEW.makes_version <> (SELECT max(number) + 1 FROM rfp_versions WHERE rfp_id = NEW.rfp_id) THEN
        RAISE EXCEPTION 'addenda and versions are numbered without gaps' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.issued_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'an addendum is issued at the official time' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.kind = 'deadline' AND (NEW.closes_at <= call.closes_at OR NEW.closes_at <= official_now()) THEN
        RAISE EXCEPTION 'a deadline only moves later' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.kind = 'deadline' AND NEW.outage_from IS NULL AND official_now() > call.closes_at THEN
        RAISE EXCEPTION 'a deadline that has passed moves only after an outage' USING ERRCODE = 'PL004';
    END IF;
    NEW.xact := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON addenda FOR EACH ROW EXECUTE FUNCTION addendum_is_issued_by_two();
CREATE TRIGGER kept BEFORE DELETE ON addenda FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION addendum_makes_its_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rfp_versions WHERE rfp_id = NEW.rfp_id AND number = NEW.makes_version) OR EXISTS (
        SELECT 1 FROM rfps WHERE id = NEW.rfp_id AND NEW.kind = 'deadline' AND closes_at < NEW.closes_at) THEN
        RAISE EXCEPTION 'an addendum makes a version and moves the deadline it names' USING ERRCODE = 'PL004';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER made AFTER UPDATE ON addenda DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.status = 'issued') EXECUTE FUNCTION addendum_makes_its_version();

-- Whether this transaction issues an addendum of the call.
CREATE FUNCTION issues_addendum(call uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (SELECT 1 FROM addenda
        WHERE rfp_id = call AND status = 'issued' AND xact = pg_current_xact_id()::text::bigint)
$$;
-- Whether it may change what startups answer to: only while they still can.
CREATE FUNCTION amends(call uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT issues_addendum(call) AND EXISTS (SELECT 1 FROM rfps WHERE id = call AND closes_at >= official_now())
$$;

CREATE FUNCTION later_version_needs_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM addenda WHERE rfp_id = NEW.rfp_id AND makes_version = NEW.number
                   AND xact = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'a published RFP has a new version only by an addendum' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER by_addendum BEFORE INSERT ON rfp_versions FOR EACH ROW WHEN (NEW.number > 1)
    EXECUTE FUNCTION later_version_needs_addendum();

CREATE FUNCTION cancellation_takes_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.confirmed_at IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM rfps WHERE id = NEW.rfp_id AND status = 'published' AND opened_at IS NULL) THEN
            RAISE EXCEPTION 'a cancellation of an unopened call is asked for first' USING ERRCODE = 'PL004';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR
       ROW(NEW.rfp_id, NEW.reason, NEW.asked_by_id, NEW.asked_at) IS DISTINCT FROM
       ROW(OLD.rfp_id, OLD.reason, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a cancellation is confirmed or withdrawn once' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.confirmed_at IS NOT NULL AND NOT two_persons(NEW.asked_by_id, NEW.confirmed_by_id) THEN
        RAISE EXCEPTION 'a cancellation takes two people' USING ERRCODE = 'PL006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON cancellations
    FOR EACH ROW EXECUTE FUNCTION cancellation_takes_two();
CREATE TRIGGER kept BEFORE DELETE ON cancellations FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION deadline_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'cancelled' OR NEW.closes_at < OLD.closes_at OR NOT EXISTS (SELECT 1 FROM addenda
        WHERE rfp_id = NEW.id AND closes_at = NEW.closes_at AND xact = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'the deadline of a published RFP moves later, by an addendum, for everyone' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadline BEFORE UPDATE ON rfps FOR EACH ROW
    WHEN (OLD.status IN ('published', 'cancelled') AND NEW.closes_at IS DISTINCT FROM OLD.closes_at)
    EXECUTE FUNCTION deadline_only_grows();

CREATE FUNCTION cancelled_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'published' OR OLD.opened_at IS NOT NULL OR NEW.status <> 'cancelled' OR NOT EXISTS (
        SELECT 1 FROM cancellations
        WHERE rfp_id = NEW.id AND confirmed_at = NEW.cancelled_at AND reason = NEW.cancel_reason) THEN
        RAISE EXCEPTION 'a call is cancelled once, by two people, before the opening' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cancelled BEFORE UPDATE ON rfps FOR EACH ROW
    WHEN ((OLD.status = 'cancelled' OR NEW.status = 'cancelled')
          AND ROW(OLD.status, OLD.cancelled_at, OLD.cancel_reason)
              IS DISTINCT FROM ROW(NEW.status, NEW.cancelled_at, NEW.cancel_reason))
    EXECUTE FUNCTION cancelled_for_good();

CREATE FUNCTION acknowledges_own_addendum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM addenda JOIN proposals ON proposals.rfp_id = addenda.rfp_id
        WHERE addenda.id = NEW.addendum_id AND addenda.status = 'issued' AND proposals.id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'what is acknowledged is an issued addendum of the same call' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER own BEFORE INSERT ON addendum_acknowledgements
    FOR EACH ROW EXECUTE FUNCTION acknowledges_own_addendum();
"""

DOWN = """
DROP TRIGGER deadline ON rfps; DROP TRIGGER cancelled ON rfps; DROP TRIGGER by_addendum ON rfp_versions;
DROP FUNCTION deadline_only_grows(); DROP FUNCTION cancelled_for_good(); DROP FUNCTION later_version_needs_addendum();
"""
DOWN_FUNCTIONS = """
DROP FUNCTION amends(uuid); DROP FUNCTION issues_addendum(uuid); DROP FUNCTION addendum_makes_its_version();
DROP FUNCTION addendum_is_issued_by_two(); DROP FUNCTION cancellation_takes_two();
DROP FUNCTION acknowledges_own_addendum();
"""

# The rules of 0005, with the one exception that an addendum is: without it they read as they did.
FROZEN = """
CREATE OR REPLACE FUNCTION published_challenge_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.cohort_id ELSE NEW.cohort_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'champion_id' = to_jsonb(OLD) - 'champion_id' THEN RETURN NEW; END IF;
    IF EXISTS (SELECT 1 FROM rfps WHERE cohort_id = parent AND status IN ('published', 'cancelled'){area}) THEN
        RAISE EXCEPTION 'challenges of a published cohort are frozen' USING ERRCODE = 'PL004';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION published_rfp_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.cohort_id, NEW.reference, NEW.publish_at,{dates}
           NEW.stipend_cents, NEW.award_count, NEW.prepared_by_id, NEW.published_by_id)
       IS DISTINCT FROM
       ROW(OLD.cohort_id, OLD.reference, OLD.publish_at,{old_dates}
           OLD.stipend_cents, OLD.award_count, OLD.prepared_by_id, OLD.published_by_id)
       OR NEW.status NOT IN ('published', 'cancelled'){amended} THEN
        RAISE EXCEPTION 'a published RFP is frozen' USING ERRCODE = 'PL004';
    END IF;
    IF (OLD.opened_at IS NOT NULL AND ROW(NEW.opened_at, NEW.opening_root) IS DISTINCT FROM ROW(OLD.opened_at, OLD.opening_root))
       OR (OLD.panel_opened_at IS NOT NULL AND NEW.panel_opened_at IS DISTINCT FROM OLD.panel_opened_at)
       OR (OLD.decided_at IS NOT NULL AND NEW.decided_at IS DISTINCT FROM OLD.decided_at)
       OR (OLD.completed_at IS NOT NULL AND NEW.completed_at IS DISTINCT FROM OLD.completed_at) THEN
        RAISE EXCEPTION 'a stage is stamped once' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.opened_at IS DISTINCT FROM OLD.opened_at AND (NEW.opened_at > official_now() OR NOT EXISTS (
            SELECT 1 FROM openings WHERE rfp_id = NEW.id AND opened_at = NEW.opened_at AND merkle_root = NEW.opening_root)) THEN
        RAISE EXCEPTION 'proposals are opened by two people after the deadline' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION published_part_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.rfp_id ELSE NEW.rfp_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM rfps WHERE id = parent AND status IN ('published', 'cancelled'){part})
       OR (TG_OP = 'UPDATE' AND OLD.rfp_id <> NEW.rfp_id) THEN
        RAISE EXCEPTION '% of a published RFP are frozen', TG_TABLE_NAME USING ERRCODE = 'PL004';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""
DATES = ("questions_due_at", "answers_due_at", "closes_at", "scores_due_at", "decision_on")


def row_of(which: str) -> str:
    return " " + ", ".join(f"{which}.{name}" for name in DATES)


BY_ADDENDUM = {
    # Words change in place; nothing comes or goes, so that what was answered keeps its question.
    "area": " AND NOT (TG_OP = 'UPDATE' AND amends(id))",
    "part": " AND NOT (TG_OP = 'UPDATE' AND amends(parent))",
    "dates": "",
    "old_dates": "",
    "amended": f" OR (ROW({row_of('NEW')}) IS DISTINCT FROM ROW({row_of('OLD')}) AND NOT issues_addendum(NEW.id))",
}
NEVER = {"area": "", "part": "", "dates": f"{row_of('NEW')},", "old_dates": f"{row_of('OLD')},", "amended": ""}


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def frozen(exceptions: dict[str, str]) -> str:
    """The functions of 0005 with these exceptions."""
    whole = FROZEN
    for place, words in exceptions.items():
        whole = whole.replace("{" + place + "}", words)
    return whole


def change_check(table: str, name: str, said: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({said})")


def upgrade() -> None:
    make_addenda()
    make_cancellations()
    make_acknowledgements()
    change_check("rfps", "published_by_somebody", PUBLISHED_BY.format("status IN ('published', 'cancelled')"))
    op.add_column("rfps", sa.Column("cancelled_at", INSTANT))
    op.add_column("rfps", sa.Column("cancel_reason", sa.Text()))
    for name, said in CANCELLED.items():
        op.execute(f"ALTER TABLE rfps ADD CONSTRAINT ck_rfps_{name} CHECK ({said})")
    op.execute(ADDENDA)
    op.execute(frozen(BY_ADDENDUM))
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in WATCHED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_pages()"
        )
    app = role()
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON addenda, cancellations TO {app}")
    op.execute(f"GRANT SELECT, INSERT ON addendum_acknowledgements TO {app}")
    seal_acknowledgements(app)


def make_addenda() -> None:
    op.create_table(
        "addenda",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("needs_acknowledgement", sa.Boolean(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("closes_at", INSTANT),
        sa.Column("outage_id", sa.Uuid()),
        sa.Column("outage_from", INSTANT),
        sa.Column("outage_until", INSTANT),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("makes_version", sa.Integer()),
        sa.Column("issued_by_id", sa.Uuid()),
        sa.Column("issued_at", INSTANT),
        sa.Column("xact", sa.BigInteger()),
        *checks(
            "addenda",
            kind_known="kind IN ('content', 'deadline')",
            status_known="status IN ('draft', 'waiting', 'issued', 'withdrawn')",
            extension_names_the_deadline="(kind = 'deadline') = (closes_at IS NOT NULL)",
            extension_has_a_reason="kind <> 'deadline' OR reason <> ''",
            outage_whole="(outage_from IS NULL) = (outage_until IS NULL)",
            outage_is_on_the_log="(outage_from IS NULL) = (outage_id IS NULL)",
            outage_in_order="outage_from < outage_until",
            outage_extends="outage_from IS NULL OR kind = 'deadline'",
            numbered_when_issued="(status = 'issued') = (number IS NOT NULL)",
            issued_at_some_time="(status = 'issued') = (issued_at IS NOT NULL)",
            issued_by_somebody="(status = 'issued') = (issued_by_id IS NOT NULL)",
            issued_makes_a_version="(status = 'issued') = (makes_version IS NOT NULL)",
            issued_by_a_second_person="issued_by_id <> prepared_by_id",
        ),
        *references("addenda", rfp_id="rfps", outage_id="outages", prepared_by_id="users", issued_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addenda")),
        sa.UniqueConstraint("rfp_id", "number", name=op.f("uq_addenda_rfp_id_number")),
    )
    op.create_index(
        "uq_addenda_open",
        "addenda",
        ["rfp_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'waiting')"),
    )


def make_cancellations() -> None:
    op.create_table(
        "cancellations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid()),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("withdrawn_at", INSTANT),
        *checks(
            "cancellations",
            has_a_reason="reason <> ''",
            two_people="confirmed_by_id <> asked_by_id",
            confirmed_by_somebody="(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
            confirmed_or_withdrawn="confirmed_at IS NULL OR withdrawn_at IS NULL",
        ),
        *references("cancellations", rfp_id="rfps", asked_by_id="users", confirmed_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellations")),
    )
    op.create_index(
        "uq_cancellations_live",
        "cancellations",
        ["rfp_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def make_acknowledgements() -> None:
    op.create_table(
        "addendum_acknowledgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("addendum_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_by_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=False),
        *references(
            "addendum_acknowledgements", proposal_id="proposals", addendum_id="addenda", acknowledged_by_id="users"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum_acknowledgements")),
        sa.UniqueConstraint(
            "proposal_id", "addendum_id", name=op.f("uq_addendum_acknowledgements_proposal_id_addendum_id")
        ),
    )


def seal_acknowledgements(app: str) -> None:
    """A row tells that a proposal exists, so it is there for the startup's own people alone, as its answers are."""
    own = "proposals.organization_id = ANY ((SELECT viewer_organizations())::uuid[])"
    table = "addendum_acknowledgements"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seal ON {table} TO {app} USING ((SELECT viewer_is_system()) OR "
        f"EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id AND {own}))"
    )


def checks(table: str, **said: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in said.items()]


def references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in targets.items()
    ]


def downgrade() -> None:
    op.execute(frozen(NEVER))
    op.execute(DOWN)
    for name in CANCELLED:
        op.execute(f"ALTER TABLE rfps DROP CONSTRAINT ck_rfps_{name}")
    op.drop_column("rfps", "cancel_reason")
    op.drop_column("rfps", "cancelled_at")
    change_check("rfps", "published_by_somebody", PUBLISHED_BY.format("status = 'published'"))
    for table in ("addendum_acknowledgements", "cancellations", "addenda"):
        op.drop_table(table)
    op.execute(DOWN_FUNCTIONS)
