"""A draft's slot remembers the file that was there before, until the new one has passed its virus check."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

COLUMNS = ("earlier_document_id", "refused_document_id")
# As in 0013: who may see the attachment may see the files it names.
BEFORE = (
    "sealed_rfp_id IS NULL OR uploaded_by_id = (SELECT viewer_id())"
    " OR EXISTS (SELECT 1 FROM attachments WHERE attachments.document_id = documents.id)"
    " OR EXISTS (SELECT 1 FROM submitted_documents WHERE submitted_documents.document_id = documents.id)"
)
NAMED = "".join(f" OR EXISTS (SELECT 1 FROM attachments WHERE attachments.{name} = documents.id)" for name in COLUMNS)


def seal_documents(allowed: str) -> None:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    app = '"' + name.replace('"', '""') + '"'
    op.execute("DROP POLICY seal ON documents")
    op.execute(f"CREATE POLICY seal ON documents TO {app} USING ((SELECT viewer_is_system()) OR {allowed})")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("attachments", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_attachments_{name}_documents"), "attachments", "documents", [name], ["id"])
        op.create_index(f"ix_attachments_{name}", "attachments", [name])
    seal_documents(BEFORE + NAMED)


def downgrade() -> None:
    seal_documents(BEFORE)
    for name in COLUMNS:
        op.drop_column("attachments", name)
