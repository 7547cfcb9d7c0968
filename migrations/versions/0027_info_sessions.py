"""Information sessions of a call, and who has a place in them."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"info_sessions": "id"}
# What pages for everyone are made from (pglab/web/kept_pages.py).
WATCHED = ["info_sessions"]
# What the application may do besides reading and adding.
ALSO = {"info_sessions": "UPDATE", "session_places": "UPDATE, DELETE"}

# The last line behind the service that waits its turn: no more places than there are, whoever writes the row.
NO_MORE_PLACES = """
CREATE FUNCTION no_more_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most integer;
BEGIN
    IF NEW.confirmed_at IS NULL OR NEW.given_up_at IS NOT NULL THEN RETURN NEW; END IF;
    SELECT capacity INTO most FROM info_sessions WHERE id = NEW.session_id FOR UPDATE;
    IF most <= (SELECT count(*) FROM session_places WHERE session_id = NEW.session_id AND id <> NEW.id
                AND confirmed_at IS NOT NULL AND given_up_at IS NULL) THEN
        RAISE EXCEPTION 'all places of this session are taken' USING ERRCODE = 'PL018';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_more_places BEFORE INSERT OR UPDATE ON session_places
    FOR EACH ROW EXECUTE FUNCTION no_more_places();
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def checks(table: str, **said: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in said.items()]


def make_sessions() -> None:
    op.create_table(
        "info_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("join_link", sa.String(500), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("recording_url", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancel_reason", sa.String(500), nullable=False),
        *checks(
            "info_sessions",
            number_positive="number > 0",
            ends_after_start="ends_at > starts_at",
            capacity_positive="capacity > 0",
            somewhere="place <> '' OR join_link <> ''",
            cancelled_for_a_reason="(cancelled_at IS NOT NULL) = (cancel_reason <> '')",
            title_one_line="title <> '' AND title !~ '[\\r\\n]'",
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_info_sessions_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["published_by_id"], ["users.id"], name=op.f("fk_info_sessions_published_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_info_sessions")),
        sa.UniqueConstraint("rfp_id", "number", name=op.f("uq_info_sessions_rfp_id_number")),
    )


def make_places() -> None:
    op.create_table(
        "session_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("email_key", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("given_up_at", INSTANT, nullable=True),
        *checks(
            "session_places",
            one_line="email !~ '[\\r\\n]' AND name !~ '[\\r\\n]'",
            had_before_given_up="given_up_at IS NULL OR confirmed_at IS NOT NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["info_sessions.id"], name=op.f("fk_session_places_session_id_info_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_places")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_places_token_hash")),
    )
    op.create_index("ix_session_places_session_id", "session_places", ["session_id"])
    op.create_index(
        "uq_session_places_mailbox",
        "session_places",
        ["session_id", "email_key"],
        unique=True,
        postgresql_where=sa.text("confirmed_at IS NOT NULL AND given_up_at IS NULL"),
    )


def upgrade() -> None:
    make_sessions()
    make_places()
    op.execute(NO_MORE_PLACES)
    for table, more in ALSO.items():
        op.execute(f"GRANT SELECT, INSERT, {more} ON {table} TO {role()}")
    op.execute(
        """
        CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON info_sessions
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('id');
        CREATE CONSTRAINT TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON info_sessions
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_pages();
        """
    )


def downgrade() -> None:
    op.drop_table("session_places")
    op.drop_table("info_sessions")
    op.execute("DROP FUNCTION no_more_places()")
