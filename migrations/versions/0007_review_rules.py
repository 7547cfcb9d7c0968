"""No score without a clean conflict declaration, no change of a signed sheet, every value of a score is kept."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP = """
CREATE FUNCTION latest_declaration(member uuid, proposal uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT answer FROM conflict_declarations WHERE member_id = member AND proposal_id = proposal
    ORDER BY number DESC LIMIT 1
$$;

CREATE FUNCTION declaration_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest conflict_declarations%ROWTYPE;
BEGIN
    SELECT * INTO latest FROM conflict_declarations WHERE member_id = NEW.member_id AND proposal_id = NEW.proposal_id
        ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(latest.number, 0) + 1 THEN
        RAISE EXCEPTION 'declaration % follows %', NEW.number, coalesce(latest.number, 0) USING ERRCODE = 'PL008';
    END IF;
    IF latest.answer = 'conflict' THEN
        RAISE EXCEPTION 'a declared conflict stands' USING ERRCODE = 'PL008';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM proposals JOIN rfps ON rfps.id = proposals.rfp_id
                   JOIN panel_members ON panel_members.rfp_id = rfps.id
                   WHERE proposals.id = NEW.proposal_id AND panel_members.id = NEW.member_id
                   AND rfps.opened_at IS NOT NULL) THEN
        RAISE EXCEPTION 'conflicts are declared after the opening, on proposals of the panel''s own RFP' USING ERRCODE = 'PL008';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON conflict_declarations FOR EACH ROW EXECUTE FUNCTION declaration_follows();

CREATE FUNCTION sheet_may_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status = 'void' OR (OLD.status = 'signed' AND NEW.status <> 'void')
       OR NEW.member_id <> OLD.member_id OR NEW.proposal_id <> OLD.proposal_id) THEN
        RAISE EXCEPTION 'a signed score sheet is not changed' USING ERRCODE = 'PL009';
    END IF;
    IF NEW.status <> 'void' AND latest_declaration(NEW.member_id, NEW.proposal_id) IS DISTINCT FROM 'none' THEN
        RAISE EXCEPTION 'no scores without a declaration of no conflict' USING ERRCODE = 'PL008';
    END IF;
    IF NEW.status = 'signed' AND (TG_OP = 'INSERT' OR OLD.status <> 'signed') AND EXISTS (
        SELECT 1 FROM criteria JOIN proposals ON proposals.rfp_id = criteria.rfp_id
        LEFT JOIN scores ON scores.criterion_id = criteria.id AND scores.sheet_id = NEW.id
        WHERE proposals.id = NEW.proposal_id AND (scores.points IS NULL OR scores.explanation = '')) THEN
        RAISE EXCEPTION 'every criterion is scored and explained before a sheet is signed' USING ERRCODE = 'PL009';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_change BEFORE INSERT OR UPDATE ON score_sheets FOR EACH ROW EXECUTE FUNCTION sheet_may_change();

CREATE FUNCTION score_may_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM score_sheets WHERE id = NEW.sheet_id) <> 'draft' THEN
        RAISE EXCEPTION 'only a draft score sheet is changed' USING ERRCODE = 'PL009';
    END IF;
    IF (SELECT latest_declaration(member_id, proposal_id) FROM score_sheets WHERE id = NEW.sheet_id) <> 'none' THEN
        RAISE EXCEPTION 'no scores without a declaration of no conflict' USING ERRCODE = 'PL008';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM score_sheets JOIN proposals ON proposals.id = score_sheets.proposal_id
                   JOIN criteria ON criteria.rfp_id = proposals.rfp_id
                   WHERE score_sheets.id = NEW.sheet_id AND criteria.id = NEW.criterion_id) THEN
        RAISE EXCEPTION 'the criterion belongs to another RFP' USING ERRCODE = 'PL009';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_change BEFORE INSERT OR UPDATE ON scores FOR EACH ROW EXECUTE FUNCTION score_may_change();

CREATE FUNCTION keep_score() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO score_changes (id, score_id, points, explanation, changed_at)
    VALUES (gen_random_uuid(), NEW.id, NEW.points, NEW.explanation, official_now());
    RETURN NULL;
END $$;
CREATE TRIGGER kept AFTER INSERT OR UPDATE OF points, explanation ON scores FOR EACH ROW EXECUTE FUNCTION keep_score();
"""

DOWN = """
DROP TRIGGER kept ON scores; DROP FUNCTION keep_score();
DROP TRIGGER may_change ON scores; DROP FUNCTION score_may_change();
DROP TRIGGER may_change ON score_sheets; DROP FUNCTION sheet_may_change();
DROP TRIGGER follows ON conflict_declarations; DROP FUNCTION declaration_follows();
DROP FUNCTION latest_declaration(uuid, uuid);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
