"""The content of a report: everything it says, put together once from facts; page and files show nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalogues.wording import N_
from app.core.money import show_fen
from app.core.periods import Period
from app.reports.differences import differences
from app.reports.gaps import gaps_of
from app.reports.wording import Said, worded

FORM = "guanyun.report/1"
# What tells one edition from another although nothing was found differently.
OF_THE_EDITION = frozenset(
    {"code", "edition", "reason", "produced_at", "produced_by", "supersedes", "differences", "trail_head"}
)
Content = dict[str, Any]


@dataclass(frozen=True)
class Before:
    """The edition before: its content and its SHA-256."""

    content: Content
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What a report is made of; `result` is the assessment's, `without_evidence` its scored figures with no file."""

    code: str
    edition: int
    reason: str
    produced_at: str
    produced_by: Mapping[str, Any] | None
    contract: Mapping[str, Any]
    parties: Sequence[Mapping[str, Any]]
    plan: Mapping[str, Any]
    assessment: Mapping[str, Any]
    result: Mapping[str, Any]
    trend: Sequence[Mapping[str, Any]]
    without_evidence: Sequence[Mapping[str, Any]]
    head: Mapping[str, Any] | None
    before: Before | None = None


def compose(facts: Facts) -> Content:
    """The whole content; the same facts always give the same."""
    period, gaps = Period(facts.result["period"]), gaps_of(facts.result, facts.without_evidence)
    content: Content = {
        "form": FORM,
        "code": facts.code,
        "edition": facts.edition,
        "reason": facts.reason,
        "produced_at": facts.produced_at,
        "produced_by": facts.produced_by,
        "contract": dict(facts.contract),
        "parties": list(facts.parties),
        "plan": dict(facts.plan),
        "period": {
            "text": period.text,
            "kind": facts.result["kind"],
            "from": period.first_day.isoformat(),
            "until": period.last_day.isoformat(),
        },
        "assessment": dict(facts.assessment),
        "result": dict(facts.result),
        "trend": list(facts.trend),
        "availability": availability_of(facts.result),
        "gaps": gaps,
        "evidence_gaps": sum(one["kind"] == "evidence" for one in gaps),
        "summary": summary_of(facts.result),
        "trail_head": dict(facts.head) if facts.head else None,
        "supersedes": None,
        "differences": [],
    }
    if facts.before is not None:
        earlier = facts.before.content
        content["supersedes"] = {
            "code": earlier["code"],
            "edition": earlier["edition"],
            "sha256": facts.before.sha256,
        }
        content["differences"] = differences(earlier, content)
    return content


def same_findings(first: Content, second: Content) -> bool:
    """Whether two contents say the same of the period, whoever put them together and when."""
    return {key: value for key, value in first.items() if key not in OF_THE_EDITION} == {
        key: value for key, value in second.items() if key not in OF_THE_EDITION
    }


def availability_of(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each service that was watched by events: both availabilities, what was left out, and the exclusions."""
    found = []
    for service in result["services"]:
        seen = next((one for item in service["items"] if (one := item["source"]["availability"])), None)
        if seen is not None:
            found.append({"service": service["service"], "name": service["name"], **seen})
    return found


def summary_of(result: Mapping[str, Any]) -> list[Said]:
    """What a reader needs to know if he reads nothing else: score or why there is none, deduction, what is open."""
    said = [_score(result), _deduction(result["deductions"])]
    if result["provisional"]:
        said.append(worded(N_("本结果为暂定结果。")))
        said += result["provisional_because"]
    return said


def _score(result: Mapping[str, Any]) -> Said:
    if result["total"] is None:
        return worded(N_("本期未得出总分：%(why)s。"), why=result["reason"])
    return worded(N_("考核得分 %(total)s 分，等级“%(grade)s”。"), total=result["total"], grade=result["grade"])


def _deduction(deductions: Mapping[str, Any]) -> Said:
    net, points = deductions["net_fen"], deductions["points"]
    if points is None:
        return worded(N_("扣分和扣款暂缓。"))
    if net is None:
        return worded(N_("扣 %(points)s 分，扣款金额暂缓。"), points=points)
    return worded(N_("扣 %(points)s 分，净扣款 %(yuan)s 元。"), points=points, yuan=show_fen(net))
