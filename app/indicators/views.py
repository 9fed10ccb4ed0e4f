"""Pages of indicators: the library by category, and one indicator with its versions."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.core.permissions import Permission, requires
from app.indicators import queries

bp = Blueprint("indicators", __name__)
WORDS = {
    "in_words": queries.in_words,
    "source_tag": queries.source_tag,
    "category_word": queries.category_word,
    "direction_word": queries.direction_word,
    "form_word": queries.form_word,
    "periods_in_words": queries.periods_in_words,
}


@bp.get("/indicators")
@requires(Permission.INDICATOR_READ)
def index() -> ResponseReturnValue:
    category, text = request.args.get("category", ""), request.args.get("q", "").strip()[:100]
    everything = queries.all_indicators()
    return render_template(
        "indicators/index.html",
        indicators=queries.matching(everything, category, text),
        counts=queries.counts(queries.matching(everything, "", text)),
        total=len(everything),
        category=category,
        text=text,
        **WORDS,
    )


@bp.get("/indicators/<code>")
@requires(Permission.INDICATOR_READ)
def detail(code: str) -> ResponseReturnValue:
    found = queries.versions_of(code)
    return render_template("indicators/detail.html", versions=found, one=found[0].definition, **WORDS)
