"""The closed lists of inspections: states, methods of sampling, results, severities and outcomes, with their words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum


class InspectionState(LabelledEnum):
    """An inspection is open until its conclusion is signed."""

    OPEN = "open"
    CONCLUDED = "concluded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"open": _l("督查中"), "concluded": _l("已签发")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "progress", "concluded": "good"}


class SampleMethod(LabelledEnum):
    """Drawn by chance from everything that was scored, or picked out by the inspector."""

    RANDOM = "random"
    CHOSEN = "chosen"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"random": _l("随机抽取"), "chosen": _l("指定抽查")}


class SampleResult(LabelledEnum):
    """What comparing a sampled figure with its evidence came to."""

    PENDING = "pending"
    AGREES = "agrees"
    DEVIATES = "deviates"
    NO_EVIDENCE = "no_evidence"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "pending": _l("待核对"),
            "agrees": _l("相符"),
            "deviates": _l("不符"),
            "no_evidence": _l("无据可查"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"pending": "progress", "agrees": "good", "deviates": "bad", "no_evidence": "bad"}


class QueryState(LabelledEnum):
    """A question waits for its answer; when the time is over the inspector may record that none came."""

    ASKED = "asked"
    ANSWERED = "answered"
    LAPSED = "lapsed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"asked": _l("待答复"), "answered": _l("已答复"), "lapsed": _l("逾期未答复")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"asked": "progress", "answered": "good", "lapsed": "bad"}


class Severity(LabelledEnum):
    """How grave a finding is."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"minor": _l("一般"), "major": _l("较重"), "critical": _l("严重")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"minor": "neutral", "major": "warn", "critical": "bad"}


class FindingState(LabelledEnum):
    """Open until rectified; what is not eliminated comes back and is rectified in a further round."""

    OPEN = "open"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    CANNOT = "cannot"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "open": _l("待整改"),
            "answered": _l("待复核"),
            "returned": _l("退回再整改"),
            "closed": _l("已整改"),
            "cannot": _l("确无条件整改"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "warn", "answered": "progress", "returned": "bad", "closed": "good", "cannot": "muted"}


class Outcome(LabelledEnum):
    """What the second inspector says of a rectification."""

    ELIMINATED = "eliminated"
    NOT_ELIMINATED = "not_eliminated"
    NO_MEANS = "no_means"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "eliminated": _l("已整改到位"),
            "not_eliminated": _l("未整改到位，退回"),
            "no_means": _l("确无条件整改"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"eliminated": "good", "not_eliminated": "bad", "no_means": "muted"}


# Findings that still wait for somebody: the conclusion is not signed before the last of them is settled.
UNSETTLED = frozenset({FindingState.OPEN, FindingState.ANSWERED, FindingState.RETURNED})
OUTCOME_STATES = {
    Outcome.ELIMINATED: FindingState.CLOSED,
    Outcome.NOT_ELIMINATED: FindingState.RETURNED,
    Outcome.NO_MEANS: FindingState.CANNOT,
}
