"""The blueprint of all pages of questions."""

from flask import Blueprint

bp = Blueprint("questions", __name__)
