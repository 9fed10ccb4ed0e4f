"""The closed lists of a purchase: what for, in which way, and where it stands."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.db import LabelledEnum
from app.subjects.models import PartyRole


class Purpose(LabelledEnum):
    """What is bought for a project; building and operating may be bought in one."""

    BUILD = "build"
    OPERATE = "operate"
    BUILD_AND_OPERATE = "build_and_operate"
    SUPERVISE = "supervise"
    TEST = "test"
    OTHER = "other"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "build": _l("建设"),
            "operate": _l("运营"),
            "build_and_operate": _l("建设与运营一体"),
            "supervise": _l("监理"),
            "test": _l("测试测评"),
            "other": _l("其他采购"),
        }

    @property
    def operates(self) -> bool:
        """Whether operating is bought: its contract is held here and judged by use."""
        return self in {Purpose.OPERATE, Purpose.BUILD_AND_OPERATE}

    @property
    def covers(self) -> tuple["Purpose", ...]:
        """The purposes that are met once this purchase is made."""
        return (Purpose.BUILD, Purpose.OPERATE) if self is Purpose.BUILD_AND_OPERATE else (self,)

    @property
    def roles(self) -> tuple[PartyRole, ...]:
        """What the winner becomes in the project; who sells anything else takes no part in it."""
        return tuple(ROLES[one] for one in self.covers if one in ROLES)


ROLES: dict[Purpose, PartyRole] = {
    Purpose.BUILD: PartyRole.BUILDER,
    Purpose.OPERATE: PartyRole.OPERATOR,
    Purpose.SUPERVISE: PartyRole.SUPERVISOR,
    Purpose.TEST: PartyRole.TESTER,
}


class Method(LabelledEnum):
    """采购方式 (《政府采购法》第26条 and the rules on 竞争性磋商 and 框架协议)."""

    OPEN_TENDER = "open_tender"
    INVITED_TENDER = "invited_tender"
    COMPETITIVE_NEGOTIATION = "competitive_negotiation"
    COMPETITIVE_CONSULTATION = "competitive_consultation"
    INQUIRY = "inquiry"
    SINGLE_SOURCE = "single_source"
    FRAMEWORK = "framework"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "open_tender": _l("公开招标"),
            "invited_tender": _l("邀请招标"),
            "competitive_negotiation": _l("竞争性谈判"),
            "competitive_consultation": _l("竞争性磋商"),
            "inquiry": _l("询价"),
            "single_source": _l("单一来源采购"),
            "framework": _l("框架协议采购"),
        }

    @property
    def is_tender(self) -> bool:
        return self in {Method.OPEN_TENDER, Method.INVITED_TENDER}

    @property
    def is_single_source(self) -> bool:
        return self is Method.SINGLE_SOURCE


class ProcurementState(LabelledEnum):
    """Planned, announced, awarded (recorded by one, confirmed by another person), contracted; or failed, cancelled."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    AWARDED = "awarded"
    CONTRACTED = "contracted"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "planned": _l("拟采购"),
            "announced": _l("已公告"),
            "awarded": _l("已成交"),
            "contracted": _l("已签约"),
            "failed": _l("废标（流标）"),
            "cancelled": _l("采购取消"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "planned": "neutral",
            "announced": "progress",
            "awarded": "info",
            "contracted": "good",
            "failed": "bad",
            "cancelled": "muted",
        }


LIVE = frozenset(
    {
        ProcurementState.PLANNED,
        ProcurementState.ANNOUNCED,
        ProcurementState.AWARDED,
        ProcurementState.CONTRACTED,
    }
)
# The award is confirmed.
SETTLED = frozenset({ProcurementState.AWARDED, ProcurementState.CONTRACTED})
