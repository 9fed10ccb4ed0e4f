"""Pages of a declaration: its sections as forms, and its documents."""

from flask import Blueprint

bp = Blueprint("declaring", __name__)
