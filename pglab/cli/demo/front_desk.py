"""What reaches the program besides proposals: messages from visitors, an outage that staff noted, and one that the
site noticed by itself."""

from datetime import timedelta

from pglab.cli.demo import city
from pglab.cli.demo.story import Calendar, Step
from pglab.contact.models import Message
from pglab.contact.services import Written, answer_message, close_message, send_message
from pglab.contact.states import Topic
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db
from pglab.outages.models import Heartbeat
from pglab.outages.services import Downtime, beat, note_outage
from pglab.outages.states import Part

HELPED = Written(
    email="rosa.diaz@example.org",
    name="Rosa Díaz",
    topic=Topic.BARRIER,
    page="/alumni",
    text="My screen reader does not read the name of the filter on the alumni page. I use NVDA with Firefox.",
)
SPAM = Written(email="offers@example.com", topic=Topic.OTHER, text="We sell 10,000 addresses of startups. <b>Buy</b>")
WAITING = Written(
    email="wang@example.org",
    name="王小明",
    topic=Topic.APPLYING,
    text="Our company moved to Allegheny County in June.\n\nDo we have to wait a year before we can apply?",
)


def steps(calendar: Calendar) -> list[Step]:
    """Two outages some weeks ago, and one message in each state."""
    return [
        calendar.any_day((-33, "07:12"), "an outage is noticed", notice),
        calendar.any_day((-21, "15:55"), "an outage is noted", note),
        calendar.on((-9, "09:20"), "a message about a barrier", send_message_of, HELPED),
        calendar.on((-8, "10:05"), "it is answered", answer),
        calendar.on((-6, "03:12"), "spam comes", send_message_of, SPAM),
        calendar.on((-5, "09:30"), "it is put aside", put_aside),
        calendar.any_day((-2, "21:40"), "a message that waits", send_message_of, WAITING),
    ]


def note() -> None:
    """Files could not be sent for a quarter of an hour."""
    now = official_now()
    quarter = Downtime(now - timedelta(minutes=24), now - timedelta(minutes=8), "Files could not be uploaded.")
    note_outage(quarter, actor=city.person("Priya Shah"))


def notice() -> None:
    """The file store is heard of again after nineteen minutes of silence."""
    db.session.merge(Heartbeat(part=Part.FILES, seen_at=machine_now() - timedelta(minutes=19)))
    db.session.flush()
    beat(Part.FILES)


def send_message_of(written: Written) -> None:
    """A visitor writes."""
    send_message(written, sender=None)


def answer() -> None:
    """Priya Shah answers."""
    text = "Thank you. The filter has a name now. Tell us if anything else stands in your way."
    answer_message(written_by(HELPED), text, actor=city.person("Priya Shah"))


def put_aside() -> None:
    """Marcus Bell puts the spam aside."""
    close_message(written_by(SPAM), reason="Advertising", actor=city.person("Marcus Bell"))


def written_by(written: Written) -> Message:
    """The message of one visitor."""
    return db.session.query(Message).filter_by(email=written.email).one()
