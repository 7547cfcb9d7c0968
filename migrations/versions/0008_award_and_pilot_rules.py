"""Decisions become known only through a release by two people; only a pilot's champion accepts its milestones."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UP = """
CREATE FUNCTION release_takes_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.released_at IS NOT NULL THEN
            RAISE EXCEPTION 'a release is asked for first' USING ERRCODE = 'PL004';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.released_at IS NOT NULL THEN
        RAISE EXCEPTION 'a release is stamped once' USING ERRCODE = 'PL004';
    END IF;
    IF NEW.released_by_id IS NOT NULL AND NOT two_persons(NEW.asked_by_id, NEW.released_by_id) THEN
        RAISE EXCEPTION 'a release takes two people' USING ERRCODE = 'PL006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON releases FOR EACH ROW EXECUTE FUNCTION release_takes_two_people();

CREATE FUNCTION decision_may_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF TG_OP = 'UPDATE' AND OLD.status <> 'pending' AND ROW(NEW.outcome, NEW.feedback, NEW.score, NEW.rank, NEW.proposal_id)
       IS DISTINCT FROM ROW(OLD.outcome, OLD.feedback, OLD.score, OLD.rank, OLD.proposal_id) THEN
        RAISE EXCEPTION 'a released decision is not changed' USING ERRCODE = 'PL010';
    END IF;
    IF NEW.status = 'released' AND NEW.outcome = 'award' THEN
        SELECT count(*) INTO awards FROM decisions JOIN proposals ON proposals.id = decisions.proposal_id
            WHERE proposals.rfp_id = call.id AND decisions.outcome = 'award' AND decisions.id <> NEW.id;
        IF awards + 1 > call.award_count THEN
            RAISE EXCEPTION 'more awards than the RFP announced' USING ERRCODE = 'PL010';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_change BEFORE INSERT OR UPDATE ON decisions FOR EACH ROW EXECUTE FUNCTION decision_may_change();

CREATE FUNCTION pilot_follows_accepted_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM decisions JOIN proposals ON proposals.id = decisions.proposal_id
                   WHERE decisions.id = NEW.decision_id AND decisions.outcome = 'award'
                   AND decisions.status = 'accepted' AND proposals.organization_id = NEW.organization_id) THEN
        RAISE EXCEPTION 'a pilot follows an accepted award' USING ERRCODE = 'PL011';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON pilots FOR EACH ROW EXECUTE FUNCTION pilot_follows_accepted_award();

CREATE FUNCTION verdict_is_the_champions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pilot pilots%ROWTYPE;
    handed_in deliverable_versions%ROWTYPE;
BEGIN
    SELECT * INTO handed_in FROM deliverable_versions WHERE id = NEW.deliverable_version_id;
    SELECT pilots.* INTO pilot FROM pilots JOIN milestones ON milestones.pilot_id = pilots.id
        WHERE milestones.id = handed_in.milestone_id;
    IF NEW.decided_by_id <> pilot.champion_id OR NOT two_persons(NEW.decided_by_id, handed_in.submitted_by_id) THEN
        RAISE EXCEPTION 'only the champion accepts or sends back' USING ERRCODE = 'PL011';
    END IF;
    IF handed_in.number <> (SELECT max(number) FROM deliverable_versions WHERE milestone_id = handed_in.milestone_id) THEN
        RAISE EXCEPTION 'a verdict is on the newest version' USING ERRCODE = 'PL011';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER champion BEFORE INSERT ON acceptances FOR EACH ROW EXECUTE FUNCTION verdict_is_the_champions();

CREATE FUNCTION accepted_milestone(milestone uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT acceptances.verdict = 'accepted' FROM deliverable_versions
        LEFT JOIN acceptances ON acceptances.deliverable_version_id = deliverable_versions.id
        WHERE deliverable_versions.milestone_id = milestone ORDER BY deliverable_versions.number DESC LIMIT 1), false)
$$;
CREATE FUNCTION accepted_on_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.status = 'accepted') <> accepted_milestone(NEW.id) THEN
        RAISE EXCEPTION 'a milestone is accepted by a verdict on what was handed in' USING ERRCODE = 'PL011';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER on_evidence AFTER INSERT OR UPDATE OF status ON milestones
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accepted_on_evidence();
"""

DOWN = """
DROP TRIGGER on_evidence ON milestones; DROP FUNCTION accepted_on_evidence(); DROP FUNCTION accepted_milestone(uuid);
DROP TRIGGER champion ON acceptances; DROP FUNCTION verdict_is_the_champions();
DROP TRIGGER follows ON pilots; DROP FUNCTION pilot_follows_accepted_award();
DROP TRIGGER may_change ON decisions; DROP FUNCTION decision_may_change();
DROP TRIGGER two_people ON releases; DROP FUNCTION release_takes_two_people();
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
