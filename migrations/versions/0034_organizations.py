"""Startups: never without a representative, their entry kept version by version, and people who ask to join them."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from flask import current_app
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
VERSIONS, REQUESTS = "organization_versions", "join_requests"
# table -> the column that holds the id of the subject its changes are logged under
AUDITED = {VERSIONS: "organization_id", REQUESTS: "organization_id"}
OWN = "organization_id = ANY ((SELECT viewer_organizations())::uuid[])"
# table -> when a person may see and write a row of it; the worker and commands may always
PEOPLE = {VERSIONS: OWN, REQUESTS: f"user_id = (SELECT viewer_id()) OR {OWN}"}
# What the application may do besides reading.
RIGHTS = {VERSIONS: "INSERT", REQUESTS: "INSERT, UPDATE"}

# Two lists that nobody has to fill in, and the words they may hold.
LISTS = {
    "ownership": "'women', 'minority', 'veterans', 'disability', 'lgbtq', 'workers'",
    "certifications": "'mbe', 'wbe', 'dbe', 'vbe', 'sdvosb', 'lgbtbe', 'dobe', 'hubzone', 'bcorp'",
}
PROFILE = (
    "legal_name", "registration_state", "registration_number", "street", "city", "postal_code", "county",
    "founded_year", "people", "website", *LISTS,
)  # fmt: skip  # one list
# Startups registered before have their first version as they are now, and are found by their website too.
FIRST = f"""
INSERT INTO {VERSIONS} (id, organization_id, number, profile, changed_at)
SELECT gen_random_uuid(), id, 1, jsonb_build_object({", ".join(f"'{name}', {name}" for name in PROFILE)}), official_now()
FROM organizations
"""
DOMAINS = r"""
UPDATE organizations SET domain_key = regexp_replace(lower(substring(website FROM '^[a-zA-Z]+://([^/:?#]+)')), '^www\.', '')
WHERE website ~* '^[a-z]+://[^/:?#]'
"""

# The last line behind the services, which hold the team still. Two changes at once wait for each other at the
# organization's row, so that the second one counts what the first has left.
SOMEBODY_REPRESENTS = """
CREATE FUNCTION somebody_represents() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    row_was jsonb := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
    startup uuid := (row_was ->> TG_ARGV[0])::uuid;
BEGIN
    PERFORM 1 FROM organizations WHERE id = startup FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (
        SELECT 1 FROM memberships WHERE organization_id = startup AND role = 'representative'
    ) THEN
        RAISE EXCEPTION 'a startup keeps at least one authorized representative' USING ERRCODE = 'PL022';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER somebody_represents AFTER INSERT ON organizations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION somebody_represents('id');
CREATE CONSTRAINT TRIGGER somebody_represents AFTER UPDATE OR DELETE ON memberships
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'representative')
    EXECUTE FUNCTION somebody_represents('organization_id');
"""


def role() -> str:
    name = make_url(current_app.config["SETTINGS"].database_url).username or "pglab_app"
    return '"' + name.replace('"', '""') + '"'


def upgrade() -> None:
    widen_organizations()
    op.add_column("invitations", sa.Column("asked_again_at", INSTANT, nullable=True))
    make_versions()
    make_join_requests()
    op.execute(FIRST)
    for table, column in AUDITED.items():
        op.execute(
            f"CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event('{column}')"
        )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {VERSIONS} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {VERSIONS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    seal(role())
    op.execute(SOMEBODY_REPRESENTS)


def widen_organizations() -> None:
    """The number of the present version, the domain of the website, and the two lists."""
    op.add_column("organizations", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("organizations", sa.Column("domain_key", sa.String(300), nullable=False, server_default=""))
    for name, known in LISTS.items():
        column = sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
        op.add_column("organizations", column)
        op.create_check_constraint(op.f(f"ck_organizations_{name}_known"), "organizations", f"{name} <@ ARRAY[{known}]")
    op.execute("ALTER TABLE organizations DISABLE TRIGGER audited")
    op.execute(DOMAINS)
    fold_names()
    op.execute("ALTER TABLE organizations ENABLE TRIGGER audited")
    op.create_index("ix_organizations_domain_key", "organizations", ["domain_key"])


def fold_names() -> None:
    """From now on punctuation tells no two names apart. Of startups that so become one the first keeps the key; the
    others stay as they are, for people to sort out."""
    rows = op.get_bind().execute(sa.text("SELECT id, name_key FROM organizations ORDER BY registered_on, id")).all()
    taken = {row.name_key for row in rows}
    for row in rows:
        words = re.sub(r"[.'\u2018\u2019\u02bc`\u00b4]", "", row.name_key).replace("&", " and ")
        plain = "".join(" " if unicodedata.category(sign).startswith("P") else sign for sign in words)
        key = " ".join(plain.split())
        if 0 < len(key) <= 400 and key not in taken:
            op.execute(
                sa.text("UPDATE organizations SET name_key = :key WHERE id = :id").bindparams(key=key, id=row.id)
            )
            taken.add(key)


def make_versions() -> None:
    op.create_table(
        VERSIONS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("profile", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f(f"ck_{VERSIONS}_number_positive")),
        *references(VERSIONS, organization_id="organizations", changed_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{VERSIONS}")),
        sa.UniqueConstraint("organization_id", "number", name=op.f(f"uq_{VERSIONS}_organization_id_number")),
    )


def make_join_requests() -> None:
    op.create_table(
        REQUESTS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'declined')", name=op.f(f"ck_{REQUESTS}_state_known")),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f(f"ck_{REQUESTS}_answered_unless_open"),
        ),
        *references(REQUESTS, organization_id="organizations", user_id="users", answered_by_id="users"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REQUESTS}")),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        f"uq_{REQUESTS}_open", REQUESTS, ["organization_id", "user_id"], unique=True, postgresql_where=still_open
    )
    op.create_index(f"ix_{REQUESTS}_user_id", REQUESTS, ["user_id"])


def references(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in targets.items()
    ]


def seal(app: str) -> None:
    """What a startup once said about itself, and who wants to join it, is there for its own people."""
    for table, allowed in PEOPLE.items():
        op.execute(f"GRANT SELECT, {RIGHTS[table]} ON {table} TO {app}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY seal ON {table} TO {app} USING ((SELECT viewer_is_system()) OR {allowed})")


def downgrade() -> None:
    op.execute("DROP TRIGGER somebody_represents ON memberships; DROP TRIGGER somebody_represents ON organizations")
    op.execute("DROP FUNCTION somebody_represents()")
    op.drop_table(REQUESTS)
    op.drop_table(VERSIONS)
    op.drop_column("invitations", "asked_again_at")
    op.drop_index("ix_organizations_domain_key", "organizations")
    for name in LISTS:
        op.drop_constraint(op.f(f"ck_organizations_{name}_known"), "organizations", type_="check")
        op.drop_column("organizations", name)
    op.drop_column("organizations", "domain_key")
    op.drop_column("organizations", "version")
