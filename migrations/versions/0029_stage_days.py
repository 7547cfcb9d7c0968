"""Pitches and feasibility reviews have their day, frozen with the other dates and moved only by an addendum."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

DAYS = ("pitch_on", "feasibility_on")
CHECKS = {
    "stages_in_order": "pitch_on <= decision_on AND feasibility_on <= decision_on AND pitch_on <= feasibility_on",
    "no_day_without_its_stage": "(has_pitch OR pitch_on IS NULL) AND (has_feasibility OR feasibility_on IS NULL)",
}
FROZEN = """
CREATE FUNCTION published_stage_days_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT issues_addendum(NEW.id) THEN
        RAISE EXCEPTION 'the days of the stages of a published RFP are frozen' USING ERRCODE = 'PL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stage_days_frozen BEFORE UPDATE ON rfps FOR EACH ROW
    WHEN (OLD.status IN ('published', 'cancelled')
          AND ROW(NEW.pitch_on, NEW.feasibility_on) IS DISTINCT FROM ROW(OLD.pitch_on, OLD.feasibility_on))
    EXECUTE FUNCTION published_stage_days_are_frozen();
"""


def upgrade() -> None:
    for day in DAYS:
        op.add_column("rfps", sa.Column(day, sa.Date(), nullable=True))
    for name, said in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_rfps_{name}"), "rfps", said)
    op.execute(FROZEN)


def downgrade() -> None:
    op.execute("DROP TRIGGER stage_days_frozen ON rfps; DROP FUNCTION published_stage_days_are_frozen();")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_rfps_{name}"), "rfps", type_="check")
    for day in reversed(DAYS):
        op.drop_column("rfps", day)
