"""Tables of projects, the versions of their declarations, and what a declaration lists."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.core.db import AppendOnly, Decimal6, Entity, Fen, enum_column, table_args
from app.core.money import MAX_FEN
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.projects.change_kinds import EffectKind
from app.projects.kinds import (
    Component,
    CostCategory,
    DataClass,
    DeclarationState,
    Deployment,
    DocumentKind,
    ProjectCategory,
    ProjectKind,
    ProjectState,
    Provision,
    Scope,
    Sharing,
)
from app.services.models import Service
from app.subjects.models import PartyRole, Subject

MODE_KIND = "contract_mode"
# What a sealed declaration must say; the rest may be unknown and is then judged as unknown.
_SEALED = ("kind", "category", "scope", "deployment", "sealed_at", "content", "sha256", "sm3", "submitted_by")


def _money(*columns: str) -> list[sa.CheckConstraint]:
    """Amounts are more than nothing: what is not known yet is empty."""
    return [
        sa.CheckConstraint(
            f"{column} IS NULL OR ({column} > 0 AND {column} < {MAX_FEN})", name=f"{column.removesuffix('_fen')}_range"
        )
        for column in columns
    ]


class Project(Entity):
    """A project through all versions of its declaration; what is declared stands in `versions`, never here.

    `taken_in_on` marks one that existed before it was recorded: it begins in the phase it had reached, and has no
    history here before that day. `suspended_from` is the state to which a suspended project returns.
    """

    __tablename__ = "projects"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("subject_id"),
        sa.UniqueConstraint("id", "subject_id"),
        sa.CheckConstraint("(suspended_from IS NOT NULL) = (state = 'suspended')", name="suspended_whole"),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('exited', 'refused', 'terminated'))", name="ended_has_day"
        ),
        sa.CheckConstraint("(taken_in_on IS NULL) = (taken_in_basis = '')", name="taken_in_whole"),
        sa.CheckConstraint(
            "operation_from IS NOT NULL OR state NOT IN ('operating', 'evaluating', 'exited')"
            " OR taken_in_on IS NOT NULL",
            name="operating_has_day",
        ),
        sa.Index("ix_projects_state", "state"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    state: Mapped[ProjectState] = enum_column(ProjectState, "state", default=ProjectState.DRAFT)
    suspended_from: Mapped[ProjectState | None] = enum_column(ProjectState, "suspended_from", default=None)
    taken_in_on: Mapped[date | None]
    taken_in_basis: Mapped[str] = mapped_column(sa.String(400), default="")
    approved_on: Mapped[date | None]
    # The number of the approving document as the authority gave it; of a project taken in, as far as it is known.
    approval_number: Mapped[str] = mapped_column(sa.String(100), default="")
    approval_key: Mapped[str | None] = mapped_column(sa.String(140), unique=True, index=True)
    build_started_on: Mapped[date | None]
    trial_from: Mapped[date | None]
    accepted_on: Mapped[date | None]
    operation_from: Mapped[date | None]
    ended_on: Mapped[date | None]
    subject: Mapped[Subject] = relationship(lazy="joined")
    versions: Mapped[list["Declaration"]] = relationship(order_by="Declaration.number", back_populates="project")

    @property
    def ref(self) -> str:
        return f"project:{self.code}"

    @property
    def current(self) -> "Declaration":
        """The newest version of the declaration."""
        return self.versions[-1]

    @property
    def is_taken_in(self) -> bool:
        return self.taken_in_on is not None


class Declaration(Entity):
    """What the agency declares. Sealed on submission: `content` is the canonical text that is decided on.

    Every field may be empty in a draft; nothing typed is ever lost. Amounts in fen.
    """

    __tablename__ = "declarations"
    __table_args__ = table_args(
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("id", "project_id"),
        sa.UniqueConstraint("id", "submitted_by"),
        sa.ForeignKeyConstraint(
            ["mode_entry_id", "mode_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_declarations_mode",
        ),
        sa.CheckConstraint(f"mode_kind = '{MODE_KIND}'", name="mode_kind"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        *_money("estimate_fen", "design_budget_fen", "operating_budget_fen", "prior_investment_fen"),
        sa.CheckConstraint("budget_year IS NULL OR (budget_year BETWEEN 2000 AND 2100)", name="budget_year_range"),
        sa.CheckConstraint("mlps_level IS NULL OR (mlps_level BETWEEN 1 AND 4)", name="mlps_range"),
        sa.CheckConstraint(
            "planned_from IS NULL OR planned_until IS NULL OR planned_until >= planned_from", name="planned_order"
        ),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND sha256 IS NULL AND sm3 IS NULL)"
            f" OR (state <> 'draft' AND {' AND '.join(f'{column} IS NOT NULL' for column in _SEALED)}"
            " AND length(sha256) = 64 AND length(sm3) = 64)"
            " OR (state = 'approved' AND sealed_at IS NOT NULL AND content IS NOT NULL"
            " AND length(sha256) = 64 AND length(sm3) = 64)",
            name="sealed_whole",
        ),
        # One version at a time is written or decided on.
        sa.Index(
            "uq_declarations_open",
            "project_id",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        ),
    )

    project_id: Mapped[int] = mapped_column(sa.ForeignKey("projects.id"))
    number: Mapped[int]
    state: Mapped[DeclarationState] = enum_column(DeclarationState, "state", default=DeclarationState.DRAFT)
    kind: Mapped[ProjectKind | None] = enum_column(ProjectKind, "kind", default=None)
    category: Mapped[ProjectCategory | None] = enum_column(ProjectCategory, "category", default=None)
    scope: Mapped[Scope | None] = enum_column(Scope, "scope", default=None)
    deployment: Mapped[Deployment | None] = enum_column(Deployment, "deployment", default=None)
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    functions: Mapped[str] = mapped_column(sa.Text, default="")
    plan_item: Mapped[str | None] = mapped_column(sa.String(100))
    responsible_person: Mapped[str] = mapped_column(sa.String(60), default="")
    planned_from: Mapped[date | None]
    planned_until: Mapped[date | None]
    mlps_level: Mapped[int | None]
    prior_project: Mapped[str] = mapped_column(sa.String(100), default="")
    prior_investment_fen: Mapped[int | None] = mapped_column(Fen)
    # Said outright, because an empty list may as well be one that nobody has filled in yet.
    no_data: Mapped[bool] = mapped_column(default=False)
    no_components: Mapped[bool] = mapped_column(default=False)
    estimate_fen: Mapped[int | None] = mapped_column(Fen)
    design_budget_fen: Mapped[int | None] = mapped_column(Fen)
    budget_item: Mapped[str | None] = mapped_column(sa.String(100))
    budget_year: Mapped[int | None]
    funding: Mapped[str] = mapped_column(sa.String(400), default="")
    # Operation.
    mode_entry_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    mode_kind: Mapped[str] = mapped_column(sa.String(40), default=MODE_KIND)
    operating_budget_fen: Mapped[int | None] = mapped_column(Fen)
    operating_plan: Mapped[str] = mapped_column(sa.Text, default="")
    exit_plan: Mapped[str] = mapped_column(sa.Text, default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    sm3: Mapped[str | None] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    project: Mapped[Project] = relationship(back_populates="versions")
    submitter: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Declaration.submitted_by")
    mode: Mapped[CatalogueEntry | None] = relationship(
        primaryjoin="foreign(Declaration.mode_entry_id) == CatalogueEntry.id", viewonly=True
    )
    costs: Mapped[list["CostLine"]] = relationship(
        order_by="CostLine.line", back_populates="declaration", cascade="all, delete-orphan"
    )
    services: Mapped[list["PlannedService"]] = relationship(
        order_by="PlannedService.line", back_populates="declaration", cascade="all, delete-orphan"
    )
    data_items: Mapped[list["DataItem"]] = relationship(
        order_by="DataItem.line", back_populates="declaration", cascade="all, delete-orphan"
    )
    components: Mapped[list["ComponentUse"]] = relationship(
        order_by="ComponentUse.line", back_populates="declaration", cascade="all, delete-orphan"
    )
    targets: Mapped[list["Target"]] = relationship(
        order_by="Target.line", back_populates="declaration", cascade="all, delete-orphan"
    )


class _Line(Entity):
    """A numbered line of a list of a declaration."""

    __abstract__ = True

    declaration_id: Mapped[int] = mapped_column(sa.ForeignKey("declarations.id"))
    line: Mapped[int]


class CostLine(_Line):
    """One line of the cost sheet."""

    __tablename__ = "cost_lines"
    __table_args__ = table_args(
        sa.UniqueConstraint("declaration_id", "line"),
        sa.CheckConstraint(f"amount_fen > 0 AND amount_fen < {MAX_FEN}", name="amount_range"),
    )

    category: Mapped[CostCategory] = enum_column(CostCategory, "category")
    name: Mapped[str] = mapped_column(sa.String(200))
    amount_fen: Mapped[int] = mapped_column(Fen)
    declaration: Mapped[Declaration] = relationship(back_populates="costs")


class PlannedService(_Line):
    """A service that the project will bring or change, with what it was used before and will be used a year.

    A service on the ledger is named by `service_id`; one that does not exist yet has a name only. `baseline` is the use
    in the twelve months before (counted from/until and by whom in `baseline_source`); a new service has none and says
    so: a baseline of zero cannot be compared with and is refused.
    """

    __tablename__ = "planned_services"
    __table_args__ = table_args(
        sa.UniqueConstraint("declaration_id", "line"),
        sa.UniqueConstraint("declaration_id", "name"),
        sa.UniqueConstraint("declaration_id", "service_id"),
        sa.CheckConstraint("baseline IS NULL OR baseline > 0", name="baseline_positive"),
        sa.CheckConstraint("NOT (is_new AND baseline IS NOT NULL)", name="new_has_no_baseline"),
        sa.CheckConstraint("NOT (is_new AND service_id IS NOT NULL)", name="new_is_not_on_ledger"),
        sa.CheckConstraint("forecast_first IS NULL OR forecast_first > 0", name="forecast_first_positive"),
        sa.CheckConstraint("forecast_second IS NULL OR forecast_second > 0", name="forecast_second_positive"),
        sa.CheckConstraint("forecast_third IS NULL OR forecast_third > 0", name="forecast_third_positive"),
        sa.CheckConstraint("unit_price IS NULL OR unit_price > 0", name="price_positive"),
    )

    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("services.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    unit: Mapped[str] = mapped_column(sa.String(20))
    usage_indicator: Mapped[str] = mapped_column(sa.String(20), default="KI-040")
    is_new: Mapped[bool] = mapped_column(default=False)
    baseline: Mapped[int | None] = mapped_column(sa.BigInteger)
    baseline_source: Mapped[str] = mapped_column(sa.String(400), default="")
    # Expected use in the first, second and third year of operation.
    forecast_first: Mapped[int | None] = mapped_column(sa.BigInteger)
    forecast_second: Mapped[int | None] = mapped_column(sa.BigInteger)
    forecast_third: Mapped[int | None] = mapped_column(sa.BigInteger)
    # What one unit may cost, in yuan, where it is to be paid by use.
    unit_price: Mapped[Decimal | None] = mapped_column(Decimal6)
    declaration: Mapped[Declaration] = relationship(back_populates="services")
    service: Mapped[Service | None] = relationship(lazy="joined")


class DataItem(_Line):
    """Data that the project uses or makes."""

    __tablename__ = "data_items"
    __table_args__ = table_args(sa.UniqueConstraint("declaration_id", "line"))

    name: Mapped[str] = mapped_column(sa.String(200))
    catalogue_number: Mapped[str] = mapped_column(sa.String(100), default="")
    data_class: Mapped[DataClass] = enum_column(DataClass, "data_class")
    sharing: Mapped[Sharing] = enum_column(Sharing, "sharing")
    basis: Mapped[str] = mapped_column(sa.String(400), default="")
    provider: Mapped[str] = mapped_column(sa.String(120), default="")
    declaration: Mapped[Declaration] = relationship(back_populates="data_items")


class ComponentUse(_Line):
    """A shared capability that the project needs, and whether it takes the one there is."""

    __tablename__ = "component_uses"
    __table_args__ = table_args(
        sa.UniqueConstraint("declaration_id", "line"), sa.UniqueConstraint("declaration_id", "component")
    )

    component: Mapped[Component] = enum_column(Component, "component")
    provision: Mapped[Provision] = enum_column(Provision, "provision")
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    declaration: Mapped[Declaration] = relationship(back_populates="components")


class Target(_Line):
    """An effect that the project promises: from what to how much, by when, how measured; checked at evaluation."""

    __tablename__ = "targets"
    __table_args__ = table_args(
        sa.UniqueConstraint("declaration_id", "line"),
        sa.CheckConstraint("baseline IS NULL OR baseline >= 0", name="baseline_range"),
    )

    name: Mapped[str] = mapped_column(sa.String(200))
    value: Mapped[Decimal] = mapped_column(Decimal6)
    unit: Mapped[str] = mapped_column(sa.String(20))
    due_on: Mapped[date]
    effect: Mapped[EffectKind | None] = enum_column(EffectKind, "effect", default=None)
    # How it stood before; empty where nothing comparable did.
    baseline: Mapped[Decimal | None] = mapped_column(Decimal6)
    method: Mapped[str] = mapped_column(sa.String(400), default="")
    declaration: Mapped[Declaration] = relationship(back_populates="targets")


class ProjectDocument(AppendOnly):
    """A paper registered with a project: what it is, its number, who issued it when, and the file that shows it."""

    __tablename__ = "project_documents"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_project_documents_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_project_documents_file",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "registered_by", "registrar_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_project_documents_person",
        ),
        sa.Index("ix_project_documents_project_id", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[DocumentKind] = enum_column(DocumentKind, "kind")
    number: Mapped[str] = mapped_column(sa.String(100), default="")
    issuer: Mapped[str] = mapped_column(sa.String(120), default="")
    issued_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    registered_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    registrar_side: Mapped[Side] = enum_column(Side, "registrar_side")
    registered_at: Mapped[datetime]
    registrar: Mapped[User] = relationship(viewonly=True, foreign_keys="ProjectDocument.registered_by")
    file: Mapped[EvidenceFile] = relationship(
        primaryjoin="and_(foreign(ProjectDocument.subject_id) == EvidenceFile.subject_id,"
        " foreign(ProjectDocument.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )


class DuplicateVerdict(AppendOnly):
    """What a person of the authority made of the nearest projects and services on the ledger; the newest counts.

    `matches` is the canonical list of what was compared: code, kind, name, score and the passages that are alike.
    """

    __tablename__ = "duplicate_verdicts"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["declaration_id", "project_id"],
            ["declarations.id", "declarations.project_id"],
            name="fk_duplicate_verdicts_declaration",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duplicate_verdicts_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "judged_by", "judge_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_duplicate_verdicts_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "judge_org", "judge_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_duplicate_verdicts_party",
        ),
        sa.CheckConstraint("verdict IN ('none', 'partial', 'whole')", name="verdict"),
        sa.CheckConstraint("judge_role = 'competent_authority' AND judge_side = 'management'", name="by_authority"),
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.CheckConstraint("(verdict = 'partial') = (length(to_cut) > 0)", name="partial_says_what"),
        sa.Index("ix_duplicate_verdicts_project_id", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    declaration_id: Mapped[int] = mapped_column(sa.BigInteger)
    verdict: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    to_cut: Mapped[str] = mapped_column(sa.String(2000), default="")
    matches: Mapped[str] = mapped_column(sa.Text)
    judged_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    judge_org: Mapped[int] = mapped_column(sa.BigInteger)
    judge_side: Mapped[Side] = enum_column(Side, "judge_side", default=Side.MANAGEMENT)
    judge_role: Mapped[PartyRole] = enum_column(PartyRole, "judge_role", default=PartyRole.COMPETENT_AUTHORITY)
    judged_at: Mapped[datetime]
    judge: Mapped[User] = relationship(viewonly=True, foreign_keys="DuplicateVerdict.judged_by")
