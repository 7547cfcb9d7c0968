"""Acknowledging: a startup says that it has read the addenda that ask for it. Without that no draft is submitted."""

from collections.abc import Collection

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, RuleError, require
from pglab.proposals import policy, queries
from pglab.proposals.models import AddendumAcknowledgement, Proposal
from pglab.proposals.services.answering import lock_draft
from pglab.rfps.queries import latest_version


def acknowledge_addenda(proposal: Proposal, numbers: Collection[int], *, rfp_version: int, actor: User) -> None:
    """Say for the startup that these addenda were read; who and when stand in the next receipt. Twice is as once.
    Refused when another addendum came after `rfp_version`, the version of the call that the page showed.

    It counts as a change of the draft: a submission stays in force, and its team is asked to submit again.
    """
    require(policy.may_edit(actor, proposal), "Viewers can read this proposal but not change it.")
    now = official_now()
    if not proposal.rfp.phase(now).accepts_proposals:
        raise GoneError("Proposals are not being accepted for this cohort.")
    lock_draft(proposal)
    missing = [
        each.addendum
        for each in queries.list_acknowledgements(proposal)
        if each.given is None and each.addendum.number in numbers
    ]
    if rfp_version != latest_version(proposal.rfp_id).number:
        raise RuleError("An addendum was issued since you opened this page. It is in the list now: read it too.")
    if not numbers:
        raise RuleError("Select the addenda you have read")
    for addendum in missing:
        db.session.add(
            AddendumAcknowledgement(
                proposal_id=proposal.id, addendum=addendum, acknowledged_by=actor, acknowledged_at=now
            )
        )
    if missing:
        proposal.version += 1
        read = [addendum.number for addendum in missing]
        record("proposal.addenda_acknowledged", proposal, actor=actor, after={"addenda": read})
