"""The product's `flask` commands, loaded when the first of them is asked for: a web server asks for none, and is spared
what only they need (migrations, backups, the embedded servers, the demo)."""

import click
from flask import Flask
from flask.cli import AppGroup


class CommandLine(AppGroup):
    """What stands behind `flask <command>` for one application."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name=app.name)
        self.app = app
        self.is_loaded = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        self.load()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        self.load()
        return super().get_command(ctx, cmd_name)

    def load(self) -> None:
        """Add every command; once."""
        if self.is_loaded:
            return
        from pglab.cli.groups import add_commands  # noqa: PLC0415  (what this class is there to put off)

        self.is_loaded = True
        add_commands(self, self.app)
