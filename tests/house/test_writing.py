"""Writes, SQL and time go through the places made for them."""

import ast

from tests.house.source import HOUSE, dotted, rooms

COMMITS = set(HOUSE["commits"])
SQL_STRINGS, BULK = set(HOUSE["sql_strings"]), set(HOUSE["bulk_writes"])
CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "dt.datetime.now", "dt.date.today"),
}
SQL_CALLS = {"text", "execute", "exec_driver_sql", "scalar", "scalars", "executemany"}
BULK_CALLS = {"sa.update", "sa.delete", "update", "delete", "sqlalchemy.update", "sqlalchemy.delete"}


def places(allowed, wrong):
    return [
        f"{module.place}:{call.lineno} {ast.unparse(call.func)}"
        for module in rooms()
        if module.name not in allowed
        for call in module.calls()
        if wrong(call)
    ]


def is_commit(call):
    return isinstance(call.func, ast.Attribute) and call.func.attr == "commit"


def is_made_up(node):
    """A string put together at run time: f-string with values, +, %, or .format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return any(isinstance(side, ast.JoinedStr | ast.Constant) for side in (node.left, node.right))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def test_commits_stand_in_one_place():
    assert places(COMMITS, is_commit) == []


def test_sql_is_never_put_together_from_strings():
    def wrong(call):
        return dotted(call.func).split(".")[-1] in SQL_CALLS and bool(call.args) and is_made_up(call.args[0])

    assert places(SQL_STRINGS, wrong) == []


def test_entities_are_not_updated_or_deleted_in_bulk():
    def wrong(call):
        return dotted(call.func) in BULK_CALLS

    assert places(BULK, wrong) == [], "a bulk statement goes past the trail; named exceptions: bulk_writes"


def test_time_comes_from_the_one_clock():
    assert places({"app.core.clock"}, lambda call: dotted(call.func) in CLOCKS) == []


def views():
    return [module for module in rooms() if module.path.stem == "views"]


def only_reads(function):
    """A view all of whose route decorators are `.get(…)`, or `.route(…)` without an unsafe method."""
    routes = [node for node in function.decorator_list if isinstance(node, ast.Call)]
    routes = [node for node in routes if dotted(node.func).split(".")[-1] in {"get", "post", "put", "delete", "route"}]
    unsafe = any(word in ast.unparse(node) for node in routes for word in ("POST", "PUT", "PATCH", "DELETE", ".post("))
    return bool(routes) and not unsafe


def action_names(module):
    """The names under which a module knows actions: `actions` itself and what it imports from an actions module."""
    names = {"actions"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1] == "actions":
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names if alias.name == "actions"}
    return names


def test_a_view_that_only_reads_calls_no_action():
    wrong = [
        f"{module.place}:{call.lineno} {function.name}"
        for module in views()
        for function in module.functions()
        if only_reads(function)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and dotted(call.func).split(".")[0] in action_names(module)
    ]
    assert wrong == []


def test_views_do_not_ask_for_roles():
    wrong = [
        f"{module.place}:{node.lineno}"
        for module in views()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Compare) and "role" in ast.unparse(node.left).split(".")[-1].lower()
    ]
    assert wrong == []
