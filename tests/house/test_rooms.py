"""Rooms keep to their files: known names, pure modules pure, no lazy or upward imports, actors first."""

import ast
import sys

from tests.house.source import HOUSE, modules, rooms

FORBIDDEN_NAMES = {
    *("utils", "util", "helpers", "helper", "common", "misc", "services", "operations", "managers", "manager"),
    *("repository", "repositories", "dao", "dto", "base", "handlers"),
}
SHELLS, MACHINERY = set(HOUSE["shells"]), set(HOUSE["machinery"])
MODULES = {module.name for module in modules()}
PURE, EXTRA_SHELLS = set(HOUSE["pure"]), set(HOUSE["extra_shells"])


OUTSIDE = {
    "alembic",
    "apscheduler",
    "flask",
    "flask_login",
    "flask_migrate",
    "flask_sqlalchemy",
    "flask_wtf",
    "granian",
}
OUTSIDE |= {"psycopg", "sqlalchemy", "werkzeug", "wtforms"}


def is_shell(name):
    _, room, *rest = name.split(".")
    return not rest or rest[-1] in SHELLS or room in MACHINERY or name in EXTRA_SHELLS


def nouns():
    """Modules that judge or calculate: neither a usual shell nor named as one."""
    return [module for module in rooms() if module.name not in PURE and not is_shell(module.name)]


def imports(tree):
    """Names that are imported at run time: imports under TYPE_CHECKING bring nothing in."""
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((resolved(node, alias.name), node.lineno) for alias in node.names)


def resolved(node, name):
    """`from app.room import noun` brings in a module, `from app.room.noun import thing` a thing of one."""
    whole = f"{'.' * node.level}{node.module or ''}"
    return f"{whole}.{name}" if f"{whole}.{name}" in MODULES else whole


def test_no_file_has_a_name_that_says_nothing():
    assert [module.place for module in modules() if module.path.stem in FORBIDDEN_NAMES] == []


def test_every_room_has_an_init_that_says_what_it_is_for():
    folders = {module.path.parent for module in rooms()}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_lists_in_pyproject_name_only_what_may_exist_once():
    assert PURE.isdisjoint(EXTRA_SHELLS)


def test_pure_modules_import_the_standard_library_and_pure_modules_only():
    wrong = [
        f"{module.place}:{line} imports {name}"
        for module in rooms()
        if module.name in PURE
        for name, line in imports(module.tree)
        if name.split(".")[0] not in sys.stdlib_module_names and name not in PURE
    ]
    assert wrong == []


def test_nouns_touch_neither_the_database_nor_the_request():
    wrong = [
        f"{module.place}:{line} imports {name}"
        for module in nouns()
        for name, line in imports(module.tree)
        if name.split(".")[0] in OUTSIDE or name in {"app.core.db", "app.core.web"} or name.split(".")[-1] in SHELLS
    ]
    assert wrong == [], "a shell besides the usual files is named in [tool.guanyun] extra_shells"


def test_no_own_module_is_imported_inside_a_function():
    wrong = [
        f"{module.place}:{node.lineno}"
        for module in rooms()
        for function in module.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom | ast.Import) and "app" in ast.unparse(node).replace(".", " ").split()
    ]
    assert wrong == []


def test_no_room_imports_the_app_itself():
    wrong = [f"{module.place}:{line}" for module in rooms() for name, line in imports(module.tree) if name == "app"]
    assert wrong == [], "only app/__init__.py knows every room; write `from app.room import …`"


def test_the_actor_is_the_first_argument_of_every_action():
    wrong = [
        f"{module.place}:{node.lineno} {node.name}"
        for module in rooms()
        if module.path.stem == "actions"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if f"{module.name}.{node.name}" not in HOUSE["actorless"]
        if [argument.arg for argument in node.args.args][:1] != ["actor"]
    ]
    assert wrong == []


def test_permissions_stand_in_alphabetical_order():
    from app.core.permissions import Permission

    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert all(value.count(":") == 1 for value in values)
