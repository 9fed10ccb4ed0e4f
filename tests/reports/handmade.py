"""A result of an assessment and the facts of a report, made by hand as the rooms below write them."""

from __future__ import annotations

import copy
from typing import Any

from app.core.canonical import canonical_json, digest_both
from app.reports.content import Facts, compose


def wording(msgid: str, **values: object) -> dict[str, Any]:
    return {"msgid": msgid, "values": values}


def name(zh: str, en: str | None = None) -> dict[str, Any]:
    return {"zh": zh, "en": en}


def figure(
    key: int = 11, indicator: str = "KI-040", verdict: str | None = "verified", flags: int = 0
) -> dict[str, Any]:
    return {
        "id": key,
        "indicator": indicator,
        "channel": "",
        "value": "1200000",
        "denominator": None,
        "verdict": verdict,
        "flags": flags,
        "evidence": "log-09.zip",
    }


def availability(**changes: Any) -> dict[str, Any]:
    return {
        "with": "99.9123",
        "without": "99.8000",
        "agreed_seconds": "2592000",
        "excluded_seconds": "7200",
        "missing_seconds": "0",
        "judged_seconds": "2584800",
        "down_seconds": "2268",
        "outages": 2,
        "longest_minutes": "25.5",
        "exclusions": [
            {
                "id": 7,
                "from": "2026-09-05T00:00:00+08:00",
                "until": "2026-09-05T02:00:00+08:00",
                "cause": "announced_maintenance",
                "state": "granted",
            }
        ],
        **changes,
    }


def source(kind: str = "figure", figures: tuple[dict[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "figures": list(figures),
        "submissions": [],
        "verified": True,
        "reported": None,
        "availability": None,
        "how": wording("按报送值"),
        **changes,
    }


def item(code: str = "KI-040", zh: str = "服务调用量", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": name(zh, "Calls"),
        "groups": [{"code": "G1", "name": name("服务使用", "Use")}],
        "state": "given",
        "effect": "counted",
        "value": "1200000",
        "denominator": None,
        "unit": name("次", "calls"),
        "function": "linear",
        "score": "96.00",
        "weight": "40",
        "counted_weight": "40",
        "weighted": "38.40",
        "failed": False,
        "repeated": False,
        "target": {"comparison": "at_least", "value": "1000000"},
        "reason": wording("实际值 %(value)s 达到约定", value="1200000"),
        "source": source(figures=(figure(),)),
        **changes,
    }


def watched(**changes: Any) -> dict[str, Any]:
    """Availability from events."""
    return item(
        "KI-001",
        "平台服务可用率",
        value="99.9123",
        unit=name("%", "%"),
        score="100.00",
        weight="60",
        counted_weight="60",
        weighted="60.00",
        target={"comparison": "at_least", "value": "99.9"},
        reason=wording("不低于 %(target)s%%", target="99.9"),
        source=source("events", submissions=[3, 4], availability=availability(), how=wording("按状态事件计算")),
        **changes,
    )


def service(code: str = "SV-001", zh: str = "政务服务平台运维", items: Any = None, **changes: Any) -> dict[str, Any]:
    return {
        "service": code,
        "id": 1,
        "name": name(zh, "Platform operation"),
        "weight": "100",
        "total": "98.40",
        "grade": name("优秀", "Excellent"),
        "reason": wording("各项加权合计"),
        "bonus": "0",
        "items": [watched(), item()] if items is None else items,
        **changes,
    }


def line(**changes: Any) -> dict[str, Any]:
    return {
        "service": "SV-001",
        "indicator": "KI-001",
        "code": "SV-001/KI-001",
        "name": name("平台服务可用率"),
        "value": "99.9123",
        "target": {"comparison": "at_least", "value": "99.9"},
        "points": "0",
        "multiplier": "1",
        "fen": 0,
        "failed": False,
        "effect": "counted",
        "reason": wording("落入第 1 档，不扣分"),
        "money_reason": None,
        **changes,
    }


def deductions(**changes: Any) -> dict[str, Any]:
    return {
        "basis": "contract",
        "points": "2",
        "gross_fen": 400_000,
        "taken_fen": 400_000,
        "net_fen": 400_000,
        "waived_fen": 0,
        "carried_in_fen": 0,
        "carried_out_fen": 0,
        "earned_back_fen": 0,
        "reasons": [],
        "fee_fen": 28_000_000,
        "fees": [{"service": "SV-001", "fen": 28_000_000, "owed": True, "how": wording("固定费用"), "figures": []}],
        "lines": [
            line(),
            line(
                indicator="KI-040",
                code="SV-001/KI-040",
                name=name("服务调用量"),
                value="1200000",
                target={"comparison": "at_least", "value": "1000000"},
                points="2",
                fen=400_000,
                failed=True,
                reason=wording("落入第 2 档，扣 %(points)s 分", points="2"),
                money_reason=wording("%(points)s 分 × %(fen)s 元", points="2", fen="2,000.00"),
            ),
        ],
        **changes,
    }


def result(**changes: Any) -> dict[str, Any]:
    return {
        "form": "guanyun.assessment/1",
        "contract": "HT-4401-2026-0001",
        "plan": "KH-HT-4401-2026-0001-1",
        "scheme": {"code": "KH-PLATFORM", "version": 2, "digest": "ab" * 32, "name": name("平台运营考核", "Platform")},
        "period": "2026-09",
        "kind": "month",
        "provisional": False,
        "provisional_because": [],
        "total": "98.40",
        "grade": name("优秀", "Excellent"),
        "reason": wording("%(n)s 项服务加权合计", n="1"),
        "weighting": "equal",
        "vetoes": [],
        "services": [service()],
        "deductions": deductions(),
        "uncovered": [],
        "standing": {},
        "failed": {"SV-001": []},
        **changes,
    }


PARTIES = [
    {"role": "client", "side": "management", "code": "ORG-1", "name": name("云海市数据管理局", "Yunhai Data Office")},
    {"role": "operator", "side": "operation", "code": "ORG-2", "name": name("数云运营有限公司")},
    {"role": "supervisor", "side": "supervision", "code": "ORG-9", "name": name("中衡监理有限公司")},
]
CONTRACT = {
    "code": "HT-4401-2026-0001",
    "title": "云海市一体化平台运营服务合同",
    "version": 1,
    "sha256": "cd" * 32,
    "from": "2026-01-01",
    "until": "2027-12-31",
}
PLAN = {
    "code": "KH-HT-4401-2026-0001-1",
    "number": 1,
    "sha256": "ef" * 32,
    "weighting": "equal",
    "schedule": None,
    "min_outage_minutes": 5,
    "degraded_weight": "0.5",
    "report_after_days": 10,
}
TREND = [
    {"period": "2026-06", "total": "91.20", "grade": name("良好", "Good"), "state": "final"},
    {"period": "2026-07", "total": None, "grade": None, "state": "computed"},
    {"period": "2026-08", "total": "95.00", "grade": name("优秀", "Excellent"), "state": "final"},
    {"period": "2026-09", "total": "98.40", "grade": name("优秀", "Excellent"), "state": "computed"},
]


def facts(of: dict[str, Any] | None = None, **changes: Any) -> Facts:
    judged = copy.deepcopy(of if of is not None else result())
    given: dict[str, Any] = {
        "code": "BG-HT-4401-2026-0001-1-2026-09-1",
        "edition": 1,
        "reason": "",
        "produced_at": "2026-10-11T02:00:00Z",
        "produced_by": None,
        "contract": CONTRACT,
        "parties": PARTIES,
        "plan": PLAN,
        "assessment": {
            "code": "PJ-HT-4401-2026-0001-1-2026-09-1",
            "edition": 1,
            "state": "computed",
            "sha256": digest_both(canonical_json(judged).encode()).sha256,
            "input_digest": "12" * 32,
        },
        "result": judged,
        "trend": TREND,
        "without_evidence": [],
        "head": {"size": 4821, "sha256": "9f" * 32},
        "before": None,
    }
    return Facts(**{**given, **changes})


def content(of: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return compose(facts(of, **changes))
