"""Sessions are rows that can be listed and ended; devices are known; tries survive no crash and need not."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("idle_seconds > 0", name=op.f("ck_sign_in_sessions_idle_positive")),
        sa.CheckConstraint("ends_at > began_at", name=op.f("ck_sign_in_sessions_ends_after_it_began")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_sessions_token_hash")),
    )
    op.create_index("ix_sign_in_sessions_user_id", "sign_in_sessions", ["user_id"])
    op.create_table(
        "known_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("seen_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("user_id", "token_hash", name=op.f("uq_known_devices_user_id_token_hash")),
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_sessions, known_devices TO {role()}")
    op.execute("ALTER TABLE sign_in_tries SET UNLOGGED")


def downgrade() -> None:
    op.execute("ALTER TABLE sign_in_tries SET LOGGED")
    op.drop_table("known_devices")
    op.drop_table("sign_in_sessions")
