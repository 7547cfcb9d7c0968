"""Twelve evaluators at work: each saves one sheet after the other, as the page does by itself while they type."""

from collections.abc import Iterator

from bench.client import Load, Script, drive, one, request
from bench.measuring import alternate, report_pair
from bench.people import SignedIn, signed_in
from bench.server import Server, floor, product
from bench.statements import count
from bench.world import COHORT, city, to_score
from config import Settings
from tests.support import databases

AT_ONCE, PROPOSALS, SECONDS = 12, 40, 2.0
WORDS = "They know the crew's day, name who does what, and have a date for each step."


def filled(version: int) -> dict[str, str]:
    """A sheet with all criteria scored."""
    given = {"version": str(version)}
    for position in range(1, 6):
        given |= {f"points-{position}": str((version + position) % 6), f"explanation-{position}": WORDS}
    return given


def saves(people: list[SignedIn], versions: dict[tuple[int, int], int]) -> Iterator[Script]:
    """One save after the other, evaluator by evaluator, each over the version before."""
    turn = 0
    while True:
        who, which = turn % len(people), turn // len(people) % PROPOSALS + 1
        version = versions.get((who, which), 0)
        versions[who, which] = version + 1
        path = f"/review/proposals/L{COHORT}-{which:04}"
        yield one(people[who].post(path, **filled(version)), status=303)
        turn += 1


def score() -> None:
    """One saved sheet of five criteria. The floor keeps the same form in one row."""
    with city() as (settings, load):
        to_score(load, AT_ONCE, PROPOSALS)
        people = signed_in(settings, *(f"evaluator{n}@example.org" for n in range(1, AT_ONCE + 1)))
        scripts = saves(people, {})
        body = people[0].post("/", **filled(1)).partition(b"\r\n\r\n")[2]
        plain = request("/score", method="POST", body=body.replace(b"points-1", b"points").replace(b"-1=", b"="))

        def ours(server: Server) -> Load:
            return drive(server.port, scripts, at_once=AT_ONCE, seconds=SECONDS)

        with product(settings) as product_server, floor(settings) as floor_server:
            pair = alternate(
                lambda: ours(product_server),
                lambda: drive(floor_server.port, (one(plain, status=303) for _ in iter(int, 1)), at_once=AT_ONCE,
                              seconds=SECONDS),
            )  # fmt: skip
        stored = kept(settings)
        report_pair("score", pair, unit="saves/s", sql=statements(settings, people[0]), stored=stored)


def kept(settings: Settings) -> int:
    """How many scores stand in the sheets; nothing stored is an error."""
    with databases.superuser(settings.database_url.split("@/")[1].split("?")[0]) as connection:
        row = connection.execute("SELECT count(*) FROM scores x JOIN score_sheets s ON s.id = x.sheet_id "
                                 "WHERE s.status = 'draft'").fetchone()  # fmt: skip
    if not row or not row[0]:
        raise RuntimeError("no score was stored")
    return int(str(row[0]))


def statements(settings: Settings, person: SignedIn) -> int:
    """The statements of one save over an existing sheet."""
    with databases.superuser(settings.database_url.split("@/")[1].split("?")[0]) as connection:
        row = connection.execute(
            "SELECT p.reference, s.version FROM score_sheets s JOIN proposals p ON p.id = s.proposal_id "
            "JOIN panel_members m ON m.id = s.member_id JOIN users u ON u.id = m.user_id "
            "WHERE u.email = 'evaluator1@example.org' LIMIT 1"
        ).fetchone()
    if row is None:
        raise RuntimeError("no sheet was stored")
    return count(settings, person, f"/review/proposals/{row[0]}", fields=filled(int(str(row[1]))))
