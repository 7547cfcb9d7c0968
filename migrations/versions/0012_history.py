"""The program's history before this site: its editions, past cohorts, and who took part."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# table -> the column that holds the id of the subject its changes are logged under: every change names its edition
AUDITED = {
    "history_editions": "id",
    "past_cohorts": "edition_id",
    "participations": "edition_id",
}
APPEND_ONLY = ["history_editions"]
PARTIAL_DATES = ("opened", "meeting", "closed", "announced", "pilot_start", "pilot_end", "wrap_up")


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def texts(name: str, *, nullable: bool) -> sa.Column[list[str]]:
    return sa.Column(name, sa.ARRAY(sa.Text()), nullable=nullable)


def upgrade() -> None:
    op.add_column("host_organizations", sa.Column("key", sa.String(length=40), nullable=True))
    op.create_unique_constraint(op.f("uq_host_organizations_key"), "host_organizations", ["key"])
    op.create_table(
        "history_editions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("compiled_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_history_editions_number_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_editions")),
        sa.UniqueConstraint("number", name=op.f("uq_history_editions_number")),
    )
    make_past_cohorts()
    make_participations()
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
        op.execute(f"GRANT SELECT, INSERT{'' if table in APPEND_ONLY else ', UPDATE'} ON {table} TO {role()}")
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def make_past_cohorts() -> None:
    dates = [sa.Column(name, sa.String(length=10), nullable=True) for name in PARTIAL_DATES]
    op.create_table(
        "past_cohorts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *dates,
        sa.Column("months_min", sa.Integer(), nullable=True),
        sa.Column("months_max", sa.Integer(), nullable=True),
        sa.Column("is_paid", sa.Boolean(), nullable=True),
        sa.Column("stipend_cents", sa.Integer(), nullable=True),
        sa.Column("applicants", sa.Integer(), nullable=True),
        sa.Column("selected", sa.Integer(), nullable=True),
        *(texts(name, nullable=True) for name in ("themes", "host_keys", "committee")),
        sa.Column("portal", sa.String(length=200), nullable=True),
        sa.Column("portal_url", sa.String(length=500), nullable=True),
        texts("called", nullable=True),
        *(texts(name, nullable=False) for name in ("notes", "discrepancies", "source_keys")),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 999", name=op.f("ck_past_cohorts_number_real")),
        sa.CheckConstraint("months_min <= months_max", name=op.f("ck_past_cohorts_months_in_order")),
        *(
            sa.CheckConstraint(
                f"{name} ~ '^[0-9]{{4}}(-[0-9]{{2}}){{0,2}}$'", name=op.f(f"ck_past_cohorts_{name}_date")
            )
            for name in PARTIAL_DATES
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["history_editions.id"], name=op.f("fk_past_cohorts_edition_id_history_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_cohorts")),
        sa.UniqueConstraint("number", name=op.f("uq_past_cohorts_number")),
    )


def make_participations() -> None:
    op.create_table(
        "participations",
        sa.Column("past_cohort_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        texts("aliases", nullable=False),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("tried", sa.Text(), nullable=True),
        texts("host_keys", nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.String(length=40), nullable=False),
        texts("source_keys", nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('listed_and_announced', 'alumni_page_only', 'announced_only', 'named_in_later_release')",
            name=op.f("ck_participations_standing_known"),
        ),
        sa.CheckConstraint("confidence IN ('high', 'medium', 'low')", name=op.f("ck_participations_confidence_known")),
        sa.CheckConstraint("cardinality(source_keys) > 0", name=op.f("ck_participations_sources_given")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["history_editions.id"], name=op.f("fk_participations_edition_id_history_editions")
        ),
        sa.ForeignKeyConstraint(
            ["past_cohort_id"], ["past_cohorts.id"], name=op.f("fk_participations_past_cohort_id_past_cohorts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participations")),
        sa.UniqueConstraint("past_cohort_id", "slug", name=op.f("uq_participations_past_cohort_id_slug")),
    )
    op.create_index(op.f("ix_participations_slug"), "participations", ["slug"], unique=False)


def downgrade() -> None:
    for table in ("participations", "past_cohorts", "history_editions"):
        op.drop_table(table)
    op.drop_constraint(op.f("uq_host_organizations_key"), "host_organizations", type_="unique")
    op.drop_column("host_organizations", "key")
