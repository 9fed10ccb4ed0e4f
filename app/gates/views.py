"""Pages of 审批."""

from flask import Blueprint

bp = Blueprint("gates", __name__)
