"""Schemes for tests: a small sound one as it is written in a file, and its parts."""

from decimal import Decimal

from app.indicators.figures import Figure, Inputs
from app.indicators.schemes import parse_scheme

GRADES = [
    {"name": {"zh": "优", "en": "Excellent"}, "at_least": "90"},
    {"name": {"zh": "良", "en": "Good"}, "at_least": "80"},
    {"name": {"zh": "中", "en": "Fair"}, "at_least": "60"},
    {"name": {"zh": "差", "en": "Poor"}, "below": "60"},
]
LINEAR = {"kind": "linear", "floor": "99", "target": "99.9"}
MET = {"kind": "met", "at_least": "90"}
POINT_BANDS = [
    {"at_least": "99", "points": 0},
    {"at_least": "98", "points": 1},
    {"at_least": "97", "points": 2},
    {"at_least": "96", "points": 3},
    {"points": 4},
]
SCORE_BANDS = [
    {"at_least": "99", "score": 100},
    {"at_least": "98", "below": "99", "score": 80},
    {"at_least": "97", "below": "98", "score": 60},
    {"below": "97", "score": 0},
]


def item(code, weight, function, **more):
    return {"indicator": code, "weight": str(weight), "function": function, **more}


def written(**change):
    """A scheme as it is written; a change of None leaves the key out."""
    content = {
        "code": "SC-T",
        "name": {"zh": "测试方案", "en": "Test scheme"},
        "status": "D",
        "precision": 2,
        "missing": "hold",
        "grades": GRADES,
        "items": [item("KI-001", 60, LINEAR), item("KI-002", 40, MET)],
        **change,
    }
    return {key: value for key, value in content.items() if value is not None}


def scheme(**change):
    return parse_scheme(written(**change))


def only(function, **more):
    """A scheme of one item."""
    return scheme(items=[item("KI-001", 100, function, **more)])


def figure(value, denominator=None):
    given = None if denominator is None else Decimal(denominator)
    return Figure(None if value is None else Decimal(value), given)


def inputs(figures=(), **more):
    """Inputs with figures as text, None for a missing one."""
    made = {code: one if isinstance(one, Figure) else figure(one) for code, one in dict(figures).items()}
    return Inputs(made, **more)
