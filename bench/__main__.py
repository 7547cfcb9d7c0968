"""`make bench` runs every job, `make bench JOB=submit` one; one JSON line each."""

import sys
import tempfile
from uuid import uuid4

from bench import measure
from bench.floor_submit import submit_floor
from config import Settings
from pglab.adapters.signing import sign
from pglab.app import create_app
from pglab.core.db import db, transaction
from pglab.proposals import services
from pglab.proposals.models import Submission
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support import databases
from tests.support import services as running
from tests.support.statements import counting

SUBMITS = 200


def public_page(settings: Settings) -> None:
    """The cohort page for a visitor, against a page of the same size made with one query."""
    make_open_rfp(12)
    client = create_app(settings).test_client()
    with counting() as statements:
        html = client.get("/cohorts/12").text
    with tempfile.NamedTemporaryFile("w", suffix=".html") as kept:
        kept.write(html)
        kept.flush()
        environment = {**environment_of(settings), "FLOOR_PAGE": kept.name}
        with (
            measure.served("wsgi:app", environment) as ours,
            measure.served("bench.floor_page:app", environment) as floor,
        ):
            pair = measure.alternate(lambda: measure.load(ours, "/cohorts/12"), lambda: measure.load(floor, "/page"))
    measure.report("public_page", *pair, statements=len(statements))


def submit(settings: Settings) -> None:
    """Arrival to receipt of one submit, against three inserted rows and a signature."""
    rfp = make_open_rfp(13)
    proposal = fill(make_draft(rfp))
    actor = representative_of(proposal.organization)

    def act() -> None:
        with transaction():
            services.submit_proposal(
                proposal, version=proposal.version, idempotency_key=uuid4().hex, declarations=["True."], actor=actor
            )

    with databases.superuser(settings.database_url.split("@/")[1].split("?")[0]) as connection:
        connection.execute("CREATE TABLE bench_floor (id bigserial, content text)")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO pglab_app")
        connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO pglab_app")
    floor = submit_floor(settings.database_url, sign)
    pair = measure.alternate(lambda: measure.median_ms(act, SUBMITS), lambda: measure.median_ms(floor, SUBMITS))
    with counting() as statements:
        act()
    if db.session.query(Submission).count() != SUBMITS * measure.PAIRS + 1:
        raise RuntimeError("not every submit was stored")
    measure.report("submit", *pair, statements=len(statements))


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings of a served copy of the product."""
    return {
        **running.settings(),
        "PGLAB_ENVIRONMENT": "test",
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "BASE_URL": "http://localhost",
    }


JOBS = {"public_page": public_page, "submit": submit}


def main(names: list[str]) -> None:
    """Run the named jobs, each on a database of its own."""
    unknown = set(names) - set(JOBS)
    if unknown:
        sys.exit(f"There is no job {', '.join(sorted(unknown))}. There are: {', '.join(JOBS)}.")
    for name in names or list(JOBS):
        database = databases.run_name(f"bench_{name}")
        settings = databases.migrated_database(database)
        try:
            with create_app(settings).app_context():
                JOBS[name](settings)
                db.session.remove()
                db.engine.dispose()
        finally:
            databases.drop(database)


if __name__ == "__main__":
    main(sys.argv[1:])
