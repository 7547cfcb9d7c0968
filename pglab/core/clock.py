"""Time: what decides asks the database; what shows may ask this machine.

Instants are kept in UTC and shown in Eastern time, the time of the City.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import text

from pglab.core.db import db

EASTERN = ZoneInfo("America/New_York")
OFFICIAL_NOW = text("SELECT official_now()")


def official_now() -> datetime:
    """The official time: the database's clock at this very statement. Everything that decides asks this."""
    now: datetime = db.session.execute(OFFICIAL_NOW).scalar_one()
    return now.astimezone(UTC)


def eastern_today() -> date:
    """The City's date, by the official time. What says “today” or “not in the future” asks this."""
    return official_now().astimezone(EASTERN).date()


def machine_now() -> datetime:
    """This machine's clock, in UTC. For display and logs only: it never decides."""
    return datetime.now(UTC)


def eastern_readings(day: date, clock: time) -> list[datetime]:
    """The instants that a local Eastern date and time can mean, in UTC.

    One on an ordinary day, none in the hour that is skipped in March, two in the hour that comes twice in November.
    """
    local = datetime.combine(day, clock)
    readings = []
    for fold in (0, 1):
        instant = local.replace(tzinfo=EASTERN, fold=fold).astimezone(UTC)
        if instant.astimezone(EASTERN).replace(tzinfo=None, fold=0) == local and instant not in readings:
            readings.append(instant)
    return readings
