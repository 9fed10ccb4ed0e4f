"""Judging gates over known facts: which inputs hold, which do not, and which facts nobody has recorded yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.catalogues.reading import Bilingual
from app.catalogues.wording import N_
from app.conditions.cel import compile_condition
from app.conditions.facts import Value
from app.gates.gate_file import Gate, Input

# How many experts' opinions are on record for the decision that is being taken.
EXPERTS = "review.experts"


@dataclass(frozen=True)
class InputLine:
    """One input as it stands. `met` is None where facts are missing; `known` are the facts it was judged on."""

    input: Input
    met: bool | None
    missing: tuple[str, ...] = ()
    known: tuple[tuple[str, Value], ...] = ()

    @property
    def words(self) -> Bilingual:
        """What is there, or what is not: a thing that is missing is never named as if it were there."""
        if self.met is True:
            return self.input.name
        return self.input.unknown or self.input.missing if self.met is None else self.input.missing


@dataclass(frozen=True)
class GateLine:
    """One gate with all its inputs; unknown is not met."""

    gate: Gate
    inputs: tuple[InputLine, ...]

    @property
    def met(self) -> bool:
        return all(line.met is True for line in self.inputs)

    @property
    def open_inputs(self) -> tuple[InputLine, ...]:
        """What keeps the gate closed."""
        return tuple(line for line in self.inputs if line.met is not True)


def judge(gates: Sequence[Gate], values: Mapping[str, Value]) -> tuple[GateLine, ...]:
    """Every gate over what is known; nothing is assumed about what is not."""
    return tuple(GateLine(gate, tuple(_judged(one, values) for one in inputs_of(gate))) for gate in gates)


def inputs_of(gate: Gate) -> tuple[Input, ...]:
    """The inputs of the entry, and one more where the gate asks for opinions of experts."""
    return (*gate.inputs, _opinions(gate.opinions)) if gate.opinions else gate.inputs


def _judged(one: Input, values: Mapping[str, Value]) -> InputLine:
    truth = one.condition.judge(values)
    known = tuple((name, values[name]) for name in one.condition.facts if name in values)
    return InputLine(one, truth.value, truth.missing, known)


def _opinions(wanted: int) -> Input:
    return Input(
        code="opinions",
        name=Bilingual(
            N_("已登记不少于 %(n)s 份专家评审意见", n=wanted),
            f"At least {wanted} expert opinion{'s' if wanted > 1 else ''} on record",
        ),
        missing=Bilingual(
            N_("专家评审意见不足 %(n)s 份", n=wanted),
            f"Fewer than {wanted} expert opinion{'s' if wanted > 1 else ''} on record",
        ),
        condition=compile_condition(f"{EXPERTS} >= {wanted}"),
        remedy=Bilingual(
            N_("请主管部门经办登记本轮专家评审意见。"),
            "The authority's officer records the experts' opinions of this round.",
        ),
        place="decisions",
    )
