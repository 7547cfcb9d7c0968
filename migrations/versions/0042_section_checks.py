"""Which sections a team calls complete, and whom of the team somebody asked to review a section or to submit."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CHECKS, REQUESTS = "section_checks", "review_requests"
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {CHECKS: "proposal_id", REQUESTS: "proposal_id"}
OWN = """EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id
    AND organization_id = ANY ((SELECT viewer_organizations())::uuid[]))"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def to(table: str, column: str, target: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    return (
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    )


def upgrade() -> None:
    op.create_table(
        CHECKS,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(CHECKS, "proposal_id", "proposals"),
        *to(CHECKS, "section_id", "form_sections"),
        *to(CHECKS, "checked_by_id", "users"),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CHECKS}")),
        sa.UniqueConstraint("proposal_id", "section_id", name=op.f(f"uq_{CHECKS}_proposal_id_section_id")),
    )
    op.create_table(
        REQUESTS,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(REQUESTS, "proposal_id", "proposals"),
        *to(REQUESTS, "section_id", "form_sections", nullable=True),
        *to(REQUESTS, "asked_by_id", "users"),
        *to(REQUESTS, "asked_of_id", "users"),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("asked_by_id <> asked_of_id", name=op.f(f"ck_{REQUESTS}_of_somebody_else")),
        sa.CheckConstraint("done_at >= asked_at", name=op.f(f"ck_{REQUESTS}_done_after_it_was_asked")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REQUESTS}")),
    )
    op.create_index(f"ix_{REQUESTS}_proposal_id", REQUESTS, ["proposal_id"])
    op.create_index(f"ix_{REQUESTS}_asked_of_id", REQUESTS, ["asked_of_id"])
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {role()}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {role()} USING ((SELECT viewer_is_system()) OR {OWN})")


def downgrade() -> None:
    op.drop_table(REQUESTS)
    op.drop_table(CHECKS)
