"""A startup's own pages: its proposals, the task list, one section, one document."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import MemberRole, User
from pglab.accounts.queries import list_members
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.documents.models import Document
from pglab.documents.routes import document_response, given_file, make_ticket, uploading_page
from pglab.documents.states import ScanVerdict
from pglab.proposals import forms, policy, queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes.blueprint import bp
from pglab.rfps import queries as rfp_queries
from pglab.rfps.forms import field_name, posted_questions
from pglab.rfps.models import DocumentSlot, FormQuestion, FormSection, Rfp
from pglab.web.filters import et_recent, listed, plural
from pglab.web.forms import Form
from pglab.web.security import signed_in

COLORS = {"Not started": "gray", "In progress": "blue", "Completed": None}


@bp.get("/apply")
@signed_in
def home() -> ResponseReturnValue:
    """What a startup has to do next: its proposals, and the calls that are open."""
    now = official_now()
    open_calls = [rfp for rfp in rfp_queries.list_rfps(me()) if rfp.phase(now).accepts_proposals]
    proposals = queries.list_own_proposals(me())
    return render_template("proposals/home.html", proposals=proposals, open_calls=open_calls, now=now)


@bp.route("/apply/cohorts/<int:cohort>", methods=["GET", "POST"])
@signed_in
def start(cohort: int) -> ResponseReturnValue:
    """Before you start: what it takes, then start a proposal."""
    rfp = rfp_queries.get_rfp(cohort, viewer=me())
    writers = [held.organization for held in me().memberships if held.role in policy.WRITERS]
    form = forms.start_form(writers, rfp_queries.list_areas(rfp.cohort_id))
    if form.submitted():
        try:
            with transaction():
                proposal = services.start_proposal(
                    rfp, organization=form.organization.data, area=form.area.data, actor=me()
                )
        except RuleError as error:
            form.show(error)
        else:
            return redirect(url_for(".tasks", reference=proposal.reference), 303)
    existing = [own for own in queries.list_own_proposals(me()) if own.rfp_id == rfp.id]
    page = render_template(
        "proposals/start.html",
        form=form,
        rfp=rfp,
        now=official_now(),
        writers=writers,
        existing=existing,
        slots=rfp_queries.list_slots(rfp.id),
    )
    return page, 422 if form.problems else 200


@bp.get("/apply/proposals/<reference>")
@signed_in
def tasks(reference: str) -> ResponseReturnValue:
    """The task list of one proposal, with the deadline beside it."""
    proposal = queries.get_proposal(reference, viewer=me())
    now = official_now()
    draft = queries.get_draft(proposal)
    return render_template(
        "proposals/tasks.html",
        proposal=proposal,
        now=now,
        open=proposal.rfp.phase(now).accepts_proposals,
        unread=[each.addendum for each in draft.addenda if each.given is None],
        groups=task_groups(proposal, draft, now),
        problems=queries.problems_of(draft),
        submissions=queries.list_submissions(proposal),
        refusals=queries.list_refusals(proposal),
        may_submit=policy.may_submit(me(), proposal),
    )


def task_groups(proposal: Proposal, draft: queries.Draft, now: Any) -> list[dict[str, Any]]:
    """The task list as its template draws it: sections by group, then the documents."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for state in queries.section_states(draft):
        criterion = state.section.criterion
        groups.setdefault(state.section.group, []).append(
            {
                "label": state.section.title,
                "url": url_for(".section", reference=proposal.reference, slug=state.section.slug),
                "weight": f"{criterion.weight}%" if criterion else "",
                "status": state.status,
                "color": COLORS[state.status],
                "note": last_edit(state, now),
            }
        )
    if draft.addenda:
        url = url_for(".acknowledgments", reference=proposal.reference)
        groups["Addenda"] = [{"label": "Acknowledge addenda", "url": url, **addenda_status(draft)}]
    attached = draft.documents
    groups["Documents"] = [
        {
            "label": slot.title,
            "url": url_for(".document", reference=proposal.reference, slug=slot.slug),
            **file_status(attached.get(slot.id)),
            "note": attached[slot.id].filename if slot.id in attached else "",
        }
        for slot in draft.slots
    ]
    return [{"title": title, "tasks": tasks} for title, tasks in groups.items()]


def addenda_status(draft: queries.Draft) -> dict[str, Any]:
    """How the task of acknowledging stands, and which addenda wait."""
    waiting = [each.addendum.name for each in draft.addenda if each.given is None]
    status = {"status": "Needs you", "color": "yellow"} if waiting else {"status": "Completed", "color": None}
    return {**status, "note": listed(waiting)}


def file_status(document: Document | None) -> dict[str, Any]:
    """How the task of one file stands: a file is complete once the virus scanner has passed it."""
    if document is None:
        return {"status": "Not started", "color": "gray"}
    if document.verdict in (ScanVerdict.INFECTED, ScanVerdict.FAILED):
        return {"status": "There is a problem", "color": "red"}
    if document.verdict is None:
        return {"status": "Checking", "color": "blue"}
    return {"status": "Completed", "color": None}


def last_edit(state: queries.SectionState, now: Any) -> str:
    """Who changed the section last, and when."""
    if state.last_edit is None:
        return ""
    return f"{state.last_edit.edited_by.name}, {et_recent(state.last_edit.edited_at, now)}"


@bp.route("/apply/proposals/<reference>/sections/<slug>", methods=["GET", "POST"])
@signed_in
def section(reference: str, slug: str) -> ResponseReturnValue:
    """One topic of the form. Whatever can be kept is kept, also when an answer is still too long."""
    proposal = queries.get_proposal(reference, viewer=me())
    sections = rfp_queries.list_form_sections(proposal.rfp_id)
    part = one_section(sections, slug)
    answers = queries.answers_by_question(proposal)
    texts = {key: answer.text for key, answer in answers.items()}
    carried = request.form.get("asked") if request.method == "POST" else None
    shown = posted_questions(part, carried, rfp_queries.asked_questions(sections, texts))
    form = forms.section_form(part, shown, answers)
    if request.method == "GET":
        return section_page(proposal, part, form, shown)
    fits = form.submitted()
    if form.seen.data != forms.seen_of(part, answers):
        form.seen.typed = forms.seen_of(part, answers)
        theirs = [(question.label, answers[question.id]) for question in part.questions if question.id in answers]
        return section_page(proposal, part, form, shown, theirs=theirs), 409
    if fits:
        given = forms.answers_in(form, shown)
        with transaction():
            services.save_answers(proposal, given, actor=me())
        if not forms.mark_too_long(form, shown):
            asked = rfp_queries.asked_questions(sections, {**texts, **given})
            return after_saving(proposal, part, sum(1 for q in part.questions if q.id in asked and q not in shown))
        form.seen.typed = forms.seen_of(part, queries.answers_by_question(proposal))
    return section_page(proposal, part, form, shown, kept=fits), 422


def section_page(
    proposal: Proposal,
    part: FormSection,
    form: Form,
    shown: list[FormQuestion],
    *,
    theirs: list[Any] | None = None,
    kept: bool = False,
) -> str:
    """The page of one section; `theirs` holds what somebody else saved while this was being typed."""
    for question in shown:  # a draft may leave any answer out; the page marks only the truly optional ones
        form[field_name(question)].required = question.required
    return render_template(
        "proposals/section.html",
        proposal=proposal,
        section=part,
        questions=shown,
        form=form,
        theirs=theirs,
        kept=kept,
        may_edit=policy.may_edit(me(), proposal),
        names=[field_name(question) for question in shown],
        back=came_from(),
    )


def came_from() -> str:
    """`check` when the person came from the check page and returns there."""
    return "check" if request.values.get("return") == "check" else ""


def after_saving(proposal: Proposal, part: FormSection, more: int) -> ResponseReturnValue:
    """Back to where the person came from; or to the same page, when an answer brought up more questions there."""
    if more:
        flash(
            f"Saved. Your answers bring up {plural(more, 'more question', 'more questions')} on this page.", "success"
        )
        here = url_for(".section", reference=proposal.reference, slug=part.slug)
        return redirect(f"{here}?return=check" if came_from() else here, 303)
    endpoint = ".check" if came_from() else ".tasks"
    flash("Saved.", "success")
    return redirect(url_for(endpoint, reference=proposal.reference), 303)


@bp.route("/apply/proposals/<reference>/documents/<slug>", methods=["GET", "POST"])
@signed_in
def document(reference: str, slug: str) -> ResponseReturnValue:
    """One file: what is wanted, what is there, choose another."""
    proposal = queries.get_proposal(reference, viewer=me())
    slot = one_slot(proposal.rfp, slug)
    purpose = services.upload_purpose(proposal, slot)
    may_edit = policy.may_edit(me(), proposal)
    form = forms.FileForm()
    form.file.blank = f"Select a file for {slot.title.lower()}"
    if form.submitted():
        try:
            with transaction():
                services.attach_file(proposal, slot, given_file(form.file, purpose), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("File received. It opens, and its type and pages are right.", "success")
            here = url_for(".document", reference=proposal.reference, slug=slug)
            return redirect(f"{here}?return=check" if came_from() else here, 303)
    page = render_template(
        "proposals/document.html",
        proposal=proposal,
        slot=slot,
        form=form,
        attachment=queries.find_attachment(proposal, slug),
        may_edit=may_edit,
        ticket=make_ticket(services.file_rule(slot), purpose) if may_edit else "",
        back=came_from(),
    )
    return uploading_page(page, 422 if form.problems else 200)


@bp.post("/apply/proposals/<reference>/documents/<slug>/removal")
@signed_in
def remove_document(reference: str, slug: str) -> ResponseReturnValue:
    """Take a file out of the draft."""
    proposal = queries.get_proposal(reference, viewer=me())
    with transaction():
        services.remove_file(proposal, one_slot(proposal.rfp, slug), actor=me())
    flash("File removed from the draft.", "success")
    return redirect(url_for(".document", reference=proposal.reference, slug=slug), 303)


@bp.get("/apply/proposals/<reference>/documents/<slug>/file")
@signed_in
def own_file(reference: str, slug: str) -> ResponseReturnValue:
    """The draft's file, for its own team."""
    proposal = queries.get_proposal(reference, viewer=me())
    attachment = queries.find_attachment(proposal, slug)
    if attachment is None:
        raise NotFoundError("There is no file here yet.")
    return document_response(attachment.document, own=True)


def one_section(sections: list[FormSection], slug: str) -> FormSection:
    """The section of the form with this name in the address."""
    for part in sections:
        if part.slug == slug:
            return part
    raise NotFoundError("This proposal has no such section.")


def one_slot(rfp: Rfp, slug: str) -> DocumentSlot:
    """The document slot with this name in the address."""
    for slot in rfp_queries.list_slots(rfp.id):
        if slot.slug == slug:
            return slot
    raise NotFoundError("This proposal has no such document.")


def submitters(proposal: Proposal) -> list[User]:
    """The people who may submit this proposal."""
    return [each.user for each in list_members(proposal.organization) if each.role is MemberRole.REPRESENTATIVE]
