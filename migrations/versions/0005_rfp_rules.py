"""Publication needs a whole rubric and a funded plan, freezes the RFP, and its stamps are set once."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTS = [
    "rfp_sections",
    "eligibility_rules",
    "criteria",
    "form_sections",
    "form_questions",
    "document_slots",
    "installment_templates",
]

UP = """
CREATE FUNCTION rfp_may_be_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    weights bigint;
    parts bigint;
    budget bigint;
BEGIN
    SELECT coalesce(sum(weight), 0) INTO weights FROM criteria WHERE rfp_id = NEW.id;
    IF weights <> 100 THEN
        RAISE EXCEPTION 'weights total %, not 100', weights USING ERRCODE = 'PL003';
    END IF;
    SELECT coalesce(sum(amount_cents), 0) INTO parts FROM installment_templates WHERE rfp_id = NEW.id;
    IF parts <> NEW.stipend_cents THEN
        RAISE EXCEPTION 'installments total % cents, the stipend is %', parts, NEW.stipend_cents USING ERRCODE = 'PL003';
    END IF;
    SELECT budget_cents INTO budget FROM cohorts WHERE id = NEW.cohort_id;
    IF NEW.stipend_cents::bigint * NEW.award_count > budget THEN
        RAISE EXCEPTION 'the budget does not cover the awards' USING ERRCODE = 'PL003';
    END IF;
    IF NEW.closes_at <= official_now() THEN
        RAISE EXCEPTION 'the deadline has passed' USING ERRCODE = 'PL003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publication BEFORE UPDATE OF status ON rfps FOR EACH ROW
    WHEN (NEW.status = 'published' AND OLD.status <> 'published') EXECUTE FUNCTION rfp_may_be_published();

CREATE FUNCTION published_rfp_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.cohort_id, NEW.reference, NEW.publish_at, NEW.questions_due_at, NEW.answers_due_at, NEW.closes_at,
           NEW.scores_due_at, NEW.decision_on, NEW.stipend_cents, NEW.award_count, NEW.prepared_by_id, NEW.published_by_id)
       IS DISTINCT FROM
       ROW(OLD.cohort_id, OLD.reference, OLD.publish_at, OLD.questions_due_at, OLD.answers_due_at, OLD.closes_at,
           OLD.scores_due_at, OLD.decision_on, OLD.stipend_cents, OLD.award_count, OLD.prepared_by_id, OLD.published_by_id)
       OR NEW.status NOT IN ('published', 'cancelled') THEN
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
CREATE TRIGGER frozen BEFORE UPDATE ON rfps FOR EACH ROW
    WHEN (OLD.status IN ('published', 'cancelled')) EXECUTE FUNCTION published_rfp_is_frozen();

CREATE FUNCTION published_part_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.rfp_id ELSE NEW.rfp_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM rfps WHERE id = parent AND status IN ('published', 'cancelled'))
       OR (TG_OP = 'UPDATE' AND OLD.rfp_id <> NEW.rfp_id) THEN
        RAISE EXCEPTION '% of a published RFP are frozen', TG_TABLE_NAME USING ERRCODE = 'PL004';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.execute(UP)
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION published_part_is_frozen()"
        )


def downgrade() -> None:
    for table in PARTS:
        op.execute(f"DROP TRIGGER frozen ON {table}")
    op.execute("DROP TRIGGER frozen ON rfps; DROP TRIGGER publication ON rfps")
    op.execute("DROP FUNCTION published_part_is_frozen(); DROP FUNCTION published_rfp_is_frozen()")
    op.execute("DROP FUNCTION rfp_may_be_published()")
