"""Reminding people of a session the day before."""

from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.info_sessions import notices, queries


def remind() -> int:
    """Remind everyone with a place in a session that begins within a day, once, and at night only of one that begins
    by 9 a.m.; how many mails that were.

    The session is stamped in the same transaction, so no other run reminds of it again. A cancelled one, or one of a
    cancelled call, reminds nobody.
    """
    now, told = official_now(), 0
    for session in queries.claim_due_reminders(now):
        places = queries.list_places(session)
        for place in places:
            notices.tell_reminder(place, now)
        session.reminded_at = now
        record("info_session.reminded", session, actor=None, after={"places": len(places)})
        told += len(places)
    return told
