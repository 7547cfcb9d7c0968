"""A submission is on time, stamped in its own transaction, numbered without gaps, and never added after the opening."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UP = """
CREATE FUNCTION submission_is_on_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    call rfps%ROWTYPE;
    latest int;
BEGIN
    SELECT rfps.* INTO call FROM rfps JOIN proposals ON proposals.rfp_id = rfps.id WHERE proposals.id = NEW.proposal_id;
    IF call.status <> 'published' OR NEW.received_at < call.publish_at THEN
        RAISE EXCEPTION 'the RFP does not accept proposals' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.received_at > call.closes_at THEN
        RAISE EXCEPTION 'received after the deadline' USING ERRCODE = 'PL005';
    END IF;
    IF call.opened_at IS NOT NULL THEN
        RAISE EXCEPTION 'the proposals have been opened' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.received_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'the time of receipt is the official time of this transaction' USING ERRCODE = 'PL005';
    END IF;
    SELECT coalesce(max(number), 0) INTO latest FROM submissions WHERE proposal_id = NEW.proposal_id;
    IF NEW.number <> latest + 1 THEN
        RAISE EXCEPTION 'submission % follows %', NEW.number, latest USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER on_time BEFORE INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION submission_is_on_time();

CREATE FUNCTION standing_submission_exists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.submission_number <> (SELECT coalesce(max(number), 0) FROM submissions WHERE proposal_id = NEW.id) THEN
        RAISE EXCEPTION 'the submission that stands is the last one received' USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER standing AFTER INSERT OR UPDATE OF submission_number ON proposals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION standing_submission_exists();

CREATE FUNCTION opening_is_stamped_once() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE FUNCTION two_persons(one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT person_id) = 2 FROM users WHERE id IN (one, other)
$$;
CREATE TRIGGER once BEFORE INSERT OR UPDATE ON openings FOR EACH ROW EXECUTE FUNCTION opening_is_stamped_once();

CREATE FUNCTION reader_may_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revoked_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM rfps JOIN proposals ON proposals.rfp_id = rfps.id
        WHERE proposals.id = NEW.proposal_id AND rfps.opened_at IS NOT NULL) THEN
        RAISE EXCEPTION 'nobody is given a sealed proposal to read' USING ERRCODE = 'PL007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER unsealed BEFORE INSERT OR UPDATE ON reader_grants FOR EACH ROW EXECUTE FUNCTION reader_may_read();
"""

DOWN = """
DROP TRIGGER unsealed ON reader_grants; DROP FUNCTION reader_may_read();
DROP TRIGGER once ON openings; DROP FUNCTION opening_is_stamped_once(); DROP FUNCTION two_persons(uuid, uuid);
DROP TRIGGER standing ON proposals; DROP FUNCTION standing_submission_exists();
DROP TRIGGER on_time ON submissions; DROP FUNCTION submission_is_on_time();
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
