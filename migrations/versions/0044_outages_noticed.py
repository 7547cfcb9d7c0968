"""Outages that the site notices by itself, and the signs of life by which it does."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.add_column("outages", sa.Column("part", sa.String(40), nullable=True))
    op.alter_column("outages", "noted_by_id", nullable=True)
    op.create_check_constraint(op.f("ck_outages_part_known"), "outages", "part IN ('site', 'files')")
    op.create_check_constraint(
        op.f("ck_outages_noted_by_somebody_or_itself"), "outages", "(part IS NULL) = (noted_by_id IS NOT NULL)"
    )
    op.create_index(
        "uq_outages_part_going_on", "outages", ["part"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "heartbeats",
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part IN ('site', 'files', 'watcher')", name=op.f("ck_heartbeats_part_known")),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_heartbeats")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON heartbeats TO {role()}")


def downgrade() -> None:
    op.drop_table("heartbeats")
    op.drop_index("uq_outages_part_going_on", table_name="outages")
    op.execute("ALTER TABLE outages DISABLE TRIGGER USER")
    op.execute("DELETE FROM outages WHERE part IS NOT NULL")
    op.execute("ALTER TABLE outages ENABLE TRIGGER USER")
    op.drop_constraint("ck_outages_noted_by_somebody_or_itself", "outages")
    op.drop_constraint("ck_outages_part_known", "outages")
    op.alter_column("outages", "noted_by_id", nullable=False)
    op.drop_column("outages", "part")
