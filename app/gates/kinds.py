"""The closed lists of a project's way: phases, steps between states, verdicts, kinds of opinion."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum


class Phase(LabelledEnum):
    """The ten phases in order (domain.md 2)."""

    PLANNING = "planning"
    DECLARATION = "declaration"
    APPROVAL = "approval"
    PROCUREMENT = "procurement"
    BUILD = "build"
    ACCEPTANCE = "acceptance"
    HANDOVER = "handover"
    OPERATION = "operation"
    EVALUATION = "evaluation"
    EXIT = "exit"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "planning": _l("规划"),
            "declaration": _l("申报"),
            "approval": _l("审批"),
            "procurement": _l("采购"),
            "build": _l("建设"),
            "acceptance": _l("验收"),
            "handover": _l("移交"),
            "operation": _l("运营"),
            "evaluation": _l("评估"),
            "exit": _l("退出"),
        }


class Step(LabelledEnum):
    """A step from one state of a project to the next; gates stand at steps."""

    SUBMIT = "submit"
    APPROVE = "approve"
    PROCURE = "procure"
    CONTRACT = "contract"
    BUILD = "build"
    CHANGE = "change"
    TRIAL = "trial"
    ACCEPT = "accept"
    HAND_OVER = "hand_over"
    EVALUATE = "evaluate"
    EXIT = "exit"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "submit": _l("提交审批"),
            "approve": _l("立项审批"),
            "procure": _l("启动采购"),
            "contract": _l("签订合同"),
            "build": _l("开工"),
            "change": _l("建设期调整"),
            "trial": _l("上线试运行"),
            "accept": _l("竣工验收"),
            "hand_over": _l("移交投运"),
            "evaluate": _l("评估"),
            "exit": _l("退出"),
        }


class Verdict(LabelledEnum):
    """How a step was decided."""

    PASSED = "passed"
    CONDITIONAL = "conditional"
    RETURNED = "returned"
    REFUSED = "refused"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "passed": _l("通过"),
            "conditional": _l("附条件通过"),
            "returned": _l("退回补正"),
            "refused": _l("不予通过"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"passed": "good", "conditional": "warn", "returned": "progress", "refused": "bad"}

    @property
    def lets_through(self) -> bool:
        return self in {Verdict.PASSED, Verdict.CONDITIONAL}


class OpinionKind(LabelledEnum):
    """Who gave an opinion."""

    EXPERT = "expert"
    DEPARTMENT = "department"
    ASSESSOR = "assessor"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"expert": _l("专家"), "department": _l("有关部门"), "assessor": _l("咨询评估机构")}


class Stance(LabelledEnum):
    """What an opinion comes to."""

    SUPPORT = "support"
    AMEND = "amend"
    OPPOSE = "oppose"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"support": _l("同意"), "amend": _l("修改后同意"), "oppose": _l("不同意")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"support": "good", "amend": "warn", "oppose": "bad"}


class ObligationState(LabelledEnum):
    """A condition of a decision: owed, reported with evidence, then accepted or sent back to owed; void with its
    decision."""

    OPEN = "open"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    DROPPED = "dropped"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "open": _l("待落实"),
            "reported": _l("待核销"),
            "accepted": _l("已核销"),
            "dropped": _l("已取消"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "progress", "reported": "info", "accepted": "good", "dropped": "muted"}


class Body(LabelledEnum):
    """Whose countersignature a gate may ask for before its decision."""

    FINANCE = "finance"
    DEVELOPMENT = "development"
    DATA = "data"
    CYBERSECURITY = "cybersecurity"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "finance": _l("财政部门"),
            "development": _l("发展改革部门"),
            "data": _l("数据管理部门"),
            "cybersecurity": _l("网络安全主管部门"),
        }


class SignState(LabelledEnum):
    """A countersignature: waiting for those before it, asked for, given; void with what it was about."""

    WAITING = "waiting"
    ASKED = "asked"
    SIGNED = "signed"
    VOID = "void"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "waiting": _l("等待前一单位"),
            "asked": _l("待会签"),
            "signed": _l("已会签"),
            "void": _l("已失效"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"waiting": "neutral", "asked": "progress", "signed": "good", "void": "muted"}
