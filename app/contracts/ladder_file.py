"""Payment ladders as data: what a contract may agree to pay by how a period was judged or how much was used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_, Wording

LADDER_KIND = "payment_ladder"
FULL = Decimal(100)


class Basis(StrEnum):
    """What a ladder goes by."""

    SCORE = "score"
    YEARLY_SCORE = "yearly_score"
    USAGE = "usage"
    REVIEW = "review"
    AVAILABILITY = "availability"


BASIS_NAMES = {
    Basis.SCORE: N_("当期考核得分"),
    Basis.YEARLY_SCORE: N_("全年平均得分"),
    Basis.USAGE: N_("使用量"),
    Basis.REVIEW: N_("年度评估"),
    Basis.AVAILABILITY: N_("可用率"),
}


@dataclass(frozen=True)
class Rung:
    """From `at_least` (none: from nothing) up to `below` (none: to the top); `pays` is the percentage that is paid of
    what is at stake, none where the ladder only grades."""

    at_least: Decimal | None
    below: Decimal | None
    pays: Decimal | None
    name: Bilingual | None


@dataclass(frozen=True)
class Event:
    """What takes points away or, where negative, gives some."""

    name: Bilingual
    points: Decimal


@dataclass(frozen=True)
class Ladder:
    """`per_point` is the percentage lost for each point below full, at most a cap agreed between `cap_from` and
    `cap_until`; after `ends_after` periods on the last rung in a row the contract may be ended (0: not said)."""

    head: Head
    basis: Basis
    rule: Bilingual
    rungs: tuple[Rung, ...]
    per_point: Decimal | None
    cap_from: Decimal | None
    cap_until: Decimal | None
    ends_after: int
    events: tuple[Event, ...]
    dimensions: tuple[Bilingual, ...]
    excluded: tuple[Bilingual, ...]


def parse_ladder(content: dict[str, Any]) -> Ladder:
    """Reads one ladder strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    ladder = Ladder(
        head=read_head(reader),
        basis=reader.choice("basis", Basis) or Basis.SCORE,
        rule=reader.words("rule"),
        rungs=tuple(_rung(one) for one in _each(reader, "rungs")),
        per_point=reader.decimal("per_point"),
        cap_from=reader.decimal("cap_from"),
        cap_until=reader.decimal("cap_until"),
        ends_after=reader.whole("ends_after", default=0),
        events=tuple(Event(one.words("name"), one.decimal("points") or Decimal(0)) for one in _each(reader, "events")),
        dimensions=tuple(one.words("name") for one in _each(reader, "dimensions")),
        excluded=tuple(one.words("name") for one in _each(reader, "excluded")),
    )
    _refuse_gaps(reader, ladder.rungs)
    if (ladder.cap_from is None) != (ladder.cap_until is None):
        reader.refuse("cap_from", N_("封顶只写了一头"), N_("cap_from 和 cap_until 请一起写。"))
    elif ladder.cap_from is not None and ladder.cap_until is not None and not 0 < ladder.cap_from <= ladder.cap_until:
        reader.refuse("cap_from", N_("封顶的下限大于上限"), N_("请改正百分比。"))
    reader.finish()
    return ladder


def _each(reader: Reader, key: str) -> Iterable[Reader]:
    return reader.each(key) if reader.has(key) else ()


def _rung(reader: Reader) -> Rung:
    found = Rung(
        reader.decimal("at_least"), reader.decimal("below"), reader.decimal("pays"), reader.maybe_words("name")
    )
    if found.pays is None and found.name is None:
        reader.refuse("", N_("这一档既没有支付比例也没有名称"), N_("请写明 pays 或 name。"))
    if found.pays is not None and not 0 <= found.pays <= FULL:
        reader.refuse("pays", N_("支付比例不在 0 到 100 之间"), N_("请改正百分比。"))
    return found


def _refuse_gaps(reader: Reader, rungs: tuple[Rung, ...]) -> None:
    """Every result falls on exactly one rung: best first, each begins where the one above ends."""
    for place, (above, under) in enumerate(pairwise(rungs), start=1):
        if above.at_least is None or under.below != above.at_least:
            what = N_("第 %(n)s 档与上一档之间有空缺或重叠", n=place + 1)
            reader.refuse(f"rungs.{place}", what, N_("从高到低列出，below 等于上一档的 at_least。"))
        if above.pays is not None and under.pays is not None and under.pays > above.pays:
            what = N_("第 %(n)s 档支付得比上一档多", n=place + 1)
            reader.refuse(f"rungs.{place}", what, N_("请改正支付比例。"))
    if rungs and rungs[-1].at_least is not None:
        reader.refuse(f"rungs.{len(rungs) - 1}", N_("最低一档没有到底"), N_("请删去最低一档的 at_least。"))


# --- in words --------------------------------------------------------------------------------------------------------


def tell_ladder(ladder: Ladder) -> Iterator[tuple[Any, Any]]:
    """A ladder as labelled sentences."""
    yield N_("计算依据"), BASIS_NAMES[ladder.basis]
    yield N_("约定内容"), ladder.rule
    for rung in ladder.rungs:
        yield _reach(rung), _worth(rung)
    if ladder.per_point is not None:
        yield N_("每低 1 分"), N_("扣 %(n)s%%", n=ladder.per_point)
    if ladder.cap_from is not None:
        yield N_("扣款封顶"), N_("在 %(low)s%% 至 %(high)s%% 之间约定", low=ladder.cap_from, high=ladder.cap_until)
    if ladder.ends_after:
        yield N_("可以解除合同"), N_("连续 %(n)s 期落在最低一档", n=ladder.ends_after)
    for event in ladder.events:
        yield event.name, N_("扣 %(n)s 分", n=event.points) if event.points > 0 else N_("加 %(n)s 分", n=-event.points)
    for one in ladder.dimensions:
        yield N_("评估方面"), one
    for one in ladder.excluded:
        yield N_("不计入的时间"), one


def _reach(rung: Rung) -> Wording:
    if rung.at_least is None:
        return N_("低于 %(n)s 分", n=rung.below)
    if rung.below is None:
        return N_("%(n)s 分及以上", n=rung.at_least)
    return N_("%(low)s 分至不足 %(high)s 分", low=rung.at_least, high=rung.below)


def _worth(rung: Rung) -> Any:
    return rung.name if rung.pays is None else N_("支付 %(n)s%%", n=rung.pays)
