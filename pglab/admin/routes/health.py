"""Whether everything works: for people at /admin, for machines at /healthz and /readyz."""

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.admin import queries
from pglab.admin.routes.blueprint import bp
from pglab.core.clock import machine_now
from pglab.web.security import public, requires


@bp.get("/admin")
@requires(StaffRole.ADMIN)
def health() -> ResponseReturnValue:
    """Each part of the site and whether it answers; mail as totals only."""
    checks = queries.list_checks()
    if checks[0].passed:
        checks.append(queries.check_scan())
    return render_template("admin/health.html", checks=checks, mail=queries.count_mail(), now=machine_now())


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """200 as long as this process answers; nothing else is asked."""
    return jsonify(status="alive")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """200 when database, file store and worker answer, else 503 naming the part."""
    checks = queries.list_checks()
    passed = all(check.passed for check in checks)
    answer = jsonify(
        status="ready" if passed else "not ready", **{check.name: "up" if check.passed else "down" for check in checks}
    )
    return answer, 200 if passed else 503
