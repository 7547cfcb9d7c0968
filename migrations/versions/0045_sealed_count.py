"""How many sealed proposals there are, for whoever opens them and only where the City chose to know (SEALED_COUNTS).

The function is there on every site; nobody but the owner may run it. `flask proposals set-sealed-counts`, run by the
owner, lets the application run it, or takes that away. An earlier function hashed the sealed set for anybody once the
deadline had passed, and so told its number; nothing has asked it since the opened set is kept leaf by leaf (0040).
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

COUNT = """
CREATE FUNCTION sealed_count(call uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM proposals WHERE proposals.rfp_id = rfps.id AND proposals.status = 'submitted')
    FROM rfps WHERE rfps.id = call AND rfps.opened_at IS NULL AND rfps.cancelled_at IS NULL
        AND EXISTS (SELECT 1 FROM staff_roles WHERE user_id = viewer_id() AND role IN ('program_manager', 'director'))
$$;
REVOKE ALL ON FUNCTION sealed_count(uuid) FROM PUBLIC;
"""
LEAVES_BEFORE = """
CREATE FUNCTION sealed_leaves(call uuid) RETURNS SETOF bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sha256('\\x00'::bytea || convert_to(submissions.manifest, 'UTF8'))
    FROM submissions JOIN proposals ON proposals.id = submissions.proposal_id
        AND proposals.submission_number = submissions.number
    JOIN rfps ON rfps.id = proposals.rfp_id
    WHERE rfps.id = call AND rfps.closes_at < official_now()
    ORDER BY proposals.reference
$$;
"""


def upgrade() -> None:
    op.execute(COUNT)
    op.execute("DROP FUNCTION sealed_leaves(uuid)")


def downgrade() -> None:
    op.execute(LEAVES_BEFORE)
    op.execute("DROP FUNCTION sealed_count(uuid)")
