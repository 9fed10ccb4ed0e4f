"""The attacks: raw statements against each invariant of separation, by the number that the security page gives it.

`T` marks what a trigger must stop, `K` what a key or a check must stop. The statement names `:act`, a fresh act whose
leaf is written with it, so that no attack fails merely for being outside an act.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.db import Base
from app.subjects.models import PARTY_SIDES

T, K = "trigger", "key"
SEALED_STATES = ("signing", "signed", "in_force", "terminating")
VERSION_CONTENT = {
    "contract_id": "contract_id + 1",
    "number": "number + 7",
    "mode_entry_id": "(SELECT max(id) FROM catalogue_entries WHERE kind = 'contract_mode' AND id <> mode_entry_id)",
    "term_from": "'2026-01-01'",
    "term_until": "'2099-01-01'",
    "extension_basis": "'改'",
    "amount_fen": "amount_fen + 1",
    "payment_terms": "'改'",
    "exclusive": "NOT exclusive",
    "exclusive_basis": "'改'",
    "point_fen": "point_fen + 1",
    "cap_percent": "cap_percent + 1",
    "data_terms": "'改'",
    "exit_terms": "NULLIF('', 'x')",
    "content": "content || ' '",
    "digest_sha256": "'" + "a" * 64 + "'",
    "digest_sm3": "'" + "b" * 64 + "'",
    "sealed_at": "'2026-03-01 00:00:00'",
    "submitted_by": "submitted_by + 1",
}
CONTRACT_MOVES = {
    *(("draft", "signing"), ("draft", "void"), ("signing", "draft"), ("signing", "signed"), ("signed", "in_force")),
    *(("in_force", "terminating"), ("in_force", "expired"), ("terminating", "in_force")),
    *(("terminating", "expired"), ("terminating", "terminated")),
}
CONTRACT_STATES = ("draft", "signing", "signed", "in_force", "terminating", "expired", "terminated", "void")
VERSION_STATES = ("draft", "signing", "signed", "withdrawn")
APPEND_ONLY = {
    "catalogue_entries": "digest",
    "evidence_files": "file_name",
    "organisation_names": "basis",
    "organisation_sides": "side",
    "sign_in_events": "login",
    "signatures": "digest_sm3",
    "subject_people": "side",
    "trail_entries": "ref",
    "trail_heads": "sha256",
}
NEVER_DELETED = (
    *("api_tokens", "contract_versions", "contracts", "denials", "grants", "mandates", "memberships", "organisations"),
    *("regions", "services", "stakes", "subjects", "tasks", "users"),
)


@dataclass(frozen=True)
class Attack:
    """One statement that must never be let through; `expected` is part of the refusal where it is ours."""

    invariant: str
    says: str
    statement: str
    stopped_by: str = T
    expected: str = ""


def copy_of(table: str, where: str, **replaced: str) -> str:
    """An INSERT of a row like another one, with some columns replaced by SQL expressions."""
    columns = [column.name for column in Base.metadata.tables[table].columns if column.name != "id"]
    if "act_id" in columns:
        replaced.setdefault("act_id", ":act")
    values = ", ".join(replaced.get(column, f"{table}.{column}") for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {where}"


def change(table: str, where: str, **values: str) -> str:
    parts = ", ".join(f"{column} = {value}" for column, value in {"act_id": ":act", **values}.items())
    return f"UPDATE {table} SET {parts} WHERE {where}"


def org(code: str) -> str:
    return f"(SELECT id FROM organisations WHERE code = '{code}')"


def user(login: str) -> str:
    return f"(SELECT id FROM users WHERE login = '{login}')"


class Places:
    """Where the standing contracts lie, as SQL."""

    def __init__(self, codes: dict[str, str]) -> None:
        self.codes = codes

    def contract(self, state: str) -> str:
        return f"(SELECT id FROM contracts WHERE code = '{self.codes[state]}')"

    def subject(self, state: str) -> str:
        return f"(SELECT subject_id FROM contracts WHERE code = '{self.codes[state]}')"

    def version(self, state: str) -> str:
        return f"(SELECT max(id) FROM contract_versions WHERE contract_id = {self.contract(state)})"

    def line(self, state: str) -> str:
        return f"(SELECT min(id) FROM contract_services WHERE version_id = {self.version(state)})"

    def level(self, state: str) -> str:
        return f"(SELECT min(id) FROM agreed_levels WHERE contract_service_id = {self.line(state)})"

    def band(self, state: str) -> str:
        return f"(SELECT min(id) FROM deduction_bands WHERE agreed_level_id = {self.level(state)})"


def attacks(at: Places) -> list[Attack]:
    """All attacks on a standing world with `at.codes`."""
    families = (
        sides,
        people,
        control,
        four_eyes,
        sealed,
        states,
        beginnings,
        permanence,
        administrators,
        grants,
        history,
    )
    return [attack for family in families for attack in family(at)]


def sides(at: Places) -> Iterator[Attack]:
    """I1: an organisation holds one side of a subject, one that it is registered for."""
    mine = f"subject_id = {at.subject('draft')} AND organisation_id = {org('OPERATOR')}"
    for code, side in (("OPERATOR", "management"), ("OPERATOR", "supervision"), ("BOTH", "supervision")):
        where = f"subject_id = {at.subject('draft')} AND organisation_id = {org(code)}"
        yield Attack("I1", f"{code} on a second side ({side})", copy_of("subject_sides", where, side=f"'{side}'"), T)
    for code, side in (
        *(("RIVAL", "management"), ("RIVAL", "supervision"), ("WATCHER", "operation"), ("OTHER-AGENCY", "operation")),
        *(("AUTHORITY", "supervision"), ("INSPECTORATE", "management"), ("HOLDER", "management")),
    ):
        statement = copy_of("subject_sides", mine, organisation_id=org(code), side=f"'{side}'")
        yield Attack("I1", f"{code} on a side it is not registered for ({side})", statement, K)
    yield Attack("I1", "an organisation moved to the other side", change("subject_sides", mine, side="'supervision'"))
    yield Attack(
        "I1", "another organisation put in its place", change("subject_sides", mine, organisation_id=org("RIVAL"))
    )
    party = f"subject_id = {at.subject('draft')} AND role = 'operator'"
    for role, its_side in PARTY_SIDES.items():
        for side in ("management", "operation", "supervision"):
            if side != its_side.value:
                statement = copy_of("parties", party, role=f"'{role.value}'", side=f"'{side}'")
                yield Attack("I1", f"{role.value} on the side {side}", statement, K)
    for code, role, side in (("RIVAL", "operator", "operation"), ("OPERATOR", "client", "management")):
        statement = copy_of("parties", party, organisation_id=org(code), role=f"'{role}'", side=f"'{side}'")
        yield Attack("I1", f"{code} as {role} without holding that side", statement, K)


def people(at: Places) -> Iterator[Attack]:
    """I2: a person acts for one side of a subject, for good."""
    bound = f"subject_id = {at.subject('signing')} AND user_id = {user('officer')}"
    other = {"organisation_id": org("OPERATOR"), "side": "'operation'"}
    yield Attack("I2", "a person bound to a second side", copy_of("subject_people", bound, **other), K)
    yield Attack("I2", "a person moved to the other side", change("subject_people", bound, **other))
    yield Attack("I2", "a person set free", f"DELETE FROM subject_people WHERE {bound}")
    yield Attack(
        "I2",
        "a person bound to a side through an organisation that is no party",
        copy_of(
            "subject_people", bound, user_id=user("rival-officer"), organisation_id=org("RIVAL"), side="'operation'"
        ),
        K,
    )
    yield Attack(
        "I2",
        "a person bound to the side that his organisation does not hold",
        copy_of("subject_people", bound, user_id=user("second-officer"), side="'operation'"),
        K,
    )


def control(at: Places) -> Iterator[Attack]:
    """I1, I3: parties of different sides do not control one another and have no company above both."""
    like = f"subject_id = {at.subject('draft')} AND organisation_id = {org('OPERATOR')}"
    for code, side, why in (
        ("CONTROLLED", "operation", "a company that the client controls"),
        ("GRANDCHILD", "operation", "a company that the client controls through another"),
        ("SISTER", "supervision", "a supervisor under the same parent company as the operator"),
        ("CHILD", "supervision", "a supervisor that the operator controls"),
        ("PARENT", "supervision", "a supervisor that controls the operator"),
    ):
        statement = copy_of("subject_sides", like, organisation_id=org(code), side=f"'{side}'")
        yield Attack("I3" if side == "supervision" else "I1", why, statement, T, "control one another")


def signature(at: Places, state: str, **replaced: str) -> str:
    """A signature for the operator's signatory, correct unless something is replaced."""
    usual = {
        "version_id": "v.id",
        "contract_id": "v.contract_id",
        "subject_id": at.subject(state),
        "organisation_id": org("OPERATOR"),
        "side": "'operation'",
        "user_id": user("operator-signatory"),
        "submitted_by": "v.submitted_by",
        "digest_sha256": "v.digest_sha256",
        "digest_sm3": "v.digest_sm3",
        "signed_at": "'2026-03-02 01:00:00'",
        "act_id": ":act",
        **replaced,
    }
    values = ", ".join(usual.values())
    version = f"contract_versions v WHERE v.id = {at.version(state)}"
    return f"INSERT INTO signatures ({', '.join(usual)}) SELECT {values} FROM {version}"


def four_eyes(at: Places) -> Iterator[Attack]:
    """I8: a signature is given over the sealed content, by a party, by another person than the submitter."""
    ours = {"organisation_id": org("AGENCY"), "side": "'management'"}
    wrong = "'" + "0" * 64 + "'"
    yield Attack("I8", "the submitter signs", signature(at, "signing", **ours, user_id=user("officer")), K)
    yield Attack(
        "I8",
        "the submitter signs and names another submitter",
        signature(at, "signing", **ours, user_id=user("officer"), submitted_by=user("second-officer")),
        K,
    )
    for name in ("digest_sha256", "digest_sm3"):
        yield Attack("I8", f"a signature with another {name}", signature(at, "signing", **{name: wrong}), K)
    yield Attack(
        "I8",
        "a signature by an organisation that is no party",
        signature(at, "signing", organisation_id=org("RIVAL"), user_id=user("rival-signatory")),
        K,
    )
    yield Attack(
        "I2", "a signature by a person who is not bound", signature(at, "signing", user_id=user("rival-signatory")), K
    )
    yield Attack(
        "I2",
        "a signature for the side on which the person does not stand",
        signature(at, "signing", user_id=user("second-officer")),
        K,
    )
    yield Attack(
        "I1", "an operator's signature for the management side", signature(at, "signing", side="'management'"), K
    )
    yield Attack("I1", "a signature of the supervision", signature(at, "signing", side="'supervision'"), K)
    yield Attack(
        "I8",
        "a signature that belongs to another contract",
        signature(at, "signing", contract_id=at.contract("draft")),
        K,
    )
    yield Attack("I8", "a signature under another subject", signature(at, "signing", subject_id=at.subject("draft")), K)
    for state in ("draft", "signed", "in_force", "void"):
        given = {} if state in SEALED_STATES else {"digest_sha256": wrong, "digest_sm3": wrong, "submitted_by": "1"}
        expected = "while it is out for signing"
        yield Attack("I9", f"a signature on a {state} version", signature(at, state, **given), T, expected)
    yield Attack(
        "I8", "a membership created by the person himself", change("memberships", "id = 5", created_by="user_id"), K
    )
    yield Attack("I8", "a token created by its owner", change("api_tokens", "id > 0", created_by="user_id"), K)


def sealed(at: Places) -> Iterator[Attack]:
    """I9: nothing of a version that was submitted changes, nor do the parties while it is out or in force."""
    for state in SEALED_STATES:
        for column, value in VERSION_CONTENT.items():
            statement = change("contract_versions", f"id = {at.version(state)}", **{column: value})
            yield Attack("I9", f"{column} of a {state} version", statement)
        yield from _parts(at, state)
        yield from _parties(at, state)


def _parts(at: Places, state: str) -> Iterator[Attack]:
    places = {"contract_services": at.line, "agreed_levels": at.level, "deduction_bands": at.band}
    parents = {
        "contract_services": "version_id",
        "agreed_levels": "contract_service_id",
        "deduction_bands": "agreed_level_id",
    }
    above = {"contract_services": at.version, "agreed_levels": at.line, "deduction_bands": at.level}
    values = {
        "contract_services": {"fee_fen": "fee_fen + 1"},
        "agreed_levels": {"target": "target - 1"},
        "deduction_bands": {"points": "points + 1"},
    }
    fresh = {
        "contract_services": {"line": "99", "service_id": "(SELECT max(id) FROM services)"},
        "agreed_levels": {"indicator_entry_id": "(SELECT max(id) FROM catalogue_entries WHERE kind = 'indicator')"},
        "deduction_bands": {"position": "99", "bound": "1"},
    }
    for table, place in places.items():
        row, parent = f"id = {place(state)}", parents[table]
        into = {parent: above[table](state)}
        yield Attack("I9", f"{table} of a {state} version changed", change(table, row, **values[table]))
        yield Attack("I9", f"{table} added to a {state} version", copy_of(table, row, **fresh[table]))
        yield Attack(
            "I9", f"{table} moved out of a {state} version", change(table, row, **{parent: above[table]("draft")})
        )
        draft = f"id = {place('draft')}"
        yield Attack("I9", f"{table} moved into a {state} version", change(table, draft, **into, **fresh[table]))
        yield Attack("I9", f"{table} taken from a {state} version", f"DELETE FROM {table} WHERE {row}")


def _parties(at: Places, state: str) -> Iterator[Attack]:
    here = f"subject_id = {at.subject(state)} AND organisation_id = {org('OPERATOR')}"
    side = {"organisation_id": org("WATCHER"), "side": "'supervision'"}
    yield Attack("I9", f"a side added to a {state} contract", copy_of("subject_sides", here, **side))
    yield Attack("I9", f"a side taken from a {state} contract", f"DELETE FROM subject_sides WHERE {here}")
    yield Attack("I9", f"a party added to a {state} contract", copy_of("parties", here, role="'builder'"))
    yield Attack("I9", f"a party of a {state} contract changed", change("parties", here, role="'builder'"))
    yield Attack("I9", f"a party taken from a {state} contract", f"DELETE FROM parties WHERE {here}")


def states(at: Places) -> Iterator[Attack]:
    """I9: states move along the listed ways only, begin at the first, and signed means signed by both sides."""
    for source in at.codes:
        for target in CONTRACT_STATES:
            if source != target and (source, target) not in CONTRACT_MOVES:
                statement = change("contracts", f"id = {at.contract(source)}", state=f"'{target}'")
                yield Attack("I9", f"a contract from {source} to {target}", statement, T)
    for place, source in (("draft", "draft"), ("signing", "signing"), ("in_force", "signed"), ("void", "draft")):
        for target in VERSION_STATES:
            allowed = (source, target) in {("draft", "signing"), ("signing", "withdrawn")}
            if source != target and not allowed:
                statement = change("contract_versions", f"id = {at.version(place)}", state=f"'{target}'")
                yield Attack("I9", f"a {place} contract's version from {source} to {target}", statement, T)


def beginnings(at: Places) -> Iterator[Attack]:
    """I9: nothing begins in a later state, nor is a contract signed before a version of it is."""
    yield Attack(
        "I9",
        "a contract signed before its version",
        change("contracts", f"id = {at.contract('signing')}", state="'signed'"),
    )
    like = f"id = {at.contract('in_force')}"
    fresh = {"code": "'HT-X'", "subject_id": "(SELECT max(id) FROM subjects WHERE code = 'BARE')"}
    for state in CONTRACT_STATES[1:]:
        yield Attack(
            "I9", f"a contract that begins as {state}", copy_of("contracts", like, **fresh, state=f"'{state}'")
        )
    version = f"id = {at.version('in_force')}"
    yield Attack("I9", "a version that begins signed", copy_of("contract_versions", version, number="9"))
    open_task = "state = 'open' AND id = (SELECT min(id) FROM tasks WHERE state = 'open')"
    ended = "state <> 'open' AND id = (SELECT min(id) FROM tasks WHERE state <> 'open')"
    yield Attack("I9", "an ended task opened again", change("tasks", ended, state="'open'", ended_at="NULL"))
    yield Attack("I9", "a done task called dropped", change("tasks", "state = 'done'", state="'dropped'"))
    for column, value in {"workdays": "workdays + 5", "started_on": "'2026-01-01'", "permission": "'x'"}.items():
        yield Attack("I9", f"{column} of a task", change("tasks", open_task, **{column: value}))


def permanence(at: Places) -> Iterator[Attack]:
    """I9: what is written once is neither changed nor deleted, and kept things are never deleted."""
    for table, column in APPEND_ONLY.items():
        act = ", act_id = :act" if "act_id" in Base.metadata.tables[table].columns else ""
        yield Attack("I9", f"{table} changed", f"UPDATE {table} SET {column} = {column}{act}", T, "never changed")
        yield Attack("I9", f"{table} deleted", f"DELETE FROM {table}", T, "never deleted")
    for table in NEVER_DELETED:
        yield Attack("I9", f"{table} deleted", f"DELETE FROM {table}", T, "never deleted")
    for table, column, value in (
        *(("contracts", "code", "'X'"), ("contracts", "subject_id", "subject_id + 1"), ("subjects", "code", "'X'")),
        *(("subjects", "region_id", "region_id + 1"), ("organisations", "code", "'X'"), ("users", "login", "'x'")),
        *(("memberships", "user_id", "user_id + 1"), ("memberships", "organisation_id", "organisation_id + 1")),
        *(
            ("memberships", "valid_from", "'2020-01-01'"),
            ("stakes", "percent", "1"),
            ("stakes", "controls", "NOT controls"),
        ),
        *(
            ("stakes", "held_id", "held_id + 1"),
            ("stakes", "holder_id", "holder_id + 1"),
            ("stakes", "valid_from", "'2020-01-01'"),
        ),
    ):
        first = f"id = (SELECT min(id) FROM {table})"
        yield Attack("I9", f"{column} of {table}", change(table, first, **{column: value}), T, "never changes")


def set_once(at: Places) -> Iterator[Attack]:
    """I9, I14, I15: what ended or was fixed does not come back by writing an empty value over it."""
    former = f"user_id = {user('former')}"
    in_force = f"id = {at.subject('in_force')}"
    revived = {"revoked_at": "NULL", "revoke_reason": "NULL", "revoked_by": "NULL"}
    yield Attack(
        "I9", "the parties of a contract in force set free", change("subjects", in_force, parties_frozen_at="NULL")
    )
    yield Attack("I9", "the title of a contract in force", change("subjects", in_force, title="'别的'"))
    day = change("contracts", f"id = {at.contract('in_force')}", ended_on="'2020-01-01'")
    yield Attack("I9", "a last day for a contract in force", day, K)
    yield Attack("I14", "a role that was taken away comes back", change("grants", former, **revived))
    yield Attack("I14", "the reason of a revocation rewritten", change("grants", former, revoke_reason="'改写'"))
    yield Attack("I15", "an ended membership comes back", change("memberships", former, valid_until="NULL"))
    stake = f"holder_id = {org('RIVAL')}"
    yield Attack("I15", "an ended stake comes back", change("stakes", stake, valid_until="NULL"))


def administrators(at: Places) -> Iterator[Attack]:
    """I12: a person is of one class for life, and the three administrators hold no role of business."""
    for login in ("officer", "system-admin", "security-admin", "audit-admin"):
        for role_class in ("audit", "business", "security", "system"):
            statement = change(
                "users", f"login = '{login}' AND role_class <> '{role_class}'", role_class=f"'{role_class}'"
            )
            own = "business" if login == "officer" else login.split("-")[0]
            if role_class != own:
                yield Attack("I12", f"{login} made {role_class}", statement, T)
    for login in ("system-admin", "security-admin", "audit-admin"):
        mine = f"user_id = {user(login)}"
        own = login.split("-")[0]
        for role, role_class in (
            *(("system_admin", "system"), ("security_admin", "security"), ("audit_admin", "audit")),
            *(("agency_officer", "business"), ("authority_lead", "business")),
        ):
            if role_class == own:
                continue
            granter = {"granted_by": user("second-security"), "revoked_at": "NULL", "revoke_reason": "NULL"}
            honest = copy_of("grants", mine, role=f"'{role}'", role_class=f"'{role_class}'", **granter)
            lying = copy_of("grants", mine, role=f"'{role}'", **granter)
            yield Attack("I12", f"{role} for {login}", honest, K)
            yield Attack("I12", f"{role} for {login}, said to be {own}", lying, K)


def grants(at: Places) -> Iterator[Attack]:
    """I14: roles come from another person, a security administrator, and fit the organisation's side."""
    officer = f"user_id = {user('officer')}"
    role = {"role": "'agency_signatory'", "granted_by": user("security-admin")}
    yield Attack(
        "I14", "a role given to oneself", copy_of("grants", officer, **role | {"granted_by": user("officer")}), K
    )
    own = {"role": "'security_admin'", "granted_by": user("security-admin"), "membership_id": "membership_id"}
    yield Attack(
        "I14",
        "a security administrator's role given to himself",
        copy_of("grants", f"user_id = {user('security-admin')}", **own),
        K,
    )
    for granter in ("second-officer", "system-admin", "audit-admin", "leader"):
        statement = copy_of("grants", officer, **role | {"granted_by": user(granter)})
        yield Attack("I14", f"a role given by {granter}", statement, K)
        claims = "business" if granter in {"second-officer", "leader"} else granter.split("-")[0]
        statement = copy_of(
            "grants", officer, **role | {"granted_by": user(granter), "granted_by_class": f"'{claims}'"}
        )
        yield Attack("I14", f"a role given by {granter}, openly", statement, K)
    yield Attack(
        "I14", "a business role given by nobody", copy_of("grants", officer, **role | {"granted_by": "NULL"}), K
    )
    yield Attack(
        "I14",
        "a role of the operation in an agency",
        copy_of("grants", officer, **role | {"role": "'operator_officer'", "side": "'operation'"}),
        K,
    )
    yield Attack(
        "I14",
        "a role of the operation said to be management",
        copy_of("grants", officer, **role | {"role": "'operator_officer'"}),
        K,
    )
    yield Attack(
        "I14",
        "a role through another person's membership",
        copy_of("grants", officer, **role | {"user_id": user("second-officer")}),
        K,
    )
    yield Attack(
        "I14",
        "a role in another organisation than the membership's",
        copy_of("grants", officer, **role | {"organisation_id": org("OTHER-AGENCY")}),
        K,
    )
    yield Attack("I14", "the same role twice", copy_of("grants", officer, granted_by=user("security-admin")), K)
    for column, value in {
        "role": "'agency_signatory'",
        "granted_by": user("second-security"),
        "granted_at": "'2020-01-01 00:00:00'",
        "membership_id": f"(SELECT id FROM memberships WHERE user_id = {user('signatory')})",
    }.items():
        yield Attack("I14", f"{column} of a grant changed afterwards", change("grants", officer, **{column: value}), T)
    yield Attack(
        "I14",
        "a role taken from oneself",
        change("grants", officer, revoked_by="user_id", revoked_at="'2026-03-02 00:00:00'", revoke_reason="'x'"),
        K,
    )
    yield Attack(
        "I14",
        "a role taken without reason",
        change("grants", officer, revoked_by=user("security-admin"), revoked_at="'2026-03-02 00:00:00'"),
        K,
    )


def history(at: Places) -> Iterator[Attack]:
    """I15: whoever has a history stays, so that it can be attributed."""
    for login in ("officer", "signatory", "operator-signatory", "security-admin"):
        yield Attack("I15", f"{login} deleted", f"DELETE FROM users WHERE login = '{login}'", T, "never deleted")
    for code in ("AGENCY", "OPERATOR", "AUTHORITY"):
        yield Attack("I15", f"{code} deleted", f"DELETE FROM organisations WHERE code = '{code}'", T, "never deleted")
    names = f"organisation_id = {org('OPERATOR')}"
    yield Attack("I15", "a former name rewritten", change("organisation_names", names, name_zh="'别名'"))
    yield Attack("I15", "a former name deleted", f"DELETE FROM organisation_names WHERE {names}")
    for column in ("user_id", "organisation_id"):
        statement = change("signatures", f"version_id = {at.version('in_force')}", **{column: f"{column} + 1"})
        yield Attack("I15", f"{column} of a signature changed", statement)
