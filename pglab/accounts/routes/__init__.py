"""Pages for accounts, organizations and, in development, for the demo's people."""

from pglab.accounts.routes import (
    account,
    entry,
    handing_over,
    invitations,
    joining,
    organizations,
    passkeys,
    personas,
    sign_in,
    sign_up,
)
from pglab.accounts.routes.blueprint import bp

__all__ = [
    "account",
    "bp",
    "entry",
    "handing_over",
    "invitations",
    "joining",
    "organizations",
    "passkeys",
    "personas",
    "sign_in",
    "sign_up",
]
