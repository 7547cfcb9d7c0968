"""Host organizations are renamed by program managers; a load of the history then leaves them alone."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("host_organizations", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "host_organizations", sa.Column("is_changed_here", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for column in ("version", "is_changed_here"):
        op.alter_column("host_organizations", column, server_default=None)


def downgrade() -> None:
    for column in ("is_changed_here", "version"):
        op.drop_column("host_organizations", column)
