"""What people are told about their accounts. Links travel in private mails only."""

from pglab.accounts.models import Invitation, InvitationState, JoinRequest, JoinState, Organization, User
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


def tell_old_mailbox(address: str, what: str) -> None:
    """The mailbox an account no longer has learns so, in case somebody else changed it."""
    owe("address_changed", address, subject="Your PGH Lab account changed", template="accounts/changed", what=what)


def send_new_address(address: str, path: str) -> None:
    """The link by which a new mailbox confirms that it is to be an account's address."""
    owe(
        "new_address",
        address,
        subject="Confirm your new email for PGH Lab",
        template="accounts/new_address",
        private=True,
        path=path,
    )


def invite_member(invitation: Invitation, path: str) -> None:
    """The link by which somebody joins a team (N2); its text is erased once sent."""
    owe(
        "member_invited",
        invitation.email,
        subject=f"{invitation.invited_by.name} invited you to {invitation.organization.legal_name} on PGH Lab",
        template="accounts/invitation",
        private=True,
        invitation=invitation,
        role=words(invitation.role),
        path=path,
    )


def say_invitation_answered(invitation: Invitation, actor: User) -> None:
    """Whoever invited somebody learns what they said."""
    said = "accepted" if invitation.state is InvitationState.ACCEPTED else "declined"
    what = f"{actor.name} {said} your invitation to {invitation.organization.legal_name}."
    owe(
        "invitation_answered",
        invitation.invited_by,
        subject=f"Your invitation was {said}",
        template="accounts/answered",
        what=what,
    )


def say_unrepresented(user: User, organization: Organization, person: User) -> None:
    """The rest of a team learns that nobody can submit for their startup while this person's account is off."""
    owe(
        "organization_unrepresented",
        user,
        subject=f"Nobody can submit for {organization.legal_name}",
        template="accounts/unrepresented",
        organization=organization,
        person=person,
    )


def say_joining_asked(asked: JoinRequest, representative: User) -> None:
    """A representative learns that somebody asks to be added to the team."""
    owe(
        "joining_asked",
        representative,
        subject=f"{asked.user.name} asks to join {asked.organization.legal_name}",
        template="accounts/joining_asked",
        asked=asked,
    )


def say_joining_answered(asked: JoinRequest) -> None:
    """Whoever asked to join learns what the startup said."""
    said = "added you to its team" if asked.state is JoinState.ACCEPTED else "did not add you to its team"
    owe(
        "joining_answered",
        asked.user,
        subject="Your request to join a team was answered",
        template="accounts/answered",
        what=f"{asked.organization.legal_name} {said}.",
    )


def say_asked_again(invitation: Invitation, representative: User) -> None:
    """A representative learns that an invitation ran out before it was used, and that the person wants a new one."""
    owe(
        "invitation_asked_again",
        representative,
        subject=f"{invitation.email} asks for a new invitation",
        template="accounts/asked_again",
        invitation=invitation,
    )
