"""Pages of 负面清单核查."""

from flask import Blueprint

bp = Blueprint("negative_lists", __name__)
