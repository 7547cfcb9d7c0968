"""News of cohorts, the people without an account who follow them, and what was sent to whom.

A cohort published before this gets its item now, so that its page and the feeds begin where it began. Nobody follows
yet, so no mail goes out for it.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = "'call', 'answers', 'addendum', 'deadline', 'cancelled', 'results', 'session'"
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"news_items": "id"}
# What the application may do besides reading and adding; who follows is removed for good, and takes the rest along.
ALSO = {
    "news_items": "",
    "deliveries": "",
    "follower_links": "",
    "followers": "UPDATE, DELETE",
    "follows": "DELETE",
    "follow_requests": "UPDATE, DELETE",
}

EARLIER_CALLS = """
INSERT INTO news_items (id, cohort_id, kind, title, summary, path, announced_at, visible_at)
SELECT gen_random_uuid(), cohorts.id, 'call', 'PGH Lab Cohort ' || cohorts.number || ' is open', cohorts.headline,
    '/cohorts/' || cohorts.number, min(rfp_versions.made_at), greatest(min(rfp_versions.made_at), rfps.publish_at)
FROM rfps JOIN cohorts ON cohorts.id = rfps.cohort_id JOIN rfp_versions ON rfp_versions.rfp_id = rfps.id
WHERE rfps.status = 'published' GROUP BY rfps.id, cohorts.id
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def make_news() -> None:
    op.create_table(
        "news_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("visible_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_news_items_kind_known")),
        sa.CheckConstraint("length(title) > 0 AND title !~ '[\\r\\n]'", name=op.f("ck_news_items_title_one_line")),
        sa.CheckConstraint("path ~ '^/[^/\\s]\\S*$'", name=op.f("ck_news_items_path_on_this_site")),
        sa.CheckConstraint("visible_at >= announced_at", name=op.f("ck_news_items_not_before_announced")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_news_items_cohort_id_cohorts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_items")),
    )
    op.create_index("ix_news_items_cohort_id_visible_at", "news_items", ["cohort_id", "visible_at"])
    op.create_index("ix_news_items_visible_at", "news_items", ["visible_at"])


def make_followers() -> None:
    op.create_table(
        "followers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("email_key", sa.String(255), nullable=False),
        sa.Column("frequency", sa.String(40), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.Column("unsubscribed_at", INSTANT, nullable=True),
        sa.CheckConstraint("frequency IN ('now', 'daily')", name=op.f("ck_followers_frequency_known")),
        sa.CheckConstraint("email !~ '[\\r\\n]'", name=op.f("ck_followers_address_one_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followers")),
        sa.UniqueConstraint("email_key", name=op.f("uq_followers_email_key")),
    )
    op.create_table(
        "follows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("followed_at", INSTANT, nullable=False),
        sa.CheckConstraint("topic IN ('calls', 'cohort', 'results')", name=op.f("ck_follows_topic_known")),
        sa.CheckConstraint("(topic = 'cohort') = (cohort_id IS NOT NULL)", name=op.f("ck_follows_cohort_iff_topic")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_follows_cohort_id_cohorts")),
        of_follower("follows"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint(
            "follower_id",
            "topic",
            "cohort_id",
            name=op.f("uq_follows_follower_id_topic_cohort_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_follows_topic", "follows", ["topic", "cohort_id"])
    op.create_table(
        "follow_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("email_key", sa.String(255), nullable=False),
        sa.Column("wishes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("frequency", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("frequency IN ('now', 'daily')", name=op.f("ck_follow_requests_frequency_known")),
        sa.CheckConstraint("cardinality(wishes) > 0", name=op.f("ck_follow_requests_wishes_given")),
        sa.CheckConstraint("expires_at > asked_at", name=op.f("ck_follow_requests_expires_after_asked")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_requests")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_follow_requests_token_hash")),
    )
    op.create_index("ix_follow_requests_asked_at", "follow_requests", ["asked_at"])


def make_mail_tables() -> None:
    op.create_table(
        "follower_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        of_follower("follower_links"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_follower_links_token_hash")),
    )
    op.create_index("ix_follower_links_follower_id", "follower_links", ["follower_id"])
    op.create_table(
        "deliveries",
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("news_item_id", sa.Uuid(), nullable=False),
        sa.Column("owed_at", INSTANT, nullable=False),
        of_follower("deliveries"),
        sa.ForeignKeyConstraint(
            ["news_item_id"], ["news_items.id"], name=op.f("fk_deliveries_news_item_id_news_items")
        ),
        sa.PrimaryKeyConstraint("follower_id", "news_item_id", name=op.f("pk_deliveries")),
    )
    op.add_column("emails", sa.Column("unsubscribe_path", sa.String(300), nullable=False, server_default=""))


def of_follower(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["follower_id"], ["followers.id"], name=op.f(f"fk_{table}_follower_id_followers"), ondelete="CASCADE"
    )


def upgrade() -> None:
    make_news()
    make_followers()
    make_mail_tables()
    op.execute(EARLIER_CALLS)
    for table, more in ALSO.items():
        op.execute(f"GRANT SELECT, INSERT{', ' + more if more else ''} ON {table} TO {role()}")
    op.execute(
        """
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON news_items FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON news_items
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON news_items
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('id');
        CREATE CONSTRAINT TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON news_items
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_pages();
        """
    )


def downgrade() -> None:
    op.drop_column("emails", "unsubscribe_path")
    for table in ("deliveries", "follower_links", "follow_requests", "follows", "followers", "news_items"):
        op.drop_table(table)
