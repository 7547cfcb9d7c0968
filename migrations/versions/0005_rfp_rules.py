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
    IF (SELECT count(DISTINCT person_id) FROM users WHERE id IN (NEW.prepared_by_id, NEW.published_by_id)) <> 2 THEN
        RAISE EXCEPTION 'a second person publishes' USING ERRCODE = 'PL003';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM rfp_versions WHERE rfp_id = NEW.id) THEN
        RAISE EXCEPTION 'publication freezes a version' USING ERRCODE = 'PL003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publication BEFORE UPDATE OF status ON rfps FOR EACH ROW
    WHEN (NEW.status = 'published' AND OLD.status <> 'published') EXECUTE FUNCTION rfp_may_be_published();

CREATE FUNCTION rfp_begins_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an RFP begins as a draft' USING ERRCODE = 'PL003';
END $$;
CREATE TRIGGER begins_as_draft BEFORE INSERT ON rfps FOR EACH ROW
    WHEN (NEW.status <> 'draft' OR coalesce(NEW.opened_at, NEW.panel_opened_at, NEW.decided_at, NEW.completed_at) IS NOT NULL)
    EXECUTE FUNCTION rfp_begins_as_draft();

-- Money may be added to a published cohort and a champion may change; the words startups answered may not.
CREATE FUNCTION published_cohort_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    promised bigint;
BEGIN
    SELECT stipend_cents::bigint * award_count INTO promised FROM rfps
        WHERE cohort_id = NEW.id AND status IN ('published', 'cancelled');
    IF promised IS NULL THEN RETURN NEW; END IF;
    IF ROW(NEW.number, NEW.headline, NEW.summary, NEW.pilot_start_on, NEW.pilot_end_on, NEW.is_sample)
       IS DISTINCT FROM
       ROW(OLD.number, OLD.headline, OLD.summary, OLD.pilot_start_on, OLD.pilot_end_on, OLD.is_sample)
       OR NEW.budget_cents < promised THEN
        RAISE EXCEPTION 'a published cohort is frozen' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON cohorts FOR EACH ROW EXECUTE FUNCTION published_cohort_is_frozen();

CREATE FUNCTION published_challenge_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.cohort_id ELSE NEW.cohort_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'champion_id' = to_jsonb(OLD) - 'champion_id' THEN RETURN NEW; END IF;
    IF EXISTS (SELECT 1 FROM rfps WHERE cohort_id = parent AND status IN ('published', 'cancelled')) THEN
        RAISE EXCEPTION 'challenges of a published cohort are frozen' USING ERRCODE = 'PL004';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON challenge_areas
    FOR EACH ROW EXECUTE FUNCTION published_challenge_is_frozen();

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
    op.execute("DROP TRIGGER frozen ON rfps; DROP TRIGGER publication ON rfps; DROP TRIGGER begins_as_draft ON rfps")
    op.execute("DROP TRIGGER frozen ON cohorts; DROP TRIGGER frozen ON challenge_areas")
    op.execute("DROP FUNCTION rfp_begins_as_draft(); DROP FUNCTION published_cohort_is_frozen()")
    op.execute("DROP FUNCTION published_challenge_is_frozen()")
    op.execute("DROP FUNCTION published_part_is_frozen(); DROP FUNCTION published_rfp_is_frozen()")
    op.execute("DROP FUNCTION rfp_may_be_published()")
