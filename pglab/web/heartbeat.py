"""A web process gives a sign of life every half minute, and remembers when proposals are due: should the database go,
a page can still say that a deadline is close and that the outage is on record.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from pglab.core.clock import machine_now

EVERY_SECONDS = 30.0
CLOSE = timedelta(hours=24)
AFTERWARDS = timedelta(hours=1)
# Gives a sign of life, and the deadlines to come by this machine's clock.
Beat = Callable[[], Sequence[datetime]]


class Heart:
    """The sign of one process, and the deadlines it last learned of."""

    def __init__(self, app: Flask, beat: Beat) -> None:
        self._app, self._beat = app, beat
        self.deadlines: Sequence[datetime] = ()

    def once(self) -> None:
        """One sign; without the database there is none, and the deadlines stay as they were."""
        with self._app.app_context():
            try:
                self.deadlines = self._beat()
            except SQLAlchemyError as error:
                self._app.logger.warning("no sign of life: %s", type(error).__name__)

    def start(self) -> None:
        """Give a sign now and then for as long as the process lives."""
        threading.Thread(target=self._go_on, name="heartbeat", daemon=True).start()

    def _go_on(self) -> None:
        pause = threading.Event()
        while True:
            self.once()
            pause.wait(EVERY_SECONDS)

    def deadline_is_close(self) -> bool:
        """Whether proposals are due within a day, or were due within the last hour."""
        now = machine_now()
        return any(now - AFTERWARDS <= at <= now + CLOSE for at in self.deadlines)


def init_heartbeat(app: Flask, beat: Beat, *, runs: bool) -> None:
    """Give signs of life where a web server loads this process, and pages their knowledge of deadlines."""
    heart = app.extensions["heart"] = Heart(app, beat)
    if runs:
        heart.start()
