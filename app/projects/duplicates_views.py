"""Pages of the duplicate check."""

from flask import Blueprint

bp = Blueprint("duplicates", __name__)
