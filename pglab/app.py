"""The composition root: the only module that knows all others, and the order in which they are put together."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Flask, current_app, g, has_request_context, session
from flask_security import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import false, select
from werkzeug.middleware.proxy_fix import ProxyFix

import pglab.addenda.receivers
import pglab.awards.receivers
import pglab.info_sessions.receivers
import pglab.payments.receivers
import pglab.proposals.receivers
import pglab.questions.receivers
import pglab.reviews.receivers
import pglab.rfps.receivers
import pglab.subscriptions.receivers  # noqa: F401  (listening is what it is imported for; it knows every table)
from config import ROOT, Settings, UnsafeSettingsError
from pglab.accounts.models import StaffRole
from pglab.accounts.routes import bp as accounts_pages
from pglab.accounts.session import init_accounts, me, signing_keys
from pglab.adapters.database import find_faults
from pglab.adapters.mailer import init_mail
from pglab.adapters.scanner import init_scanner
from pglab.adapters.storage import init_storage
from pglab.addenda.routes import bp as addenda_pages
from pglab.admin.routes import bp as admin_pages
from pglab.awards.routes import bp as award_pages
from pglab.cli.commands import CommandLine
from pglab.contact.routes import bp as contact_pages
from pglab.core.clock import machine_now, official_now
from pglab.core.db import db, name_viewers, transaction
from pglab.documents.routes import bp as document_pages
from pglab.info_sessions.routes import bp as info_session_pages
from pglab.outages.routes import bp as outage_pages
from pglab.outages.services import beat
from pglab.outages.states import Part
from pglab.outbox.routes import bp as outbox_pages
from pglab.payments.routes import bp as payment_pages
from pglab.pilots.queries import takes_part
from pglab.pilots.routes import bp as pilot_pages
from pglab.proposals.policy import READERS
from pglab.proposals.routes import bp as proposal_pages
from pglab.public.routes import bp as public_pages
from pglab.questions.routes import bp as question_pages
from pglab.reports.routes import bp as report_pages
from pglab.reviews.policy import may_ever_evaluate
from pglab.reviews.queries import has_seat, is_seated
from pglab.reviews.routes import bp as review_pages
from pglab.rfps.queries import list_deadlines
from pglab.rfps.routes import bp as rfp_pages
from pglab.subscriptions.routes import bp as subscription_pages
from pglab.web import assets, filters
from pglab.web.errors import init_errors
from pglab.web.even_time import init_even_time
from pglab.web.heartbeat import AFTERWARDS, init_heartbeat
from pglab.web.kept_pages import init_kept_pages
from pglab.web.navigation import Workspace, everyone, init_navigation, visitor
from pglab.web.patience import engine_options, init_patience, patience_of
from pglab.web.request_counts import init_request_counts
from pglab.web.request_log import init_request_log
from pglab.web.security import (
    HEADERS,
    Access,
    Audience,
    check_declarations,
    declare_library_views,
    init_headers,
    init_limits,
    init_origin_check,
    is_one_click,
)
from pglab.web.shedding import init_shedding

BLUEPRINTS: list[Blueprint] = [
    public_pages,
    rfp_pages,
    subscription_pages,
    addenda_pages,
    question_pages,
    info_session_pages,
    outbox_pages,
    accounts_pages,
    contact_pages,
    outage_pages,
    document_pages,
    admin_pages,
    proposal_pages,
    review_pages,
    award_pages,
    pilot_pages,
    payment_pages,
    report_pages,
]

PUBLIC = Access(Audience.PUBLIC)
LIBRARY_VIEWS = {
    "static": PUBLIC,
}


def holds(*roles: StaffRole, besides: StaffRole | None = None) -> Callable[[], bool]:
    """Whether the person at the screen has one of these roles, and not the one that has a link of its own."""
    return lambda: current_user.is_authenticated and me().has_staff_role(*roles) and besides not in me().staff_roles


def has_part_in(what: str) -> Callable[[], bool]:
    """Whether the person at the screen sits on a `panel`, or takes part in a `pilot`: asked once, in one statement."""

    def asked() -> bool:
        if not current_user.is_authenticated:
            return False
        known = g.setdefault("parts", {})
        if me().id not in known:
            seated = is_seated(me()) if may_ever_evaluate(me()) else false()
            parts = select(seated.label("panel"), takes_part(me()).label("pilot"))
            known[me().id] = db.session.execute(parts).one()._mapping
        return bool(known[me().id][what])

    return asked


def applies() -> bool:
    """Whether the person at the screen acts for a startup, or could: no City work has brought them here."""
    if not current_user.is_authenticated or me().is_staff:
        return False
    return bool(me().memberships) or not (has_part_in("panel")() or has_part_in("pilot")())


WORKSPACES: list[Workspace] = [
    Workspace("Cohorts", "rfps.cohorts", "/cohorts", everyone),
    Workspace("Pilots", "public.pilots", "/pilots", visitor),
    Workspace("Alumni", "public.alumni", "/alumni", visitor),
    Workspace("Your proposals", "proposals.home", "/apply", applies),
    Workspace("Audit log", "admin.audit", "/admin/audit", holds(StaffRole.AUDITOR, besides=StaffRole.ADMIN)),
    Workspace("Manage", "rfps.manage", "/manage", holds(*READERS)),
    Workspace("Review", "reviews.desk", "/review", has_part_in("panel")),
    Workspace("Pilots", "pilots.pilots", "/workspace", has_part_in("pilot")),
    Workspace("Finance", "payments.queue", "/finance", holds(StaffRole.FINANCE, *READERS)),
    Workspace("Transparency", "reports.transparency", "/transparency", everyone),
    Workspace("Admin", "admin.health", "/admin", holds(StaffRole.ADMIN)),
]


def create_app(settings: Settings) -> Flask:
    """Put the product together for these settings; raises when a view does not declare who may open it."""
    app = Flask(
        "pglab",
        root_path=str(ROOT),
        static_folder="static/dist",
        static_url_path="/static",
        template_folder="templates",
    )
    app.cli = CommandLine(app)
    app.config.update(flask_settings(settings))
    init_request_log(app)
    init_shedding(app, settings.threads)
    init_kept_pages(app)
    if settings.proxy_count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Werkzeug's documented way
            app.wsgi_app, x_for=settings.proxy_count, x_proto=settings.proxy_count, x_host=settings.proxy_count
        )
    db.init_app(app)
    init_patience(app, patience_of(settings.share))
    name_viewers(who_looks)
    init_limits(app)
    init_origin_check(app)
    csrf = CSRFProtect(app)
    init_storage(app, settings)
    init_scanner(app, settings)
    init_mail(app, settings)
    filters.register(app)
    assets.register(app)
    assets.serve(app, HEADERS, rebuilt=settings.is_development)
    init_request_counts(app)
    init_headers(app)
    init_errors(app)
    init_even_time(app)
    init_heartbeat(app, sign_of_life, runs=settings.watch_outages and settings.threads > 0)
    init_accounts(app, has_seat)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for view in filter(is_one_click, app.view_functions.values()):
        csrf.exempt(view)
    init_navigation(app, WORKSPACES)
    app.extensions["workspaces"] = WORKSPACES
    app.context_processor(lambda: {"demo_notice": settings.demo_notice, "settings": app.config["SETTINGS"]})
    declare_library_views(app, LIBRARY_VIEWS)
    check_declarations(app)
    if settings.is_production:
        refuse_unfit_database(app)
    return app


def flask_settings(settings: Settings) -> dict[str, object]:
    """Our settings in the words of Flask and its extensions."""
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        # Oldest first, as the signing library wants it; a tuple, for Flask-Security signs with the last of a list.
        "SECRET_KEY_FALLBACKS": signing_keys(settings)[:-1],
        "WTF_CSRF_SECRET_KEY": list(signing_keys(settings)),
        "TESTING": settings.environment == "test",
        "OUTSIDE_REQUESTS": "command",
        "SERVER_NAME": None,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "PREFERRED_URL_SCHEME": settings.base_url.partition(":")[0],
        "WTF_CSRF_TIME_LIMIT": None,
        # Our pages ask browsers to name no referrer, so none can be demanded; `init_origin_check` looks instead.
        "WTF_CSRF_SSL_STRICT": False,
        "SESSION_COOKIE_NAME": "__Host-pglab" if settings.is_production else "pglab",
        "SESSION_COOKIE_SECURE": settings.is_production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(patience_of(settings.share)),
    }


def sign_of_life() -> list[datetime]:
    """Put down that this process lives; the deadlines to come, by this machine's clock."""
    with transaction():
        beat(Part.SITE)
        now = official_now()
        ahead = now - machine_now()
        return [at - ahead for at in list_deadlines(now - AFTERWARDS)]


def who_looks() -> str:
    """What the database is told: the person of a request, `worker` in the worker's jobs, `command` in any command."""
    if has_request_context():
        return str(session.get("viewer", "nobody"))
    return str(current_app.config["OUTSIDE_REQUESTS"])


def refuse_unfit_database(app: Flask) -> None:
    """Do not start on a database that could lose what was received, or whose clock is not the official one."""
    with app.app_context(), db.engine.connect() as connection:
        faults = find_faults(connection)
    with app.app_context():
        db.engine.dispose()  # no request opened this connection, so it is bound to no limits
    if faults:
        raise UnsafeSettingsError(faults)
