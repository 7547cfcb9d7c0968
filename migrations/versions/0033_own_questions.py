"""What somebody with an account reads of the questions they asked: where each stands, and nothing of the draft."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# By the confirmed address of whoever looks. A question whose link was not used is not theirs: anybody may have typed it.
OWN = """
CREATE FUNCTION viewer_questions() RETURNS TABLE (cohort integer, asked_text text, asked_at timestamptz, status text,
        answer_number integer, same_as_number integer, closed_reason text, answers_due_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT cohorts.number, questions.asked_text, questions.asked_at, questions.status, questions.number,
        questions.same_as_number, CASE WHEN questions.status = 'declined' THEN questions.closed_reason ELSE '' END,
        rfps.answers_due_at
    FROM users JOIN questions ON lower(questions.asker_email) = lower(users.email)
    JOIN rfps ON rfps.id = questions.rfp_id JOIN cohorts ON cohorts.id = rfps.cohort_id
    WHERE users.id = viewer_id() AND users.confirmed_at IS NOT NULL AND questions.confirmed_at IS NOT NULL
    ORDER BY questions.asked_at DESC, questions.id LIMIT 200
$$
"""


def upgrade() -> None:
    op.execute(OWN)


def downgrade() -> None:
    op.execute("DROP FUNCTION viewer_questions()")
