"""What people do with their accounts and organizations, one function a use case."""

from pglab.accounts.services.links import Link, LinkKind, LinkState, make_link, read_link
from pglab.accounts.services.organizations import (
    OrganizationProfile,
    add_member,
    change_member_role,
    change_organization,
    register_organization,
    remove_member,
)
from pglab.accounts.services.passwords import change_password, password_fits, reset_password, set_password
from pglab.accounts.services.personas import DEMO_PASSWORD, PERSONAS, Persona
from pglab.accounts.services.roles import grant_role, revoke_role
from pglab.accounts.services.second_factor import (
    OneTimeCodes,
    check_code,
    new_secret,
    remove_second_factor,
    set_second_factor,
    setup_values,
)
from pglab.accounts.services.sign_up import ask_for_link, change_name, confirm_email, send_link, sign_up
from pglab.accounts.services.tries import (
    CODE_LIMITS,
    MAIL_LIMITS,
    PASSWORD_LIMITS,
    PLACE_LIMITS,
    TooManyTriesError,
    count_try,
    forget_tries,
)

__all__ = [
    "CODE_LIMITS",
    "DEMO_PASSWORD",
    "MAIL_LIMITS",
    "PASSWORD_LIMITS",
    "PERSONAS",
    "PLACE_LIMITS",
    "Link",
    "LinkKind",
    "LinkState",
    "OneTimeCodes",
    "OrganizationProfile",
    "Persona",
    "TooManyTriesError",
    "add_member",
    "ask_for_link",
    "change_member_role",
    "change_name",
    "change_organization",
    "change_password",
    "check_code",
    "confirm_email",
    "count_try",
    "forget_tries",
    "grant_role",
    "make_link",
    "new_secret",
    "password_fits",
    "read_link",
    "register_organization",
    "remove_member",
    "remove_second_factor",
    "reset_password",
    "revoke_role",
    "send_link",
    "set_password",
    "set_second_factor",
    "setup_values",
    "sign_up",
]
