"""The values of the form `score`, read strictly: the scheme, periods, figures, what people gave, vetoes, money."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.calendars import calendar_fields
from app.calendars.calendar_fields import listed, mapping
from app.calendars.flaws import Flaw, below
from app.catalogues.files import RawEntry, read_bytes
from app.catalogues.reading import PLAIN_DECIMAL
from app.catalogues.wording import N_
from app.core.errors import Problem, Refused
from app.core.money import MAX_FEN
from app.indicators.figures import MISSING, NOT_REQUIRED, Figure, Inputs, Opinion
from app.indicators.packaged_schemes import packaged_schemes
from app.indicators.scheme_terms import Scheme
from app.indicators.schemes import SCHEME_KIND, parse_scheme
from app.whatif import fields

PERIOD_KEYS = ("period", "figures", "qualitative", "vetoes")
# How many periods make a year, and how one is written.
PERIODS = (
    (12, re.compile(r"((?:19|20|21)\d\d)-(0[1-9]|1[0-2])", re.ASCII)),
    (4, re.compile(r"((?:19|20|21)\d\d)-Q([1-4])", re.ASCII)),
    (1, re.compile(r"((?:19|20|21)\d\d)()", re.ASCII)),
)
# Three years of months.
MOST_PERIODS = 36
MOST_SCORERS = 100
FULL = Decimal(100)


@dataclass(frozen=True)
class Period:
    """A period by its place among all of its length: consecutive ones differ by one."""

    label: str
    a_year: int
    year: int
    place: int


# --- the scheme ------------------------------------------------------------------------------------------------------


def scheme(value: object) -> tuple[Mapping[str, Any], Scheme]:
    """A scheme as `catalog check` accepts it (an object, or YAML as text), or the code of a packaged one."""
    if isinstance(value, str) and value in packaged_schemes():
        content = packaged_schemes()[value]
    else:
        content = _entry(value).content
    try:
        return content, parse_scheme(content)
    except Refused as refusal:
        raise _flaw(refusal.problems) from None


def _entry(value: object) -> RawEntry:
    """The one entry of a catalogue file; read by the same reader, so that the same is accepted."""
    if isinstance(value, Mapping):
        source = json.dumps({"kind": SCHEME_KIND, **value}, ensure_ascii=False, default=str)
    elif isinstance(value, str) and "\n" in value.strip():
        source = value
    else:
        known = "、".join(sorted(packaged_schemes()))
        raise Flaw(N_("应为写明的方案，或产品自带方案的编码：%(codes)s。"), "scheme", codes=known)
    file = read_bytes(source.encode(), "scheme")
    for finding in file.findings:
        raise Flaw(N_("第 %(line)s 行：%(what)s。"), "scheme", line=finding.line, what=finding.reason)
    if file.kind != SCHEME_KIND or len(file.entries) != 1:
        raise Flaw(N_("应正好有一个种类为 scheme 的条目。"), "scheme")
    return file.entries[0]


def _flaw(problems: list[Problem]) -> Flaw:
    first, more = problems[0], len(problems) - 1
    path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", f"scheme.{first.place}" if first.place else "scheme")
    values = {"what": first.what, "remedy": first.remedy, "more": more}
    if more:
        return Flaw(N_("%(what)s。%(remedy)s（另有 %(more)s 处问题）"), path, **values)
    return Flaw(N_("%(what)s。%(remedy)s"), path, **values)


# --- a period --------------------------------------------------------------------------------------------------------


def period_inputs(value: object, of: Scheme, path: str) -> tuple[Period, Inputs]:
    """One period: its label and all that it is scored from. What the scheme does not know is refused as a mistake."""
    given = mapping(value, path, PERIOD_KEYS, required=("period", "figures"))
    figures = _figures(given["figures"], of, below(path, "figures"))
    opinions = _opinions(given.get("qualitative", {}), of, below(path, "qualitative"))
    vetoes = _vetoes(given.get("vetoes", []), of, below(path, "vetoes"))
    return period(given["period"], below(path, "period")), Inputs(figures, opinions, vetoes)


def period(value: object, path: str) -> Period:
    """`2026-09`, `2026-Q3` or `2026`."""
    for a_year, pattern in PERIODS:
        found = pattern.fullmatch(value) if isinstance(value, str) else None
        if found:
            year, part = int(found[1]), int(found[2] or 1)
            return Period(found[0], a_year, year, year * a_year + part)
    raise Flaw(N_("考核期应写作 2026-09、2026-Q3 或 2026。"), path)


def _figures(value: object, of: Scheme, path: str) -> dict[str, Figure]:
    """A figure for every indicator of the scheme; one that is left out is missing, like `null`."""
    given = _known(value, of.figure_codes | of.opinion_codes, path)
    found = dict.fromkeys(of.figure_codes, MISSING)
    for code, item in given.items():
        where = below(path, code)
        found[code] = figure(item, where)
        if code not in of.figure_codes and found[code] != NOT_REQUIRED:
            raise Flaw(N_('这一项由人评分：请写在 qualitative 里；这里只能写 "-"（不要求）。'), where)
    return found


def figure(value: object, path: str) -> Figure:
    """`"99.95"`, null (missing), `"-"` (not required), or an object with the denominator."""
    if value is None:
        return MISSING
    if value == "-":
        return NOT_REQUIRED
    if not isinstance(value, Mapping):
        return Figure(decimal(value, path))
    given = mapping(value, path, ("value", "denominator"), required=("value",))
    number = None if given["value"] is None else decimal(given["value"], below(path, "value"))
    least = given.get("denominator")
    return Figure(number, None if least is None else decimal(least, below(path, "denominator"), Decimal(0)))


def _opinions(value: object, of: Scheme, path: str) -> dict[str, tuple[Opinion, ...]]:
    given = _known(value, of.opinion_codes, path)
    return {code: _scorers(items, below(path, code)) for code, items in given.items()}


def _scorers(value: object, path: str) -> tuple[Opinion, ...]:
    items = listed(value, path)
    if len(items) > MOST_SCORERS:
        raise Flaw(N_("最多 %(most)s 名评分人。"), path, most=MOST_SCORERS)
    found = tuple(_opinion(item, place, below(path, place)) for place, item in enumerate(items))
    if len({one.scorer for one in found}) != len(found):
        raise Flaw(N_("同一评分人只能评一次。"), path)
    return found


def _opinion(value: object, place: int, path: str) -> Opinion:
    """`"85"`, or `{"scorer": …, "score": "85"}`; a scorer without a name is known by the place in the list."""
    if not isinstance(value, Mapping):
        return Opinion(f"#{place + 1}", decimal(value, path, Decimal(0), FULL))
    given = mapping(value, path, ("scorer", "score"), required=("scorer", "score"))
    name = calendar_fields.text(given["scorer"], below(path, "scorer"))
    return Opinion(name, decimal(given["score"], below(path, "score"), Decimal(0), FULL))


def _vetoes(value: object, of: Scheme, path: str) -> tuple[str, ...]:
    known = {veto.code for veto in of.vetoes}
    found = []
    for place, item in enumerate(listed(value, path)):
        if not isinstance(item, str) or item not in known:
            raise Flaw(N_("方案里没有这一项否决情形；现有：%(codes)s。"), below(path, place), codes=_said(known))
        found.append(item)
    return tuple(found)


def _known(value: object, codes: Iterable[str], path: str) -> Mapping[str, Any]:
    given = mapping(value, path, value if isinstance(value, Mapping) else ())
    known = set(codes)
    for code in given:
        if code not in known:
            raise Flaw(N_("方案里没有这一项；现有：%(codes)s。"), below(path, code), codes=_said(known))
    return given


def _said(codes: Iterable[str]) -> str:
    return "、".join(sorted(codes)) or "—"


# --- numbers ---------------------------------------------------------------------------------------------------------


def decimal(value: object, path: str, least: Decimal | None = None, most: Decimal | None = None) -> Decimal:
    """A decimal as text; a whole number may stand as it is."""
    plain = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    if not plain or not PLAIN_DECIMAL.fullmatch(str(value)):
        raise Flaw(N_('应为写成文字的十进制数，例如 "99.95"。'), path)
    found = Decimal(str(value))
    if least is not None and found < least:
        raise Flaw(N_("不能小于 %(least)s。"), path, least=least)
    if most is not None and found > most:
        raise Flaw(N_("不能大于 %(most)s。"), path, most=most)
    return found


def fen(value: object, path: str) -> int:
    """Money as whole fen, within what a contract can be."""
    found = fields.whole(value, path)
    if found > MAX_FEN:
        raise Flaw(N_("金额过大。"), path)
    return found
