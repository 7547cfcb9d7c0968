"""The moment since which a file waits for its virus scan, also for an administrator, who may see no sealed file."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION oldest_unscanned() RETURNS timestamptz
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT min(received_at) FROM documents WHERE NOT EXISTS (
                SELECT 1 FROM document_scans
                WHERE document_id = documents.id AND verdict IN ('clean', 'infected', 'failed'))
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION oldest_unscanned()")
