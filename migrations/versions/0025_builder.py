"""Cohorts are built part by part: kinds of answers, questions that depend on answers, stages, where criteria began."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = "'short_text', 'long_text', 'choice', 'multi_choice', 'number', 'money', 'date', 'url', 'yes_no'"
KINDS_BEFORE = "'short_text', 'long_text', 'url', 'yes_no'"
# table -> its new columns
COLUMNS = {
    "challenge_areas": [
        sa.Column("affected", sa.Text(), nullable=False, server_default=""),
        sa.Column("data_and_sites", sa.Text(), nullable=False, server_default=""),
    ],
    "criteria": [
        sa.Column("library_key", sa.String(80), nullable=True),
        sa.Column("library_version", sa.Integer(), nullable=True),
    ],
    "eligibility_rules": [
        sa.Column("question", sa.String(300), nullable=False, server_default=""),
        sa.Column("fitting", sa.Boolean(), nullable=True),
    ],
    "form_questions": [
        sa.Column("options", ARRAY(sa.String(200)), nullable=False, server_default="{}"),
        sa.Column("show_if_id", sa.Uuid(), nullable=True),
        sa.Column("show_if_value", sa.String(200), nullable=False, server_default=""),
    ],
    "rfps": [
        sa.Column("has_pitch", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("has_feasibility", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
}
CHECKS = {
    "criteria": {"library_entry_whole": "(library_key IS NULL) = (library_version IS NULL)"},
    "eligibility_rules": {"question_has_a_fitting_answer": "(question = '') = (fitting IS NULL)"},
    "form_questions": {
        "choices_have_options": "(kind IN ('choice', 'multi_choice')) = (cardinality(options) > 0)",
        "shown_by_an_answer": "(show_if_id IS NULL) = (show_if_value = '')",
        "not_shown_by_itself": "show_if_id <> id",
    },
}
STAGES = """
CREATE FUNCTION published_stages_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the stages of a published RFP are frozen' USING ERRCODE = 'PL004';
END $$;
CREATE TRIGGER stages_frozen BEFORE UPDATE ON rfps FOR EACH ROW
    WHEN (OLD.status IN ('published', 'cancelled')
          AND ROW(NEW.has_pitch, NEW.has_feasibility) IS DISTINCT FROM ROW(OLD.has_pitch, OLD.has_feasibility))
    EXECUTE FUNCTION published_stages_are_frozen();
"""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_foreign_key(
        "fk_form_questions_show_if_id_form_questions", "form_questions", "form_questions", ["show_if_id"], ["id"]
    )
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    replace_kinds(KINDS)
    op.execute(STAGES)


def replace_kinds(words: str) -> None:
    op.drop_constraint(op.f("ck_form_questions_kind_known"), "form_questions", type_="check")
    op.create_check_constraint(op.f("ck_form_questions_kind_known"), "form_questions", f"kind IN ({words})")


def downgrade() -> None:
    op.execute("DROP TRIGGER stages_frozen ON rfps; DROP FUNCTION published_stages_are_frozen()")
    replace_kinds(KINDS_BEFORE)
    for table, checks in CHECKS.items():
        for name in checks:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.drop_constraint("fk_form_questions_show_if_id_form_questions", "form_questions", type_="foreignkey")
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
