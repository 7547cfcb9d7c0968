"""`flask demo load|reset`: for development and tests; production refuses both."""

import signal
import sys
import types

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from config import Settings
from pglab.cli.demo import followers, front_desk, gathering, people
from pglab.cli.demo.cohorts import (
    call_90,
    cancelled_99,
    complete_98,
    decided_97,
    declaring_94,
    open_12,
    open_92,
    panel_90,
    panel_96,
    pilots_90,
    questions_12,
    questions_90,
    scoring_95,
    sealed_93,
    upcoming_91,
)
from pglab.cli.demo.emptying import empty_city
from pglab.cli.demo.story import Calendar, Step, begin, find_first_day, is_complete, tell
from pglab.cohorts.cli import HISTORY
from pglab.cohorts.models import Cohort
from pglab.cohorts.services import load_history
from pglab.core.db import db, transaction

demo_commands = AppGroup("demo", help="A made-up city to try everything in. Not for production.")
COHORTS = (12, 13, *range(90, 100))
CHAPTERS = (
    people,
    *(complete_98, call_90, panel_90, pilots_90),
    *(decided_97, panel_96, scoring_95, declaring_94, sealed_93, open_92, open_12, upcoming_91, cancelled_99),
    gathering,
    front_desk,
    followers,
    *(questions_90, questions_12),
)


@demo_commands.command("load")
def load() -> None:
    """Build the demo. Where it is there already nothing changes; one that was cut off is finished."""
    settings = development_settings()
    signal.signal(signal.SIGTERM, end_politely)
    if is_complete():
        click.echo("The demo is there already.")
        return
    first_day = find_first_day()
    if first_day is None and (taken := cohorts_of_others()):
        click.echo(f"This database has a cohort {taken[0]} of its own, so the demo is not loaded.")
        click.echo("`flask demo reset` drops everything and loads it.")
        return
    calendar = Calendar(first_day) if first_day else begin()
    number = tell(story(calendar), owner_url=settings.database_owner_url)
    click.echo(f"The demo is loaded: {number} steps.")
    with transaction():  # after the story: an entry of today in its middle would read as the end of it
        load_history(HISTORY.read_bytes())


@demo_commands.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def reset(context: click.Context, yes: bool) -> None:
    """Drop everything in the database and the file store, then build the demo afresh."""
    settings = development_settings()
    if not yes and click.prompt("This drops every record and file. Type 'reset' to go on", default="") != "reset":
        click.echo("Nothing was dropped.")
        sys.exit(1)
    empty_city(settings.database_owner_url)
    context.invoke(load)


def development_settings() -> Settings:
    """The settings, unless they are production's or name no owner, who alone may move the official time."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("Production holds no demo data.")
    if not settings.database_owner_url:
        raise click.ClickException("DATABASE_OWNER_URL is missing: the demo moves the official time as the owner.")
    return settings


def story(calendar: Calendar) -> list[Step]:
    """Every step of the demo, in no particular order."""
    return [step for chapter in CHAPTERS for step in chapter.steps(calendar)]


def cohorts_of_others() -> list[int]:
    """The demo's cohort numbers that are taken although the demo was never begun here."""
    return list(db.session.scalars(select(Cohort.number).where(Cohort.number.in_(COHORTS)).order_by(Cohort.number)))


def end_politely(_number: int, _frame: types.FrameType | None) -> None:
    """A polite kill ends the load like an error would, so that the official time is put back."""
    sys.exit(143)
