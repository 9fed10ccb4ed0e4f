"""Tables of contracts, their versions, the services bought, agreed levels, deduction bands and signatures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.core.db import AppendOnly, Decimal6, Entity, Fen, LabelledEnum, enum_column, table_args
from app.core.money import MAX_FEN
from app.core.permissions import Side
from app.organisations.models import Organisation
from app.procurement.kinds import Method
from app.procurement.models import Procurement
from app.projects.models import Project
from app.services.models import Service
from app.subjects.models import Subject


class ContractState(LabelledEnum):
    """The life of a contract: 草拟 → 会签 → 已签 → 生效 → 到期/终止 (domain.md 5)."""

    DRAFT = "draft"
    SIGNING = "signing"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    TERMINATING = "terminating"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    VOID = "void"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("草拟"),
            "signing": _l("会签中"),
            "signed": _l("已签待生效"),
            "in_force": _l("生效"),
            "terminating": _l("终止协商"),
            "expired": _l("到期"),
            "terminated": _l("已终止"),
            "void": _l("作废"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "draft": "neutral",
            "signing": "progress",
            "signed": "info",
            "in_force": "good",
            "terminating": "warn",
            "expired": "muted",
            "terminated": "bad",
            "void": "muted",
        }


class VersionState(LabelledEnum):
    """A version is drafted, sealed for signing, then signed by all or withdrawn; a sealed one never changes."""

    DRAFT = "draft"
    SIGNING = "signing"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("草稿"),
            "signing": _l("会签中"),
            "signed": _l("已签"),
            "withdrawn": _l("已退回"),
        }


class Pricing(LabelledEnum):
    """How a service is paid: a fee per period, or a price per unit of use."""

    FIXED_FEE = "fixed_fee"
    UNIT_PRICE = "unit_price"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"fixed_fee": _l("固定费用"), "unit_price": _l("按量计价")}


class PeriodKind(LabelledEnum):
    """The period over which something is paid or judged."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"month": _l("月"), "quarter": _l("季度"), "year": _l("年")}


class Comparison(LabelledEnum):
    """Which way a level is met."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"at_least": _l("不低于"), "at_most": _l("不高于")}


class Contract(Entity):
    """A contract through all its versions; what is agreed stands in `versions`, never here."""

    __tablename__ = "contracts"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("subject_id"),
        sa.UniqueConstraint("id", "subject_id"),
        sa.CheckConstraint("(ended_on IS NULL) = (state NOT IN ('expired', 'terminated'))", name="ended_has_day"),
        sa.CheckConstraint("procurement_id IS NULL OR project_id IS NOT NULL", name="procurement_of_a_project"),
        sa.Index("ix_contracts_state", "state"),
        sa.Index("ix_contracts_project_id", "project_id"),
        sa.Index(
            "uq_contracts_drawn",
            "procurement_id",
            unique=True,
            sqlite_where=sa.text("procurement_id IS NOT NULL AND state <> 'void'"),
            postgresql_where=sa.text("procurement_id IS NOT NULL AND state <> 'void'"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    state: Mapped[ContractState] = enum_column(ContractState, "state", default=ContractState.DRAFT)
    ended_on: Mapped[date | None]
    # The project that it serves, and the purchase that it was drawn from; contracts may have neither.
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("projects.id"))
    procurement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("procurements.id"))
    subject: Mapped[Subject] = relationship(lazy="joined")
    project: Mapped[Project | None] = relationship(foreign_keys="Contract.project_id")
    procurement: Mapped[Procurement | None] = relationship(foreign_keys="Contract.procurement_id")
    versions: Mapped[list["ContractVersion"]] = relationship(
        order_by="ContractVersion.number", back_populates="contract"
    )

    @property
    def ref(self) -> str:
        return f"contract:{self.code}"

    @property
    def current(self) -> "ContractVersion":
        """The newest version: the draft being worked on, the one being signed, or the one agreed."""
        return self.versions[-1]


class ContractVersion(Entity):
    """What the parties agree on. Sealed on submission: `content` is the canonical text that both sides sign."""

    __tablename__ = "contract_versions"
    __table_args__ = table_args(
        sa.UniqueConstraint("contract_id", "number"),
        sa.UniqueConstraint("id", "digest_sha256", "digest_sm3"),
        sa.UniqueConstraint("id", "submitted_by"),
        sa.UniqueConstraint("id", "contract_id"),
        sa.ForeignKeyConstraint(
            ["mode_entry_id", "mode_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_contract_versions_mode",
        ),
        sa.CheckConstraint("mode_kind = 'contract_mode'", name="mode_kind"),
        sa.CheckConstraint("term_until IS NULL OR term_from IS NULL OR term_until >= term_from", name="term_order"),
        sa.CheckConstraint(f"amount_fen IS NULL OR (amount_fen > 0 AND amount_fen < {MAX_FEN})", name="amount_range"),
        sa.CheckConstraint(f"point_fen IS NULL OR (point_fen >= 0 AND point_fen < {MAX_FEN})", name="point_range"),
        sa.CheckConstraint("cap_percent IS NULL OR (cap_percent >= 0 AND cap_percent <= 100000000)", name="cap_range"),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND digest_sha256 IS NULL"
            " AND digest_sm3 IS NULL)"
            " OR (state <> 'draft' AND sealed_at IS NOT NULL AND content IS NOT NULL AND submitted_by IS NOT NULL"
            " AND length(digest_sha256) = 64 AND length(digest_sm3) = 64)",
            name="sealed_whole",
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (term_from IS NOT NULL AND term_until IS NOT NULL AND amount_fen IS NOT NULL"
            " AND mode_entry_id IS NOT NULL)",
            name="sealed_terms",
        ),
        sa.CheckConstraint(
            "(paper_number IS NULL AND paper_signed_on IS NULL AND paper_sha256 IS NULL)"
            " OR (paper_number IS NOT NULL AND paper_signed_on IS NOT NULL AND paper_sha256 IS NOT NULL"
            " AND length(paper_number) > 0 AND length(paper_sha256) = 64)",
            name="paper_whole",
        ),
    )

    contract_id: Mapped[int] = mapped_column(sa.ForeignKey("contracts.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = enum_column(VersionState, "state", default=VersionState.DRAFT)
    mode_entry_id: Mapped[int | None]
    mode_kind: Mapped[str] = mapped_column(sa.String(40), default="contract_mode")
    term_from: Mapped[date | None]
    term_until: Mapped[date | None]
    extension_basis: Mapped[str] = mapped_column(sa.String(400), default="")
    amount_fen: Mapped[int | None] = mapped_column(Fen)
    payment_terms: Mapped[str] = mapped_column(sa.Text, default="")
    exclusive: Mapped[bool] = mapped_column(default=False)
    exclusive_basis: Mapped[str] = mapped_column(sa.String(400), default="")
    point_fen: Mapped[int | None] = mapped_column(Fen)
    cap_percent: Mapped[Decimal | None] = mapped_column(Decimal6)
    data_terms: Mapped[str] = mapped_column(sa.Text, default="")
    exit_terms: Mapped[str] = mapped_column(sa.Text, default="")
    # Of a contract that was signed on paper before it was brought in: its number, its day, the file that shows it.
    paper_number: Mapped[str | None] = mapped_column(sa.String(100))
    paper_signed_on: Mapped[date | None]
    paper_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    # Of a contract that is not drawn from a purchase on record here: why, in which way it was bought, and where that
    # is written down.
    alone_reason: Mapped[str] = mapped_column(sa.String(1000), default="")
    alone_method: Mapped[Method | None] = enum_column(Method, "alone_method", default=None)
    alone_reference: Mapped[str] = mapped_column(sa.String(200), default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    digest_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    digest_sm3: Mapped[str | None] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    contract: Mapped[Contract] = relationship(back_populates="versions")
    mode: Mapped[CatalogueEntry | None] = relationship(
        primaryjoin="foreign(ContractVersion.mode_entry_id) == CatalogueEntry.id", viewonly=True
    )
    lines: Mapped[list["ContractService"]] = relationship(
        order_by="ContractService.line", back_populates="version", cascade="all, delete-orphan"
    )
    signatures: Mapped[list["Signature"]] = relationship(
        order_by="Signature.id",
        primaryjoin="ContractVersion.id == foreign(Signature.version_id)",
        viewonly=True,
    )

    @property
    def is_existing(self) -> bool:
        """Whether it brings in a contract that was signed on paper before; the system then holds confirmations."""
        return self.paper_number is not None

    @property
    def stands_alone(self) -> bool:
        """Whether it has to say how it was bought: neither drawn from a purchase here, nor signed on paper before."""
        return self.contract.procurement_id is None and not self.is_existing


class ContractService(Entity):
    """A line of the service catalogue of a version: a ledger service, how it is paid, what is expected of it."""

    __tablename__ = "contract_services"
    __table_args__ = table_args(
        sa.UniqueConstraint("version_id", "service_id"),
        sa.UniqueConstraint("version_id", "line"),
        sa.CheckConstraint(
            f"(pricing = 'fixed_fee' AND fee_fen > 0 AND fee_fen < {MAX_FEN} AND unit_price IS NULL)"
            " OR (pricing = 'unit_price' AND unit_price > 0 AND fee_fen IS NULL)",
            name="one_price",
        ),
        sa.CheckConstraint("expected_volume IS NULL OR expected_volume >= 0", name="volume_range"),
    )

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("contract_versions.id"))
    line: Mapped[int]
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("services.id"))
    pricing: Mapped[Pricing] = enum_column(Pricing, "pricing")
    fee_fen: Mapped[int | None] = mapped_column(Fen)
    unit_price: Mapped[Decimal | None] = mapped_column(Decimal6)
    unit: Mapped[str] = mapped_column(sa.String(20))
    pay_period: Mapped[PeriodKind] = enum_column(PeriodKind, "pay_period")
    expected_volume: Mapped[int | None] = mapped_column(sa.BigInteger)
    service: Mapped[Service] = relationship(lazy="joined")
    version: Mapped[ContractVersion] = relationship(back_populates="lines")
    levels: Mapped[list["AgreedLevel"]] = relationship(
        order_by="AgreedLevel.id", back_populates="line", cascade="all, delete-orphan"
    )


class AgreedLevel(Entity):
    """An indicator by which a service is judged, with the level agreed for a period."""

    __tablename__ = "agreed_levels"
    __table_args__ = table_args(
        sa.UniqueConstraint("contract_service_id", "indicator_entry_id"),
        sa.ForeignKeyConstraint(
            ["indicator_entry_id", "indicator_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_agreed_levels_indicator",
        ),
        sa.CheckConstraint("indicator_kind = 'indicator'", name="indicator_kind"),
    )

    contract_service_id: Mapped[int] = mapped_column(sa.ForeignKey("contract_services.id"))
    indicator_entry_id: Mapped[int]
    indicator_kind: Mapped[str] = mapped_column(sa.String(40), default="indicator")
    comparison: Mapped[Comparison] = enum_column(Comparison, "comparison")
    target: Mapped[Decimal] = mapped_column(Decimal6)
    period: Mapped[PeriodKind] = enum_column(PeriodKind, "period")
    indicator: Mapped[CatalogueEntry] = relationship(
        primaryjoin="foreign(AgreedLevel.indicator_entry_id) == CatalogueEntry.id", viewonly=True
    )
    line: Mapped[ContractService] = relationship(back_populates="levels")
    bands: Mapped[list["DeductionBand"]] = relationship(
        order_by="DeductionBand.position", back_populates="level", cascade="all, delete-orphan"
    )


class DeductionBand(Entity):
    """Points deducted when the value reaches `bound` but no better band; the last one has no bound."""

    __tablename__ = "deduction_bands"
    __table_args__ = table_args(
        sa.UniqueConstraint("agreed_level_id", "position"),
        sa.UniqueConstraint("agreed_level_id", "bound"),
        sa.CheckConstraint("points >= 0 AND points <= 1000", name="points_range"),
        sa.CheckConstraint("position > 0", name="position_positive"),
    )

    agreed_level_id: Mapped[int] = mapped_column(sa.ForeignKey("agreed_levels.id"))
    position: Mapped[int]
    bound: Mapped[Decimal | None] = mapped_column(Decimal6)
    points: Mapped[int]
    level: Mapped[AgreedLevel] = relationship(back_populates="bands")


class Signature(AppendOnly):
    """One organisation's signature by one person over the digests of a sealed version.

    The keys bind it to the content that was sealed, to a party of the contract, to the side on which the person
    stands in it for good, and keep the person who submitted the version from also signing it (four eyes).
    """

    __tablename__ = "signatures"
    __table_args__ = table_args(
        sa.UniqueConstraint("version_id", "organisation_id"),
        sa.UniqueConstraint("version_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["version_id", "digest_sha256", "digest_sm3"],
            ["contract_versions.id", "contract_versions.digest_sha256", "contract_versions.digest_sm3"],
            name="fk_signatures_digest",
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "submitted_by"],
            ["contract_versions.id", "contract_versions.submitted_by"],
            name="fk_signatures_submitter",
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "contract_id"],
            ["contract_versions.id", "contract_versions.contract_id"],
            name="fk_signatures_contract",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_signatures_subject"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_signatures_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_signatures_party",
        ),
        sa.CheckConstraint("user_id <> submitted_by", name="four_eyes"),
        sa.CheckConstraint("side IN ('management', 'operation')", name="contracting_sides"),
    )

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("contract_versions.id"))
    contract_id: Mapped[int]
    subject_id: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    side: Mapped[Side] = enum_column(Side, "side")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    submitted_by: Mapped[int]
    digest_sha256: Mapped[str] = mapped_column(sa.String(64))
    digest_sm3: Mapped[str] = mapped_column(sa.String(64))
    signed_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User] = relationship()
