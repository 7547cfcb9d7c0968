"""Which team was reminded of what: at most once for each moment of each deadline."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLE = "reminders"
AUDITED = {TABLE: "proposal_id"}
APPEND_ONLY = [TABLE]
OWN = "proposals.organization_id = ANY ((SELECT viewer_organizations())::uuid[])"


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("reminded_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('two_days', 'four_hours', 'unsent', 'closed')", name=op.f(f"ck_{TABLE}_kind_known")
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f(f"fk_{TABLE}_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("proposal_id", "kind", "closes_at", name=op.f(f"uq_{TABLE}_proposal_id_kind_closes_at")),
    )
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    app = role()
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {app}")
    # A row tells that a proposal exists, so it is there for the startup's own people alone, as its answers are.
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY keeper ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seal ON {TABLE} TO {app} USING ((SELECT viewer_is_system()) OR "
        f"EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id AND {OWN}))"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
