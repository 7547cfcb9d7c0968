"""The panel stage: from here on signed scores are shown to the program and ranked, and nobody scores any more."""

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.errors import RuleError, StateError, require
from pglab.reviews import policy, queries
from pglab.reviews.services.stage import lock_rfp
from pglab.rfps.models import Rfp
from pglab.rfps.services import stamp_panel
from pglab.web.filters import listed


def open_panel_stage(rfp: Rfp, *, reason: str = "", actor: User) -> None:
    """Close scoring and open the ranking. Waits for every save and signature in flight.

    Every proposal needs at least one signed sheet. When sheets, declarations or decisions about “not sure” are still
    missing, that is possible with a reason, which is kept on the log; missing sheets then count for nothing.
    """
    require(policy.may_run_panel(actor))
    call = lock_rfp(rfp, alone=True)
    if call.opened_at is None:
        raise StateError("The proposals are still sealed.")
    if call.panel_opened_at is not None:
        raise StateError("The panel stage is already open.")
    unscored = queries.list_unscored(call)
    if unscored:
        named = listed([f"{proposal.organization.legal_name} ({proposal.reference})" for proposal in unscored[:5]])
        more = f" and {len(unscored) - 5} more" if len(unscored) > 5 else ""
        raise RuleError(f"No signed score sheet yet for {named}{more}. Every proposal needs at least one.")
    missing = queries.count_missing(queries.list_progress(call))
    if missing.anything and not reason:
        raise RuleError("Enter why the panel stage opens although scores are missing", "reason")
    stamp_panel(call, at=official_now())
    record(
        "rfp.panel_opened",
        call,
        actor=actor,
        after={"missing_sheets": missing.unsigned, "undeclared": missing.undeclared, "unsure": missing.unsure},
        reason=reason if missing.anything else "",
    )
