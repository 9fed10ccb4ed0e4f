"""Compiling and judging a condition (Common Expression Language) over the fact dictionary, bounded and typed."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from app.catalogues.wording import N_
from app.conditions.facts import FACTS, FactType, Value
from app.conditions.flaws import flaws, not_a_judgement
from app.conditions.numbers import undoable
from app.conditions.slips import at_place, hidden, slips
from app.conditions.tokens import Pieces
from app.conditions.truth import Truth
from app.core.errors import Problem, Refused

# A condition is read by people: what is longer, or loops inside a loop, is not one rule.
MAX_LENGTH = 1000
MAX_LOOPS = 1
LOOPS = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
PATTERNS = re.compile(r"\bmatches\s*\(")
# Texts and remarks, whichever begins first; what hides in them is no part of the rule. Escapes and triple quotes, by
# which a text could end elsewhere than it seems to, are refused beforehand.
QUOTED = re.compile(r'//[^\n]*|"[^"\n]*"' + r"|'[^'\n]*'")
UNCLEAR = ("\\", '"""', "'''")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
ONE_LOOP = N_("一条条件最多遍历一个列表。")

_TYPES = {
    FactType.TEXT: cel.Type.STRING,
    FactType.WHOLE: cel.Type.INT,
    FactType.MONEY: cel.Type.INT,
    FactType.FLAG: cel.Type.BOOL,
    FactType.DAY: cel.Type.STRING,
    FactType.CODES: cel.Type.List(cel.Type.STRING),
}
_ENVIRONMENT = cel.NewEnv(variables={name: _TYPES[fact.type] for name, fact in FACTS.items()})


class Condition:
    """A compiled condition; `facts` are the names it asks for, in alphabetical order."""

    def __init__(self, text: str, compiled: Any, facts: tuple[str, ...]) -> None:
        self.text = text
        self.facts = facts
        self._compiled = compiled

    def judge(self, values: Mapping[str, Value]) -> Truth:
        """False and unknown is false, true or unknown is true; else what is unknown stays unknown, never clear."""
        given = {name: _plain(values[name]) for name in self.facts if name in values}
        whole = len(given) == len(self.facts)
        missing = () if whole else tuple(name for name in self.facts if name not in values)
        try:
            answer = self._compiled.eval(data=given)
        except RuntimeError as error:
            # More to go through than the evaluator grants: that cannot be told, and is not clear.
            return Truth(None, missing, str(error)[:200])
        if answer.type() == cel.Type.BOOL:
            return Truth(bool(answer.value()))
        return Truth(None, missing, "" if missing else str(answer)[:200])


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> Condition:
    """Refuses (`Refused`, place = line:column) what does not parse, does not type-check, is not yes or no, or is
    unbounded."""
    _readable(text)
    found = hidden(text) or [*slips(text), *_unbounded(text)]
    if found:
        raise Refused(found)
    try:
        compiled = _ENVIRONMENT.compile(text)
    except RuntimeError as error:
        raise Refused(flaws(text, str(error))) from None
    kind = compiled.return_type()
    if kind != cel.Type.BOOL:
        raise Refused(not_a_judgement(str(kind).lower()))
    if wrong := undoable(text):
        raise Refused(wrong)
    return Condition(text, compiled, _names(text))


def _readable(text: str) -> None:
    if not text.strip():
        raise Refused(Problem(N_("条件是空的"), remedy=N_("请写出条件，或只保留需要人工回答的问题。")))
    if len(text) > MAX_LENGTH:
        raise Refused(Problem(N_("条件超过 %(n)s 个字符", n=MAX_LENGTH), remedy=N_("请拆成几条。")))
    mark = min((text.index(one) for one in UNCLEAR if one in text), default=-1)
    if mark >= 0:
        what = N_("条件里不能用转义和三重引号")
        raise Refused(at_place(Pieces(text), mark, what, N_("请直接写出编码或文字。")))


def _unbounded(text: str) -> list[Problem]:
    """A second loop, and a pattern, each where it stands."""
    bare, pieces = _bare(text), Pieces(text)
    loops = [at_place(pieces, one.start(), N_("条件里有多重循环"), ONE_LOOP) for one in LOOPS.finditer(bare)]
    patterns = [
        at_place(pieces, one.start(), N_("条件里不能用正则表达式"), N_("请用等于、包含或列表判断。"))
        for one in PATTERNS.finditer(bare)
    ]
    return [*loops[MAX_LOOPS : MAX_LOOPS + 1], *patterns[:1]]


def _bare(text: str) -> str:
    """The rule without its texts and remarks, everything else where it was."""
    return QUOTED.sub(lambda found: " " * len(found.group()), text)


def _names(text: str) -> tuple[str, ...]:
    """The facts a condition names; a method on a fact (`project.kind.startsWith`) is not part of its name."""
    found = set()
    for name in NAME.findall(_bare(text)):
        parts = name.split(".")
        known = (".".join(parts[:size]) for size in range(len(parts), 1, -1))
        found |= {one for one in [next((one for one in known if one in FACTS), None)] if one}
    return tuple(sorted(found))
