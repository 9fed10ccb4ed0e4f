"""Gates as data: at which step each stands, what must be on record there, who decides and within how many days."""

from dataclasses import dataclass
from typing import Any

from app.catalogues.kinds import Reference
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_
from app.conditions.cel import Condition, compile_condition
from app.core.errors import Refused
from app.core.permissions import Role
from app.gates.kinds import Phase, Step

GATE_KIND = "gate"


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


@dataclass(frozen=True)
class Gate:
    """`opinions` is how many experts' opinions must be on record before the decision; `workdays` the time to decide.

    `after` are the codes of the gates that stand before it.
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
    )
    _refuse_doubles(reader, gate.inputs)
    reader.finish()
    return gate


def _input(reader: Reader) -> Input | None:
    code, name = reader.text("code"), reader.words("name")
    # Versions that were stored before this was asked for say only what should be there.
    missing = reader.maybe_words("missing") or Bilingual(N_("未满足：%(name)s", name=name.zh), f"Not met: {name.en}")
    unknown, remedy = reader.maybe_words("unknown"), reader.words("remedy")
    place, condition = reader.text("place", default=""), read_condition(reader, "condition")
    return Input(code, name, missing, condition, remedy, place, unknown) if condition is not None else None


def read_condition(reader: Reader, key: str) -> Condition | None:
    """A condition of an entry; what is wrong with it is reported at its place in the file."""
    text = reader.text(key)
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
