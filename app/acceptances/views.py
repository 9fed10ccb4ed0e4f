"""Pages of 验收与移交."""

from flask import Blueprint

bp = Blueprint("acceptances", __name__)
