"""Official time: the database's clock, plus an offset that only the owner may set, in development and tests."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = """
CREATE TABLE official_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    shift interval NOT NULL DEFAULT '0',
    frozen_at timestamptz
);
INSERT INTO official_clock DEFAULT VALUES;
CREATE FUNCTION official_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(frozen_at, clock_timestamp() + shift) FROM official_clock
$$;
CREATE FUNCTION official_transaction_start() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(frozen_at, transaction_timestamp() + shift) FROM official_clock
$$;
"""

DOWN = "DROP FUNCTION official_transaction_start(); DROP FUNCTION official_now(); DROP TABLE official_clock"


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
