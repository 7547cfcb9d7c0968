"""`flask history load`: the program's real history, from the file that comes with the product or from another."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from pglab.cohorts.services import HistoryFileError, Loaded, load_history
from pglab.core.db import transaction
from pglab.web.filters import plural

HISTORY = Path(__file__).parent / "data" / "pghlab_history.yaml"
FAULTS_SHOWN = 25

history_commands = AppGroup("history", help="The program's history before this site: real, with its sources.")


@history_commands.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=HISTORY)
@click.option("--withdraw", is_flag=True, help="Take rows off the pages that the file no longer has.")
@click.option("--reason", default="", help="Why the history is corrected; goes on the audit log.")
def load(file: Path, withdraw: bool, reason: str) -> None:
    """Make the history pages say what the file says; a second time changes nothing."""
    try:
        with transaction():
            report = load_history(file.read_bytes(), withdraw=withdraw, reason=reason)
    except HistoryFileError as error:
        for fault in error.faults[:FAULTS_SHOWN]:
            click.echo(fault, err=True)
        if len(error.faults) > FAULTS_SHOWN:
            click.echo(f"… and {plural(len(error.faults) - FAULTS_SHOWN, 'more fault')}.", err=True)
        click.echo("Nothing was loaded.", err=True)
        sys.exit(1)
    click.echo(said(report))


def said(report: Loaded) -> str:
    """What was done, in one sentence and the rows it is about."""
    if report.edition is None:
        return "The history is up to date."
    counts = [(report.added, "added"), (report.changed, "corrected"), (report.withdrawn, "withdrawn")]
    words = ", ".join(f"{plural(len(rows), 'row')} {what}" for rows, what in counts if rows)
    named = [f"  {what}: {title}" for rows, what in counts[1:] for title in rows]
    return "\n".join(
        [f"The history is loaded, edition {report.edition.number}: {words or 'sources and totals'}.", *named]
    )
