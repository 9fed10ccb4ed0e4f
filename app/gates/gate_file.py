"""Gates as data: at which step each stands, what must be on record there, who decides and within how many days."""

from dataclasses import dataclass
from typing import Any

from app.catalogues.files import MAX_BYTES
from app.catalogues.kinds import Reference
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_
from app.conditions.cel import Condition, compile_condition
from app.core.errors import Refused
from app.core.permissions import Role
from app.gates.kinds import Body, Phase, Step

GATE_KIND = "gate"
# Working days of one countersignature where the gate does not say; a default of the product.
SIGN_WITHIN = 5
# Facts that say in a condition for whom it holds rather than what is asked for.
SCOPING = frozenset(
    {
        *("project.kind", "project.category", "project.scope", "project.mlps_level", "project.operating_mode"),
        *("project.plan_item", "project.taken_in", "contract.exclusive"),
    }
)


@dataclass(frozen=True)
class Input:
    """One thing that must be on record: `condition` must hold; unknown counts as missing. `place` names the page.

    `name` says that it is there, `missing` that it is not, and `unknown`, where given, that nobody can tell yet.
    """

    code: str
    name: Bilingual
    missing: Bilingual
    condition: Condition
    remedy: Bilingual
    place: str
    unknown: Bilingual | None = None
    # What the condition asks for without the clauses that say for whom it holds; None where it has no such clause.
    core: Condition | None = None


@dataclass(frozen=True)
class Criterion:
    """What the experts of a panel give points for, at most how many."""

    code: str
    name: Bilingual
    most: int


@dataclass(frozen=True)
class ScoredPanel:
    """Experts who score: at least so many, out of so many points, passed from a mean of so many on."""

    least: int
    most: int
    passes: int
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Gate:
    """`opinions` is how many experts' opinions must be on record before the decision; `workdays` the time to decide.

    `after` are the codes of the gates that stand before it. `countersign` are the bodies that sign before the decision,
    in their order, each within `sign_workdays`; `panel` is how its experts score.
    """

    head: Head
    phase: Phase
    step: Step
    decider: Role
    workdays: int
    opinions: int
    requirement: Bilingual
    on_fail: Bilingual
    inputs: tuple[Input, ...]
    after: tuple[str, ...] = ()
    countersign: tuple[Body, ...] = ()
    sign_workdays: int = SIGN_WITHIN
    panel: ScoredPanel | None = None


def parse_gate(content: dict[str, Any]) -> Gate:
    """Reads one gate strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    gate = Gate(
        head=read_head(reader),
        phase=reader.choice("phase", Phase) or Phase.PLANNING,
        step=reader.choice("step", Step) or Step.SUBMIT,
        decider=reader.choice("decider", Role) or Role.AUTHORITY_LEAD,
        workdays=reader.whole("workdays", default=0),
        opinions=reader.whole("opinions", default=0),
        requirement=reader.words("requirement"),
        on_fail=reader.words("on_fail"),
        inputs=tuple(one for inner in reader.each("inputs") if (one := _input(inner)) is not None),
        after=codes_of(reader, "after") if reader.has("after") else (),
        countersign=reader.choices("countersign", Body) if reader.has("countersign") else (),
        sign_workdays=reader.whole("sign_workdays", default=SIGN_WITHIN),
        panel=_panel(reader.inside("panel")) if reader.has("panel") else None,
    )
    _refuse_what_cannot_be(reader, gate)
    _refuse_doubles(reader, gate.inputs)
    reader.finish()
    return gate


def _input(reader: Reader) -> Input | None:
    code, name = reader.text("code"), reader.words("name")
    # Versions that were stored before this was asked for say only what should be there.
    missing = reader.maybe_words("missing") or Bilingual(N_("未满足：%(name)s", name=name.zh), f"Not met: {name.en}")
    unknown, remedy = reader.maybe_words("unknown"), reader.words("remedy")
    place, condition = reader.text("place", default=""), read_condition(reader, "condition")
    if condition is None:
        return None
    return Input(code, name, missing, condition, remedy, place, unknown, _core(condition.text))


def _core(text: str) -> Condition | None:
    """`project.kind == "maintain" || there` asks for what is there, of everything but maintenance."""
    clauses = alternatives(text)
    asked = [one for one in clauses if not set(compile_condition(one).facts) <= SCOPING]
    return compile_condition(" || ".join(asked)) if 0 < len(asked) < len(clauses) else None


def alternatives(text: str) -> list[str]:
    """The clauses of a condition between `||` that stand in no bracket and no text."""
    found, depth, quoted, begin = [], 0, "", 0
    for place, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted and text[place - 1] != "\\" else quoted
        elif sign in "\"'":
            quoted = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith("||", place):
            found.append(text[begin:place].strip())
            begin = place + 2
    return [*found, text[begin:].strip()]


def _panel(reader: Reader) -> ScoredPanel:
    """At least so many experts; the points of the criteria come to the whole, and the mark lies within."""
    panel = ScoredPanel(
        least=reader.whole("least"),
        most=reader.whole("max", default=100),
        passes=reader.whole("pass"),
        criteria=tuple(_criterion(one) for one in reader.each("criteria")) if reader.has("criteria") else (),
    )
    if panel.least < 1:
        reader.refuse("least", N_("评审专家至少 1 名"), N_("请写明至少几名专家评分。"))
    if not 0 < panel.passes <= panel.most <= 100:
        reader.refuse("pass", N_("通过分须大于 0、不超过满分，满分不超过 100"), N_("例如 max: 100，pass: 60。"))
    if panel.criteria and sum(one.most for one in panel.criteria) != panel.most:
        reader.refuse("criteria", N_("各项满分之和不等于总满分"), N_("请调整各项的 max，使其相加等于总满分。"))
    if len({one.code for one in panel.criteria}) != len(panel.criteria):
        reader.refuse("criteria", N_("评分项编码重复"), N_("请给每个评分项不同的编码。"))
    return panel


def _criterion(reader: Reader) -> Criterion:
    criterion = Criterion(reader.text("code"), reader.words("name"), reader.whole("max"))
    if criterion.most < 1:
        reader.refuse("max", N_("评分项的满分须大于 0"), N_("请改正 max。"))
    return criterion


def _refuse_what_cannot_be(reader: Reader, gate: Gate) -> None:
    """Countersignatures and panels come before a decision of the authority; nobody signs in no time."""
    if gate.sign_workdays < 1:
        reader.refuse("sign_workdays", N_("会签期限不足 1 个工作日"), N_("请改正 sign_workdays。"))
    if (gate.countersign or gate.panel) and gate.decider is not Role.AUTHORITY_LEAD:
        reader.refuse(
            "decider", N_("只有主管部门决定的闸门可以要求会签或评分"), N_("请改为 authority_lead，或删去会签和评分。")
        )


def gate_conditions(gate: Gate) -> list[tuple[str, Condition]]:
    """The condition of each input at its place."""
    return [(f"inputs.{number}.condition", one.condition) for number, one in enumerate(gate.inputs)]


def read_condition(reader: Reader, key: str) -> Condition | None:
    """A condition of an entry; what is wrong with it is reported at its place in the file."""
    # How long it may be, its compiling says: one limit, wherever a condition is written.
    text = reader.text(key, longest=MAX_BYTES)
    try:
        return compile_condition(text) if text else None
    except Refused as refusal:
        for problem in refusal.problems:
            reader.refuse(key, N_("条件不对：%(what)s", what=problem.what), problem.remedy)
        return None


def codes_of(reader: Reader, key: str) -> tuple[str, ...]:
    """A list of codes that says at least one, none of them twice."""
    listed = reader.data.get(key) if reader.has(key) else None
    sound = isinstance(listed, list) and listed and all(isinstance(one, str) and one for one in listed)
    if not sound or not isinstance(listed, list) or len(set(listed)) != len(listed):
        reader.refuse(key, N_("%(key)s 应为一个不空、不重复的编码列表", key=key), N_("请列出编码，例如 [G-06, G-09]。"))
        return ()
    return tuple(listed)


def gate_order(gate: Gate) -> list[Reference]:
    """The gates that stand before it."""
    return [Reference(GATE_KIND, code, f"after.{place}") for place, code in enumerate(gate.after)]


def _refuse_doubles(reader: Reader, inputs: tuple[Input, ...]) -> None:
    codes = [one.code for one in inputs]
    for code in sorted({one for one in codes if codes.count(one) > 1}):
        reader.refuse("inputs", N_("要件编码 %(code)s 重复", code=code), N_("请给每个要件不同的编码。"))
