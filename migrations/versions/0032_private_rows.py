"""Rows that name people who have no account: who comes to a session, who wrote to the program, who follows.

The queries decide first; these policies decide again. Whoever holds the link of a mail names its hash as `pglab.link`
and sees the rows of that mailbox, until the transaction ends. What pages need of the rest is given out as a sum.
"""

from alembic import op
from flask import current_app
from sqlalchemy.engine import make_url

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STAFF = "SELECT 1 FROM staff_roles WHERE user_id = viewer_id() AND role IN"
FUNCTIONS = {
    "viewer_sees_places() RETURNS boolean": f"""
        answer := EXISTS ({STAFF} ('program_manager', 'director'));
        RETURN answer;""",
    "viewer_answers_messages() RETURNS boolean": f"""
        answer := EXISTS ({STAFF} ('program_manager', 'director', 'admin'));
        RETURN answer;""",
    "linked_places() RETURNS uuid[]": """
        SELECT array_agg(mine.id) INTO answer FROM session_places AS mine JOIN session_places AS linked
            ON mine.session_id = linked.session_id AND mine.email_key = linked.email_key
        WHERE linked.token_hash = current_setting('pglab.link', true);
        RETURN coalesce(answer, '{}');""",
    "linked_mailbox() RETURNS text": """
        SELECT email_key INTO answer FROM follow_requests WHERE token_hash = current_setting('pglab.link', true);
        RETURN answer;""",
    "linked_follower() RETURNS uuid": """
        SELECT follower_id INTO answer FROM follower_links WHERE token_hash = current_setting('pglab.link', true);
        IF answer IS NULL THEN
            SELECT id INTO answer FROM followers WHERE email_key = linked_mailbox();
        END IF;
        RETURN answer;""",
}
SUMS = """
CREATE FUNCTION places_taken(sessions uuid[]) RETURNS TABLE (session_id uuid, taken bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT session_places.session_id, count(*) FROM session_places
    WHERE session_places.session_id = ANY (sessions) AND confirmed_at IS NOT NULL AND given_up_at IS NULL
    GROUP BY session_places.session_id
$$;
CREATE FUNCTION messages_waiting() RETURNS TABLE (waiting bigint, since timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), min(received_at) FROM messages WHERE state = 'waiting'
$$;
CREATE FUNCTION followers_of(followed text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM follows JOIN followers ON followers.id = follows.follower_id
    WHERE follows.topic = followed AND followers.unsubscribed_at IS NULL
$$;
"""
BY_LINK = "token_hash = (SELECT current_setting('pglab.link', true))"
OWN_FOLLOWER = "follower_id = (SELECT linked_follower())"

# table -> when a person may see and write a row of it; the worker and commands may always
PEOPLE = {
    "session_places": "(SELECT viewer_sees_places()) OR id = ANY ((SELECT linked_places())::uuid[])",
    "messages": "(SELECT viewer_answers_messages())",
    "replies": "(SELECT viewer_answers_messages())",
    "followers": "id = (SELECT linked_follower())",
    "follows": OWN_FOLLOWER,
    "follower_links": OWN_FOLLOWER,
    "follow_requests": BY_LINK,
    "deliveries": "false",
}
# table -> what anybody may add
ANYBODY = {
    "session_places": "confirmed_at IS NULL",
    "messages": "state = 'waiting'",
    "follow_requests": "used_at IS NULL",
    "followers": "email_key = (SELECT linked_mailbox())",
}


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    app = role()
    for head, body in FUNCTIONS.items():
        answer = head.rpartition("RETURNS ")[2]
        op.execute(
            f"CREATE FUNCTION {head} LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            f"DECLARE answer {answer}; BEGIN {body} END $$"
        )
    op.execute(SUMS)
    # The rule counts every place, whoever takes one.
    op.execute("ALTER FUNCTION no_more_places() SECURITY DEFINER SET search_path = public, pg_temp")
    for table, allowed in PEOPLE.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {app} USING ((SELECT viewer_is_system()) OR {allowed})")
    for table, added in ANYBODY.items():
        op.execute(f"CREATE POLICY add ON {table} FOR INSERT TO {app} WITH CHECK ({added})")


def downgrade() -> None:
    for table in ANYBODY:
        op.execute(f"DROP POLICY add ON {table}")
    for table in PEOPLE:
        op.execute(f"DROP POLICY seal ON {table}; DROP POLICY keeper ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    op.execute("ALTER FUNCTION no_more_places() SECURITY INVOKER RESET search_path")
    op.execute("DROP FUNCTION followers_of(text); DROP FUNCTION messages_waiting(); DROP FUNCTION places_taken(uuid[])")
    for head in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {head.partition(' RETURNS')[0]}")
