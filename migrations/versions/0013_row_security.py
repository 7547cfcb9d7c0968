"""The seal a second time, in the database: each row of a proposal and of its scoring knows who may see it.

The queries decide first; these policies decide again, for every statement, whoever wrote it. Who looks is
`pglab.viewer`: a person's id, `worker`, `command`, or `nobody`.
"""

from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Each runs once a statement, asks only tables without policies (or as their owner), and reads no place but ours.
FUNCTIONS = {
    "viewer_id() RETURNS uuid": """
        SELECT CASE WHEN said ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN said::uuid END
        INTO answer FROM (SELECT current_setting('pglab.viewer', true) AS said) AS setting;
        RETURN answer;""",
    "viewer_is_system() RETURNS boolean": """
        answer := coalesce(current_setting('pglab.viewer', true) IN ('worker', 'command'), false);
        RETURN answer;""",
    "viewer_organizations() RETURNS uuid[]": """
        SELECT array_agg(organization_id) INTO answer FROM memberships WHERE user_id = viewer_id();
        RETURN coalesce(answer, '{}');""",
    "viewer_reads_rfps() RETURNS uuid[]": """
        IF EXISTS (SELECT 1 FROM staff_roles WHERE user_id = viewer_id()
                   AND role IN ('program_manager', 'director', 'auditor')) THEN
            SELECT array_agg(id) INTO answer FROM rfps WHERE opened_at IS NOT NULL;
        END IF;
        RETURN coalesce(answer, '{}');""",
    "viewer_judges_rfps() RETURNS uuid[]": """
        SELECT array_agg(rfps.id) INTO answer FROM panel_members JOIN rfps ON rfps.id = panel_members.rfp_id
        WHERE panel_members.user_id = viewer_id() AND rfps.opened_at IS NOT NULL;
        RETURN coalesce(answer, '{}');""",
    "viewer_seats() RETURNS uuid[]": """
        SELECT array_agg(id) INTO answer FROM panel_members WHERE user_id = viewer_id();
        RETURN coalesce(answer, '{}');""",
    "viewer_may_read() RETURNS uuid[]": """
        SELECT array_agg(reader_grants.proposal_id) INTO answer FROM reader_grants
        JOIN proposals ON proposals.id = reader_grants.proposal_id JOIN rfps ON rfps.id = proposals.rfp_id
        WHERE reader_grants.user_id = viewer_id() AND reader_grants.revoked_at IS NULL AND rfps.opened_at IS NOT NULL;
        RETURN coalesce(answer, '{}');""",
    "rfps_in_panel() RETURNS uuid[]": """
        SELECT array_agg(id) INTO answer FROM rfps WHERE panel_opened_at IS NOT NULL;
        RETURN coalesce(answer, '{}');""",
    "rfps_decided() RETURNS uuid[]": """
        SELECT array_agg(id) INTO answer FROM rfps WHERE decided_at IS NOT NULL;
        RETURN coalesce(answer, '{}');""",
    "awarded_proposals() RETURNS uuid[]": """
        SELECT array_agg(proposal_id) INTO answer FROM decisions WHERE outcome = 'award' AND status <> 'pending';
        RETURN coalesce(answer, '{}');""",
}

# What nobody may see as a row, and two pages need as a number or a hash.
SUMS = """
CREATE FUNCTION sealed_leaves(call uuid) RETURNS SETOF bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sha256('\\x00'::bytea || convert_to(submissions.manifest, 'UTF8'))
    FROM submissions JOIN proposals ON proposals.id = submissions.proposal_id
        AND proposals.submission_number = submissions.number
    JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE rfps.id = call AND rfps.closes_at < official_now()
    ORDER BY proposals.reference
$$;
CREATE FUNCTION scored_proposals(call uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM decisions JOIN proposals ON proposals.id = decisions.proposal_id
    JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE rfps.id = call AND decisions.rank <> '' AND rfps.panel_opened_at IS NOT NULL
$$;
"""

OWN = "organization_id = ANY ((SELECT viewer_organizations())::uuid[])"
READ = "submission_number > 0 AND rfp_id = ANY ((SELECT viewer_reads_rfps())::uuid[])"
JUDGED = "submission_number > 0 AND rfp_id = ANY ((SELECT viewer_judges_rfps())::uuid[])"
GRANTED = "proposal_id = ANY ((SELECT viewer_may_read())::uuid[])"
SEATED = "member_id = ANY ((SELECT viewer_seats())::uuid[])"
IN_PANEL = "rfp_id = ANY ((SELECT rfps_in_panel())::uuid[])"
DECIDED = "rfp_id = ANY ((SELECT rfps_decided())::uuid[])"


def of_proposal(*conditions: str) -> str:
    """The row belongs to a proposal for which one of these holds."""
    any_of = " OR ".join(f"({condition})" for condition in conditions)
    return f"EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id AND ({any_of}))"


SHEETS = "SELECT 1 FROM score_sheets JOIN proposals ON proposals.id = score_sheets.proposal_id"

# table -> when a person may see and write a row of it; the worker and commands may always
PEOPLE = {
    "proposals": f"{OWN} OR ({READ}) OR ({JUDGED}) OR id = ANY ((SELECT viewer_may_read())::uuid[])"
    " OR id = ANY ((SELECT awarded_proposals())::uuid[])",
    "answers": of_proposal(OWN),
    "attachments": of_proposal(OWN),
    "submissions": of_proposal(OWN, f"number = submission_number AND (({READ}) OR {GRANTED})"),
    "submitted_documents": "EXISTS (SELECT 1 FROM submissions WHERE submissions.id = submission_id)",
    "refusals": of_proposal(OWN, READ),
    "documents": "sealed_rfp_id IS NULL OR uploaded_by_id = (SELECT viewer_id())"
    " OR EXISTS (SELECT 1 FROM attachments WHERE attachments.document_id = documents.id)"
    " OR EXISTS (SELECT 1 FROM submitted_documents WHERE submitted_documents.document_id = documents.id)",
    "reader_grants": f"user_id = (SELECT viewer_id()) OR {of_proposal(READ)}",
    "conflict_declarations": f"{SEATED} OR {of_proposal(READ)}",
    "score_sheets": f"{SEATED} OR {of_proposal(READ, f'{OWN} AND {DECIDED}')}",
    "scores": f"EXISTS ({SHEETS} WHERE score_sheets.id = sheet_id AND"
    f" ({SEATED} OR ({READ} AND {IN_PANEL}) OR ({OWN} AND {DECIDED})))",
    "score_changes": "EXISTS (SELECT 1 FROM scores WHERE scores.id = score_id)",
}


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    app = role()
    for head, body in FUNCTIONS.items():
        answer = head.rpartition("RETURNS ")[2]
        op.execute(
            f"CREATE FUNCTION {head} LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            f"DECLARE answer {answer}; BEGIN {body} END $$"
        )
    op.execute(SUMS)
    op.execute("CREATE INDEX ix_attachments_document ON attachments (document_id)")
    for table, allowed in PEOPLE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        # Migrations, the functions above and a database dump (--enable-row-security) work as the owner.
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {app} USING ((SELECT viewer_is_system()) OR {allowed})")


def downgrade() -> None:
    for table in PEOPLE:
        op.execute(f"DROP POLICY seal ON {table}; DROP POLICY keeper ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute("DROP INDEX ix_attachments_document")
    op.execute("DROP FUNCTION sealed_leaves(uuid); DROP FUNCTION scored_proposals(uuid)")
    for head in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {head.partition(' RETURNS')[0]}")
