"""The blueprint that this domain's pages share."""

from flask import Blueprint

bp = Blueprint("addenda", __name__)
