"""The blueprint of the pages for everyone."""

from flask import Blueprint

bp = Blueprint("public", __name__)
