"""What was typed into a form when its session had ended, as ciphertext, for a day."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("path_hash", sa.String(64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
        sa.UniqueConstraint("token_hash", "path_hash", name=op.f("uq_kept_forms_token_hash_path_hash")),
    )
    op.create_index("ix_kept_forms_user_id", "kept_forms", ["user_id"])
    op.create_index("ix_kept_forms_kept_at", "kept_forms", ["kept_at"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON kept_forms TO {role()}")


def downgrade() -> None:
    op.drop_table("kept_forms")
