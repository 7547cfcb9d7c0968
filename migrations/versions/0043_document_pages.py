"""The pages of a proposal's file as they are shown: where each picture lies, and the text of the page."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE = "document_pages"
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {TABLE: "document_id"}
APPEND_ONLY = [TABLE]


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("image_key", sa.String(64), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f(f"ck_{TABLE}_number_positive")),
        sa.CheckConstraint(
            "num_nonnulls(image_key, sha256, size, width, height) IN (0, 5)",
            name=op.f(f"ck_{TABLE}_picture_whole_or_missing"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f(f"fk_{TABLE}_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("document_id", "number", name=op.f(f"uq_{TABLE}_document_id_number")),
        sa.UniqueConstraint("image_key", name=op.f(f"uq_{TABLE}_image_key")),
    )
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
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {role()}")
    # A page is there for whoever sees its file.
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY keeper ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seal ON {TABLE} TO {role()} USING ((SELECT viewer_is_system()) OR "
        "EXISTS (SELECT 1 FROM documents WHERE documents.id = document_id))"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
