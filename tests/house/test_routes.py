"""Every route names its permission, and the list of routes is a committed file."""

from pathlib import Path

import pytest

from tests.house.source import ROOT, compare_with_committed, dotted, rooms

ROUTES = Path(__file__).with_name("routes.txt")


@pytest.fixture(scope="module")
def rules(bare_app):
    """Every route but the static files, in order of its path."""
    found = [rule for rule in bare_app.url_map.iter_rules() if rule.endpoint.split(".")[-1] != "static"]
    return sorted(found, key=lambda rule: (rule.rule, rule.endpoint))


def permission_of(app, rule):
    return getattr(app.view_functions[rule.endpoint], "__permission__", "not named")


def shown(app, rule):
    methods = ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
    return f"{rule.rule}  {methods}  {permission_of(app, rule) or 'public'}"


def test_every_route_names_its_permission_or_is_public(bare_app, rules):
    assert [rule.rule for rule in rules if permission_of(bare_app, rule) == "not named"] == []


def test_the_routes_are_the_committed_ones(bare_app, rules):
    compare_with_committed(ROUTES, [shown(bare_app, rule) for rule in rules])


def test_every_template_a_view_names_exists():
    wrong = [
        f"{module.place}:{call.lineno} {call.args[0].value}"
        for module in rooms()
        for call in module.calls()
        if dotted(call.func).split(".")[-1] == "render_template" and call.args
        if isinstance(getattr(call.args[0], "value", None), str)
        if not (ROOT / "templates" / call.args[0].value).is_file()
    ]
    assert wrong == []
