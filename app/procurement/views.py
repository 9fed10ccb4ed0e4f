"""Pages of 采购."""

from flask import Blueprint

bp = Blueprint("procurement", __name__)
