"""Tables of regions, organisations, their names over time, sides, stakes, control and mandates."""

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import AppendOnly, Base, Decimal6, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side


class RegionLevel(LabelledEnum):
    """The five levels 省/市/县/乡镇/村."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "province": _l("省级"),
            "city": _l("市级"),
            "county": _l("县级"),
            "township": _l("乡镇级"),
            "village": _l("村级"),
        }


class OrganisationKind(LabelledEnum):
    """What an organisation is; what it may do in a contract follows from its sides, not from its kind."""

    AUTHORITY = "authority"
    AGENCY = "agency"
    FINANCE = "finance"
    STATE_HOLDER = "state_holder"
    INSPECTORATE = "inspectorate"
    PUBLIC_INSTITUTION = "public_institution"
    COMPANY = "company"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "authority": _l("主管部门"),
            "agency": _l("项目单位"),
            "finance": _l("财政部门"),
            "state_holder": _l("国有资产出资人"),
            "inspectorate": _l("督查审计机构"),
            "public_institution": _l("事业单位"),
            "company": _l("企业"),
        }


class OrganisationState(LabelledEnum):
    """Whether an organisation can still become a party."""

    ACTIVE = "active"
    CLOSED = "closed"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"active": _l("正常"), "closed": _l("已撤销")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"active": "good", "closed": "muted"}


class MandateKind(LabelledEnum):
    """Why an organisation looks over a whole region."""

    COMPETENT = "competent"
    INSPECTION = "inspection"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"competent": _l("主管"), "inspection": _l("督查")}


class Region(Entity):
    """An administrative division; `path` is the codes from the province down, so a subtree is a prefix."""

    __tablename__ = "regions"
    __table_args__ = table_args(sa.UniqueConstraint("code"), sa.UniqueConstraint("path"))

    code: Mapped[str] = mapped_column(sa.String(12))
    name_zh: Mapped[str] = mapped_column(sa.String(60))
    name_en: Mapped[str | None] = mapped_column(sa.String(80))
    level: Mapped[RegionLevel] = enum_column(RegionLevel, "level")
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regions.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(80))
    parent: Mapped["Region | None"] = relationship(remote_side="Region.id")

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


class Organisation(Entity):
    """An organisation as it is now; former names are in `organisation_names`."""

    __tablename__ = "organisations"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("uscc"),
        sa.UniqueConstraint("id", "kind"),
        sa.CheckConstraint("uscc IS NULL OR length(uscc) = 18", name="uscc_length"),
        sa.Index("ix_organisations_region_id", "region_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    kind: Mapped[OrganisationKind] = enum_column(OrganisationKind, "kind")
    uscc: Mapped[str | None] = mapped_column(sa.String(18))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    state: Mapped[OrganisationState] = enum_column(OrganisationState, "state", default=OrganisationState.ACTIVE)
    region: Mapped[Region] = relationship(lazy="joined")
    held_sides: Mapped[list["OrganisationSide"]] = relationship(order_by="OrganisationSide.side")

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)

    @property
    def sides(self) -> frozenset[Side]:
        return frozenset(held.side for held in self.held_sides)


class OrganisationName(AppendOnly):
    """A name from a day on; the one in force is the latest that has begun."""

    __tablename__ = "organisation_names"
    __table_args__ = table_args(sa.UniqueConstraint("organisation_id", "valid_from"))

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(200))
    valid_from: Mapped[date]
    basis: Mapped[str] = mapped_column(sa.String(400))


class OrganisationSide(AppendOnly):
    """A side that an organisation is able to hold in some contract; one contract never sees it on two."""

    __tablename__ = "organisation_sides"
    __table_args__ = table_args(sa.UniqueConstraint("organisation_id", "side"))

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    side: Mapped[Side] = enum_column(Side, "side")


class Stake(Entity):
    """A holding of one organisation in another, with validity; `controls` says whether it means control."""

    __tablename__ = "stakes"
    __table_args__ = table_args(
        sa.CheckConstraint("holder_id <> held_id", name="not_itself"),
        sa.CheckConstraint("percent IS NULL OR (percent > 0 AND percent <= 100000000)", name="percent_range"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        sa.Index("ix_stakes_held_id", "held_id"),
        sa.Index("ix_stakes_holder_id", "holder_id"),
    )

    holder_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    held_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    percent: Mapped[Decimal | None] = mapped_column(Decimal6)
    controls: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    basis: Mapped[str] = mapped_column(sa.String(400))
    holder: Mapped[Organisation] = relationship(foreign_keys=[holder_id])
    held: Mapped[Organisation] = relationship(foreign_keys=[held_id])


class ControlLink(Base):
    """Who controls whom today, directly or through others, each organisation also itself: derived from stakes.

    `through_company` is false when the controller is a state asset holder: that is ownership to disclose, not control
    that joins two companies into one group (domain.md 1).
    """

    __tablename__ = "control_links"

    controller_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), primary_key=True)
    controlled_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), primary_key=True, index=True)
    through_company: Mapped[bool]


class Mandate(Entity):
    """A region that an organisation is responsible for as competent authority or inspectorate."""

    __tablename__ = "mandates"
    __table_args__ = table_args(
        sa.UniqueConstraint("organisation_id", "region_id", "kind", "valid_from"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
    )

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    kind: Mapped[MandateKind] = enum_column(MandateKind, "kind")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    region: Mapped[Region] = relationship()


def in_language(zh: str, en: str | None) -> str:
    """The name in the reader's language; Chinese where no English name is known."""
    locale = get_locale()
    return en if en and locale is not None and locale.language == "en" else zh
