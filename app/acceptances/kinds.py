"""The closed lists of acceptance and handover: stages, states, where an item comes from, what is handed over."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum


class Stage(LabelledEnum):
    """Preliminary acceptance lets a project go into trial; final acceptance lets it be handed over."""

    PRELIMINARY = "preliminary"
    FINAL = "final"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"preliminary": _l("初步验收"), "final": _l("竣工验收")}


class AcceptanceState(LabelledEnum):
    """One round of acceptance: open, then concluded one way or the other for good."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"open": _l("验收中"), "passed": _l("验收合格"), "failed": _l("验收不合格")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "progress", "passed": "good", "failed": "bad"}


class ItemSource(LabelledEnum):
    """Why an item is accepted at all."""

    FUNCTION = "function"
    COST = "cost"
    CONTRACT = "contract"
    SECURITY = "security"
    ARCHIVE = "archive"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "function": _l("申报的建设内容"),
            "cost": _l("费用明细"),
            "contract": _l("合同约定"),
            "security": _l("安全要求"),
            "archive": _l("档案要求"),
        }


class Outcome(LabelledEnum):
    """How one item was judged."""

    PASSED = "passed"
    FAILED = "failed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"passed": _l("合格"), "failed": _l("不合格")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"passed": "good", "failed": "bad"}


class HandoverState(LabelledEnum):
    """A handover is open until every item has arrived."""

    OPEN = "open"
    CONCLUDED = "concluded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"open": _l("移交中"), "concluded": _l("移交完成")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"open": "progress", "concluded": "good"}


class HandoverClass(LabelledEnum):
    """What kind of thing is handed over or made ready."""

    SOURCE_CODE = "source_code"
    DATA = "data"
    ACCOUNTS = "accounts"
    ASSETS = "assets"
    DOCUMENTS = "documents"
    PEOPLE = "people"
    MONITORING = "monitoring"
    EMERGENCY = "emergency"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "source_code": _l("源代码"),
            "data": _l("数据与控制措施"),
            "accounts": _l("账号与密钥"),
            "assets": _l("软硬件资产"),
            "documents": _l("技术文档"),
            "people": _l("人员与培训"),
            "monitoring": _l("监控与备份"),
            "emergency": _l("应急预案与演练"),
        }


class HandoverItemState(LabelledEnum):
    """Handed over by the builder or operator, taken by the client, then by the operator who will run it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    SENT_BACK = "sent_back"
    RECEIVED = "received"
    TAKEN_OVER = "taken_over"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "waiting": _l("待提交"),
            "delivered": _l("待接收"),
            "sent_back": _l("已退回"),
            "received": _l("已接收"),
            "taken_over": _l("已接管"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "waiting": "neutral",
            "delivered": "progress",
            "sent_back": "warn",
            "received": "good",
            "taken_over": "good",
        }


class Deed(LabelledEnum):
    """What somebody did with an item of a handover."""

    DELIVERED = "delivered"
    RECEIVED = "received"
    SENT_BACK = "sent_back"
    TAKEN_OVER = "taken_over"
    WITNESSED = "witnessed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "delivered": _l("提交移交"),
            "received": _l("接收"),
            "sent_back": _l("退回"),
            "taken_over": _l("接管"),
            "witnessed": _l("监交意见"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "delivered": "progress",
            "received": "good",
            "sent_back": "warn",
            "taken_over": "good",
            "witnessed": "info",
        }
