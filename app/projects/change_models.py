"""Tables of changes of an approved project, and of what became of the effects that it promised."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Decimal6, Entity, Fen, enum_column, table_args
from app.core.money import MAX_FEN
from app.core.permissions import Side
from app.gates.models import Decision, standing_keys
from app.projects.change_kinds import ChangeBasis, ChangeRoute, ChangeState
from app.projects.kinds import CostCategory
from app.projects.models import Declaration, Project, Target
from app.subjects.models import PartyRole

_OPEN = sa.text("state IN ('draft', 'submitted', 'countersigned')")


class ProjectChange(Entity):
    """What an approved project changes before it is accepted. Sealed on submission; what was approved stays as it was.

    `moved_fen` and `net_fen` are what its lines move and add, `earlier_*` what all changes before it did: the share is
    counted over all of them. `content` is the canonical text that is decided on, with its `digest`.
    """

    __tablename__ = "project_changes"
    __table_args__ = table_args(
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("decision_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_project_changes_project"
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id", "project_id"],
            ["declarations.id", "declarations.project_id"],
            name="fk_project_changes_declaration",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"], ["decisions.id", "decisions.subject_id"], name="fk_project_changes_decision"
        ),
        *standing_keys("project_changes", "submitter", "submitted_by", "submitter"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_project_changes_file",
        ),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint(
            "(submitted_by IS NULL) = (digest IS NULL) AND (submitted_by IS NULL) = (submitter_org IS NULL)"
            " AND (submitted_by IS NULL) = (submitted_at IS NULL) AND (submitted_by IS NULL) = (content IS NULL)"
            " AND (submitted_by IS NULL) = (submitter_side IS NULL)"
            " AND (submitted_by IS NULL) = (submitter_role IS NULL)"
            " AND (state <> 'draft' OR submitted_by IS NULL)"
            " AND (state IN ('draft', 'discarded') OR submitted_by IS NOT NULL)",
            name="submitted_whole",
        ),
        sa.CheckConstraint(
            "submitted_by IS NULL OR (length(reason) > 0 AND sha256 IS NOT NULL AND scope_kept IS NOT NULL"
            " AND basis IS NOT NULL AND route IS NOT NULL AND length(digest) = 64"
            " AND moved_fen IS NOT NULL AND moved_fen >= 0"
            f" AND moved_fen < {MAX_FEN} AND net_fen IS NOT NULL"
            " AND earlier_fen IS NOT NULL AND earlier_fen >= 0 AND earlier_net_fen IS NOT NULL"
            " AND submitter_role = 'client' AND submitter_side = 'management')",
            name="said_whole",
        ),
        sa.CheckConstraint(
            "route IS NULL OR route <> 'filing' OR (scope_kept AND basis <> 'other' AND approved_fen IS NOT NULL"
            " AND (moved_fen + earlier_fen) * 100 <= approved_fen * 15 AND net_fen + earlier_net_fen <= 0)",
            name="filed_within",
        ),
        sa.CheckConstraint(
            "(decision_id IS NOT NULL) = (state IN ('approved', 'filed', 'refused', 'returned'))",
            name="decided_whole",
        ),
        sa.Index("uq_project_changes_open", "project_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    # The approved version that it changes.
    declaration_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    state: Mapped[ChangeState] = enum_column(ChangeState, "state", default=ChangeState.DRAFT)
    basis: Mapped[ChangeBasis | None] = enum_column(ChangeBasis, "basis", default=None)
    # Whether the aim of the project stays as it was approved.
    scope_kept: Mapped[bool | None]
    scope: Mapped[str] = mapped_column(sa.String(4000), default="")
    new_until: Mapped[date | None]
    new_person: Mapped[str] = mapped_column(sa.String(60), default="")
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    # By how many days the end of building moves; None where it stays or was never known.
    days: Mapped[int | None]
    approved_fen: Mapped[int | None] = mapped_column(Fen)
    moved_fen: Mapped[int | None] = mapped_column(Fen)
    net_fen: Mapped[int | None] = mapped_column(Fen)
    earlier_fen: Mapped[int | None] = mapped_column(Fen)
    earlier_net_fen: Mapped[int | None] = mapped_column(Fen)
    route: Mapped[ChangeRoute | None] = enum_column(ChangeRoute, "route", default=None)
    content: Mapped[str | None] = mapped_column(sa.Text)
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    submitted_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    submitter_org: Mapped[int | None] = mapped_column(sa.BigInteger)
    submitter_side: Mapped[Side | None] = enum_column(Side, "submitter_side", default=None)
    submitter_role: Mapped[PartyRole | None] = enum_column(PartyRole, "submitter_role", default=None)
    submitted_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    project: Mapped[Project] = relationship(
        primaryjoin="foreign(ProjectChange.project_id) == Project.id", viewonly=True, lazy="joined"
    )
    declaration: Mapped[Declaration] = relationship(
        primaryjoin="foreign(ProjectChange.declaration_id) == Declaration.id", viewonly=True
    )
    decision: Mapped[Decision | None] = relationship(
        primaryjoin="foreign(ProjectChange.decision_id) == Decision.id", viewonly=True
    )
    submitter: Mapped[User | None] = relationship(
        primaryjoin="foreign(ProjectChange.submitted_by) == User.id", viewonly=True
    )
    costs: Mapped[list["ChangeCost"]] = relationship(
        order_by="ChangeCost.line", back_populates="change", cascade="all, delete-orphan", lazy="selectin"
    )

    __secret_fields__ = frozenset({"content"})

    @property
    def ref(self) -> str:
        """Changes stand on the trail of their project."""
        return self.project.ref

    @property
    def code(self) -> str:
        """How people name it."""
        return f"BG-{self.project.code}-{self.number}"


class ChangeCost(Entity):
    """Money that a change adds to a category of cost, or takes from it."""

    __tablename__ = "change_costs"
    __table_args__ = table_args(
        sa.UniqueConstraint("change_id", "line"),
        sa.CheckConstraint(f"delta_fen <> 0 AND delta_fen > -{MAX_FEN} AND delta_fen < {MAX_FEN}", name="delta_range"),
    )

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("project_changes.id"))
    line: Mapped[int]
    category: Mapped[CostCategory] = enum_column(CostCategory, "category")
    name: Mapped[str] = mapped_column(sa.String(200))
    delta_fen: Mapped[int] = mapped_column(Fen)
    change: Mapped[ProjectChange] = relationship(back_populates="costs")


class EffectResult(AppendOnly):
    """What became of a promised effect, as the client answers it for one evaluation; the newest answer counts.

    An actual value with its day and source, or why it is not known: what is missing is missing, never zero.
    """

    __tablename__ = "effect_results"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_effect_results_project"
        ),
        *standing_keys("effect_results", "recorder", "recorded_by", "recorder"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_effect_results_file",
        ),
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.CheckConstraint(
            "(actual IS NOT NULL AND actual >= 0 AND measured_on IS NOT NULL AND length(source) > 0"
            " AND unknown_reason = '') OR (actual IS NULL AND measured_on IS NULL AND length(unknown_reason) > 0)",
            name="known_or_why_not",
        ),
        sa.CheckConstraint("recorder_role = 'client' AND recorder_side = 'management'", name="by_client"),
        sa.Index("ix_effect_results_project_id", "project_id"),
    )

    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    target_id: Mapped[int] = mapped_column(sa.ForeignKey("targets.id"))
    # The round of the evaluation that it is for.
    round: Mapped[int]
    actual: Mapped[Decimal | None] = mapped_column(Decimal6)
    measured_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(sa.String(400), default="")
    unknown_reason: Mapped[str] = mapped_column(sa.String(1000), default="")
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    recorded_by: Mapped[int] = mapped_column(sa.BigInteger)
    recorder_org: Mapped[int] = mapped_column(sa.BigInteger)
    recorder_side: Mapped[Side] = enum_column(Side, "recorder_side", default=Side.MANAGEMENT)
    recorder_role: Mapped[PartyRole] = enum_column(PartyRole, "recorder_role", default=PartyRole.CLIENT)
    recorded_at: Mapped[datetime]
    target: Mapped[Target] = relationship(viewonly=True)
    recorder: Mapped[User] = relationship(primaryjoin="foreign(EffectResult.recorded_by) == User.id", viewonly=True)
