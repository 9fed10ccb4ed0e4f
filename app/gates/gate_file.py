"""Gates as data: at which step each stands, what must be on record there, who decides and within how many days."""

from dataclasses import dataclass
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_
from app.conditions.cel import Condition, compile_condition
from app.core.errors import Refused
from app.core.permissions import Role
from app.gates.kinds import Phase, Step

GATE_KIND = "gate"


@dataclass(frozen=True)
class Input:
    """One thing that must be on record: `condition` must hold; unknown counts as missing. `place` names the page."""

    code: str
    name: Bilingual
    condition: Condition
    remedy: Bilingual
    place: str


@dataclass(frozen=True)
class Gate:
    """`opinions` is how many experts' opinions must be on record before the decision; `workdays` the time to decide."""

    head: Head
    phase: Phase
    step: Step
    decider: Role
    workdays: int
    opinions: int
    requirement: Bilingual
    on_fail: Bilingual
    inputs: tuple[Input, ...]


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
    )
    _refuse_doubles(reader, gate.inputs)
    reader.finish()
    return gate


def _input(reader: Reader) -> Input | None:
    code, name = reader.text("code"), reader.words("name")
    remedy, place = reader.words("remedy"), reader.text("place", default="")
    condition = read_condition(reader, "condition")
    return Input(code, name, condition, remedy, place) if condition is not None else None


def read_condition(reader: Reader, key: str) -> Condition | None:
    """A condition of an entry; what is wrong with it is reported at its place in the file."""
    text = reader.text(key)
    try:
        return compile_condition(text) if text else None
    except Refused as refusal:
        for problem in refusal.problems:
            reader.refuse(key, N_("条件不对：%(what)s", what=problem.what), problem.remedy)
        return None


def _refuse_doubles(reader: Reader, inputs: tuple[Input, ...]) -> None:
    codes = [one.code for one in inputs]
    for code in sorted({one for one in codes if codes.count(one) > 1}):
        reader.refuse("inputs", N_("要件编码 %(code)s 重复", code=code), N_("请给每个要件不同的编码。"))
