"""The closed lists of screening: severities, levels, outcomes, causes of a run, states of an exemption."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum


class Severity(LabelledEnum):
    """禁止 blocks; 限制 blocks unless an exemption is in force; 提示 is recorded (domain.md 3)."""

    FORBIDDEN = "forbidden"
    RESTRICTED = "restricted"
    NOTED = "noted"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"forbidden": _l("禁止"), "restricted": _l("限制"), "noted": _l("提示")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"forbidden": "bad", "restricted": "warn", "noted": "info"}


class Level(LabelledEnum):
    """Who decides on an exemption: the subject's competent authority, or one of a level that the item asks for."""

    AUTHORITY = "authority"
    CITY = "city"
    PROVINCE = "province"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"authority": _l("本事项主管部门"), "city": _l("市级以上主管部门"), "province": _l("省级主管部门")}


class Outcome(LabelledEnum):
    """What judging an item came to. Unknown is never clear; unrecorded is unknown by facts that no room keeps yet."""

    CLEAR = "clear"
    HIT = "hit"
    EXEMPTED = "exempted"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    UNRECORDED = "unrecorded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "clear": _l("未命中"),
            "hit": _l("命中"),
            "exempted": _l("命中（已豁免）"),
            "not_applicable": _l("不适用"),
            "unknown": _l("不明"),
            "unrecorded": _l("不明：尚无记录"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "clear": "good",
            "hit": "bad",
            "exempted": "warn",
            "not_applicable": "muted",
            "unknown": "warn",
            "unrecorded": "info",
        }


class Cause(LabelledEnum):
    """Why a check was run."""

    ASKED = "asked"
    ANSWERED = "answered"
    STEP = "step"
    FACTS_CHANGED = "facts_changed"
    EXEMPTION_CHANGED = "exemption_changed"
    RULES_CHANGED = "rules_changed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "asked": _l("人工运行"),
            "answered": _l("回答后复查"),
            "step": _l("办理时核查"),
            "facts_changed": _l("事实变化后复查"),
            "exemption_changed": _l("豁免变化后复查"),
            "rules_changed": _l("规则变化后复查"),
        }


class ExemptionState(LabelledEnum):
    """Requested by the client; granted or refused by another person of the authority; over by its end or revoked."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    LAPSED = "lapsed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "requested": _l("待审批"),
            "granted": _l("有效"),
            "refused": _l("不同意"),
            "withdrawn": _l("已撤回"),
            "revoked": _l("已撤销"),
            "lapsed": _l("已到期"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "requested": "progress",
            "granted": "good",
            "refused": "bad",
            "withdrawn": "muted",
            "revoked": "bad",
            "lapsed": "muted",
        }
