"""Every route × every role × every relation, from the one permission table; a new route joins by itself."""

import re
from dataclasses import dataclass

import pytest

from app.contracts.models import ContractState
from app.core.permissions import ROLE_PERMISSIONS, Permission, Role
from app.core.web import permission_of
from app.organisations.models import MandateKind, OrganisationKind
from tests import factories
from tests.factories import PEOPLE, organisation, person, region, sign_in
from tests.projects import room

pytestmark = pytest.mark.sqlite_only

# Who stands where: own contract (party), stranger's contract (no party, no mandate), both by mandate.
OWN, STRANGE, MISSING = "own", "strange", "missing"
# A contract out for signing has no figures yet; its own rooms' tests look at pages of one figure.
NO_FIGURES = {
    "figure": 999999999,
    "preview": 999999999,
    "submission": 999999999,
    "plan": 999999999,
    "exclusion": 999999999,
    "service": "FW-0000-00000",
}
IN_REACH = {
    "officer": {OWN},
    "second_officer": {OWN},
    "signatory": {OWN},
    "operator_officer": {OWN},
    "operator_signatory": {OWN},
    "other_officer": {STRANGE},
    "other_signatory": {STRANGE},
    "rival_officer": {STRANGE},
    "rival_signatory": {STRANGE},
    "authority_officer": {OWN, STRANGE},
    "authority_lead": {OWN, STRANGE},
    "leader": {OWN, STRANGE},
    "inspector": {OWN, STRANGE},
    "city_officer": {OWN},
    "supervisor": set(),
    "system_admin": set(),
    "security_admin": set(),
    "audit_admin": set(),
}
ROLES = {key: roles for key, (_name, _employer, roles) in PEOPLE.items()} | {"city_officer": (Role.AUTHORITY_OFFICER,)}


@dataclass(frozen=True)
class Target:
    """A route with one method, and the permission its view names."""

    method: str
    rule: str
    arguments: frozenset[str]
    permission: object


def targets(app) -> list[Target]:
    return [
        Target(method, rule.rule, frozenset(rule.arguments), permission_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def is_web(target: Target) -> bool:
    return not target.rule.startswith("/api/")


def belongs_to_contract(target: Target) -> bool:
    return target.rule.startswith(("/contracts/<", "/evidence/<"))


@pytest.fixture
def houses(w):
    """Two contracts of strangers, one in each region, and a city authority that may see only one of them."""
    city = organisation(
        "广州市数据局", kind=OrganisationKind.AUTHORITY, place="4401", sides=factories.MANAGES, code="CITY-AUTHORITY"
    )
    person(city, Role.AUTHORITY_OFFICER, name="市主办", login="city-officer")
    factories.organisations.give_mandate(w.actor("system_admin"), city, region("4401"), MandateKind.COMPETENT)
    own = w.contract("signing")
    strange = factories.signing(w, by="other_officer", operator=w.org("rival"), title="深圳的合同")
    places = {}
    for relation, contract, by in ((OWN, own, "officer"), (STRANGE, strange, "other_officer")):
        file = factories.attached(w, contract, by) if hasattr(factories, "attached") else None
        places[relation] = {
            "code": contract.code,
            "key": contract.current.lines[0].id,
            "level_key": contract.current.lines[0].levels[0].id,
            "number": 1,
            "kind": "pdf",
            "duty": "DU-057",
            "line": 1,
            "file": file.id if file else None,
            **NO_FIGURES,
        }
    places[MISSING] = {
        "code": "HT-0000-2000-9999",
        "key": 999999999,
        "level_key": 999999999,
        "number": 1,
        "kind": "pdf",
        "duty": "DU-057",
        "line": 1,
        **NO_FIGURES,
    }
    return places


def address(target: Target, values: dict[str, object]) -> str:
    def fill(found: re.Match[str]) -> str:
        return str(values[found.group(2)])

    return re.sub(r"<(?:(\w+):)?(\w+)>", fill, target.rule)


def anywhere(target: Target) -> str:
    """An address that the route takes, of a thing that does not exist; of a closed list its first word."""
    listed = re.sub(r"<any\(\W*(\w+)[^)]*\):\w+>", r"\1", target.rule)
    return re.sub(r"<[^>]+>", "1", listed)


def ask(client, target: Target, path: str):
    return client.open(path, method=target.method)


def test_a_view_names_a_permission_or_says_why_not(app):
    for target in targets(app):
        assert (
            target.permission is None or isinstance(target.permission, Permission) or target.permission == "signed-in"
        )


def test_every_permission_is_held_by_somebody_and_every_role_has_some():
    from app.core.permissions import SYSTEM_PERMISSIONS

    held = frozenset().union(*ROLE_PERMISSIONS.values()) | SYSTEM_PERMISSIONS
    assert held == set(Permission)
    assert all(ROLE_PERMISSIONS[role] for role in Role)


@pytest.fixture
def projects(w):
    """Two declared projects of strangers, each in a region of its own, and one that is not there."""
    own, strange = room.declared(w), room.declared(w, by="other_officer", title="深圳的项目")
    blank = {
        "number": 999999999,
        "key": 999999999,
        "line": 999999999,
        "left": 1,
        "right": 2,
        "kind": "pdf",
        "item": "NL-A01",
    }
    codes = {OWN: own.code, STRANGE: strange.code, MISSING: "XM-0000-2000-9999"}
    return {relation: blank | {"code": code} for relation, code in codes.items()}


def test_nobody_gets_in_without_signing_in(app, client, w):
    checked = 0
    for target in targets(app):
        path = anywhere(target)
        if target.permission is None:
            continue
        answer = ask(client, target, path)
        expected = 302 if is_web(target) else 401
        assert answer.status_code == expected, f"{target.method} {path}"
        if is_web(target):
            assert answer.headers["Location"].startswith("/sign-in"), path
        checked += 1
    assert checked > 40


def test_each_role_enters_exactly_the_routes_of_its_permissions(app, client, w, houses):
    """Function level: without the permission 403 before anything is looked up, with it never 403 for that reason."""
    checked = 0
    for key, roles in ROLES.items():
        allowed = frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
        person_client = sign_in(app.test_client(), key) if key != "city_officer" else None
        if person_client is None:
            continue
        for target in targets(app):
            if not is_web(target) or not isinstance(target.permission, Permission) or target.permission in allowed:
                continue
            path = anywhere(target)
            answer = ask(person_client, target, path)
            assert answer.status_code == 403, f"{key} {target.method} {path}: {answer.status_code}"
            checked += 1
    assert checked > 300


def masked(body: bytes, path: str) -> str:
    """A page without what differs between any two requests."""
    text = body.decode()
    text = re.sub(r'name="(_once|csrf_token)" value="[^"]*"', "", text)
    text = re.sub(r"[0-9a-f]{16}", "", text)
    return text.replace(path, "")


def test_each_role_sees_a_contract_only_in_its_reach(app, client, w, houses):
    """Object level: in reach never 404, out of reach exactly like a contract that does not exist."""
    checked = 0
    for key, reach in IN_REACH.items():
        if key == "city_officer":
            continue
        allowed = frozenset().union(*(ROLE_PERMISSIONS[role] for role in ROLES[key]))
        person_client = sign_in(app.test_client(), key)
        asked = [one for one in targets(app) if belongs_to_contract(one) and one.permission in allowed]
        # What is out of reach first: an act that succeeds leaves its message for the next page.
        for relation in sorted((OWN, STRANGE), key=lambda one: one in reach):
            for target in asked:
                values = houses[relation]
                if target.rule.startswith("/evidence/"):
                    continue
                path = address(target, values)
                answer = ask(person_client, target, path)
                if relation in reach:
                    excused = "/parties/" in path or "/duties/" in path or target.arguments & set(NO_FIGURES)
                    assert answer.status_code != 404 or excused, f"{key} {target.method} {path}"
                else:
                    missing_path = address(target, houses[MISSING])
                    missing = ask(person_client, target, missing_path)
                    assert answer.status_code == missing.status_code == 404, f"{key} {target.method} {path}"
                    assert masked(answer.data, path) == masked(missing.data, missing_path), path
                checked += 1
    assert checked > 100


def test_each_role_sees_a_project_only_in_its_reach(app, client, w, projects):
    """Out of reach a project is answered exactly like one that does not exist; in reach its own pages open."""
    checked = 0
    pages = [one for one in targets(app) if one.rule.startswith("/projects/<code>")]
    for key, reach in IN_REACH.items():
        if key == "city_officer" or key.startswith(("operator", "rival", "supervisor")):
            continue
        allowed = frozenset().union(*(ROLE_PERMISSIONS[role] for role in ROLES[key]))
        person_client = sign_in(app.test_client(), key)
        asked = [one for one in pages if one.permission in allowed]
        # What is out of reach first: an act that succeeds leaves its message for the next page.
        for relation in sorted((OWN, STRANGE), key=lambda one: one in reach):
            for target in asked:
                path, missing_path = known(target, projects[relation]), known(target, projects[MISSING])
                answer = ask(person_client, target, path)
                if relation in reach:
                    # What lies deeper, or comes later (a handover), is not there yet.
                    later = target.arguments > {"code"} or "/handover" in path
                    assert answer.status_code != 404 or later, f"{key} {target.method} {path}"
                else:
                    missing = ask(person_client, target, missing_path)
                    assert answer.status_code == missing.status_code == 404, f"{key} {target.method} {path}"
                    assert masked(answer.data, path) == masked(missing.data, missing_path), path
                checked += 1
    assert checked > 300


def known(target: Target, values: dict[str, object]) -> str:
    """The address with the values there are, and 1 for what else it asks for."""
    listed = re.sub(r"<any\(\W*(\w+)[^)]*\):\w+>", r"\1", target.rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found.group(1), 1)), listed)


def test_nothing_moved_while_everybody_knocked(app, w, houses):
    """The knocking above sends empty forms; a contract may not change state by it."""
    for key in ("officer", "signatory", "operator_signatory"):
        person_client = sign_in(app.test_client(), key)
        for target in targets(app):
            if target.method == "POST" and belongs_to_contract(target):
                ask(person_client, target, address(target, houses[OWN]))
    assert w.contract("signing").state is ContractState.SIGNING
