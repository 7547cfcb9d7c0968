"""`flask worker`: does what pages left for later, until it is told to stop. Any number may run, on any machine."""

import logging

import click
from flask import current_app
from flask.cli import with_appcontext

from config import ROOT
from pglab.adapters.worker import run_worker


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is waiting now, then end.")
@with_appcontext
def worker(once: bool) -> None:
    """Send mail and do the other jobs until Ctrl-C or SIGTERM; the running job is finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    current_app.config["OUTSIDE_REQUESTS"] = "worker"
    run_worker(
        current_app._get_current_object(),  # type: ignore[attr-defined]  # the app itself, for the job threads
        current_app.config["SETTINGS"].database_url,
        modules=job_modules(),
        until_idle=once,
    )


def job_modules() -> list[str]:
    """The `jobs` module of every domain that has one."""
    return sorted(f"pglab.{path.parent.name}.jobs" for path in (ROOT / "pglab").glob("*/jobs.py"))
