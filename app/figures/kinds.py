"""The closed lists of figures: sources, kinds of submission, standings, verdicts, states of a service."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum
from app.core.permissions import Side
from app.subjects.models import PartyRole


class Source(LabelledEnum):
    """Who measured; it follows from the party that submits."""

    OPERATOR_REPORT = "operator_report"
    AGENCY_LOG = "agency_log"
    THIRD_PARTY = "third_party"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "operator_report": _l("运营方报送"),
            "agency_log": _l("项目单位日志"),
            "third_party": _l("第三方监测"),
        }


class SubmissionKind(LabelledEnum):
    """Figures of periods, or events from which intervals are derived."""

    FIGURES = "figures"
    EVENTS = "events"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"figures": _l("指标数据"), "events": _l("状态事件")}


class Standing(LabelledEnum):
    """A figure has a value, is declared missing (with a reason), or was not required. Zero is a value."""

    VALUE = "value"
    MISSING = "missing"
    NOT_REQUIRED = "not_required"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"value": _l("有数据"), "missing": _l("申报缺失"), "not_required": _l("不适用")}


class Verdict(LabelledEnum):
    """What a verifier found."""

    VERIFIED = "verified"
    DOUBTED = "doubted"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"verified": _l("已核"), "doubted": _l("存疑")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"verified": "good", "doubted": "bad"}


class EventStatus(LabelledEnum):
    """What a monitor saw; `unknown` is missing time, never up."""

    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "up": _l("运行正常"),
            "down": _l("中断"),
            "degraded": _l("降级"),
            "maintenance": _l("维护"),
            "unknown": _l("无监测"),
        }


# What follows from status events where a service has any: availability, unplanned outages, the longest outage.
FROM_EVENTS = frozenset({"KI-001", "KI-007", "KI-008"})

SOURCE_ROLES: dict[PartyRole, Source] = {
    PartyRole.OPERATOR: Source.OPERATOR_REPORT,
    PartyRole.CLIENT: Source.AGENCY_LOG,
    PartyRole.SUPERVISOR: Source.THIRD_PARTY,
    PartyRole.TESTER: Source.THIRD_PARTY,
    PartyRole.EVALUATOR: Source.THIRD_PARTY,
}
SOURCE_SIDES = {
    Source.OPERATOR_REPORT: Side.OPERATION,
    Source.AGENCY_LOG: Side.MANAGEMENT,
    Source.THIRD_PARTY: Side.SUPERVISION,
}
