"""Saying that the addenda that ask for it were read."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.routes.blueprint import bp
from pglab.proposals.routes.sections import came_from
from pglab.rfps.queries import latest_version
from pglab.web.forms import Form
from pglab.web.security import signed_in


@bp.route("/apply/proposals/<reference>/acknowledgments", methods=["GET", "POST"])
@signed_in
def acknowledgments(reference: str) -> ResponseReturnValue:
    """Each addendum to read, and a tick for each that was not acknowledged yet."""
    proposal = queries.get_proposal(reference, viewer=me())
    addenda = queries.list_acknowledgements(proposal)
    form = forms.acknowledgement_form(addenda)
    if form.submitted():
        read = [each.addendum.number for each in addenda if ticked(form, each)]
        try:
            with transaction():
                services.acknowledge_addenda(
                    proposal,
                    [number for number in read if number],
                    rfp_version=form["rfp_version"].data or 0,
                    actor=me(),
                )
        except RuleError as error:
            form.show(error)
        else:
            flash("Your acknowledgment is saved.", "success")
            return redirect(url_for(".check" if came_from() else ".tasks", reference=proposal.reference), 303)
    # The list below is of the version in force, whatever the page before showed.
    form["rfp_version"].raw_data, form["rfp_version"].data = None, latest_version(proposal.rfp_id).number
    now = official_now()
    is_open = proposal.rfp.phase(now).accepts_proposals
    page = render_template(
        "proposals/acknowledgments.html",
        proposal=proposal,
        addenda=addenda,
        form=form,
        back=came_from(),
        now=now,
        open=is_open,
        may_save=policy.may_edit(me(), proposal) and is_open,
    )
    return page, 422 if form.problems else 200


def ticked(form: Form, each: queries.ToAcknowledge) -> bool:
    """Whether this addendum was ticked on the page."""
    name = f"addendum_{each.addendum.number}"
    return name in form and bool(form[name].data)
