"""Messages to the program and their answers. A message is never changed but for its state, an answer never at all."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AUDITED = {"messages": "id", "replies": "message_id"}
APPEND_ONLY = ["replies"]
TOPICS = "'applying', 'pilot', 'account', 'barrier', 'records', 'page', 'other'"

WORDS = """
CREATE FUNCTION message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.reference, NEW.name, NEW.email, NEW.topic, NEW.about, NEW.page, NEW.text, NEW.sent_by_id,
           NEW.received_at) IS DISTINCT FROM ROW(OLD.reference, OLD.name, OLD.email, OLD.topic, OLD.about, OLD.page,
           OLD.text, OLD.sent_by_id, OLD.received_at) THEN
        RAISE EXCEPTION 'a message stays as it was written' USING ERRCODE = 'PL017';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stays BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION message_stays();
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("page", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("closed_because", sa.String(300), nullable=False),
        sa.CheckConstraint(f"topic IN ({TOPICS})", name=op.f("ck_messages_topic_known")),
        sa.CheckConstraint("state IN ('waiting', 'answered', 'closed')", name=op.f("ck_messages_state_known")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 5000", name=op.f("ck_messages_text_given")),
        sa.CheckConstraint("(state = 'closed') = (closed_because <> '')", name=op.f("ck_messages_closed_with_reason")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_messages_sent_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("reference", name=op.f("uq_messages_reference")),
    )
    op.create_index("ix_messages_state_received_at", "messages", ["state", "received_at"])
    op.create_table(
        "replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 5000", name=op.f("ck_replies_text_given")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_replies_message_id_messages")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_replies_sent_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_message_id"), "replies", ["message_id"])
    op.execute(WORDS)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON messages TO {role()}")
    op.execute(f"GRANT SELECT, INSERT ON replies TO {role()}")
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("replies")
    op.drop_table("messages")
    op.execute("DROP FUNCTION message_stays()")
