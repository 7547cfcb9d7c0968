"""The blueprint of payments."""

from flask import Blueprint

from pglab.accounts.models import StaffRole
from pglab.web.security import requires

bp = Blueprint("payments", __name__)

readers = requires(StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE, StaffRole.AUDITOR)
signers = requires(StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.FINANCE, fresh=True)
