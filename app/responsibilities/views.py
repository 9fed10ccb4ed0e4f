"""Pages of 权责清单."""

from flask import Blueprint

bp = Blueprint("responsibilities", __name__)
