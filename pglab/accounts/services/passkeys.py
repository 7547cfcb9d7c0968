"""Passkeys: a device that has checked its owner (by finger, face or PIN) signs what this site asks, and no other site.

Signing in with one takes both steps at once: something one has, and something one is or knows.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pglab.accounts import notices, queries
from pglab.accounts.models import Passkey, User
from pglab.accounts.services.tries import ONCE, TooManyTriesError, count_try
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.core.ids import uuid7

NOT_ADDED = "Your device didn’t make a passkey for this site. Try again, or use another device."
NOT_SIGNED_IN = "This passkey doesn’t fit an account. Try again, or use your password."
MOST = 10


@dataclass(frozen=True)
class Site:
    """The site as passkeys know it: its address comes from the settings, never from what a request says."""

    base_url: str

    @property
    def domain(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def origin(self) -> str:
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.base_url))


def new_challenge() -> str:
    """Something to sign that nobody has signed before."""
    return bytes_to_base64url(secrets.token_bytes(32))


def options_to_add(user: User, site: Site, challenge: str) -> str:
    """What a browser is asked in order to make a passkey, as JSON; devices that hold one already are left out."""
    return options_to_json(
        generate_registration_options(
            rp_id=site.domain,
            rp_name="PGH Lab",
            user_id=user.id.bytes,
            user_name=user.email,
            user_display_name=user.name,
            challenge=base64url_to_bytes(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each.key_id) for each in queries.list_passkeys(user)],
        )
    )


def options_to_sign_in(site: Site, challenge: str) -> str:
    """What a browser is asked in order to sign in, as JSON. It names no passkey, so it tells nothing about accounts."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.domain,
            challenge=base64url_to_bytes(challenge),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def add_passkey(user: User, answer: str, *, name: str, site: Site, challenge: str, actor: User) -> None:
    """Let a device open the account from now on. A mail tells of it. At most ten, each used by one account only."""
    require(user.id == actor.id)
    queries.lock_user(user)
    if len(queries.list_passkeys(user)) >= MOST:
        raise RuleError(f"An account has at most {MOST} passkeys. Remove one first.")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise RuleError(NOT_ADDED) from error
    passkey = Passkey(
        id=uuid7(),
        user_id=user.id,
        key_id=made.credential_id,
        public_key=made.credential_public_key,
        uses=made.sign_count,
        name=name,
    )
    try:
        with db.session.begin_nested():
            db.session.add(passkey)
    except IntegrityError as error:
        raise RuleError(NOT_ADDED) from error
    record("passkey.added", user, actor=actor, after={"name": name})
    notices.say_changed(user, f"A passkey was added to your account: {name}.")


def find_by_passkey(answer: str, *, site: Site, challenge: str) -> User:
    """Whose passkey signed this challenge; RuleError, the same for every reason, when nobody's did.

    A challenge is good once. A passkey whose count of uses goes back was copied, and is refused.
    """
    try:
        count_try(ONCE, "challenge", challenge)
    except TooManyTriesError as error:
        raise RuleError(NOT_SIGNED_IN) from error
    try:
        passkey = queries.find_passkey(parse_authentication_credential_json(answer).raw_id)
        if passkey is None:
            raise RuleError(NOT_SIGNED_IN)
        signed = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise RuleError(NOT_SIGNED_IN) from error
    user = queries.get_user(passkey.user_id)
    if not user.active or user.confirmed_at is None:
        raise RuleError(NOT_SIGNED_IN)
    passkey.uses, passkey.used_at = signed.new_sign_count, queries.real_now()
    return user


def remove_passkey(user: User, passkey_id: UUID, *, actor: User) -> None:
    """A device no longer opens the account. A mail tells of it."""
    require(user.id == actor.id)
    passkey = next((each for each in queries.list_passkeys(user) if each.id == passkey_id), None)
    if passkey is None:
        raise NotFoundError("You have no such passkey.")
    db.session.delete(passkey)
    record("passkey.removed", user, actor=actor, before={"name": passkey.name})
    notices.say_changed(user, f"A passkey was removed from your account: {passkey.name}.")
