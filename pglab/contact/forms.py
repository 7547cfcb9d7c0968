"""Fields of the contact page and of the inbox."""

from pglab.contact.models import TEXT_LENGTH
from pglab.contact.services import Written
from pglab.contact.states import Topic
from pglab.web.forms import EmailField, Form, LineField, SelectField, TextField


class MessageForm(Form):
    """A message to the program."""

    topic = SelectField(
        "What is it about?",
        choices=[(topic, topic.spoken) for topic in Topic],
        coerce=Topic,
        blank="Select what it is about",
    )
    text = TextField(
        "Your message",
        max_length=TEXT_LENGTH,
        description="What you tried to do, and what happened. No bank details, tax numbers or passwords.",
    )
    about = LineField(
        "Reference, if you have one",
        required=False,
        thing="the reference",
        max_length=40,
        description="Like L12-7K3Q or P12-07.",
    )
    page = LineField("Address of the page", required=False, max_length=300, description="If it is about a page.")
    name = LineField("Your name", required=False, max_length=200, render_kw={"autocomplete": "name"})
    email = EmailField("Email", thing="your email address", description="We answer to this address.")

    def written(self) -> Written:
        """What was typed."""
        return Written(
            email=self.email.data,
            topic=self.topic.data,
            text=self.text.data,
            name=self.name.data or "",
            about=self.about.data or "",
            page=self.page.data or "",
        )


class ReplyForm(Form):
    """An answer to a message."""

    text = TextField("Your answer", max_length=TEXT_LENGTH, thing="your answer")


class CloseForm(Form):
    """Why a message gets no answer."""

    reason = LineField("Why it needs no answer", thing="why it needs no answer", max_length=300)
