"""The refusals a domain may raise; the web layer turns each into one page and one status."""

from typing import NoReturn


class DomainError(Exception):
    """A refusal with a sentence the person can act on."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(DomainError):
    """The thing does not exist, or this person may not learn that it does (404)."""

    status = 404


class AccessDeniedError(DomainError):
    """The person is known and the thing is no secret, but somebody else has to do this (403)."""

    status = 403


class StateError(DomainError):
    """The thing has moved on since the page was opened (409)."""

    status = 409


class GoneError(DomainError):
    """The time for this has passed for good (410)."""

    status = 410


class RuleError(DomainError):
    """What was asked breaks a rule; `field` names the form field the sentence belongs beside (422)."""

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnavailableError(DomainError):
    """A part the product needs (the file store, say) does not answer; trying again later helps (503)."""

    status = 503


def require(
    allowed: bool, message: str = "Your role does not allow this. Ask a program manager who can do it."
) -> None:
    """Refuse with AccessDeniedError unless the policy allowed it."""
    if not allowed:
        raise AccessDeniedError(message)


def refuse(message: str, field: str | None = None) -> NoReturn:
    """Refuse with RuleError: `message` stands beside `field`, or above the form without one."""
    raise RuleError(message, field)
