"""A text that a fact can never be is found, wherever it is compared; what may be said is left alone."""

import pytest

from app import CATALOGUE_KINDS, FACT_WORDS
from app.catalogues.files import read_file
from app.conditions.cel import compile_condition
from app.conditions.closed import strangers
from tests.house.source import ROOT


def codes(name):
    return tuple(getattr(FACT_WORDS.get(name), "codes", ()))


@pytest.mark.parametrize(
    "condition, found",
    [
        ('project.category == "secutiry"', [("project.category", "secutiry")]),
        ('"secutiry" != project.category', [("project.category", "secutiry")]),
        ('project.kind in ["new", "newer"]', [("project.kind", "newer")]),
        ('!(project.kind in ["newer", "newest"])', [("project.kind", "newer"), ("project.kind", "newest")]),
        ('project.services > 1 && (project.taken_in || project.kind == "x")', [("project.kind", "x")]),
        (
            'project.taken_in ? project.kind == "x" : project.scope == "y"',
            [("project.kind", "x"), ("project.scope", "y")],
        ),
        ('"emperor" in parties.roles', [("parties.roles", "emperor")]),
        ('parties.roles.exists(one, one in ["operator", "emperor"])', [("parties.roles", "emperor")]),
        ('parties.roles.all(one, one != "emperor")', [("parties.roles", "emperor")]),
        ('["operator", "emperor"].all(one, one in parties.roles)', [("parties.roles", "emperor")]),
        ('project.kind == "x" || project.kind == "x"', [("project.kind", "x")]),
        ('project.kind == "x" // not "y"', [("project.kind", "x")]),
        ('// project.kind == "y"\nproject.kind == "x"', [("project.kind", "x")]),
        ('project.kind.startsWith("n") || project.kind == "x"', [("project.kind", "x")]),
        ('project.documents.filter(one, one == "x").size() > 0', [("project.documents", "x")]),
        ('project.documents.exists_one(one, one in ["x", "feasibility"])', [("project.documents", "x")]),
        ('project.kind == "new"', []),
        ('project.kind == ""', []),
        ('"" in parties.roles', [("parties.roles", "")]),
        ('project.plan_item == "anything"', []),
        ('contract.mode == "of a list that grows"', []),
        ('project.approved_on == "2026-09-01"', []),
        ("project.estimate > 100", []),
        ('project.kind.startsWith("x")', []),
    ],
)
def test_what_a_fact_can_never_be_is_found(condition, found):
    assert compile_condition(condition)
    assert [(one.fact, one.text) for one in strangers(condition, codes)] == found


def test_what_may_be_said_comes_with_it():
    (one,) = strangers('project.kind == "newer"', codes)
    assert one.allowed == FACT_WORDS["project.kind"].codes


def written(value):
    """Every text of an entry, wherever it stands."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from written(inner)


def test_no_rule_that_comes_with_the_product_names_what_can_never_be():
    kinds = {kind.name for kind in CATALOGUE_KINDS}
    seen = 0
    for path in sorted((ROOT / "app").glob("*/catalog/*.yaml")):
        file = read_file(path, path.name)
        assert file.kind in kinds
        for raw in file.entries:
            for text in written(raw.content):
                found = strangers(text, codes) if "project." in text or "." in text else ()
                seen += ' == "' in text or " in " in text
                assert not found, (path.name, raw.code, text, found)
    assert seen > 100
