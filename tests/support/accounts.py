"""What a person does between our pages: open the mailbox, look at the app that shows codes."""

import re
import time

from passlib.totp import TOTP
from sqlalchemy import text

from pglab.accounts import queries, services
from pglab.accounts.models import MemberRole, Organization
from pglab.core.db import db, transaction
from pglab.outbox.models import Email

PASSWORD = "correct horse, battery staple"
# A startup as its people would register it.
ENTRY = {
    "legal_name": "CurbSense Inc.",
    "registration_state": "Pennsylvania",
    "registration_number": "",
    "street": "1 Example St",
    "city": "Pittsburgh",
    "postal_code": "15222",
    "county": "Allegheny County",
    "founded_year": "2021",
    "people": "4",
    "website": "",
}


def team_of(organization: Organization) -> dict[str, MemberRole]:
    """Who may do what for a startup, by name."""
    return {member.user.name: member.role for member in queries.list_members(organization)}


def mails_to(address: str) -> list[Email]:
    """The mails to one address, oldest first."""
    found = db.session.query(Email).filter_by(to_address=address).order_by(Email.created_at).all()
    return list(found)


def link_in(mail: Email) -> str:
    """The path of the one link of ours in a mail."""
    return re.search(r"http://localhost(/[a-z-]+/\S+)", mail.notice.body_text)[1]  # type: ignore[index]  # it has one


def send_waiting_links() -> None:
    """Do what the worker would: mail the links that somebody asked for."""
    waiting = "SELECT args FROM procrastinate_jobs WHERE task_name = 'accounts.send_link' ORDER BY id"
    for arguments in db.session.scalars(text(waiting)).all():
        with transaction():
            services.send_link(services.LinkKind(arguments["kind"]), arguments["email"])


def code_for(key: str, *, later: int = 0) -> str:
    """What an app set up with this key shows, now or in `later` seconds."""
    return str(TOTP(key=key).generate(time=int(time.time()) + later).token)
