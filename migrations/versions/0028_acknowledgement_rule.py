"""The rule of acknowledgements looks at every row, whoever acts, as all rules do since 0019."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

RULE = "acknowledges_own_addendum"


def upgrade() -> None:
    op.execute(f"ALTER FUNCTION {RULE}() SECURITY DEFINER SET search_path = public, pg_temp")


def downgrade() -> None:
    op.execute(f"ALTER FUNCTION {RULE}() SECURITY INVOKER RESET search_path")
