"""Moving the official time of a demo. Everything else an administrator does belongs to accounts."""

from datetime import datetime, timedelta

from sqlalchemy import create_engine, text

from pglab.core.errors import RuleError

FURTHEST = timedelta(days=3660)


def move_clock(owner_url: str, *, by: timedelta) -> None:
    """Move the official time on or back by this much; it goes on running, or stands still, as it did."""
    _change_clock(
        owner_url,
        "UPDATE official_clock SET shift = shift + :by, frozen_at = frozen_at + :by",
        by=by,
    )


def set_clock(owner_url: str, *, at: datetime, stopped: bool) -> None:
    """Set the official time to an instant, from which it runs on, or at which it stands still."""
    _change_clock(
        owner_url,
        "UPDATE official_clock SET shift = :at - clock_timestamp(), frozen_at = CASE WHEN :stopped THEN :at END",
        at=at,
        stopped=stopped,
    )


def reset_clock(owner_url: str) -> None:
    """Let the official time be the machine's again."""
    _change_clock(owner_url, "UPDATE official_clock SET shift = '0', frozen_at = NULL")


def _change_clock(owner_url: str, statement: str, **values: object) -> None:
    """Only the database's owner may do this, over a connection of its own; a step of over ten years is refused."""
    engine = create_engine(owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement), values)
            far = connection.scalar(
                text("SELECT abs(extract(epoch FROM official_now() - clock_timestamp())) FROM official_clock")
            )
            if far is not None and float(far) > FURTHEST.total_seconds():
                raise RuleError("The official time can be moved by ten years at most.")
    finally:
        engine.dispose()
