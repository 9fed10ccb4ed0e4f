"""The closed lists of a change while building, and of the effects that a project promises."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum


class ChangeState(LabelledEnum):
    """A change of an approved project: written, submitted, countersigned where asked, decided or filed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COUNTERSIGNED = "countersigned"
    APPROVED = "approved"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    FILED = "filed"
    DISCARDED = "discarded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("草稿"),
            "submitted": _l("已提出，待办理"),
            "countersigned": _l("会签齐备，待审批"),
            "approved": _l("已批准"),
            "refused": _l("不予批准"),
            "returned": _l("已退回补正"),
            "withdrawn": _l("已撤回"),
            "filed": _l("已备案"),
            "discarded": _l("已作废"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "draft": "neutral",
            "submitted": "progress",
            "countersigned": "progress",
            "approved": "good",
            "refused": "bad",
            "returned": "warn",
            "withdrawn": "muted",
            "filed": "good",
            "discarded": "muted",
        }


# What lies open: a project has at most one such change.
OPEN_CHANGES = (ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.COUNTERSIGNED)
PENDING_CHANGES = (ChangeState.SUBMITTED, ChangeState.COUNTERSIGNED)
# What counts: the project stands as these have changed it.
COUNTED_CHANGES = (ChangeState.APPROVED, ChangeState.FILED)


class ChangeBasis(LabelledEnum):
    """Why something has to change; on the first three the client may act by itself within the limit."""

    ORDERED = "ordered"
    DESIGN = "design"
    BUSINESS = "business"
    OTHER = "other"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "ordered": _l("落实上级部署，须改变建设内容"),
            "design": _l("完善优化技术方案"),
            "business": _l("业务发展需要，在已批规划框架内调整"),
            "other": _l("其他情形"),
        }


class ChangeRoute(LabelledEnum):
    """Which way a change goes; the product says which, from the amounts and the aim."""

    FILING = "filing"
    APPROVAL = "approval"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"filing": _l("自行调整，报备案"), "approval": _l("报审批部门批准")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"filing": "info", "approval": "warn"}


class EffectKind(LabelledEnum):
    """What a promised effect is about."""

    STEPS = "steps"
    MATERIALS = "materials"
    DAYS = "days"
    VISITS = "visits"
    PEOPLE = "people"
    ONLINE = "online"
    SATISFACTION = "satisfaction"
    COST = "cost"
    OTHER = "other"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "steps": _l("办事环节减少"),
            "materials": _l("申请材料减少"),
            "days": _l("办理时限压缩"),
            "visits": _l("跑动次数减少"),
            "people": _l("服务人次"),
            "online": _l("网上办理"),
            "satisfaction": _l("群众满意"),
            "cost": _l("节约成本"),
            "other": _l("其他成效"),
        }
