"""Judging gates over known facts: which inputs hold, which do not, and which facts nobody has recorded yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.catalogues.reading import Bilingual
from app.catalogues.wording import N_
from app.conditions.cel import compile_condition
from app.conditions.facts import Value
from app.gates.gate_file import Gate, Input
from app.gates.kinds import Body, Step
from app.gates.scores import tenths

# Of the decision that is being taken: how many experts' opinions are on record, the mean of their scores in tenths of a
# point, and whose countersignatures.
EXPERTS = "review.experts"
MEAN = "review.mean_score"
SIGNED = "review.countersigned"
_BODIES = {
    Body.FINANCE: (N_("财政部门"), "the finance department"),
    Body.DEVELOPMENT: (N_("发展改革部门"), "the development and reform department"),
    Body.DATA: (N_("数据管理部门"), "the data administration"),
    Body.CYBERSECURITY: (N_("网络安全主管部门"), "the cybersecurity department"),
}


@dataclass(frozen=True)
class InputLine:
    """One input as it stands. `met` is None where facts are missing; `known` are the facts it was judged on."""

    input: Input
    met: bool | None
    missing: tuple[str, ...] = ()
    known: tuple[tuple[str, Value], ...] = ()
    # It holds only because it does not hold for things of this kind: what it asks for need not be there.
    exempt: bool = False

    @property
    def words(self) -> Bilingual:
        """What is there, or what is not: a thing that is missing is never named as if it were there."""
        if self.exempt:
            name = self.input.name
            return Bilingual(N_("不要求：%(name)s", name=name.zh), f"Not required: {name.en}")
        if self.met is True:
            return self.input.name
        return self.input.unknown or self.input.missing if self.met is None else self.input.missing


@dataclass(frozen=True)
class GateLine:
    """One gate with all its inputs; unknown is not met. `over` are the gates whose place it takes here."""

    gate: Gate
    inputs: tuple[InputLine, ...]
    over: tuple[Gate, ...] = ()

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
    """The inputs of the entry, and those that follow where it asks for experts, for scores or for countersignatures."""
    wanted = max(gate.opinions, gate.panel.least if gate.panel else 0)
    return (
        *gate.inputs,
        *((_opinions(wanted),) if wanted else ()),
        *((_mean(gate.panel.passes),) if gate.panel else ()),
        *(_signature(gate, body) for body in gate.countersign),
    )


def _judged(one: Input, values: Mapping[str, Value]) -> InputLine:
    truth = one.condition.judge(values)
    known = tuple((name, values[name]) for name in one.condition.facts if name in values)
    exempt = truth.value is True and one.core is not None and one.core.judge(values).value is not True
    return InputLine(one, truth.value, truth.missing, known, exempt)


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


def _mean(passes: int) -> Input:
    return Input(
        code="mean_score",
        name=Bilingual(N_("专家评分均值不低于 %(n)s 分", n=passes), f"Mean of the experts' scores at least {passes}"),
        missing=Bilingual(N_("专家评分均值低于 %(n)s 分", n=passes), f"Mean of the experts' scores below {passes}"),
        unknown=Bilingual(N_("专家尚未评分"), "The experts have not scored yet"),
        condition=compile_condition(f"{MEAN} >= {tenths(passes)}"),
        remedy=Bilingual(
            N_("评分未达到通过分的，退回修改后重新评审，或不予通过。"),
            "Below the mark it is returned, changed and reviewed anew, or refused.",
        ),
        place="decisions",
    )


def _signature(gate: Gate, body: Body) -> Input:
    """A body's countersignature; a change that is only filed needs none."""
    zh, en = _BODIES[body]
    filed = 'change.route == "filing" || ' if gate.step is Step.CHANGE else ""
    return Input(
        code=f"countersign_{body.value}",
        name=Bilingual(N_("%(body)s已会签", body=zh), f"Countersigned by {en}"),
        missing=Bilingual(N_("%(body)s尚未会签", body=zh), f"Not countersigned by {en}"),
        condition=compile_condition(f'{filed}"{body.value}" in {SIGNED}'),
        remedy=Bilingual(
            N_("由主管部门经办组织会签，各单位按顺序签署。"),
            "The authority's officer asks for the countersignatures, which are given in their order.",
        ),
        place="countersigns",
    )
