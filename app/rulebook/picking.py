"""A piece of a condition from a field, an operator that fits its type, and a value: nobody has to know the language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.catalogues.wording import N_
from app.conditions.facts import Fact, FactType
from app.core.errors import Problem, Refused
from app.core.money import BadNumber, yuan_to_fen

MOST_VALUE = 200
# Larger numbers are not written into rules.
MOST_DIGITS = 15
# Between the values of a list.
SEPARATORS = str.maketrans({"、": ",", "，": ",", "；": ",", ";": ","})
UNFIT = frozenset("\"'\\\n\r")
MONEY = FactType.MONEY


@dataclass(frozen=True)
class Operator:
    """`pattern` is the piece with {fact} and {value}; without {value} nothing is to be filled in. `counts` says that
    the value is a number, whatever the field's type."""

    key: str
    label: str
    pattern: str
    several: bool = False
    counts: bool = False

    @property
    def takes_value(self) -> bool:
        return "{value}" in self.pattern


_NUMBERS = (
    Operator("more", N_("大于"), "{fact} > {value}"),
    Operator("least", N_("不少于"), "{fact} >= {value}"),
    Operator("less", N_("小于"), "{fact} < {value}"),
    Operator("most", N_("不超过"), "{fact} <= {value}"),
    Operator("is", N_("等于"), "{fact} == {value}"),
    Operator("not", N_("不等于"), "{fact} != {value}"),
)
_RECORDED = (
    Operator("said", N_("已登记"), '{fact} != ""'),
    Operator("unsaid", N_("没有登记"), '{fact} == ""'),
)
OPERATORS: Mapping[FactType, tuple[Operator, ...]] = {
    FactType.TEXT: (
        Operator("is", N_("等于"), "{fact} == {value}"),
        Operator("not", N_("不等于"), "{fact} != {value}"),
        Operator("among", N_("是其中之一"), "{fact} in [{value}]", several=True),
        Operator("outside", N_("不是其中任何一个"), "!({fact} in [{value}])", several=True),
        *_RECORDED,
    ),
    FactType.WHOLE: _NUMBERS,
    FactType.MONEY: _NUMBERS,
    FactType.FLAG: (Operator("yes", N_("是"), "{fact}"), Operator("no", N_("否"), "!{fact}")),
    FactType.DAY: (
        Operator("before", N_("早于"), '{fact} != "" && {fact} < {value}'),
        Operator("until", N_("不晚于"), '{fact} != "" && {fact} <= {value}'),
        Operator("after", N_("晚于"), "{fact} > {value}"),
        Operator("from", N_("不早于"), "{fact} >= {value}"),
        Operator("said", N_("已经发生"), '{fact} != ""'),
        Operator("unsaid", N_("尚未发生"), '{fact} == ""'),
    ),
    FactType.CODES: (
        Operator("has", N_("其中有"), "{value} in {fact}"),
        Operator("lacks", N_("其中没有"), "!({value} in {fact})"),
        Operator("some", N_("有所列中的任何一个"), "{fact}.exists(one, one in [{value}])", several=True),
        Operator("all", N_("有所列的每一个"), "[{value}].all(one, one in {fact})", several=True),
        Operator("any", N_("至少有一个"), "size({fact}) > 0"),
        Operator("none", N_("一个也没有"), "size({fact}) == 0"),
        Operator("least", N_("个数不少于"), "size({fact}) >= {value}", counts=True),
        Operator("most", N_("个数不超过"), "size({fact}) <= {value}", counts=True),
    ),
}
TYPES: Mapping[FactType, str] = {
    FactType.TEXT: N_("文字"),
    FactType.WHOLE: N_("整数"),
    FactType.MONEY: N_("金额"),
    FactType.FLAG: N_("是否"),
    FactType.DAY: N_("日期"),
    FactType.CODES: N_("列表"),
}


def operator_of(fact: Fact, key: str) -> Operator:
    """The operator that was chosen; the first that fits where none was, or one of another type."""
    fitting = OPERATORS[fact.type]
    return next((one for one in fitting if one.key == key), fitting[0])


def piece(fact: Fact, operator: Operator, value: str) -> str:
    """What is written into the condition; refused where the value does not fit the field."""
    if not operator.takes_value:
        return operator.pattern.format(fact=fact.name)
    text = value.strip()
    if not text:
        raise Refused(Problem(N_("请填写要比较的值。"), place="value"))
    listed = [one.strip() for one in text.translate(SEPARATORS).split(",")] if operator.several else [text]
    written = ", ".join(_written(fact, operator, one) for one in listed if one)
    return operator.pattern.format(fact=fact.name, value=written)


def _written(fact: Fact, operator: Operator, text: str) -> str:
    if operator.counts or fact.type is FactType.WHOLE:
        return _number(text)
    if fact.type is MONEY:
        return _fen(text)
    if len(text) > MOST_VALUE or UNFIT & set(text):
        raise Refused(Problem(N_("值里不能有引号、反斜杠或换行，且不超过 %(n)s 字。", n=MOST_VALUE), place="value"))
    return f'"{_day(text) if fact.type is FactType.DAY else text}"'


def _number(text: str) -> str:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise Refused(Problem(N_("请填写整数，不超过 %(n)s 位。", n=MOST_DIGITS), place="value"))
    return str(int(text))


def _fen(text: str) -> str:
    """Amounts are typed in yuan and compared in fen."""
    try:
        found = yuan_to_fen(text)
    except BadNumber as error:
        raise Refused(Problem(N_("请填写金额，单位元，最多两位小数。"), place="value")) from error
    return str(found)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refused(Problem(N_("请按 2026-09-01 的格式填写日期。"), place="value")) from error
