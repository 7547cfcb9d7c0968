"""Clarifications: after the opening the program asks a startup about named questions and one file, by a due time.

What was received stays as it is. The answer is a row beside it, stamped and signed as a submission is, and only grows.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {
    "clarifications": "id",
    "clarification_items": "clarification_id",
    "clarification_responses": "clarification_id",
    "clarification_answers": "clarification_id",
}
APPEND_ONLY = ["clarification_items", "clarification_responses", "clarification_answers"]

OWN = "organization_id = ANY ((SELECT viewer_organizations())::uuid[])"
READ = "submission_number > 0 AND rfp_id = ANY ((SELECT viewer_reads_rfps())::uuid[])"
# Whoever was given the proposal to read is shown what was answered, beside what was received; not what was only asked.
ANSWERED = "clarifications.status = 'answered' AND proposal_id = ANY ((SELECT viewer_may_read())::uuid[])"
SEEN = f"EXISTS (SELECT 1 FROM proposals WHERE proposals.id = proposal_id AND (({OWN}) OR ({READ}) OR ({ANSWERED})))"
FOLLOWS = "EXISTS (SELECT 1 FROM clarifications WHERE clarifications.id = clarification_id)"
SEALS = {
    "clarifications": SEEN,
    "clarification_items": FOLLOWS,
    "clarification_responses": FOLLOWS,
    "clarification_answers": FOLLOWS,
}
RIGHTS = {table: "SELECT, INSERT, UPDATE" if table == "clarifications" else "SELECT, INSERT" for table in SEALS}
# As 0038 left it.
BEFORE = "".join(
    [
        "sealed_rfp_id IS NULL OR uploaded_by_id = (SELECT viewer_id())",
        *(
            f" OR EXISTS (SELECT 1 FROM attachments WHERE attachments.{name} = documents.id)"
            for name in ("document_id", "earlier_document_id", "refused_document_id")
        ),
        " OR EXISTS (SELECT 1 FROM submitted_documents WHERE submitted_documents.document_id = documents.id)",
        *(
            f" OR EXISTS (SELECT 1 FROM {table} WHERE {table}.redacted_document_id = documents.id)"
            for table in ("confidentiality_marks", "submitted_marks")
        ),
    ]
)
GIVEN = " OR EXISTS (SELECT 1 FROM clarification_answers WHERE clarification_answers.document_id = documents.id)"

RULES = """
CREATE FUNCTION clarification_may_be_asked() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked proposals%ROWTYPE;
    call rfps%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM proposals WHERE id = NEW.proposal_id;
    SELECT * INTO call FROM rfps WHERE id = asked.rfp_id;
    IF call.opened_at IS NULL OR call.decided_at IS NOT NULL OR call.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'a clarification is asked between the opening and the decisions' USING ERRCODE = 'PL005';
    END IF;
    IF asked.status <> 'submitted' OR asked.submission_number = 0 THEN
        RAISE EXCEPTION 'a clarification is asked about a submission that stands' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.status <> 'asked' OR NEW.asked_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'a clarification begins with being asked, now' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM clarifications WHERE proposal_id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'clarifications are numbered without gaps' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_be_asked BEFORE INSERT ON clarifications
    FOR EACH ROW EXECUTE FUNCTION clarification_may_be_asked();

CREATE FUNCTION clarification_may_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF ROW(NEW.id, NEW.proposal_id, NEW.number, NEW.text, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM ROW(OLD.id, OLD.proposal_id, OLD.number, OLD.text, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'what was asked stays as it was asked' USING ERRCODE = 'PL005';
    END IF;
    IF OLD.status <> 'asked' THEN
        RAISE EXCEPTION 'a clarification that is over does not change' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.due_at < OLD.due_at THEN
        RAISE EXCEPTION 'the time to answer only grows' USING ERRCODE = 'PL005';
    END IF;
    IF (NEW.status = 'answered') <> EXISTS (SELECT 1 FROM clarification_responses WHERE clarification_id = NEW.id) THEN
        RAISE EXCEPTION 'a clarification is answered by a response' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_change BEFORE UPDATE ON clarifications
    FOR EACH ROW EXECUTE FUNCTION clarification_may_change();

CREATE FUNCTION clarification_asks_something() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM clarification_items WHERE clarification_id = NEW.id) THEN
        RAISE EXCEPTION 'a clarification names what may be answered' USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER asks_something AFTER INSERT ON clarifications
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clarification_asks_something();

CREATE FUNCTION clarification_item_belongs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked clarifications%ROWTYPE;
    call uuid;
BEGIN
    SELECT * INTO asked FROM clarifications WHERE id = NEW.clarification_id;
    SELECT rfp_id INTO call FROM proposals WHERE id = asked.proposal_id;
    IF asked.status <> 'asked' OR asked.asked_at < official_transaction_start() THEN
        RAISE EXCEPTION 'what may be answered is named when it is asked' USING ERRCODE = 'PL005';
    END IF;
    IF call IS DISTINCT FROM coalesce((SELECT rfp_id FROM form_questions WHERE id = NEW.question_id),
                                      (SELECT rfp_id FROM document_slots WHERE id = NEW.slot_id)) THEN
        RAISE EXCEPTION 'a clarification is about the questions and files of its own call' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER belongs BEFORE INSERT ON clarification_items
    FOR EACH ROW EXECUTE FUNCTION clarification_item_belongs();

CREATE FUNCTION clarification_response_is_on_time() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked clarifications%ROWTYPE;
    answering proposals%ROWTYPE;
    call rfps%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM clarifications WHERE id = NEW.clarification_id;
    SELECT * INTO answering FROM proposals WHERE id = asked.proposal_id;
    SELECT * INTO call FROM rfps WHERE id = answering.rfp_id;
    IF NEW.received_at NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'the time of receipt is the official time of this transaction' USING ERRCODE = 'PL005';
    END IF;
    IF asked.status <> 'asked' OR NEW.received_at > asked.due_at OR NEW.due_at <> asked.due_at THEN
        RAISE EXCEPTION 'a clarification is answered once, until it is due' USING ERRCODE = 'PL005';
    END IF;
    IF answering.status <> 'submitted' OR call.opened_at IS NULL OR call.decided_at IS NOT NULL
       OR call.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION 'a clarification is answered between the opening and the decisions' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER on_time BEFORE INSERT ON clarification_responses
    FOR EACH ROW EXECUTE FUNCTION clarification_response_is_on_time();

CREATE FUNCTION clarification_response_is_whole() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM clarification_items WHERE clarification_id = NEW.clarification_id
               AND NOT EXISTS (SELECT 1 FROM clarification_answers WHERE item_id = clarification_items.id))
       OR (SELECT status FROM clarifications WHERE id = NEW.clarification_id) <> 'answered' THEN
        RAISE EXCEPTION 'a response answers everything that was asked' USING ERRCODE = 'PL005';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON clarification_responses
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clarification_response_is_whole();

CREATE FUNCTION clarification_answer_was_asked() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item clarification_items%ROWTYPE;
BEGIN
    SELECT * INTO item FROM clarification_items WHERE id = NEW.item_id AND clarification_id = NEW.clarification_id;
    IF item.id IS NULL OR (item.question_id IS NULL) <> (NEW.text IS NULL) THEN
        RAISE EXCEPTION 'only what was asked is answered' USING ERRCODE = 'PL005';
    END IF;
    IF (SELECT received_at FROM clarification_responses WHERE clarification_id = NEW.clarification_id)
       NOT BETWEEN official_transaction_start() AND official_now() THEN
        RAISE EXCEPTION 'an answer comes with its response' USING ERRCODE = 'PL005';
    END IF;
    IF NEW.document_id IS NOT NULL AND (SELECT sealed_rfp_id FROM documents WHERE id = NEW.document_id)
       IS DISTINCT FROM (SELECT rfp_id FROM document_slots WHERE id = item.slot_id) THEN
        RAISE EXCEPTION 'the file of an answer is a file of this call' USING ERRCODE = 'PL005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER was_asked BEFORE INSERT ON clarification_answers
    FOR EACH ROW EXECUTE FUNCTION clarification_answer_was_asked();
"""
FUNCTIONS = (
    "clarification_may_be_asked",
    "clarification_may_change",
    "clarification_asks_something",
    "clarification_item_belongs",
    "clarification_response_is_on_time",
    "clarification_response_is_whole",
    "clarification_answer_was_asked",
)


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def to(table: str, column: str, target: str, *, nullable: bool = False) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
    )


def make_clarifications() -> None:
    table = "clarifications"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(table, "proposal_id", "proposals"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        *to(table, "asked_by_id", "users"),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("reminded_for", INSTANT, nullable=True),
        *to(table, "taken_back_by_id", "users", nullable=True),
        sa.Column("taken_back_at", INSTANT, nullable=True),
        sa.CheckConstraint("status IN ('asked', 'answered', 'taken_back')", name=op.f(f"ck_{table}_status_known")),
        sa.CheckConstraint(
            "(status = 'taken_back') = (taken_back_at IS NOT NULL)", name=op.f(f"ck_{table}_taken_back_when")
        ),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by_id IS NULL)", name=op.f(f"ck_{table}_taken_back_by_somebody")
        ),
        sa.CheckConstraint("number > 0 AND due_at > asked_at AND text <> ''", name=op.f(f"ck_{table}_asks_in_time")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f(f"uq_{table}_proposal_id_number")),
    )
    op.create_index("ix_clarifications_waiting", table, ["due_at"], postgresql_where=sa.text("status = 'asked'"))


def make_items() -> None:
    table = "clarification_items"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(table, "clarification_id", "clarifications"),
        sa.Column("position", sa.Integer(), nullable=False),
        *to(table, "question_id", "form_questions", nullable=True),
        *to(table, "slot_id", "document_slots", nullable=True),
        sa.CheckConstraint("(question_id IS NULL) <> (slot_id IS NULL)", name=op.f(f"ck_{table}_question_or_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clarification_id", "position", name=op.f(f"uq_{table}_clarification_id_position")),
        sa.UniqueConstraint("clarification_id", "question_id", name=op.f(f"uq_{table}_clarification_id_question_id")),
    )
    op.create_index(
        "uq_clarification_items_one_file",
        table,
        ["clarification_id"],
        unique=True,
        postgresql_where=sa.text("slot_id IS NOT NULL"),
    )


def make_responses() -> None:
    table = "clarification_responses"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(table, "clarification_id", "clarifications"),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(88), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        *to(table, "sent_by_id", "users"),
        sa.CheckConstraint("received_at <= due_at", name=op.f(f"ck_{table}_on_time")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f(f"ck_{table}_hash_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clarification_id", name=op.f(f"uq_{table}_clarification_id")),
    )


def make_answers() -> None:
    table = "clarification_answers"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *to(table, "clarification_id", "clarifications"),
        *to(table, "item_id", "clarification_items"),
        sa.Column("text", sa.Text(), nullable=True),
        *to(table, "document_id", "documents", nullable=True),
        sa.CheckConstraint("(text IS NULL) <> (document_id IS NULL)", name=op.f(f"ck_{table}_text_or_file")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("item_id", name=op.f(f"uq_{table}_item_id")),
    )
    op.create_index("ix_clarification_answers_document_id", table, ["document_id"])
    op.create_index("ix_clarification_answers_clarification_id", table, ["clarification_id"])


def seal_documents(allowed: str) -> None:
    op.execute("DROP POLICY seal ON documents")
    op.execute(f"CREATE POLICY seal ON documents TO {role()} USING ((SELECT viewer_is_system()) OR {allowed})")


def upgrade() -> None:
    make_clarifications()
    make_items()
    make_responses()
    make_answers()
    op.execute(RULES)
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table, seen in SEALS.items():
        op.execute(f"GRANT {RIGHTS[table]} ON {table} TO {role()}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {role()} USING ((SELECT viewer_is_system()) OR {seen})")
    seal_documents(BEFORE + GIVEN)


def downgrade() -> None:
    seal_documents(BEFORE)
    for table in reversed(AUDITED):
        op.drop_table(table)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
