"""A proposal at a glance: all documents, everything on paper, and who changed what."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.proposals import forms, policy, queries
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.tasks import shown
from pglab.web.security import signed_in


@bp.get("/apply/proposals/<reference>/documents")
@signed_in
def documents(reference: str) -> ResponseReturnValue:
    """One row for each document that is asked for, with what is there."""
    proposal = queries.get_proposal(reference, viewer=me())
    draft = queries.get_draft(proposal)
    attached = {each.slot_id: each for each in draft.attachments}
    status = {slot.id: shown(queries.file_status(draft, slot)) for slot in draft.slots}
    return render_template(
        "proposals/draft/documents.html",
        proposal=proposal,
        now=official_now(),
        rows=[(slot, attached.get(slot.id), status[slot.id]) for slot in draft.slots],
        may_edit=policy.may_edit(me(), proposal),
    )


@bp.get("/apply/proposals/<reference>/answers")
@signed_in
def answers(reference: str) -> ResponseReturnValue:
    """Everything that the draft holds, on one page for paper."""
    proposal = queries.get_proposal(reference, viewer=me())
    draft = queries.get_draft(proposal)
    return render_template("proposals/draft/answers.html", proposal=proposal, draft=draft, now=official_now())


@bp.get("/apply/proposals/<reference>/history")
@signed_in
def history(reference: str) -> ResponseReturnValue:
    """Who changed what, the newest first, fifty lines a page."""
    proposal = queries.get_proposal(reference, viewer=me())
    entries = queries.read_history(proposal)
    form = forms.history_filter(queries.people_in(entries))
    wanted = queries.HistoryFilter(form.who.data or "", form.what.data or "")
    found = [each for each in entries if wanted.fits(each)]
    pages = max(1, -(-len(found) // queries.HISTORY_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    filters: dict[str, Any] = {name: value for name, value in (("who", wanted.who), ("what", wanted.what)) if value}

    def page_url(number: int) -> str:
        return url_for(".history", reference=proposal.reference, page=number, **filters)

    return render_template(
        "proposals/draft/history.html",
        proposal=proposal,
        form=form,
        entries=found[(page - 1) * queries.HISTORY_PAGE : page * queries.HISTORY_PAGE],
        total=len(found),
        anything=bool(entries),
        filters=filters,
        page=page,
        pages=pages,
        page_url=page_url,
    )
