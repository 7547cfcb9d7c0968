"""Two people for money, never more than the stipend, books that balance: rules that hold for everyone, in SQL too."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = """
CREATE FUNCTION person_of(account uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT person_id FROM users WHERE id = account
$$;
CREATE FUNCTION belongs_to_payee(account uuid, installment uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM installments
        JOIN stipends ON stipends.id = installments.stipend_id
        JOIN pilots ON pilots.id = stipends.pilot_id
        JOIN memberships ON memberships.organization_id = pilots.organization_id
        JOIN users ON users.id = memberships.user_id
        WHERE installments.id = installment AND users.person_id = person_of(account))
$$;

CREATE FUNCTION stipend_within_budget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    budget bigint;
    promised bigint;
BEGIN
    SELECT cohorts.budget_cents INTO budget FROM cohorts JOIN pilots ON pilots.cohort_id = cohorts.id
        WHERE pilots.id = NEW.pilot_id FOR UPDATE OF cohorts;
    SELECT coalesce(sum(stipends.amount_cents), 0) INTO promised FROM stipends JOIN pilots ON pilots.id = stipends.pilot_id
        WHERE pilots.cohort_id = (SELECT cohort_id FROM pilots WHERE id = NEW.pilot_id);
    IF promised + NEW.amount_cents > budget THEN
        RAISE EXCEPTION 'stipends exceed the budget of the cohort' USING ERRCODE = 'PL012';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER within_budget BEFORE INSERT ON stipends FOR EACH ROW EXECUTE FUNCTION stipend_within_budget();

CREATE FUNCTION installments_total_the_stipend() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stipend uuid := CASE TG_TABLE_NAME WHEN 'stipends' THEN (to_jsonb(NEW) ->> 'id')::uuid
                    ELSE (to_jsonb(NEW) ->> 'stipend_id')::uuid END;
BEGIN
    IF (SELECT coalesce(sum(amount_cents), 0) FROM installments WHERE stipend_id = stipend)
       <> (SELECT amount_cents FROM stipends WHERE id = stipend) THEN
        RAISE EXCEPTION 'installments total the stipend' USING ERRCODE = 'PL012';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER total AFTER INSERT ON stipends
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION installments_total_the_stipend();
CREATE CONSTRAINT TRIGGER total AFTER INSERT ON installments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION installments_total_the_stipend();

CREATE FUNCTION vendor_takes_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.confirmed_at IS NOT NULL OR ROW(NEW.organization_id, NEW.number, NEW.vendor_number,
        NEW.remit_to, NEW.w9_on_file_on, NEW.entered_by_id, NEW.entered_at, NEW.hold_until) IS DISTINCT FROM
        ROW(OLD.organization_id, OLD.number, OLD.vendor_number, OLD.remit_to, OLD.w9_on_file_on, OLD.entered_by_id,
            OLD.entered_at, OLD.hold_until)) THEN
        RAISE EXCEPTION 'a vendor verification is confirmed once and never changed' USING ERRCODE = 'PL013';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.hold_until < NEW.entered_at + interval '72 hours' AND EXISTS (
        SELECT 1 FROM vendor_verifications WHERE organization_id = NEW.organization_id AND confirmed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a change of vendor details holds payments for 72 hours' USING ERRCODE = 'PL013';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.entered_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'vendor details are entered now' USING ERRCODE = 'PL013';
    END IF;
    IF NEW.confirmed_by_id IS NOT NULL AND NOT two_persons(NEW.entered_by_id, NEW.confirmed_by_id) THEN
        RAISE EXCEPTION 'a vendor verification takes two people' USING ERRCODE = 'PL006';
    END IF;
    IF EXISTS (SELECT 1 FROM memberships JOIN users ON users.id = memberships.user_id
               WHERE memberships.organization_id = NEW.organization_id
               AND users.person_id IN (person_of(NEW.entered_by_id), person_of(NEW.confirmed_by_id))) THEN
        RAISE EXCEPTION 'nobody verifies their own organization' USING ERRCODE = 'PL013';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE ON vendor_verifications
    FOR EACH ROW EXECUTE FUNCTION vendor_takes_two_people();

CREATE FUNCTION request_may_be_paid_for(request payment_requests) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    due installments%ROWTYPE;
    promise stipends%ROWTYPE;
    vendor vendor_verifications%ROWTYPE;
BEGIN
    SELECT * INTO due FROM installments WHERE id = request.installment_id;
    SELECT * INTO promise FROM stipends WHERE id = due.stipend_id;
    SELECT * INTO vendor FROM vendor_verifications WHERE id = request.vendor_verification_id;
    IF request.amount_cents <> due.amount_cents THEN
        RAISE EXCEPTION 'a request is for the amount of its installment' USING ERRCODE = 'PL014';
    END IF;
    IF NOT accepted_milestone(due.milestone_id) THEN
        RAISE EXCEPTION 'the milestone is not accepted' USING ERRCODE = 'PL014';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM agreements WHERE pilot_id = promise.pilot_id AND status = 'executed') THEN
        RAISE EXCEPTION 'the agreement is not executed' USING ERRCODE = 'PL014';
    END IF;
    IF vendor.organization_id <> (SELECT organization_id FROM pilots WHERE id = promise.pilot_id)
       OR vendor.confirmed_at IS NULL OR vendor.hold_until > official_now()
       OR vendor.number <> (SELECT max(number) FROM vendor_verifications WHERE organization_id = vendor.organization_id) THEN
        RAISE EXCEPTION 'the vendor is not verified, or on hold after a change' USING ERRCODE = 'PL014';
    END IF;
    IF request.evidence_sha256 IS DISTINCT FROM (
        SELECT documents.sha256 FROM deliverable_versions JOIN documents ON documents.id = deliverable_versions.document_id
        WHERE deliverable_versions.milestone_id = due.milestone_id ORDER BY deliverable_versions.number DESC LIMIT 1) THEN
        RAISE EXCEPTION 'the evidence is not what was accepted' USING ERRCODE = 'PL014';
    END IF;
END $$;

CREATE FUNCTION request_may_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'waiting' THEN
            RAISE EXCEPTION 'a request starts waiting' USING ERRCODE = 'PL014';
        END IF;
        IF belongs_to_payee(NEW.prepared_by_id, NEW.installment_id) OR NOT EXISTS (
            SELECT 1 FROM staff_roles WHERE user_id = NEW.prepared_by_id AND role = 'program_manager') THEN
            RAISE EXCEPTION 'a program manager prepares a request, never the payee' USING ERRCODE = 'PL006';
        END IF;
        PERFORM request_may_be_paid_for(NEW);
        RETURN NEW;
    END IF;
    IF ROW(NEW.id, NEW.reference, NEW.installment_id, NEW.amount_cents, NEW.vendor_verification_id, NEW.evidence_sha256,
           NEW.fingerprint, NEW.approvals_needed, NEW.prepared_by_id, NEW.prepared_at) IS DISTINCT FROM
       ROW(OLD.id, OLD.reference, OLD.installment_id, OLD.amount_cents, OLD.vendor_verification_id, OLD.evidence_sha256,
           OLD.fingerprint, OLD.approvals_needed, OLD.prepared_by_id, OLD.prepared_at) THEN
        RAISE EXCEPTION 'a request is recalled and prepared anew, never changed' USING ERRCODE = 'PL014';
    END IF;
    IF (OLD.status, NEW.status) NOT IN (('waiting', 'waiting'), ('waiting', 'approved'), ('waiting', 'returned'),
        ('waiting', 'recalled'), ('approved', 'approved'), ('approved', 'paid'), ('approved', 'returned')) THEN
        RAISE EXCEPTION 'a request that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'PL014';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_change BEFORE INSERT OR UPDATE ON payment_requests FOR EACH ROW EXECUTE FUNCTION request_may_change();

CREATE FUNCTION request_is_approved_enough() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names bigint;
BEGIN
    SELECT count(DISTINCT person_of(approved_by_id)) INTO names FROM approvals
        WHERE request_id = NEW.id AND fingerprint = NEW.fingerprint;
    IF NEW.status IN ('approved', 'paid') AND names < NEW.approvals_needed THEN
        RAISE EXCEPTION 'a request needs % people''s approval, it has %', NEW.approvals_needed, names USING ERRCODE = 'PL015';
    END IF;
    IF (NEW.status = 'paid') <> EXISTS (SELECT 1 FROM disbursements WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'paid is what has a disbursement' USING ERRCODE = 'PL015';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approved_enough AFTER INSERT OR UPDATE ON payment_requests
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION request_is_approved_enough();

CREATE FUNCTION approval_is_by_another_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    request payment_requests%ROWTYPE;
    wanted text[];
BEGIN
    SELECT * INTO request FROM payment_requests WHERE id = NEW.request_id FOR UPDATE;
    IF request.status <> 'waiting' OR NEW.fingerprint <> request.fingerprint THEN
        RAISE EXCEPTION 'the request is not what was looked at' USING ERRCODE = 'PL015';
    END IF;
    PERFORM request_may_be_paid_for(request);
    IF person_of(NEW.approved_by_id) = person_of(request.prepared_by_id) THEN
        RAISE EXCEPTION 'the preparer never approves' USING ERRCODE = 'PL006';
    END IF;
    IF EXISTS (SELECT 1 FROM approvals WHERE request_id = NEW.request_id
               AND person_of(approved_by_id) = person_of(NEW.approved_by_id)) THEN
        RAISE EXCEPTION 'nobody approves twice' USING ERRCODE = 'PL006';
    END IF;
    IF belongs_to_payee(NEW.approved_by_id, request.installment_id) THEN
        RAISE EXCEPTION 'a member of the payee never approves' USING ERRCODE = 'PL006';
    END IF;
    wanted := CASE NEW.stage WHEN 'program' THEN ARRAY['program_manager', 'director'] ELSE ARRAY['finance'] END;
    IF NOT EXISTS (SELECT 1 FROM staff_roles WHERE user_id = NEW.approved_by_id AND role = ANY (wanted)) THEN
        RAISE EXCEPTION 'the % approval is given by %', NEW.stage, wanted USING ERRCODE = 'PL015';
    END IF;
    IF NEW.stage = 'finance' AND request.approvals_needed = 2
       AND NOT EXISTS (SELECT 1 FROM approvals WHERE request_id = NEW.request_id AND stage = 'program')
       OR NEW.stage = 'program' AND request.approvals_needed = 1 THEN
        RAISE EXCEPTION 'the program approves first, finance last' USING ERRCODE = 'PL015';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER another_person BEFORE INSERT ON approvals FOR EACH ROW EXECUTE FUNCTION approval_is_by_another_person();

-- The application's role may not lock a stipend, which only grows; this rule locks it in the owner's name.
CREATE FUNCTION disbursement_within_stipend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    request payment_requests%ROWTYPE;
    promise stipends%ROWTYPE;
    paid bigint;
BEGIN
    SELECT * INTO request FROM payment_requests WHERE id = NEW.request_id FOR UPDATE;
    SELECT stipends.* INTO promise FROM stipends JOIN installments ON installments.stipend_id = stipends.id
        WHERE installments.id = request.installment_id FOR UPDATE OF stipends;
    SELECT coalesce(sum(disbursements.amount_cents), 0) INTO paid FROM disbursements
        JOIN payment_requests ON payment_requests.id = disbursements.request_id
        JOIN installments ON installments.id = payment_requests.installment_id
        WHERE installments.stipend_id = promise.id;
    IF paid + NEW.amount_cents > promise.amount_cents THEN
        RAISE EXCEPTION 'payments exceed the stipend' USING ERRCODE = 'PL012';
    END IF;
    IF NEW.amount_cents <> request.amount_cents THEN
        RAISE EXCEPTION 'paid is what was approved' USING ERRCODE = 'PL015';
    END IF;
    IF request.status NOT IN ('approved', 'paid') OR (SELECT count(DISTINCT person_of(approved_by_id)) FROM approvals
        WHERE request_id = request.id AND fingerprint = request.fingerprint) < request.approvals_needed THEN
        RAISE EXCEPTION 'paid is what was approved' USING ERRCODE = 'PL015';
    END IF;
    PERFORM request_may_be_paid_for(request);
    IF person_of(NEW.recorded_by_id) = person_of(request.prepared_by_id) OR belongs_to_payee(NEW.recorded_by_id, request.installment_id)
       OR NOT EXISTS (SELECT 1 FROM staff_roles WHERE user_id = NEW.recorded_by_id AND role = 'finance') THEN
        RAISE EXCEPTION 'finance records a payment, never its preparer or payee' USING ERRCODE = 'PL006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER within_stipend BEFORE INSERT ON disbursements FOR EACH ROW EXECUTE FUNCTION disbursement_within_stipend();

CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry uuid := CASE TG_TABLE_NAME WHEN 'journal_entries' THEN (to_jsonb(NEW) ->> 'id')::uuid
                  ELSE (to_jsonb(NEW) ->> 'entry_id')::uuid END;
BEGIN
    IF (SELECT count(*) < 2 OR sum(amount_cents) <> 0 FROM journal_lines WHERE entry_id = entry) THEN
        RAISE EXCEPTION 'the lines of a booking sum to zero' USING ERRCODE = 'PL016';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON journal_lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
"""

DOWN = """
DROP TRIGGER balances ON journal_lines; DROP TRIGGER balances ON journal_entries; DROP FUNCTION entry_balances();
DROP TRIGGER within_stipend ON disbursements; DROP FUNCTION disbursement_within_stipend();
DROP TRIGGER another_person ON approvals; DROP FUNCTION approval_is_by_another_person();
DROP TRIGGER approved_enough ON payment_requests; DROP FUNCTION request_is_approved_enough();
DROP TRIGGER may_change ON payment_requests; DROP FUNCTION request_may_change();
DROP FUNCTION request_may_be_paid_for(payment_requests);
DROP TRIGGER two_people ON vendor_verifications; DROP FUNCTION vendor_takes_two_people();
DROP TRIGGER total ON installments; DROP TRIGGER total ON stipends; DROP FUNCTION installments_total_the_stipend();
DROP TRIGGER within_budget ON stipends; DROP FUNCTION stipend_within_budget();
DROP FUNCTION belongs_to_payee(uuid, uuid); DROP FUNCTION person_of(uuid);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
