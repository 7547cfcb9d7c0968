"""P7: what was acknowledged survives any death, a lost connection and a full disk; nothing is half there.

A founder saves, attaches and submits over HTTP, and the worker writes the mails. In each round one thing dies at one
point: before or after one statement, one commit, one call of the store, or at any moment. Afterwards the data is judged
and the same form is sent again, as a person would: it always ends in one receipt.
"""

import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest
from sqlalchemy import select

from pglab.adapters.embedded.postgres import connect, postgres_address
from pglab.adapters.storage import current_store
from pglab.audit.queries import verify_chain
from pglab.core.db import db
from pglab.documents import policy
from pglab.outbox.models import Notice
from pglab.proposals import jobs
from pglab.proposals.models import Submission
from tests.support import databases
from tests.support.scoreboard import Scores
from tests.trust.kills.applicant import Applicant, is_attached, is_received, is_saved, judge_whole
from tests.trust.kills.machines import Machines, fill_disk_of, own_machines
from tests.trust.kills.rounds import Outcome, Points, Sent, die, in_a_copy, send

pytestmark = pytest.mark.slow

HEARD = (0, 303, 503)  # nothing, that it was done, or that it was not
RANDOM_DEATHS, DATABASE_DEATHS, STORE_DEATHS, FULL_DISKS = 200, 20, 4, 6
Act = Callable[[int], None]


@dataclass
class Drill:
    """The founder, the servers, and how many rounds there were."""

    machines: Machines
    applicant: Applicant
    turns: Iterator[int] = field(default_factory=partial(count, 1))

    def form(self, step: str) -> tuple[Sent, Callable[[], bool]]:
        """The next form of one step, and whether what it brings is there."""
        applicant, turn = self.applicant, next(self.turns)
        if step == "save":
            return applicant.answers(turn), partial(is_saved, turn)
        if step == "attach":
            return applicant.file(applicant.slots[0], turn), partial(is_attached, turn)
        applicant.answers(turn).by(applicant.client)  # what stands already would not be received again
        form = applicant.submission()
        return form, partial(is_received, form)

    def points(self, step: str) -> list[str]:
        """The points of one step, when nothing dies."""
        form, done = self.form(step)
        told = send(self.applicant.app, self.applicant.client, form)
        assert told.status == 303 and done(), (step, told)
        return told.passed

    def play(self, step: str, at: int, act: Act, *, afterwards: Callable[[], None] = lambda: None) -> Outcome:
        """One round: the form is sent, something dies, the data is judged, and the form is sent again."""
        form, done = self.form(step)
        applicant = self.applicant
        told = send(applicant.app, applicant.client, form, at=at, act=act)
        afterwards()
        self.machines.start()
        assert told.status in HEARD, (step, at, told.status, told.passed[-3:])
        assert done() or not told.acknowledged, f"lost what was acknowledged: {step} at {at}"
        judge_whole(applicant)
        again = form.by(applicant.client)
        assert again.status_code == 303 and done(), (step, at, told.passed[-3:], again.status_code)
        return told


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    """One founder for all rounds, who sends more files than a person may on one day."""
    with (
        own_machines() as machines,
        databases.app_on(machines.settings()) as app,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(policy, "FILES_A_DAY", 100_000)
        databases.migrate(app, "upgrade")
        with app.app_context():
            current_store().ensure_bucket()
            yield Drill(machines, Applicant.applying(app))


STEPS = ("save", "attach", "submit")


@pytest.mark.parametrize("step", STEPS)
def test_a_web_process_is_killed_at_every_point(drill: Drill, step: str, scored: Scores):
    points = drill.points(step)
    for at in range(1, len(points) + 1):
        drill.play(step, at, die)

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=len(points))


@pytest.mark.parametrize("deaths", [RANDOM_DEATHS, pytest.param(10_000, marks=pytest.mark.full)])
def test_a_web_process_is_killed_at_any_moment(drill: Drill, deaths: int, scored: Scores):
    chance = random.Random(7)  # noqa: S311 - the same moments each time
    for _ in range(deaths):
        after = partial(signal.setitimer, signal.ITIMER_REAL, chance.uniform(0.0005, 0.05))
        drill.play(chance.choice(STEPS), 1, lambda _, start=after: start())

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=deaths)


@pytest.mark.parametrize("step", STEPS)
def test_the_connection_is_lost_at_every_statement(drill: Drill, step: str, scored: Scores):
    def cut(backend: int) -> None:
        with connect(postgres_address(drill.machines.state)) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])

    statements = [at for at, name in enumerate(drill.points(step), 1) if name != "answered" and "store" not in name]
    for at in statements:
        drill.play(step, at, cut)

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=len(statements))


def test_the_database_is_killed(drill: Drill, scored: Scores):
    """Also right after the answer, when what it says must be on disk already."""
    for turn in range(DATABASE_DEATHS):
        step = STEPS[turn % 3]
        if turn % 2:
            drill.play(step, 0, die, afterwards=drill.machines.kill_database)
        else:
            drill.play(step, turn * 2 + 1, lambda _: drill.machines.kill_database())

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=DATABASE_DEATHS)


def test_the_disk_of_the_database_is_full(drill: Drill, scored: Scores):
    for turn in range(FULL_DISKS):
        drill.play(STEPS[turn % 3], turn * 3 + 2, fill_disk_of)

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=FULL_DISKS)


def test_the_store_is_killed(drill: Drill, scored: Scores):
    calls = [at for at, name in enumerate(drill.points("attach"), 1) if name.startswith("store")]
    for turn in range(STORE_DEATHS):
        drill.play("attach", calls[turn % len(calls)], lambda _: drill.machines.kill_store())

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=STORE_DEATHS)


def test_the_worker_is_killed_at_every_point(drill: Drill, scored: Scores):
    """The queue starts a job again whose worker died; everybody gets one mail all the same."""
    drill.points("submit")
    newest = select(Submission.id).order_by(Submission.number.desc()).limit(1)
    work = partial(jobs.tell_submitted, str(db.session.scalar(newest)))
    deaths = len(in_a_copy(drill.applicant.app, lambda: {"done": work()}, Points(0, die)).passed)
    for at in range(1, deaths + 1):
        drill.points("submit")
        before = mails()
        work = partial(jobs.tell_submitted, str(db.session.scalar(newest)))
        in_a_copy(drill.applicant.app, lambda job=work: {"done": job()}, Points(at, die))
        work()
        assert mails() == before + 1, f"no mail, or two, after a death at {at}"

    scored("P7", what="deaths after which something acknowledged was lost or half there", sample=deaths)


def test_the_log_is_whole_after_all_this(drill: Drill):
    assert verify_chain().broken_at is None


def test_with_lazy_commits_something_is_lost(drill: Drill, scored: Scores):
    """Negative control: a database that acknowledges before it has written loses what it acknowledged."""
    drill.machines.commit_lazily(True)
    lost = 0
    try:
        for _ in range(5):
            form, done = drill.form("save")
            told = send(drill.applicant.app, drill.applicant.client, form)
            drill.machines.kill_database()
            drill.machines.start()
            lost += told.acknowledged and not done()
    finally:
        drill.machines.commit_lazily(False)

    assert lost, "the settings that the product demands are what keeps it"
    scored("P7", control=f"with synchronous_commit off, {lost} of 5 acknowledged answers were lost")


def mails() -> int:
    return db.session.query(Notice).filter_by(kind="proposal_submitted").count()
