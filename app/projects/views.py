"""Pages of 项目."""

from flask import Blueprint

bp = Blueprint("projects", __name__)
