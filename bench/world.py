"""The demo city with generated load: rows copied from its own, so that every page has as much to show as asked for.

The copies skip triggers and foreign keys, which only whoever runs the database may do; nothing is measured that way.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config import Settings
from tests.support import databases, demo

COHORT, OPEN_COHORT = 90, 12
EVALUATORS = 5


class Load:
    """Copies rows of the demo, numbered 1 to n, in one database."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.database_url.split("@/")[1].split("?")[0]
        self.connection = databases.superuser(self.name)
        self.connection.execute("SET session_replication_role = replica")

    def run(self, statement: str) -> None:
        """One statement of our own."""
        self.connection.execute(statement)

    def value(self, query: str) -> str:
        """One value; the demo has it."""
        row = self.connection.execute(query).fetchone()
        if row is None:
            raise RuntimeError(f"the demo has nothing for: {query}")
        return str(row[0])

    def copy(self, table: str, where: str, count: int, changed: Mapping[str, str]) -> None:
        """Copy the rows of `table` `count` times; `changed` gives an SQL expression of `n` and `old` for a column."""
        columns = [
            str(row[0])
            for row in self.connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            )
        ]
        values = ", ".join(changed.get(column, f'old."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        self.run(
            f'INSERT INTO "{table}" ({names}) SELECT {values} '
            f'FROM "{table}" old, generate_series(1, {count}) n WHERE {where}'
        )


def made(kind: str, number: str = "n") -> str:
    """The id of the copy with this number."""
    return f"md5('{kind} ' || {number})::uuid"


def own(kind: str) -> str:
    """An id for a copied row that nobody points to."""
    return f"md5('{kind} ' || n || old.id)::uuid"


def add_startups(load: Load, source: str, count: int) -> None:
    """`count` startups like the one of proposal `source`, each with one representative."""
    organization = load.value(f"SELECT organization_id FROM proposals WHERE id = '{source}'")
    user = load.value(f"SELECT started_by_id FROM proposals WHERE id = '{source}'")
    load.copy(
        "organizations",
        f"id = '{organization}'",
        count,
        {"id": made("organization"), "legal_name": "'Startup ' || n", "name_key": "'startup ' || n"},
    )
    add_people(load, user, count, "founder")
    load.copy(
        "memberships",
        f"user_id = '{user}' AND organization_id = '{organization}'",
        count,
        {
            "id": made("membership"),
            "organization_id": made("organization"),
            "user_id": made("founder"),
            "role": "'representative'",
        },
    )


def add_people(load: Load, source: str, count: int, kind: str) -> None:
    """`count` people like `source`: founder1@example.org and so on."""
    load.copy(
        "users",
        f"id = '{source}'",
        count,
        {
            "id": made(kind),
            "person_id": made(kind),
            "email": f"'{kind}' || n || '@example.org'",
            "email_key": f"'{kind}' || n || '@example.org'",
            "name": f"'{kind.title()} ' || n",
            "fs_uniquifier": f"md5('{kind} stamp ' || n)",
        },
    )


def add_proposals(load: Load, source: str, count: int, *, cohort: int) -> None:
    """`count` proposals like `source`, whole: draft, files, submissions; each of a startup of its own."""
    add_startups(load, source, count)
    load.copy(
        "proposals",
        f"id = '{source}'",
        count,
        {
            "id": made("proposal"),
            "reference": f"'L{cohort}-' || lpad(n::text, 4, '0')",
            "organization_id": made("organization"),
            "started_by_id": made("founder"),
        },
    )
    ours = f"proposal_id = '{source}'"
    for table, writer in (("answers", "edited_by_id"), ("attachments", "attached_by_id")):
        changed = {"id": own(table), "proposal_id": made("proposal"), writer: made("founder")}
        load.copy(table, ours, count, changed)
    load.copy(
        "submissions",
        ours,
        count,
        {"id": own("submission"), "proposal_id": made("proposal"), "submitted_by_id": made("founder")},
    )
    load.copy(
        "submitted_documents",
        f"submission_id IN (SELECT id FROM submissions WHERE {ours})",
        count,
        {"id": own("submitted"), "submission_id": "md5('submission ' || n || old.submission_id)::uuid"},
    )


def submitted_in(load: Load, cohort: int) -> str:
    """A submitted proposal of the demo."""
    return load.value(
        "SELECT p.id FROM proposals p JOIN rfps r ON r.id = p.rfp_id JOIN cohorts c ON c.id = r.cohort_id "
        f"WHERE c.number = {cohort} AND p.status = 'submitted' ORDER BY p.reference LIMIT 1"
    )


def add_panel(load: Load, cohort: int, evaluators: int, proposals: int) -> None:
    """So many more evaluators, each cleared to read and score every added proposal."""
    rfp = load.value(f"SELECT r.id FROM rfps r JOIN cohorts c ON c.id = r.cohort_id WHERE c.number = {cohort}")
    seat = load.value(f"SELECT id FROM panel_members WHERE rfp_id = '{rfp}' AND accepted_at IS NOT NULL LIMIT 1")
    person = load.value(f"SELECT user_id FROM panel_members WHERE id = '{seat}'")
    add_people(load, person, evaluators, "evaluator")
    load.copy("panel_members", f"id = '{seat}'", evaluators, {"id": made("seat"), "user_id": made("evaluator")})
    load.run(
        "INSERT INTO conflict_declarations (id, member_id, proposal_id, number, answer, note, declared_at) "
        f"SELECT md5('declared ' || m || ' ' || n)::uuid, {made('seat', 'm')}, {made('proposal')}, 1, 'none', '', "
        f"now() FROM generate_series(1, {evaluators}) m, generate_series(1, {proposals}) n"
    )
    load.run(
        "INSERT INTO reader_grants (id, proposal_id, user_id, why, granted_at) "
        f"SELECT md5('grant ' || m || ' ' || n)::uuid, {made('proposal')}, {made('evaluator', 'm')}, 'panel', now() "
        f"FROM generate_series(1, {evaluators}) m, generate_series(1, {proposals}) n"
    )


def add_sheets(load: Load, cohort: int, evaluators: int, proposals: int) -> None:
    """A signed sheet of each added evaluator on each added proposal, with points all over the scale."""
    load.run(
        "INSERT INTO score_sheets (id, member_id, proposal_id, status, version, signed_at) "
        f"SELECT md5('sheet ' || m || ' ' || n)::uuid, {made('seat', 'm')}, {made('proposal')}, 'signed', 3, now() "
        f"FROM generate_series(1, {evaluators}) m, generate_series(1, {proposals}) n"
    )
    load.run(
        "INSERT INTO scores (id, sheet_id, criterion_id, points, explanation) "
        "SELECT md5('score ' || m || ' ' || n || c.id)::uuid, md5('sheet ' || m || ' ' || n)::uuid, c.id, "
        "(n * 7 + m * 3 + c.position * 5 + n / 6) % 6, 'A clear plan with a named crew and a date.' "
        f"FROM generate_series(1, {evaluators}) m, generate_series(1, {proposals}) n, criteria c "
        "JOIN rfps r ON r.id = c.rfp_id JOIN cohorts h ON h.id = r.cohort_id "
        f"WHERE h.number = {cohort}"
    )


def judged(load: Load, proposals: int) -> None:
    """So many proposals in the decided cohort, five signed sheets on each."""
    add_proposals(load, submitted_in(load, COHORT), proposals, cohort=COHORT)
    add_panel(load, COHORT, EVALUATORS, proposals)
    add_sheets(load, COHORT, EVALUATORS, proposals)


def to_score(load: Load, evaluators: int, proposals: int) -> None:
    """The decided cohort put back to its scoring, with so many evaluators and proposals more."""
    add_proposals(load, submitted_in(load, COHORT), proposals, cohort=COHORT)
    add_panel(load, COHORT, evaluators, proposals)
    load.run(
        "UPDATE rfps SET panel_opened_at = NULL, decided_at = NULL, completed_at = NULL "
        f"WHERE cohort_id = (SELECT id FROM cohorts WHERE number = {COHORT})"
    )


@contextmanager
def city() -> Iterator[tuple[Settings, Load]]:
    """A copy of the demo city to fill and to measure on, dropped afterwards."""
    with databases.copy_of(demo.demo_database(), databases.run_name("bench")) as settings:
        load = Load(settings)
        load.run("CREATE TABLE bench_floor (id bigserial, content text)")
        load.run("GRANT ALL ON bench_floor TO pglab_app; GRANT ALL ON SEQUENCE bench_floor_id_seq TO pglab_app")
        try:
            yield settings, load
        finally:
            load.connection.close()
