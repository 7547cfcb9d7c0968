"""Lists as staff read them: the ranking, the opened proposals, payments, a pilot; each beside one query and a table."""

from itertools import repeat

from bench.client import Load, drive, one, request
from bench.measuring import alternate, report
from bench.people import SignedIn, signed_in
from bench.server import Server, floor, product
from bench.statements import count
from bench.world import COHORT, OPEN_COHORT, city, judged
from config import Settings

MANAGER, FINANCE, FOUNDER = "priya.shah@example.org", "tomas.lin@example.org", "dana.ruiz@example.org"
TIMES = 30


def read(server: Server, sent: bytes, times: int = TIMES) -> Load:
    """One reader, page after page."""
    return drive(server.port, (one(each) for each in repeat(sent, times)), at_once=1)


def measure(job: str, settings: Settings, reader: SignedIn, path: str, floors: str, **more: int) -> None:
    """The median time of our page against that of a bare table of the same rows."""
    with product(settings) as ours, floor(settings) as bare:
        pair = alternate(lambda: read(ours, reader.get(path)), lambda: read(bare, request(floors)))
        size = drive_size(ours, reader.get(path))
    took, least = pair.ours.percentile(0.5), pair.floor.percentile(0.5)
    report(
        job,
        value=took,
        unit="ms",
        floor=least,
        ratio=least / took,
        p50_ms=round(took, 2),
        p99_ms=round(pair.ours.percentile(0.99), 2),
        sql=count(settings, reader, path),
        bytes=size,
        n=len(pair.ours.times),
        **more,
    )


def drive_size(server: Server, sent: bytes) -> int:
    """How many bytes the page has."""
    sizes: list[int] = []

    def once():  # type: ignore[no-untyped-def]  # a script, as `one` is
        answer = yield sent
        sizes.append(len(answer.body))

    drive(server.port, [once()], at_once=1)
    return sizes[0]


def ranking(size: int) -> None:
    """The whole official ranking with five signed sheets on each proposal."""
    with city() as (settings, load):
        judged(load, size)
        reader = signed_in(settings, MANAGER)[0]
        measure(
            f"ranking_{size}", settings, reader, f"/manage/cohorts/{COHORT}/ranking", f"/ranking/{COHORT}", rows=size
        )


def opened_list(size: int) -> None:
    """All opened proposals of a cohort."""
    with city() as (settings, load):
        judged(load, size)
        reader = signed_in(settings, MANAGER)[0]
        measure(f"list_{size}", settings, reader, f"/manage/cohorts/{COHORT}/proposals", f"/list/{COHORT}", rows=size)


def finance() -> None:
    """What waits for the finance officer."""
    with city() as (settings, _load):
        measure("finance", settings, signed_in(settings, FINANCE)[0], "/finance", "/lists/payments")


def workspace() -> None:
    """A pilot's overview for its startup."""
    with city() as (settings, _load):
        measure("workspace", settings, signed_in(settings, MANAGER)[0], "/workspace/P90-01", "/lists/pilots")


def upload_form_page() -> None:
    """The page on which a startup hands in a file."""
    with city() as (settings, load):
        reference = load.value(
            "SELECT p.reference FROM proposals p JOIN organizations o ON o.id = p.organization_id JOIN rfps r "
            f"ON r.id = p.rfp_id WHERE r.reference = 'RFP-{OPEN_COHORT}' AND o.legal_name LIKE 'CurbSense%'"
        )
        reader = signed_in(settings, FOUNDER)[0]
        path = f"/apply/proposals/{reference}/documents/pitch-deck"
        measure("upload_form_page", settings, reader, path, "/queried")
