"""What a startup marks as confidential in a file, its signed statement, and a redacted copy for the public."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
MARKS, SENT = "confidentiality_marks", "submitted_marks"
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {MARKS: "proposal_id", SENT: "submission_id"}
RIGHTS = {MARKS: "SELECT, INSERT, UPDATE, DELETE", SENT: "SELECT, INSERT"}
# The draft's are there for its own team alone, those of a submission for whoever sees the submission.
SEALS = {
    MARKS: "EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id "
    "AND organization_id = ANY ((SELECT viewer_organizations())::uuid[]))",
    SENT: "EXISTS (SELECT 1 FROM submissions WHERE submissions.id = submission_id)",
}
# As 0037 left it.
BEFORE = "".join(
    [
        "sealed_rfp_id IS NULL OR uploaded_by_id = (SELECT viewer_id())",
        *(
            f" OR EXISTS (SELECT 1 FROM attachments WHERE attachments.{name} = documents.id)"
            for name in ("document_id", "earlier_document_id", "refused_document_id")
        ),
        " OR EXISTS (SELECT 1 FROM submitted_documents WHERE submitted_documents.document_id = documents.id)",
    ]
)
REDACTED = "".join(
    f" OR EXISTS (SELECT 1 FROM {table} WHERE {table}.redacted_document_id = documents.id)" for table in SEALS
)


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def seal_documents(allowed: str) -> None:
    op.execute("DROP POLICY seal ON documents")
    op.execute(f"CREATE POLICY seal ON documents TO {role()} USING ((SELECT viewer_is_system()) OR {allowed})")


def to(
    table: str, column: str, target: str, *, nullable: bool = False
) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    ]


def upgrade() -> None:
    op.create_table(
        MARKS,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(MARKS, "proposal_id", "proposals"),
        *to(MARKS, "document_id", "documents"),
        sa.Column("pages_named", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *to(MARKS, "marked_by_id", "users"),
        sa.Column("marked_at", INSTANT, nullable=False),
        *to(MARKS, "signed_by_id", "users", nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        *to(MARKS, "redacted_document_id", "documents", nullable=True),
        sa.CheckConstraint("(signed_by_id IS NULL) = (signed_at IS NULL)", name=op.f(f"ck_{MARKS}_signed_by_somebody")),
        sa.CheckConstraint("redacted_document_id <> document_id", name=op.f(f"ck_{MARKS}_redacted_is_another_file")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{MARKS}")),
        sa.UniqueConstraint("proposal_id", "document_id", name=op.f(f"uq_{MARKS}_proposal_id_document_id")),
    )
    op.create_table(
        SENT,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(SENT, "submission_id", "submissions"),
        *to(SENT, "slot_id", "document_slots"),
        sa.Column("pages_named", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *to(SENT, "signed_by_id", "users"),
        sa.Column("signed_at", INSTANT, nullable=False),
        *to(SENT, "redacted_document_id", "documents", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SENT}")),
        sa.UniqueConstraint("submission_id", "slot_id", name=op.f(f"uq_{SENT}_submission_id_slot_id")),
    )
    for table, column in AUDITED.items():
        op.create_index(f"ix_{table}_redacted_document_id", table, ["redacted_document_id"])
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
        op.execute(f"GRANT {RIGHTS[table]} ON {table} TO {role()}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {role()} USING ((SELECT viewer_is_system()) OR {SEALS[table]})")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {SENT} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {SENT} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    seal_documents(BEFORE + REDACTED)


def downgrade() -> None:
    seal_documents(BEFORE)
    for table in AUDITED:
        op.drop_table(table)
