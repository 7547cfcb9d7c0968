"""What production demands of its PostgreSQL before it serves anybody."""

from sqlalchemy import Connection, text

# Whether a sealed table lacks its policies, or the role is one they do not bind.
UNSEALED = """
    SELECT (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user) OR EXISTS (
        SELECT 1 FROM pg_class WHERE oid IN ('proposals'::regclass, 'answers'::regclass, 'attachments'::regclass,
            'submissions'::regclass, 'submitted_documents'::regclass, 'refusals'::regclass, 'documents'::regclass,
            'reminders'::regclass, 'withdrawals'::regclass, 'clarifications'::regclass,
            'clarification_items'::regclass, 'clarification_responses'::regclass, 'clarification_answers'::regclass,
            'confidentiality_marks'::regclass, 'submitted_marks'::regclass,
            'section_checks'::regclass, 'review_requests'::regclass,
            'document_pages'::regclass)
        AND NOT (relrowsecurity AND relforcerowsecurity))
"""
LASTING = ("fsync", "full_page_writes", "synchronous_commit")


def find_faults(connection: Connection) -> list[str]:
    """Why this database is not fit for production, one sentence each; empty when it is.

    What was acknowledged must survive a power cut, and the role must own nothing; once the tables are there, the
    official time must be the machine's.
    """
    found = [
        f"PostgreSQL runs with {setting} off: what was received could be lost."
        for setting in LASTING
        if connection.execute(text(f"SHOW {setting}")).scalar_one()
        not in ("on", "local", "remote_apply", "remote_write")
    ]
    if connection.execute(text("SHOW timezone")).scalar_one() != "UTC":
        found.append("The connection's time zone is not UTC.")
    if connection.execute(text("SELECT current_setting('is_superuser')")).scalar_one() == "on":
        found.append("DATABASE_URL connects as a superuser. Use the application's own role.")
    owned = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    if connection.execute(owned).scalar_one():
        found.append("DATABASE_URL connects as the owner of the tables. Use the application's own role.")
    if connection.execute(text("SELECT to_regclass('official_clock')")).scalar_one() is not None:
        moved = text("SELECT shift <> '0' OR frozen_at IS NOT NULL FROM official_clock")
        if connection.execute(moved).scalar_one():
            found.append("The official time is moved. Set official_clock back before the site opens.")
        if connection.execute(text(UNSEALED)).scalar_one():
            found.append("The database does not keep proposals sealed by row-level security. Run the migrations.")
    return found
