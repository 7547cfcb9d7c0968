"""What the malware scan said of each file, and files on their way to the store in parts."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As in 0004: table -> the column that holds the id of the subject its changes are logged under.
AUDITED = {"document_scans": "document_id"}
APPEND_ONLY = ["document_scans"]
# As in 0013: table -> when a person may see and write a row of it.
PEOPLE = {
    "document_scans": "EXISTS (SELECT 1 FROM documents WHERE documents.id = document_id)",
    "uploads": "started_by_id = (SELECT viewer_id())",
}


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        "document_scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("finding", sa.String(200), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('clean', 'infected', 'failed', 'not_scanned')", name=op.f("ck_document_scans_verdict_known")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_scans_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_scans")),
    )
    op.create_index("ix_document_scans_document_id_checked_at", "document_scans", ["document_id", "checked_at"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(120), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(64), nullable=False),
        sa.Column("store_upload_id", sa.String(200), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.CheckConstraint("size > 0 AND size <= 25000000", name=op.f("ck_uploads_size_allowed")),
        sa.CheckConstraint("outcome IN ('received', 'cancelled', 'expired')", name=op.f("ck_uploads_outcome_known")),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_uploads_ended_with_outcome")),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_uploads_started_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_uploads_storage_key")),
    )
    op.create_index("ix_uploads_started_by_id_started_at", "uploads", ["started_by_id", "started_at"])
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    app = role()
    op.execute(f"GRANT SELECT, INSERT ON document_scans TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON uploads TO {app}")
    # As in 0013: a file's name and that it exists are sealed.
    for table, allowed in PEOPLE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {app} USING ((SELECT viewer_is_system()) OR {allowed})")


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("document_scans")
