"""What a person was shown before they submit, and what moved since: the startup's profile, the draft, the call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import Organization, OrganizationVersion
from pglab.accounts.queries import list_versions
from pglab.core.db import db
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.queries.drafts import list_issued
from pglab.proposals.queries.history import list_draft_changes

# What a receipt says of the startup, in its order.
STARTUP = {
    "legal_name": "Startup",
    "registration": "Registration",
    "headquarters": "Headquarters",
    "county": "County",
    "website": "Website",
}
PROFILE = (
    *("legal_name", "registration_state", "registration_number", "street", "city", "postal_code", "county", "website"),
)
# What differs between two packages of one content: when it came, who pressed Submit, how far a virus check was.
OF_THE_MOMENT = {"number", "received_at", "submitted_by", "virus_check", "made_by", "made_at"}


@dataclass(frozen=True)
class Shown:
    """The versions that the page showed besides that of the draft: of the startup's profile and of the call."""

    profile: int
    call: int


def describe_organization(organization: Organization) -> dict[str, str]:
    """Who submits, as registered at this moment; it goes into the receipt."""
    return describe_profile({name: getattr(organization, name) for name in PROFILE})


def describe_profile(profile: Mapping[str, Any]) -> dict[str, str]:
    """The same of any version of the profile."""
    return {
        "legal_name": profile["legal_name"],
        "registration": f"{profile['registration_state']} {profile['registration_number']}".strip(),
        "headquarters": f"{profile['street']}, {profile['city']}, {profile['postal_code']}",
        "county": profile["county"],
        "website": profile["website"],
    }


def is_same_startup(organization: Organization, shown: int) -> bool:
    """Whether what a receipt says of the startup is what the page showed, whatever else of its profile changed."""
    if organization.version == shown:
        return True
    before = next((each for each in list_versions(organization) if each.number == shown), None)
    return before is not None and describe_profile(before.profile) == describe_organization(organization)


def list_changes(proposal: Proposal, version: int, shown: Shown) -> list[dict[str, Any]]:
    """What moved since the page that showed these versions, the newest first: when, who, and what it was before."""
    issued = [each.addendum for each in list_issued(proposal) if (each.addendum.number or 0) >= shown.call]
    found = [
        *_profile_changes(proposal.organization, shown.profile),
        *({"at": each.at, "title": each.what, "by": each.who} for each in list_draft_changes(proposal, version)),
        *({"at": each.issued_at, "title": f"{each.name}: {each.title}"} for each in issued),
    ]
    return sorted(found, key=lambda each: each["at"], reverse=True)


def _profile_changes(organization: Organization, shown: int) -> list[dict[str, Any]]:
    newest_first = [each for each in list_versions(organization) if each.number >= shown]
    return [_profile_change(*pair) for pair in pairwise(newest_first)]


def _profile_change(after: OrganizationVersion, before: OrganizationVersion) -> dict[str, Any]:
    old, new = describe_profile(before.profile), describe_profile(after.profile)
    changes = [(label, old[name], new[name]) for name, label in STARTUP.items() if old[name] != new[name]]
    who = after.changed_by.name if after.changed_by else ""
    return {"at": after.changed_at, "title": "Changed the startup’s profile", "by": who, "changes": changes}


def find_last_submission(proposal: Proposal) -> Submission | None:
    """The last one that was received, also while it is taken back."""
    if not proposal.received_number:
        return None
    last = (Submission.proposal_id == proposal.id) & (Submission.number == proposal.received_number)
    return db.session.scalar(select(Submission).where(last))


def declared(submission: Submission) -> list[str]:
    """The sentences that were declared with it; receipts of the first format tell them alone."""
    told = json.loads(submission.manifest)["declarations"]
    return [each["text"] if isinstance(each, dict) else each for each in told]


def holds_the_same(submission: Submission, manifest: dict[str, Any]) -> bool:
    """Whether a submission holds all that this package does, and nothing else."""
    return bool(_content(json.loads(submission.manifest)) == _content(manifest))


def _content(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _content(each) for key, each in told.items() if key not in OF_THE_MOMENT}
    return [_content(each) for each in told] if isinstance(told, list) else told
