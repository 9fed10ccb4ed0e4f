"""Tables of the ledger: services kept here, and applications imported from ledgers that others keep."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Entity, LabelledEnum, enum_column, table_args
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


class LedgerImport(AppendOnly):
    """A file of another ledger that brought something new: how many entries came, changed and stayed the same."""

    __tablename__ = "ledger_imports"
    __table_args__ = table_args(
        sa.UniqueConstraint("id", "organisation_id"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint(
            "added >= 0 AND changed >= 0 AND unchanged >= 0 AND added + changed > 0", name="counts_range"
        ),
        sa.Index("ix_ledger_imports_organisation_id", "organisation_id"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    imported_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(viewonly=True)
    user: Mapped[User] = relationship(viewonly=True)


class LedgerEntry(AppendOnly):
    """One version of an application as an imported ledger has it; a changed row is the next version, nothing goes.

    `source_system` and `source_id` say which one it is, within what one organisation imports. `sha256` is that of its
    content, so that what has not changed makes no version.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = table_args(
        sa.UniqueConstraint(
            "organisation_id", "source_system", "source_id", "version", name="uq_ledger_entries_versions"
        ),
        sa.UniqueConstraint("import_id", "line"),
        sa.ForeignKeyConstraint(
            ["import_id", "organisation_id"],
            ["ledger_imports.id", "ledger_imports.organisation_id"],
            name="fk_ledger_entries_import",
        ),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("line > 1", name="below_the_head"),
        sa.CheckConstraint("length(sha256) = 64", name="digest_whole"),
        sa.CheckConstraint(
            "length(name) > 0 AND length(source_system) > 0 AND length(source_id) > 0 AND length(owner_name) > 0",
            name="named",
        ),
        sa.Index("ix_ledger_entries_region_id", "region_id"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    source_system: Mapped[str] = mapped_column(sa.String(100))
    source_id: Mapped[str] = mapped_column(sa.String(100))
    version: Mapped[int]
    import_id: Mapped[int] = mapped_column(sa.BigInteger)
    line: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    category: Mapped[ServiceCategory | None] = enum_column(ServiceCategory, "category", default=None)
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    functions: Mapped[str] = mapped_column(sa.Text, default="")
    data: Mapped[str] = mapped_column(sa.Text, default="")
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    # The owner as the file names it, and the organisation of the register where it is one.
    owner_name: Mapped[str] = mapped_column(sa.String(200))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    state: Mapped[ServiceState] = enum_column(ServiceState, "state", default=ServiceState.ACTIVE)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="LedgerEntry.organisation_id")
    region: Mapped[Region] = relationship(viewonly=True)
    source: Mapped[LedgerImport] = relationship(
        primaryjoin="foreign(LedgerEntry.import_id) == LedgerImport.id", viewonly=True
    )
