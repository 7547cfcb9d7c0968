"""The links in the header: the public ones for everyone, a workspace for each role a person has."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_security import current_user


@dataclass(frozen=True)
class Link:
    """One link of the header; `current` when the page shown lies in its part of the site."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Workspace:
    """A part of the site with a link in the header for the people it is for."""

    label: str
    endpoint: str
    prefix: str
    shown: Callable[[], bool]


def init_navigation(app: Flask, workspaces: list[Workspace]) -> None:
    """Give every page its links. `workspaces` is the whole list, in order; each says for whom it is shown."""

    @app.context_processor
    def links() -> dict[str, list[Link]]:
        return {
            "navigation": [
                Link(space.label, url_for(space.endpoint), request.path.startswith(space.prefix))
                for space in workspaces
                if space.shown()
            ]
        }


def visitor() -> bool:
    """Nobody is signed in."""
    return not current_user.is_authenticated


def everyone() -> bool:
    return True
