"""Table of services on the ledger."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Entity, LabelledEnum, enum_column, table_args
from app.organisations.models import Organisation, Region, in_language


class ServiceState(LabelledEnum):
    """Whether a service may enter new contracts."""

    ACTIVE = "active"
    RETIRED = "retired"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"active": _l("在用"), "retired": _l("已停用")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"active": "good", "retired": "muted"}


class ServiceCategory(LabelledEnum):
    """What kind of digital service it is."""

    PLATFORM = "platform"
    APPLICATION = "application"
    CLOUD = "cloud"
    NETWORK = "network"
    DATA = "data"
    SECURITY = "security"
    HOTLINE = "hotline"
    MAINTENANCE = "maintenance"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "platform": _l("共性平台"),
            "application": _l("业务应用"),
            "cloud": _l("政务云"),
            "network": _l("政务网络"),
            "data": _l("数据服务"),
            "security": _l("安全服务"),
            "hotline": _l("热线客服"),
            "maintenance": _l("运行维护"),
        }


class Service(Entity):
    """A service on the ledger; `unit` is what its use is counted in, `usage_indicator` the indicator that counts it."""

    __tablename__ = "services"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("owner_id", "name_zh"),
        sa.Index("ix_services_region_id", "region_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    category: Mapped[ServiceCategory] = enum_column(ServiceCategory, "category")
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    unit: Mapped[str] = mapped_column(sa.String(20))
    usage_indicator: Mapped[str | None] = mapped_column(sa.String(20))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[ServiceState] = enum_column(ServiceState, "state", default=ServiceState.ACTIVE)
    owner: Mapped[Organisation] = relationship()
    region: Mapped[Region] = relationship()

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)

    @property
    def ref(self) -> str:
        return f"service:{self.code}"
