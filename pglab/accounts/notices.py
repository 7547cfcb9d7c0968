"""What people are told about their accounts. Links travel in private mails only."""

from pglab.accounts.models import MemberRole, Organization, User
from pglab.core.states import words
from pglab.outbox.services import owe


def send_confirmation(user: User, path: str) -> None:
    """The link that confirms an address; its text is erased once sent."""
    owe(
        "confirm_email",
        user,
        subject="Confirm your email for PGH Lab",
        template="accounts/confirm",
        private=True,
        path=path,
    )


def send_reset(user: User, path: str) -> None:
    """The link that sets a new password; its text is erased once sent."""
    owe(
        "reset_password",
        user,
        subject="Set a new PGH Lab password",
        template="accounts/reset",
        private=True,
        path=path,
    )


def say_account_exists(user: User) -> None:
    """Somebody signed up with the address of an account: its owner learns so by mail, and nobody on the page."""
    owe(
        "account_exists",
        user,
        subject="You already have a PGH Lab account",
        template="accounts/exists",
        private=True,
    )


def say_changed(user: User, what: str) -> None:
    """Something about an account that its owner has to know of, in case it was not them."""
    owe("account_changed", user, subject="Your PGH Lab account changed", template="accounts/changed", what=what)


def welcome_member(organization: Organization, user: User, role: MemberRole, actor: User) -> None:
    """A person was added to an organization."""
    owe(
        "member_added",
        user,
        subject="You were added to a team on PGH Lab",
        template="accounts/member_added",
        organization=organization,
        role=words(role),
        actor=actor,
    )
