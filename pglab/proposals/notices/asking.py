"""That a teammate asks for something. What they wrote with it is the team's own and stays on the page."""

from pglab.outbox.services import owe
from pglab.proposals.models import ReviewRequest
from pglab.web.filters import et_long

# With a longer title the subject would not fit a phone; the reference at its end counts more.
TITLE = 22


def tell_asked(request: ReviewRequest) -> None:
    """The person who is asked learns by whom, for which section, and by when the proposal is due (N7)."""
    proposal = request.proposal
    what = f"review “{shortened(request.section.title)}” in" if request.section else "submit"
    owe(
        "review_asked",
        request.asked_of,
        subject=f"Action needed: {what} {proposal.reference}",
        template="proposals/review_asked",
        about=proposal,
        proposal=proposal,
        request=request,
        deadline=et_long(proposal.rfp.closes_at),
    )


def shortened(title: str) -> str:
    """A title as a subject has room for it."""
    return title if len(title) <= TITLE else f"{title[: TITLE - 1].rstrip()}…"
