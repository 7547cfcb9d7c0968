"""A startup applies: the whole way from starting to the receipt, and the submit request alone."""

import hashlib
import io
import secrets
import time
from collections import Counter
from collections.abc import Generator, Iterator
from functools import cache

import pikepdf

from bench.client import Answer, Load, Script, drive, one, request
from bench.measuring import alternate, report_pair
from bench.people import SignedIn, signed_in
from bench.server import Server, floor, product
from bench.statements import count
from bench.world import OPEN_COHORT, add_proposals, add_startups, city, submitted_in
from bench.world import Load as World
from config import Settings
from tests.support import databases

AT_ONCE, JOURNEYS, STARTUPS, SECONDS = 20, 40, 100, 2.0
# What stands is not received again: after each submission one answer of its draft becomes another one.
EDITED_AFTERWARDS = (
    """CREATE FUNCTION edit_afterwards() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    UPDATE answers SET text = 'Answer ' || NEW.number WHERE id = (SELECT a.id FROM answers a
    JOIN form_questions q ON q.id = a.question_id WHERE a.proposal_id = NEW.proposal_id AND q.kind = 'long_text'
    ORDER BY a.id LIMIT 1); RETURN NEW; END $$""",
    "CREATE TRIGGER edit_afterwards AFTER INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION edit_afterwards()",
)
TEXT = "We test three sensors with the crew, name who does what, and have a date for each step."
SECTIONS = {"company": 2, "impact": 1, "plan": 2, "privacy": 2, "product": 2, "solution": 1}
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}


@cache
def large_pdf() -> bytes:
    """A PDF of one mebibyte, most of it a picture that does not shrink."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"% " + secrets.token_hex(510_000).encode() + b"\n")
        content = io.BytesIO()
        pdf.save(content, compress_streams=False)
        return content.getvalue()


def add_writers(load: World, count_: int) -> None:
    """Startups with a representative and no proposal yet."""
    add_startups(load, submitted_in(load, OPEN_COHORT), count_)


def sections(load: World) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of the open cohort's form: name in the address, and each control with a fitting answer."""
    rows = load.connection.execute(
        "SELECT s.slug, q.position, q.kind FROM form_sections s JOIN form_questions q ON q.section_id = s.id "
        f"JOIN rfps r ON r.id = s.rfp_id WHERE r.reference = 'RFP-{OPEN_COHORT}' ORDER BY s.position, q.position"
    ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for slug, position, kind in rows:
        answer = {"url": "https://example.org", "yes_no": "yes"}.get(str(kind), TEXT)
        found.setdefault(str(slug), []).append((f"q{position}", answer))
    return list(found.items())


class Steps(Counter[str]):
    """The seconds that each step of all journeys took."""

    def take(self, name: str, sent: bytes) -> Generator[bytes, Answer, Answer]:
        """One request as this step."""
        began = time.perf_counter()
        answer = yield sent
        self[name] += time.perf_counter() - began  # type: ignore[assignment]  # seconds are counted as any number
        return answer

    def shares(self) -> dict[str, float]:
        """Which part of the whole each step takes, in the order of the steps."""
        return {name: round(seconds / self.total(), 3) for name, seconds in self.items()}


def journey(
    person: SignedIn, number: int, area: str, form: list[tuple[str, list[tuple[str, str]]]], steps: Steps
) -> Script:
    """Start, answer every section, hand in both files, check, submit, read the receipt; each step must succeed."""
    organization = hashlib.md5(f"organization {number}".encode(), usedforsecurity=False).hexdigest()
    dashed = "-".join(
        [organization[:8], organization[8:12], organization[12:16], organization[16:20], organization[20:]]
    )
    answer = yield from steps.take(
        "start", person.post(f"/apply/cohorts/{OPEN_COHORT}", organization=dashed, area=area)
    )
    here = expect(answer.status, answer.header("location"), 303, answer.body)
    for slug, fields in form:
        sent_section = person.post(f"{here}/sections/{slug}", seen="", **dict(fields))
        answer = yield from steps.take("answers", sent_section)
        expect(answer.status, here, 303, answer.body)
    for slot, content in (("pitch-deck", large_pdf()), ("registration", small_pdf())):
        upload = person.upload(f"{here}/documents/{slot}", content, "plan.pdf")
        answer = yield from steps.take(slot, upload)
        while answer.status == 503:  # other files first: as the page says, again a little later
            answer = yield from steps.take(slot, upload)
        expect(answer.status, here, 303, answer.body)
    answer = yield from steps.take("check", person.get(f"{here}/check"))
    expect(answer.status, here, 200, answer.body)
    answer = yield from steps.take("last page", person.get(f"{here}/submission"))
    expect(answer.status, here, 200, answer.body)
    sent = {**versions_on(answer.body), "idempotency_key": secrets.token_hex(16), **DECLARED}
    answer = yield from steps.take("submit", person.post(f"{here}/submission", **sent))
    receipt = expect(answer.status, answer.header("location"), 303, answer.body)
    answer = yield from steps.take("receipt", person.get(receipt))
    expect(answer.status, receipt, 200, answer.body)


def versions_on(page: bytes) -> dict[str, str]:
    """The version of the draft and of the call that the last page before submitting carries; without both it is not
    that page, and what was sent would be refused."""
    found = {name: hidden(page, name) for name in ("version", "profile_version", "rfp_version")}
    if not all(found.values()):
        raise RuntimeError(f"the page before submitting carries {found}: {page[-3000:]!r}")
    return found


def hidden(page: bytes, name: str) -> str:
    """What a form carries under this name."""
    return page.partition(f'name="{name}"'.encode())[2].partition(b'value="')[2].partition(b'"')[0].decode()


@cache
def small_pdf() -> bytes:
    """A PDF of one blank page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        content = io.BytesIO()
        pdf.save(content)
        return content.getvalue()


def expect(status: int, address: str, wanted: int, body: bytes) -> str:
    """The address when the step succeeded; a refused form is fast, so anything else is an error."""
    if status != wanted:
        raise RuntimeError(f"{status} instead of {wanted} at {address}: {body[:3000]!r}")
    return address.removeprefix("http://localhost")


def bare_journey(steps: int) -> Script:
    """As many requests as ours makes, doing only what has to be done."""
    edge = "pglab-bench-floor"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n\r\n'.encode()
    form = "multipart/form-data; boundary=" + edge
    for _ in range(steps):
        yield request("/answers", method="POST", body=f"a={TEXT}&b={TEXT}".replace(" ", "+").encode())
    for content in (large_pdf(), small_pdf()):
        body = head + content + f"\r\n--{edge}--\r\n".encode()
        answer = yield request("/file", method="POST", body=body, kind=form)
        expect(answer.status, "/file", 303, answer.body)
    yield request("/queried")
    yield request("/queried")
    answer = yield request("/submit", method="POST", body=b"declarations=true")
    expect(answer.status, "/submit", 303, answer.body)
    yield request("/queried")


def apply_journey() -> None:
    """Whole journeys, twenty at once. The floor makes the same number of requests and stores the same files."""
    with city() as (settings, load):
        rounds = 5
        add_writers(load, JOURNEYS * rounds)
        form = sections(load)
        area = load.value(f"SELECT a.id FROM challenge_areas a JOIN cohorts c ON c.id = a.cohort_id "
                          f"WHERE c.number = {OPEN_COHORT} ORDER BY a.position LIMIT 1")  # fmt: skip
        people = signed_in(settings, *(f"founder{n}@example.org" for n in range(1, JOURNEYS * rounds + 1)))
        steps = Steps()
        scripts = iter([journey(person, number, area, form, steps) for number, person in enumerate(people, start=1)])
        with product(settings) as ours, floor(settings) as bare:
            pair = alternate(
                lambda: drive(ours.port, [next(scripts) for _ in range(JOURNEYS)], at_once=AT_ONCE),
                lambda: drive(bare.port, [bare_journey(1 + len(form)) for _ in range(JOURNEYS)], at_once=AT_ONCE),
            )
        stored = received(settings)
        if stored < JOURNEYS * 4:
            raise RuntimeError(f"only {stored} submissions were stored")
        told = {"requests": len(form) + 7, "stored": stored, "steps": steps.shares()}
        report_pair("apply_journey", pair, unit="journeys/s", **told)


def received(settings: Settings) -> int:
    """How many submissions stand in the database."""
    with databases.superuser(settings.database_url.split("@/")[1].split("?")[0]) as connection:
        row = connection.execute("SELECT count(*) FROM submissions").fetchone()
    return int(str(row[0])) if row else 0


def submit() -> None:
    """Arrival to receipt of the submit request, twenty at once. The floor stores three rows and signs."""
    with city() as (settings, load):
        source = submitted_in(load, OPEN_COHORT)
        add_proposals(load, source, STARTUPS, cohort=OPEN_COHORT)
        for statement in EDITED_AFTERWARDS:
            load.run(statement)
        people = signed_in(settings, *(f"founder{n}@example.org" for n in range(1, STARTUPS + 1)))
        before = received(settings)
        plain = request("/submit", method="POST", body=b"declarations=true")
        path, versions = f"/apply/proposals/L{OPEN_COHORT}-0001/submission", dict[str, str]()
        scripts = submits(people, versions)
        with product(settings) as ours, floor(settings) as bare:
            drive(ours.port, [look(people[0], path, versions)], at_once=1)
            loads: list[Load] = []

            def load_ours(server: Server) -> Load:
                loads.append(drive(server.port, scripts, at_once=AT_ONCE, seconds=SECONDS))
                return loads[-1]

            pair = alternate(
                lambda: load_ours(ours),
                lambda: drive(
                    bare.port, (one(plain, status=303) for _ in iter(int, 1)), at_once=AT_ONCE, seconds=SECONDS
                ),
            )
        made = sum(len(each.times) for each in loads)
        if received(settings) - before != made:
            raise RuntimeError(f"{made} were accepted, {received(settings) - before} are stored")
        fields = {**versions, "idempotency_key": secrets.token_hex(16), **DECLARED}
        report_pair("submit", pair, unit="req/s", sql=count(settings, people[0], path, fields=fields), stored=made)


def look(person: SignedIn, path: str, versions: dict[str, str]) -> Script:
    """Read the last page before submitting, as a browser does, and keep the versions that it carries."""
    answer = yield person.get(path)
    expect(answer.status, path, 200, answer.body)
    versions.update(versions_on(answer.body))


def submits(people: list[SignedIn], versions: dict[str, str]) -> Iterator[Script]:
    """One submit after the other, each startup in its turn, each with a key of its own. All drafts are copies of one,
    so they carry the same `versions`."""
    turn = 0
    while True:
        number = turn % len(people)
        path = f"/apply/proposals/L{OPEN_COHORT}-{number + 1:04}/submission"
        fields = {**versions, "idempotency_key": secrets.token_hex(16), **DECLARED}
        yield one(people[number].post(path, **fields), status=303)
        turn += 1
