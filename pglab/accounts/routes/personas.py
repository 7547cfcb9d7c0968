"""For developers: be any of the demo's people with one button."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts import queries, services
from pglab.accounts.routes.blueprint import bp
from pglab.accounts.session import begin_session
from pglab.web.security import development_only


@bp.get("/dev/personas")
@development_only
def personas() -> ResponseReturnValue:
    """The demo's people by what they do, and what to see in each of its cohorts as whom."""
    found = {user.email_key: user for user in queries.list_personas([persona.email for persona in services.PERSONAS])}
    groups: dict[str, list[tuple[object, object]]] = {}
    for persona in services.PERSONAS:
        if persona.email in found:
            groups.setdefault(persona.group, []).append((persona, found[persona.email]))
    return render_template(
        "accounts/personas.html", groups=groups, sights=services.SIGHTS, password=services.DEMO_PASSWORD
    )


@bp.post("/dev/personas/<uuid:user_id>/session")
@development_only
def persona_session(user_id: UUID) -> ResponseReturnValue:
    """Sign in as one of them, second step and fresh sign-in included."""
    emails = {persona.email for persona in services.PERSONAS}
    user = queries.get_user(user_id)
    if user.email_key not in emails:
        abort(404)
    begin_session(user, via="persona", second_factor=True, persona=True)
    flash(f"You are {user.name} now.", "success")
    return redirect(url_for(".home"), 303)
