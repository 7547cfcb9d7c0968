"""`flask accounts grant|renew-keys`: the first administrator, and the end of an old key."""

import sys

import click
from flask.cli import AppGroup

from pglab.accounts import queries, services
from pglab.accounts.models import StaffRole
from pglab.core.db import transaction
from pglab.core.errors import DomainError

accounts_commands = AppGroup("accounts", help="People and their roles.")


@accounts_commands.command("grant")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
@click.argument("email")
def grant(role: str, email: str) -> None:
    """Give ROLE to the confirmed account with this EMAIL; on the audit log as done by the system."""
    try:
        with transaction():
            user = queries.find_confirmed_user(email)
            if user is None:
                raise click.ClickException("There is no confirmed account with this address.")
            services.grant_role(user, StaffRole(role), actor=None)
    except DomainError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    click.echo(f"{user.name} has the role {role} now.")


@accounts_commands.command("renew-keys")
def renew_keys() -> None:
    """Encrypt what is kept under SECRET_KEY with the present one; afterwards SECRET_OLD_KEYS can be emptied."""
    with transaction():
        renewed = services.renew_second_factors()
    click.echo(f"{renewed} second steps are kept under the present key.")
