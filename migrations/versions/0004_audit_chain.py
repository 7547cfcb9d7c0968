"""The audit log numbers and chains itself; audited tables refuse a change that is not on it; some tables only grow."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {
    "organizations": "id",
    "memberships": "organization_id",
    "staff_roles": "user_id",
    "documents": "id",
    "cohorts": "id",
    "challenge_areas": "cohort_id",
    "rfps": "id",
    "rfp_sections": "rfp_id",
    "eligibility_rules": "rfp_id",
    "criteria": "rfp_id",
    "form_sections": "rfp_id",
    "form_questions": "rfp_id",
    "document_slots": "rfp_id",
    "installment_templates": "rfp_id",
    "rfp_versions": "rfp_id",
    "proposals": "id",
    "answers": "proposal_id",
    "attachments": "proposal_id",
    "submissions": "id",
    "submitted_documents": "submission_id",
    "refusals": "id",
    "openings": "id",
    "reader_grants": "proposal_id",
    "panel_members": "id",
    "conflict_declarations": "id",
    "score_sheets": "id",
    "scores": "sheet_id",
    "releases": "id",
    "decisions": "id",
    "pilots": "id",
    "agreements": "id",
    "milestones": "id",
    "deliverable_versions": "id",
    "acceptances": "id",
    "vendor_verifications": "id",
    "stipends": "id",
    "installments": "stipend_id",
    "payment_requests": "id",
    "approvals": "id",
    "disbursements": "id",
    "journal_entries": "stipend_id",
}
# rows that may be added and never changed or removed
APPEND_ONLY = [
    "audit_events",
    "access_log",
    "documents",
    "rfp_versions",
    "submissions",
    "submitted_documents",
    "refusals",
    "conflict_declarations",
    "score_changes",
    "deliverable_versions",
    "acceptances",
    "approvals",
    "disbursements",
    "journal_entries",
    "journal_lines",
    "stipends",
    "installments",
]

FUNCTIONS = """
CREATE FUNCTION chain_audit_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    last audit_events%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(7250001);
    SELECT * INTO last FROM audit_events ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.at := official_now();
    NEW.prev_hash := coalesce(last.hash, '');
    NEW.xact := pg_current_xact_id()::text::bigint;
    NEW.hash := encode(sha256(convert_to(json_build_array(
        NEW.prev_hash, NEW.seq, to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        coalesce(NEW.actor_id::text, ''), NEW.actor_name, NEW.action, NEW.subject_type, NEW.subject_id::text,
        NEW.subject, coalesce(NEW.sealed_rfp_id::text, ''), NEW.change, NEW.reason)::text, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION chain_audit_event();

CREATE FUNCTION require_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_now jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM audit_events
        WHERE subject_id = (row_now ->> TG_ARGV[0])::uuid AND xact = pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'a change of % has to be on the audit log', TG_TABLE_NAME USING ERRCODE = 'PL001';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: nothing in it is changed or removed', TG_TABLE_NAME USING ERRCODE = 'PL002';
END $$;
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
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


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_whole ON {table}")
    for table in AUDITED:
        op.execute(f"DROP TRIGGER audited ON {table}")
    op.execute("DROP TRIGGER chain ON audit_events")
    op.execute("DROP FUNCTION refuse_change(); DROP FUNCTION require_audit_event(); DROP FUNCTION chain_audit_event()")
