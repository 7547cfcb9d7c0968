"""The log of outages: kept by staff, read by everyone, each change on the audit log."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AUDITED = {"outages": "id"}


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("summary", sa.String(300), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_at > started_at", name=op.f("ck_outages_ends_after_start")),
        sa.CheckConstraint("started_at <= noted_at", name=op.f("ck_outages_noted_after_start")),
        sa.CheckConstraint("length(summary) BETWEEN 1 AND 300", name=op.f("ck_outages_summary_given")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["users.id"], name=op.f("fk_outages_noted_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON outages TO {role()}")
    op.execute(
        "CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON outages "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('id')"
    )


def downgrade() -> None:
    op.drop_table("outages")
