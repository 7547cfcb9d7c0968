"""What the audit log may tell after an opening: only what belongs to the proposals of the opened set.

A draft that was never submitted, and a proposal withdrawn before the opening, stay private for good, and so does what
the log says of them. The log knows its subjects by id alone, so the database names the ids that were opened.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# It reads sealed rows as their owner and gives away nothing but ids.
SUBJECTS = """
CREATE FUNCTION opened_subjects() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH sent AS (
        SELECT submissions.id, submissions.proposal_id
        FROM opening_leaves JOIN openings ON openings.id = opening_leaves.opening_id
        JOIN submissions ON submissions.id = opening_leaves.submission_id
        WHERE openings.opened_at IS NOT NULL
    )
    SELECT proposal_id FROM sent
    UNION ALL SELECT submissions.id FROM submissions JOIN sent USING (proposal_id)
    UNION ALL SELECT withdrawals.id FROM withdrawals JOIN sent USING (proposal_id)
    UNION ALL SELECT refusals.id FROM refusals JOIN sent USING (proposal_id)
    UNION ALL SELECT clarifications.id FROM clarifications JOIN sent USING (proposal_id)
    UNION ALL SELECT document_id FROM submitted_documents JOIN sent ON sent.id = submission_id
    UNION ALL SELECT redacted_document_id FROM submitted_marks JOIN sent ON sent.id = submission_id
        WHERE redacted_document_id IS NOT NULL
    UNION ALL SELECT document_id FROM clarification_answers
        JOIN clarifications ON clarifications.id = clarification_id JOIN sent USING (proposal_id)
        WHERE document_id IS NOT NULL
$$;
"""


def upgrade() -> None:
    op.execute(SUBJECTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION opened_subjects()")
