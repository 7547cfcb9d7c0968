"""The blueprint that this domain's pages share."""

from flask import Blueprint

bp = Blueprint("info_sessions", __name__)
