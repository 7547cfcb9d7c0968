"""Addenda and extensions, issued through the services by two people."""

from datetime import datetime
from typing import Any

from pglab.accounts.models import User
from pglab.addenda import services
from pglab.addenda.models import Addendum
from pglab.core.db import transaction
from pglab.outages.models import Outage
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp, RfpVersion
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.rfps import make_open_rfp

NEW_TEXT = "The City now asks for one more thing."


def words(
    title: str = "One more thing", *, reason: str = "We noticed late.", acknowledge: bool = False
) -> services.AddendumWords:
    return services.AddendumWords(title, "Section 1 says more.", reason, acknowledge)


def make_waiting_addendum(
    rfp: Rfp,
    changes: dict[str, Any] | None = None,
    *,
    actor: User | None = None,
    said: services.AddendumWords | None = None,
) -> Addendum:
    """An addendum that waits for its second person."""
    preparer = actor or make_program_manager()
    with transaction():
        addendum = services.prepare_addendum(rfp, said or words(), actor=preparer)
    for key, value in (changes or {"sections.0.body": NEW_TEXT}).items():
        with transaction():
            services.propose_change(addendum, key, value, version=addendum.version, actor=preparer)
    with transaction():
        services.ask_issue(addendum, version=addendum.version, actor=preparer)
    return addendum


def seen(addendum: Addendum) -> services.Seen:
    """What somebody who looks now sees."""
    return services.Seen(addendum.version, rfp_queries.latest_version(addendum.rfp_id).number)


def issue(addendum: Addendum, *, actor: User | None = None) -> RfpVersion:
    """Issue as a second person."""
    with transaction():
        return services.issue_addendum(addendum, seen=seen(addendum), actor=actor or make_director())


def make_addendum(
    rfp: Rfp, changes: dict[str, Any] | None = None, *, said: services.AddendumWords | None = None
) -> Addendum:
    """An issued addendum."""
    addendum = make_waiting_addendum(rfp, changes, said=said)
    issue(addendum)
    return addendum


def ask_extension(rfp: Rfp, closes_at: datetime, *, outage: Outage | None = None) -> Addendum:
    """A later deadline that waits for its second person."""
    with transaction():
        return services.ask_extension(
            rfp, services.Extension(closes_at, "The portal was slow.", outage), actor=make_program_manager()
        )


def extend(rfp: Rfp, closes_at: datetime, *, outage: Outage | None = None) -> Addendum:
    """A deadline moved by two people."""
    addendum = ask_extension(rfp, closes_at, outage=outage)
    issue(addendum)
    return addendum


def make_cancelled_rfp(number: int = 12) -> Rfp:
    """A call cancelled by two people while it was open."""
    return cancel(make_open_rfp(number))


def cancel(rfp: Rfp) -> Rfp:
    """The call, cancelled by two people."""
    with transaction():
        services.ask_cancellation(rfp, reason="The department moves.", actor=make_program_manager())
    with transaction():
        services.confirm_cancellation(rfp, request=1, actor=make_director())
    return rfp
