"""What news says and carries by mail alone: more words below the summary, and the date it is about as a calendar file."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("detail", "calendar"):
        op.add_column("news_items", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("calendar", "detail"):
        op.drop_column("news_items", name)
