"""A stamp that changes with every change of what public pages show, so that a kept page is never an old one."""

from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# What pages for everyone are made from. A page that asks another table is not kept (pglab/web/kept_pages.py).
WATCHED = [
    "challenge_areas",
    "cohorts",
    "history_editions",
    "host_organizations",
    "participations",
    "past_cohorts",
    "rfp_versions",
    "rfps",
]

FUNCTIONS = """
CREATE TABLE page_stamp (
    only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT ck_page_stamp_only_row CHECK (only_row),
    version bigint NOT NULL
);
INSERT INTO page_stamp (version) VALUES (0);
-- Deferred to the end of the transaction, after the audit log: nobody waits for this row while holding another.
CREATE FUNCTION stamp_pages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    present bigint := pg_current_xact_id()::text::bigint;
BEGIN
    UPDATE page_stamp SET version = present WHERE version <> present;
    RETURN NULL;
END $$;
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.execute(FUNCTIONS)
    for table in WATCHED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_pages()"
        )
    op.execute(f"GRANT SELECT ON page_stamp TO {role()}")


def downgrade() -> None:
    for table in WATCHED:
        op.execute(f"DROP TRIGGER watched ON {table}")
    op.execute("DROP FUNCTION stamp_pages(); DROP TABLE page_stamp")
