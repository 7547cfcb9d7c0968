"""`flask documents …`: what the file store and the virus scanner need from an operator."""

from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from pglab.adapters.scanner import current_scanner
from pglab.adapters.storage import current_store
from pglab.core.db import transaction
from pglab.core.errors import UnavailableError
from pglab.documents import services

document_commands = AppGroup("documents", help="The file store and the virus scanner.")


@document_commands.command("allow-uploads")
def allow_uploads() -> None:
    """Let the pages of BASE_URL, and no others, send files straight to the bucket."""
    settings: Settings = current_app.config["SETTINGS"]
    address = urlsplit(settings.base_url)
    origin = f"{address.scheme}://{address.netloc}"
    current_store().allow_uploads_from([origin])
    click.echo(f"Pages of {origin} may send files to the bucket {settings.s3_bucket}.")


@document_commands.command("check-scanner")
def check_scanner() -> None:
    """Ask the virus scanner whether it answers and looks at whole files."""
    try:
        current_scanner().ping()
    except UnavailableError as fault:
        raise click.ClickException(fault.message) from fault
    click.echo("The virus scanner answers and looks at whole files.")


@document_commands.command("scan-waiting")
def scan_waiting() -> None:
    """Queue every file that waits for its virus scan; the worker does so by itself every minute."""
    with transaction():
        added = services.queue_waiting_scans()
    click.echo(f"{added} scans queued.")
