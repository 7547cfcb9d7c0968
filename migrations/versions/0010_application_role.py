"""What the application's role may do: read and add everywhere it works, change and remove only where that is needed."""

from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEVER_CHANGED = [
    "access_log",
    "acceptances",
    "alembic_version",
    "approvals",
    "audit_events",
    "conflict_declarations",
    "deliverable_versions",
    "disbursements",
    "documents",
    "installments",
    "journal_entries",
    "journal_lines",
    "official_clock",
    "refusals",
    "rfp_versions",
    "score_changes",
    "stipends",
    "submissions",
    "submitted_documents",
]
REMOVABLE = [
    "attachments",
    "challenge_areas",
    "criteria",
    "document_slots",
    "eligibility_rules",
    "form_questions",
    "form_sections",
    "installment_templates",
    "memberships",
    "rfp_sections",
    "sign_in_tries",
    "staff_roles",
]
READ_ONLY = ["alembic_version", "official_clock", "score_changes"]


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    app = role()
    op.execute(f"GRANT USAGE ON SCHEMA public TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {app}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}")
    op.execute(f"REVOKE UPDATE ON {', '.join(NEVER_CHANGED)} FROM {app}")
    op.execute(f"REVOKE INSERT ON {', '.join(READ_ONLY)} FROM {app}")
    op.execute(f"GRANT DELETE ON {', '.join(REMOVABLE)} TO {app}")
    op.execute(
        f"""DO $$ DECLARE queue_table text; BEGIN
            FOR queue_table IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%' LOOP
                EXECUTE format('GRANT DELETE ON %I TO {app.replace("'", "''")}', queue_table);
            END LOOP; END $$"""
    )


def downgrade() -> None:
    app = role()
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {app}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {app}")
