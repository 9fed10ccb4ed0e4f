"""What a result does not rest on: missing, small, unverified, doubted, flagged, unwatched, undecided, unproven."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from app.catalogues.wording import N_
from app.reports.wording import CAUSES, Said, word, worded

KINDS = {
    "missing": N_("缺数据"),
    "small": N_("样本不足"),
    "unwatched": N_("时段无监测"),
    "unverified": N_("未核验"),
    "doubted": N_("存疑"),
    "flagged": N_("有疑点"),
    "pending": N_("除外申报未裁定"),
    "differs": N_("报送值与计算值不同"),
    "evidence": N_("缺证据材料"),
    "uncovered": N_("无人考核"),
}
Gap = dict[str, Any]


def gaps_of(result: Mapping[str, Any], without_evidence: Sequence[Mapping[str, Any]]) -> list[Gap]:
    """Every gap once, by kind, then in the order of services and indicators."""
    found = [gap for service in result["services"] for gap in _of_service(service)]
    found += [
        _gap("evidence", one["service"], one["indicator"], worded(N_("没有可查的证据材料")), one["figure"])
        for one in without_evidence
    ]
    found += [_gap("uncovered", None, one["code"], _unjudged(one)) for one in result["uncovered"]]
    once: dict[tuple[Any, ...], Gap] = {}
    for one in found:
        once.setdefault((one["kind"], one["service"], _about(one)), one)
    order = list(KINDS)
    return sorted(once.values(), key=lambda one: order.index(one["kind"]))


def _about(gap: Gap) -> Any:
    """Events stand behind several indicators of a service, one figure behind several items: each is told once."""
    if gap["kind"] in {"unwatched", "pending"} or (gap["kind"] == "unverified" and gap["figure"] is None):
        return str(gap["what"])
    return gap["figure"] or gap["indicator"]


def _gap(kind: str, service: str | None, indicator: str, what: Said, figure: int | None = None) -> Gap:
    return {"kind": kind, "service": service, "indicator": indicator, "figure": figure, "what": what}


def _unjudged(item: Mapping[str, Any]) -> Said:
    """An item of the scheme that nothing is agreed for: a blind spot, not a good mark."""
    return worded(N_("%(name)s：合同没有为任何服务约定，不评判"), name=item["name"] or item["code"])


def _of_service(service: Mapping[str, Any]) -> Iterator[Gap]:
    code = service["service"]
    for item in service["items"]:
        if item["state"] in {"missing", "small"}:
            yield _gap(item["state"], code, item["code"], item["reason"])
        if item["state"] == "not_required":
            continue
        source = item["source"]
        for figure in source["figures"]:
            yield from _of_figure(code, figure)
        yield from _of_events(code, item)
        if source["reported"] is not None and _number(source["reported"]) != _number(item["value"]):
            yield _gap("differs", code, item["code"], _differing(source["reported"], item["value"]))


def _number(text: str | None) -> Any:
    """By value where it is a number: 99.9 and 99.90 are the same."""
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return text


def _differing(reported: str, value: str | None) -> Said:
    return worded(N_("报送 %(reported)s，计算 %(value)s，按计算值计分"), reported=reported, value=value)


def _of_figure(code: str, figure: Mapping[str, Any]) -> Iterator[Gap]:
    indicator, key = figure["indicator"], figure["id"]
    if figure["verdict"] == "doubted":
        yield _gap("doubted", code, indicator, worded(N_("核验人对该数据存疑")), key)
    elif figure["verdict"] != "verified":
        yield _gap("unverified", code, indicator, worded(N_("该数据尚未核验")), key)
    if figure["flags"]:
        yield _gap("flagged", code, indicator, worded(N_("%(n)s 处疑点"), n=str(figure["flags"])), key)


def _of_events(code: str, item: Mapping[str, Any]) -> Iterator[Gap]:
    source, seen = item["source"], item["source"]["availability"]
    if source["kind"] == "events" and not source["verified"]:
        yield _gap("unverified", code, item["code"], worded(N_("状态事件尚未核验")))
    if seen is None:
        return
    if Decimal(seen["missing_seconds"] or 0) != 0:
        told = worded(N_("%(n)s 秒没有监测数据，不计为可用"), n=f"{Decimal(seen['missing_seconds']):,f}")
        yield _gap("unwatched", code, item["code"], told)
    for one in seen["exclusions"]:
        if one["state"] == "claimed":
            yield _gap("pending", code, item["code"], _undecided(one))


def _undecided(exclusion: Mapping[str, Any]) -> Said:
    return worded(N_("第 %(id)s 号申报（%(cause)s）"), id=str(exclusion["id"]), cause=word(CAUSES, exclusion["cause"]))
