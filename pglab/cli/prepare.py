"""`python -m pglab.cli.prepare`: bring the database up to date and load the demo, in one process.

Several `flask` commands would each put the whole product together first; a second `make run` is to be up in seconds.
"""

import click
from flask.cli import ScriptInfo

STEPS = {
    "Database: bringing it up to date": ("db", "upgrade"),
    "Seal: letting staff count proposals, or not": ("proposals", "set-sealed-counts"),
    "File store: letting this site's pages send files to it": ("documents", "allow-uploads"),
    "Demo: loading": ("demo", "load"),
    "History: loading": ("history", "load"),
}


def main() -> None:
    """Run each step through the product's own command; all change nothing when there is nothing to do."""
    from wsgi import app  # noqa: PLC0415 - it reads the settings; importing this module must not

    for title, command in STEPS.items():
        click.echo(title)
        app.cli.main(list(command), prog_name="flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))


if __name__ == "__main__":
    main()
