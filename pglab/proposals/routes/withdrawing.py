"""Taking a submitted proposal back, and undoing that before the deadline."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.receipts import signed_file
from pglab.proposals.routes.tasks import submitters
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/withdrawal", methods=["GET", "POST"])
@signed_in
def withdrawal(reference: str) -> ResponseReturnValue:
    """What withdrawing does, in words, and the button; once withdrawn, since when and until when it can be undone."""
    proposal = queries.get_proposal(reference, viewer=me())
    form = forms.WithdrawForm()
    if form.submitted():
        try:
            with transaction():
                services.withdraw_proposal(proposal, **form.told(), why=form.why.data, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{proposal.reference} is withdrawn. Your team was told.", "success")
            return redirect(url_for(".withdrawal", reference=proposal.reference), 303)
    if request.method == "GET":
        form.seen.data = proposal.submission_number
    now = official_now()
    form.say(policy.withdrawal_effect(proposal, now))
    page = render_template(
        "proposals/withdrawal.html",
        proposal=proposal,
        form=form,
        now=now,
        withdrawals=queries.list_withdrawals(proposal),
        may_withdraw=policy.may_withdraw(me(), proposal),
        may_undo=policy.may_undo_withdrawal(me(), proposal, now),
        may_submit=policy.may_submit(me(), proposal),
        submitters=[user.name for user in submitters(proposal)],
    )
    return page, 422 if form.problems else 200


@bp.post("/apply/proposals/<reference>/restoration")
@signed_in
def restoration(reference: str) -> ResponseReturnValue:
    """What was withdrawn counts again."""
    proposal = queries.get_proposal(reference, viewer=me())
    with transaction():
        services.undo_withdrawal(proposal, actor=me())
    flash(f"Submission {proposal.submission_number} counts again. Your team was told.", "success")
    return redirect(url_for(".tasks", reference=proposal.reference), 303)


@bp.get("/apply/proposals/<reference>/withdrawals/<int:number>.json")
@signed_in
def withdrawal_file(reference: str, number: int) -> ResponseReturnValue:
    """The signed withdrawal, or the signed undoing of one, as a small file that anyone can check offline."""
    proposal = queries.get_proposal(reference, viewer=me())
    for made in queries.list_withdrawals(proposal):
        if made.number == number:
            name = f"{proposal.reference}-withdrawal-{number}.json"
            return signed_file(made.statement, made.sha256, made.signature, made.key_id, name)
    raise NotFoundError("There is no such withdrawal.")
