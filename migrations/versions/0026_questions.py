"""Questions and official answers: what was asked stays as it was asked and is for program staff; answers only grow."""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import make_url

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {"questions": "id", "published_answers": "question_id", "told_answers": "rfp_id"}
# rows that may be added and never changed or removed
APPEND_ONLY = ["published_answers", "told_answers"]
# what pages for everyone are made from
WATCHED = ["published_answers"]

STATES = (
    "'unconfirmed', 'waiting', 'in_review', 'published', 'declined', 'already_answered', 'correcting', "
    "'correction_in_review'"
)
TOPICS = "'eligibility', 'proposal', 'scoring', 'stipend', 'pilot', 'dates', 'other', 'challenge'"
NUMBERED = "status IN ('published', 'correcting', 'correction_in_review')"
CLOSED = "status IN ('declined', 'already_answered')"
ABOUT_A_CHALLENGE = "(topic = 'challenge') = (area_slug IS NOT NULL)"

FUNCTIONS = """
CREATE FUNCTION viewer_answers_questions() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM staff_roles WHERE user_id = viewer_id() AND role IN ('program_manager', 'director'));
END $$;

-- What somebody asked is kept as they asked it. Only what was never confirmed may go.
CREATE FUNCTION question_stays_as_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'unconfirmed' THEN
            RAISE EXCEPTION 'a question that was asked is kept' USING ERRCODE = 'PL020';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.rfp_id, NEW.asker_email, NEW.asked_text, NEW.asked_at)
            IS DISTINCT FROM (OLD.id, OLD.rfp_id, OLD.asker_email, OLD.asked_text, OLD.asked_at)
        OR NEW.link_hash IS DISTINCT FROM OLD.link_hash
        OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
        OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) THEN
        RAISE EXCEPTION 'what was asked, and its number, stay as they are' USING ERRCODE = 'PL020';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_asked BEFORE UPDATE OR DELETE ON questions
    FOR EACH ROW EXECUTE FUNCTION question_stays_as_asked();

-- Numbers follow each other without a gap, and so do the editions of one answer; whoever comes second waits.
CREATE FUNCTION answer_is_next() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked questions%ROWTYPE;
    call rfps%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('answers of ' || NEW.rfp_id::text, 0));
    SELECT * INTO asked FROM questions WHERE id = NEW.question_id;
    SELECT * INTO call FROM rfps WHERE id = NEW.rfp_id;
    IF NEW.edition = 1 AND NEW.number <> 1 + coalesce(
            (SELECT max(number) FROM published_answers WHERE rfp_id = NEW.rfp_id), 0) THEN
        RAISE EXCEPTION 'answers are numbered in the order of their publication' USING ERRCODE = 'PL021';
    END IF;
    IF NEW.edition > 1 AND NEW.edition <> 1 + coalesce((SELECT max(edition) FROM published_answers
            WHERE rfp_id = NEW.rfp_id AND number = NEW.number AND question_id = NEW.question_id), 0) THEN
        RAISE EXCEPTION 'a correction follows the edition before it' USING ERRCODE = 'PL021';
    END IF;
    IF asked.rfp_id <> NEW.rfp_id OR asked.confirmed_at IS NULL OR call.status <> 'published' THEN
        RAISE EXCEPTION 'only what was asked about a published call is answered' USING ERRCODE = 'PL021';
    END IF;
    IF official_now() > call.answers_due_at THEN
        RAISE EXCEPTION 'the last day for answers has passed' USING ERRCODE = 'PL021';
    END IF;
    IF (SELECT count(DISTINCT person_id) FROM users WHERE id IN (NEW.drafted_by_id, NEW.published_by_id)) <> 2 THEN
        RAISE EXCEPTION 'an answer is read by a second person' USING ERRCODE = 'PL021';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER next BEFORE INSERT ON published_answers FOR EACH ROW EXECUTE FUNCTION answer_is_next();
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    make_questions()
    make_published_answers()
    make_told_answers()
    op.execute(FUNCTIONS)
    app = role()
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON questions TO {app}")
    op.execute(f"GRANT SELECT, INSERT ON published_answers, told_answers TO {app}")
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
    for table in WATCHED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_pages()"
        )
    seal_questions(app)


def seal_questions(app: str) -> None:
    """Anyone may ask; whoever holds the link from the mailbox may confirm; those who answer read."""
    holds_link = "link_hash = (SELECT current_setting('pglab.question_link', true))"
    op.execute("ALTER TABLE questions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY keeper ON questions TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY seal ON questions TO {app} USING ((SELECT viewer_is_system()) "
        f"OR (SELECT viewer_answers_questions()) OR {holds_link})"
    )
    op.execute(
        f"CREATE POLICY ask ON questions FOR INSERT TO {app} "
        "WITH CHECK (status IN ('unconfirmed', 'waiting') AND drafted_by_id IS NULL)"
    )


def make_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asker_email", sa.String(255), nullable=False),
        sa.Column("asked_text", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("link_hash", sa.String(64), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("area_slug", sa.String(80), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", INSTANT, nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("same_as_number", sa.Integer(), nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(f"status IN ({STATES})", name=op.f("ck_questions_status_known")),
        sa.CheckConstraint(f"topic IN ({TOPICS})", name=op.f("ck_questions_topic_known")),
        sa.CheckConstraint(ABOUT_A_CHALLENGE, name=op.f("ck_questions_challenge_named")),
        sa.CheckConstraint(
            "length(asked_text) > 0 AND length(asker_email) > 0", name=op.f("ck_questions_asked_something")
        ),
        sa.CheckConstraint(
            "(status = 'unconfirmed') = (confirmed_at IS NULL)", name=op.f("ck_questions_unconfirmed_until_confirmed")
        ),
        sa.CheckConstraint(f"({NUMBERED}) = (number IS NOT NULL)", name=op.f("ck_questions_numbered_once_published")),
        sa.CheckConstraint(
            f"({CLOSED}) = (closed_at IS NOT NULL) AND ({CLOSED}) = (closed_by_id IS NOT NULL)",
            name=op.f("ck_questions_closed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(status = 'already_answered') = (same_as_number IS NOT NULL)",
            name=op.f("ck_questions_points_to_an_answer"),
        ),
        sa.CheckConstraint(
            "status <> 'declined' OR length(closed_reason) > 0", name=op.f("ck_questions_declined_with_reason")
        ),
        sa.CheckConstraint(
            "NOT (status IN ('in_review', 'correction_in_review', 'published'))"
            " OR (length(wording) > 0 AND length(answer) > 0 AND drafted_by_id IS NOT NULL)",
            name=op.f("ck_questions_drafted_before_read"),
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_questions_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["users.id"], name=op.f("fk_questions_drafted_by_id_users")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_questions_closed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_questions_link_hash")),
        sa.UniqueConstraint("rfp_id", "number", name=op.f("uq_questions_rfp_id_number")),
    )
    op.create_index("ix_questions_rfp_id_status", "questions", ["rfp_id", "status"])


def make_published_answers() -> None:
    op.create_table(
        "published_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("area_slug", sa.String(80), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"topic IN ({TOPICS})", name=op.f("ck_published_answers_topic_known")),
        sa.CheckConstraint(ABOUT_A_CHALLENGE, name=op.f("ck_published_answers_challenge_named")),
        sa.CheckConstraint("number > 0 AND edition > 0", name=op.f("ck_published_answers_counted_from_one")),
        sa.CheckConstraint(
            "length(question) > 0 AND length(answer) > 0", name=op.f("ck_published_answers_says_something")
        ),
        sa.CheckConstraint(
            "drafted_by_id <> published_by_id", name=op.f("ck_published_answers_read_by_a_second_person")
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_published_answers_rfp_id_rfps")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_published_answers_question_id_questions")
        ),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["users.id"], name=op.f("fk_published_answers_drafted_by_id_users")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["users.id"], name=op.f("fk_published_answers_published_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_answers")),
        sa.UniqueConstraint("rfp_id", "number", "edition", name=op.f("uq_published_answers_rfp_id_number_edition")),
    )
    op.create_index("ix_published_answers_question_id", "published_answers", ["question_id"])
    op.create_index("ix_published_answers_words", "published_answers", ["words"], postgresql_using="gin")


def make_told_answers() -> None:
    op.create_table(
        "told_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["published_answers.id"], name=op.f("fk_told_answers_answer_id_published_answers")
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_told_answers_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_answers")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_told_answers_answer_id")),
    )


def downgrade() -> None:
    op.drop_table("told_answers")
    op.drop_table("published_answers")
    op.drop_table("questions")
    op.execute("DROP FUNCTION answer_is_next(); DROP FUNCTION question_stays_as_asked()")
    op.execute("DROP FUNCTION viewer_answers_questions()")
