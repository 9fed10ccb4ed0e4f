"""What a new edition of a report says otherwise than the one before it, fact by fact."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.catalogues.wording import N_
from app.core.money import show_fen
from app.reports.gaps import KINDS
from app.reports.wording import ASSESSMENT_STATES, EFFECTS, EXCLUSION_STATES, Said, word, worded

# Where a fact stands, what it is called, what it says.
Told = tuple[tuple[str, ...], Said, Said]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Said]]:
    """Every fact that changed, came or went: `what`, `old`, `new` (None where it does not stand)."""
    before = {place: (what, said) for place, what, said in _facts(old)}
    after = {place: (what, said) for place, what, said in _facts(new)}
    places = [*after, *(place for place in before if place not in after)]
    return [
        {"what": (after.get(place) or before[place])[0], "old": _said(before, place), "new": _said(after, place)}
        for place in places
        if _said(before, place) != _said(after, place)
    ]


def _said(facts: Mapping[tuple[str, ...], tuple[Said, Said]], place: tuple[str, ...]) -> Said:
    return facts[place][1] if place in facts else None


def _facts(content: Mapping[str, Any]) -> Iterator[Told]:
    result, assessment = content["result"], content["assessment"]
    yield ("contract",), worded(N_("合同版本")), str(content["contract"]["version"])
    yield ("plan",), worded(N_("考核约定")), content["plan"]["code"]
    yield ("scheme",), worded(N_("考核方案")), f"{result['scheme']['code']} v{result['scheme']['version']}"
    yield ("assessment",), worded(N_("考核编号")), assessment["code"]
    yield ("state",), worded(N_("考核状态")), word(ASSESSMENT_STATES, assessment["state"])
    yield ("total",), worded(N_("总分")), result["total"]
    yield ("grade",), worded(N_("等级")), result["grade"]
    yield ("provisional",), worded(N_("暂定")), worded(N_("是") if result["provisional"] else N_("否"))
    for veto in result["vetoes"]:
        yield ("veto", veto["code"]), worded(N_("一票否决：%(name)s"), name=veto["name"]), veto["reason"]
    for service in result["services"]:
        yield from _of_service(service)
    yield from _of_availability(content)
    yield from _of_deductions(result["deductions"], {one["service"]: one["name"] for one in result["services"]})
    yield from _of_gaps(content)


def _of_service(service: Mapping[str, Any]) -> Iterator[Told]:
    code, name = service["service"], service["name"] or service["service"]
    yield (code, "total"), _coded(worded(N_("%(service)s：得分"), service=name), code), service["total"]
    yield (code, "grade"), _coded(worded(N_("%(service)s：等级"), service=name), code), service["grade"]
    yield (code, "weight"), _coded(worded(N_("%(service)s：权重"), service=name), code), service["weight"]
    for item in service["items"]:
        place, both = (code, item["code"]), f"{code} {item['code']}"
        names = {"service": name, "item": item["name"] or item["code"]}
        yield (*place, "value"), _coded(worded(N_("%(service)s %(item)s：实际值"), **names), both), item["value"]
        yield (*place, "score"), _coded(worded(N_("%(service)s %(item)s：得分"), **names), both), item["score"]
        effect = word(EFFECTS, item["effect"])
        yield (*place, "effect"), _coded(worded(N_("%(service)s %(item)s：计分方式"), **names), both), effect


def _coded(what: Said, code: str) -> Said:
    """Names for readers, with the codes on a quieter line below."""
    return worded("%(what)s\n%(code)s", what=what, code=code)


def _of_availability(content: Mapping[str, Any]) -> Iterator[Told]:
    for seen in content["availability"]:
        code, name = seen["service"], seen["name"] or seen["service"]
        both = worded(N_("%(service)s：可用率（剔除除外后）"), service=name)
        yield (code, "with"), _coded(both, code), seen["with"]
        both = worded(N_("%(service)s：可用率（不剔除除外）"), service=name)
        yield (code, "without"), _coded(both, code), seen["without"]
        for one in seen["exclusions"]:
            what = worded(N_("%(service)s：第 %(id)s 号除外申报"), service=name, id=str(one["id"]))
            yield (code, "exclusion", str(one["id"])), _coded(what, code), word(EXCLUSION_STATES, one["state"])


def _of_deductions(deductions: Mapping[str, Any], names: Mapping[str, Said]) -> Iterator[Told]:
    yield ("points",), worded(N_("扣分合计")), deductions["points"]
    yield ("taken",), worded(N_("本期扣款（元）")), _yuan(deductions["taken_fen"])
    yield ("net",), worded(N_("净扣款（元）")), _yuan(deductions["net_fen"])
    for line in deductions["lines"]:
        code = line["code"]
        service, item = names.get(line["service"]) or line["service"], line["name"] or line["indicator"]
        rule = worded("%(service)s %(item)s", service=service, item=item)
        yield ("line", code, "points"), _coded(worded(N_("%(rule)s：扣分"), rule=rule), code), line["points"]
        yield ("line", code, "fen"), _coded(worded(N_("%(rule)s：扣款（元）"), rule=rule), code), _yuan(line["fen"])


def _of_gaps(content: Mapping[str, Any]) -> Iterator[Told]:
    for kind in KINDS:
        count = sum(one["kind"] == kind for one in content["gaps"])
        yield ("gaps", kind), worded(N_("缺口：%(kind)s"), kind=word(KINDS, kind)), str(count)


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else show_fen(fen)
