"""News, followers, and what was sent to whom. Only hashes of the links that travel in mails are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.cohorts.models import Cohort
from pglab.core.db import Base, Entity, choice, one_of
from pglab.subscriptions.states import Frequency, NewsKind, Topic

TITLE_LENGTH = 120
PATH_LENGTH = 300


class NewsItem(Entity):
    """One public fact of a cohort, told to everyone from `visible_at` on. Items are added and never changed."""

    __tablename__ = "news_items"
    __table_args__ = (
        CheckConstraint(one_of("kind", NewsKind), name="kind_known"),
        CheckConstraint("length(title) > 0 AND title !~ '[\\r\\n]'", name="title_one_line"),
        CheckConstraint("path ~ '^/[^/\\s]\\S*$'", name="path_on_this_site"),
        CheckConstraint("visible_at >= announced_at", name="not_before_announced"),
        Index("ix_news_items_cohort_id_visible_at", "cohort_id", "visible_at"),
        Index("ix_news_items_visible_at", "visible_at"),
    )

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    kind: Mapped[NewsKind] = mapped_column(choice(NewsKind))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    summary: Mapped[str] = mapped_column(Text, default="")
    path: Mapped[str] = mapped_column(String(PATH_LENGTH))
    announced_at: Mapped[datetime]
    visible_at: Mapped[datetime]
    # What mails say and carry beyond that: more words, and the date it is about as a calendar file.
    detail: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)

    cohort: Mapped[Cohort] = relationship(lazy="joined")

    def __str__(self) -> str:
        return self.title


class Follower(Entity):
    """A mailbox whose owner confirmed that they want to be told. Who has stopped is forgotten a month later."""

    __tablename__ = "followers"
    __table_args__ = (
        UniqueConstraint("email_key"),
        CheckConstraint(one_of("frequency", Frequency), name="frequency_known"),
        CheckConstraint("email !~ '[\\r\\n]'", name="address_one_line"),
    )

    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(String(255))
    frequency: Mapped[Frequency] = mapped_column(choice(Frequency))
    confirmed_at: Mapped[datetime]
    unsubscribed_at: Mapped[datetime | None]

    def __str__(self) -> str:
        """The log never tells an address."""
        return "A follower"


class Follow(Entity):
    """One topic of one follower, and since when: what happened before is no news to them."""

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("follower_id", "topic", "cohort_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(one_of("topic", Topic), name="topic_known"),
        CheckConstraint("(topic = 'cohort') = (cohort_id IS NOT NULL)", name="cohort_iff_topic"),
        Index("ix_follows_topic", "topic", "cohort_id"),
    )

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("followers.id", ondelete="CASCADE"))
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    cohort_id: Mapped[UUID | None] = mapped_column(ForeignKey("cohorts.id"))
    followed_at: Mapped[datetime] = mapped_column(default=func.official_now())


class FollowRequest(Entity):
    """Somebody typed this address and these wishes; nothing follows from it until the link in the mail is used."""

    __tablename__ = "follow_requests"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(one_of("frequency", Frequency), name="frequency_known"),
        CheckConstraint("cardinality(wishes) > 0", name="wishes_given"),
        CheckConstraint("expires_at > asked_at", name="expires_after_asked"),
        Index("ix_follow_requests_asked_at", "asked_at"),
    )

    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(String(255))
    wishes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    frequency: Mapped[Frequency] = mapped_column(choice(Frequency))
    token_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FollowerLink(Entity):
    """The link of one mail by which its reader changes what they follow, or stops; each mail has its own."""

    __tablename__ = "follower_links"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_follower_links_follower_id", "follower_id"))

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("followers.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    follower: Mapped[Follower] = relationship(lazy="joined")


class Delivery(Base):
    """One item owed to one follower by mail: once, whoever tries, however often."""

    __tablename__ = "deliveries"

    follower_id: Mapped[UUID] = mapped_column(ForeignKey("followers.id", ondelete="CASCADE"), primary_key=True)
    news_item_id: Mapped[UUID] = mapped_column(ForeignKey("news_items.id"), primary_key=True)
    owed_at: Mapped[datetime] = mapped_column(default=func.official_now())
