"""Pages of taking in existing projects and contracts."""

from flask import Blueprint

bp = Blueprint("intake", __name__)
