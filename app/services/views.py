"""Pages of services."""

from flask import Blueprint

from app.services import actions  # noqa: F401

bp = Blueprint("services", __name__)
