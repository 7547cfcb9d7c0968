"""Check, declare, submit. The submit request carries no file and waits for nothing slow."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.adapters import signing
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal, Refusal, Submission
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.receipts import refusal_page
from pglab.proposals.routes.tasks import submitters
from pglab.rfps.forms import focus_name
from pglab.rfps.queries import latest_version
from pglab.web.errors import wants_page
from pglab.web.security import public, signed_in


@bp.get("/apply/proposals/<reference>/check")
@signed_in
def check(reference: str) -> ResponseReturnValue:
    """Every answer and file in one view, with everything that still has to be fixed."""
    proposal = queries.get_proposal(reference, viewer=me())
    draft = queries.get_draft(proposal)
    return render_template(
        "proposals/check.html",
        proposal=proposal,
        now=official_now(),
        sections=draft.sections,
        asked=draft.asked,
        answers=draft.answers,
        slots=draft.slots,
        attached=draft.documents,
        marks=draft.marks,
        startup=startup_facts(queries.describe_organization(proposal.organization)),
        shown=versions_of(proposal),
        unchanged=services.find_unchanged(proposal, actor=me()),
        problems=[(problem.message, place_of(proposal, problem)) for problem in queries.problems_of(draft)],
        may_edit=policy.may_edit(me(), proposal),
        may_submit=policy.may_submit(me(), proposal),
        submitters=[user.name for user in submitters(proposal)],
    )


def startup_facts(said: dict[str, str]) -> list[tuple[str, str]]:
    """What a receipt says of the startup, with its labels."""
    return [(label, said[name]) for name, label in queries.STARTUP.items()]


def versions_of(proposal: Proposal) -> dict[str, int]:
    """What a page shows now: the versions of the draft, of the startup's profile and of the call."""
    return {
        "version": proposal.version,
        "profile_version": proposal.organization.version,
        "rfp_version": latest_version(proposal.rfp_id).number,
    }


def place_of(proposal: Proposal, problem: queries.Problem) -> str:
    """Where a problem is fixed: the very question, file or addendum; saving there leads back to the check."""
    at: dict[str, Any] = {"reference": proposal.reference, "return": "check"}
    if problem.addendum:
        return url_for(".acknowledgments", _anchor=f"addendum_{problem.addendum}", **at)
    if problem.mark:
        return url_for(".confidential", slug=problem.slot, _anchor="sign", **at)
    if problem.slot:
        return url_for(".document", slug=problem.slot, _anchor="file", **at)
    anchor = focus_name(problem.question) if problem.question else None
    return url_for(".section", slug=problem.section, _anchor=anchor, **at)


@bp.route("/apply/proposals/<reference>/submission", methods=["GET", "POST"])
@signed_in
def submission(reference: str) -> ResponseReturnValue:
    """Declare and submit. On time: a receipt. Late: 410 with a signed refusal and the exact times. What moved since it
    was checked: 409 with what it was."""
    proposal = queries.get_proposal(reference, viewer=me())
    form = forms.SubmitForm()
    if request.method == "GET":
        return last_page(proposal, form)
    try:
        outcome = sent(proposal, form)
    except StateError as error:
        changes = [] if form.errors else queries.list_changes(proposal, form.version.data or 0, form.shown())
        if not changes or not wants_page():
            raise
        return changed_page(proposal, changes, error.message), 409
    return submit_page(proposal, form) if outcome is None else after_submitting(proposal, outcome, form.key_sent())


def last_page(proposal: Proposal, form: forms.SubmitForm) -> ResponseReturnValue:
    """The page of the declarations, for what the check page showed: its link says which versions that were."""
    if queries.list_problems(proposal):
        return redirect(url_for(".check", reference=proposal.reference, _anchor="problems"), 303)
    now = versions_of(proposal)
    checked = {name: request.args.get(name, number, int) for name, number in now.items()}
    shown = queries.Shown(checked["profile_version"], checked["rfp_version"])
    if checked != now and (changes := queries.list_changes(proposal, checked["version"], shown)):
        return changed_page(proposal, changes, "Something changed since you checked your answers."), 409
    for name, number in now.items():
        form[name].data = number
    return submit_page(proposal, form)


def submit_page(proposal: Proposal, form: forms.SubmitForm) -> ResponseReturnValue:
    """The declarations and the button; what is wrong with them beside them."""
    page = render_template(
        "proposals/submission.html",
        proposal=proposal,
        form=form,
        now=official_now(),
        unchanged=services.find_unchanged(proposal, actor=me()),
        may_submit=policy.may_submit(me(), proposal),
        submitters=[user.name for user in submitters(proposal)],
    )
    return page, 422 if form.problems else 200


def changed_page(proposal: Proposal, changes: list[dict[str, Any]], message: str) -> str:
    """What moved since it was checked, and the way to look at it and submit then."""
    return render_template("proposals/changed.html", proposal=proposal, changes=changes, message=message)


def sent(proposal: Proposal, form: forms.SubmitForm) -> Submission | Refusal | None:
    """What became of the form: a submission, a refusal, or nothing while something in it is still to fix. What could
    not be accepted at any time is judged by the deadline all the same."""
    if not form.submitted():
        if "csrf_token" in form.errors:
            return None
        with transaction():
            return services.refuse_if_late(proposal, idempotency_key=form.key_sent(), actor=me())
    try:
        with transaction():
            return services.submit_proposal(
                proposal,
                version=form.version.data or 0,
                idempotency_key=form.idempotency_key.data,
                declarations=form.declarations(),
                shown=form.shown(),
                actor=me(),
            )
    except RuleError as error:
        form.show(error)
        return None


def after_submitting(proposal: Proposal, outcome: Submission | Refusal, key: str) -> ResponseReturnValue:
    """The receipt of what was accepted, or the refusal of what came too late; either may have been there before."""
    known = bool(key) and outcome.idempotency_key != key
    if isinstance(outcome, Refusal):
        return refusal_page(proposal, outcome, many=known), 410
    if known:
        flash(f"Nothing changed since submission {outcome.number}, so nothing was sent again. It counts.", "info")
    return redirect(url_for(".receipt", reference=proposal.reference, number=outcome.number), 303)


@bp.get("/.well-known/pglab-receipt-keys.json")
@public
def receipt_keys() -> ResponseReturnValue:
    """The public keys of receipts, present and past."""
    return {"algorithm": "Ed25519", "keys": signing.public_keys()}
