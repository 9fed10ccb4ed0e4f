"""Tables of assessments, what they were scored from, opinions, vetoes and objections."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.assessments.keys import contract_key, evidence_key, person_key, plan_key, side_key
from app.contracts.models import Contract
from app.core.db import AppendOnly, Base, Decimal6, Entity, Fen, LabelledEnum, enum_column, table_args
from app.core.periods import Period
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.organisations.models import Organisation
from app.plans.models import Plan

DIGESTS = "length(input_digest) = 64 AND length(result_sha256) = 64 AND length(result_sm3) = 64"
AFTER_CONFIRMING = "('confirmed', 'final', 'restated', 'superseded')"
# The one edition of a period that is being worked on.
OPEN = "state IN ('computed', 'issued', 'confirmed', 'objected', 'upheld', 'reopened')"


class AssessmentState(LabelledEnum):
    """已计算 → 已发布 → 已确认/有异议 → 裁定 → 定稿 → 重述; an edition that a newer one replaced is superseded."""

    COMPUTED = "computed"
    ISSUED = "issued"
    CONFIRMED = "confirmed"
    OBJECTED = "objected"
    UPHELD = "upheld"
    REOPENED = "reopened"
    FINAL = "final"
    RESTATED = "restated"
    SUPERSEDED = "superseded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "computed": _l("已计算"),
            "issued": _l("已发布待确认"),
            "confirmed": _l("运营方已确认"),
            "objected": _l("有异议待裁定"),
            "upheld": _l("异议裁定：维持"),
            "reopened": _l("异议成立，待重算"),
            "final": _l("定稿"),
            "restated": _l("已被重述"),
            "superseded": _l("已被新版替代"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {
            "computed": "info",
            "issued": "progress",
            "confirmed": "good",
            "objected": "warn",
            "upheld": "good",
            "reopened": "warn",
            "final": "good",
            "restated": "muted",
            "superseded": "muted",
        }


class ObjectionState(LabelledEnum):
    """Raised by the operator; upheld (the result stays) or revised (it is computed again), or withdrawn."""

    RAISED = "raised"
    UPHELD = "upheld"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "raised": _l("待裁定"),
            "upheld": _l("维持原结果"),
            "revised": _l("异议成立，重新计算"),
            "withdrawn": _l("已撤回"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"raised": "progress", "upheld": "info", "revised": "warn", "withdrawn": "muted"}


class Assessment(Entity):
    """One edition of the result of one period: contract × plan × period × edition.

    What was calculated never changes; only the state moves, and whoever moved it is added. `successor` is the number of
    the edition that took the place of this one; `restated_at` the moment at which that one became final.
    """

    __tablename__ = "assessments"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("plan_id", "period", "edition"),
        sa.UniqueConstraint("id", "plan_id", "period", name="uq_assessments_period"),
        sa.UniqueConstraint("id", "subject_id", "issued_by", name="uq_assessments_issuer"),
        sa.UniqueConstraint("plan_id", "period", "edition", "finalised_at", name="uq_assessments_finalised"),
        contract_key("assessments"),
        plan_key("assessments"),
        sa.ForeignKeyConstraint(
            ["restates_id", "plan_id", "period"],
            ["assessments.id", "assessments.plan_id", "assessments.period"],
            name="fk_assessments_restates",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "period", "successor"],
            ["assessments.plan_id", "assessments.period", "assessments.edition"],
            name="fk_assessments_successor",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "period", "successor", "restated_at"],
            ["assessments.plan_id", "assessments.period", "assessments.edition", "assessments.finalised_at"],
            name="fk_assessments_restated",
            deferrable=True,
            initially="DEFERRED",
        ),
        person_key("assessments", "computed_by", "manager_side"),
        person_key("assessments", "issued_by", "manager_side"),
        person_key("assessments", "finalised_by", "manager_side"),
        person_key("assessments", "confirmed_by", "operator_side"),
        sa.CheckConstraint("manager_side = 'management' AND operator_side = 'operation'", name="sides"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("edition > 0", name="edition_positive"),
        sa.CheckConstraint("ends_at > starts_at AND computed_at >= ends_at", name="period_over"),
        sa.CheckConstraint("total IS NULL OR total BETWEEN 0 AND 100000000", name="total_range"),
        sa.CheckConstraint("points IS NULL OR points >= 0", name="points_range"),
        # I6: what is published rests on judged figures and is a number.
        sa.CheckConstraint(
            "state IN ('computed', 'superseded') OR (NOT provisional AND total IS NOT NULL AND points IS NOT NULL)",
            name="published_is_sure",
        ),
        sa.CheckConstraint("state IN ('computed', 'superseded') OR issued_by IS NOT NULL", name="issued_by_whom"),
        sa.CheckConstraint("(issued_by IS NULL) = (issued_at IS NULL)", name="issued_whole"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_whole"),
        sa.CheckConstraint("state <> 'computed' OR issued_by IS NULL", name="issued_by_moving"),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_by IS NOT NULL", name="confirmed_by_whom"),
        sa.CheckConstraint(f"confirmed_by IS NULL OR state IN {AFTER_CONFIRMING}", name="confirmed_by_moving"),
        sa.CheckConstraint("(finalised_by IS NULL) = (finalised_at IS NULL)", name="finalised_whole"),
        sa.CheckConstraint("(state IN ('final', 'restated')) = (finalised_by IS NOT NULL)", name="finalised_by_whom"),
        # I8: who published a result does not make it final.
        sa.CheckConstraint("finalised_by IS NULL OR finalised_by <> issued_by", name="four_eyes"),
        sa.CheckConstraint("(state IN ('superseded', 'restated')) = (successor IS NOT NULL)", name="replaced_by_what"),
        sa.CheckConstraint("successor IS NULL OR successor > edition", name="successor_later"),
        sa.CheckConstraint("(state = 'restated') = (restated_at IS NOT NULL)", name="restated_when"),
        sa.Index("ix_assessments_contract_id_period", "contract_id", "period"),
        sa.Index(
            "uq_assessments_open",
            "plan_id",
            "period",
            unique=True,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        ),
        sa.Index(
            "uq_assessments_final",
            "plan_id",
            "period",
            unique=True,
            sqlite_where=sa.text("state = 'final'"),
            postgresql_where=sa.text("state = 'final'"),
        ),
    )
    # Its digests stand in the trail and the text cannot change: a copy of every result would only swell the trail.
    __secret_fields__ = frozenset({"result"})

    code: Mapped[str] = mapped_column(sa.String(80))
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    plan_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    edition: Mapped[int]
    # The final edition that this one is to take the place of.
    restates_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    state: Mapped[AssessmentState] = enum_column(AssessmentState, "state", default=AssessmentState.COMPUTED)
    input_digest: Mapped[str] = mapped_column(sa.String(64))
    result: Mapped[str] = mapped_column(sa.Text)
    result_sha256: Mapped[str] = mapped_column(sa.String(64))
    result_sm3: Mapped[str] = mapped_column(sa.String(64))
    # None: held, some figure that the scheme waits for is not there.
    total: Mapped[Decimal | None] = mapped_column(Decimal6)
    grade: Mapped[str] = mapped_column(sa.String(40), default="")
    points: Mapped[Decimal | None] = mapped_column(Decimal6)
    # Net of what was earned back, so it may be below nothing; None: not known yet.
    deduction_fen: Mapped[int | None] = mapped_column(Fen)
    provisional: Mapped[bool]
    manager_side: Mapped[Side] = enum_column(Side, "manager_side", default=Side.MANAGEMENT)
    operator_side: Mapped[Side] = enum_column(Side, "operator_side", default=Side.OPERATION)
    # None: the system, on its schedule.
    computed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_assessments_computed_by"))
    computed_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_assessments_issued_by"))
    issued_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_assessments_confirmed_by"))
    confirmed_at: Mapped[datetime | None]
    finalised_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_assessments_finalised_by"))
    finalised_at: Mapped[datetime | None]
    successor: Mapped[int | None]
    restated_at: Mapped[datetime | None]
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Assessment.contract_id) == Contract.id", viewonly=True
    )
    plan: Mapped[Plan] = relationship(primaryjoin="foreign(Assessment.plan_id) == Plan.id", viewonly=True)
    restates: Mapped["Assessment | None"] = relationship(
        primaryjoin="foreign(Assessment.restates_id) == remote(Assessment.id)", viewonly=True
    )
    computer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Assessment.computed_by")
    issuer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Assessment.issued_by")
    confirmer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Assessment.confirmed_by")
    finaliser: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Assessment.finalised_by")
    objections: Mapped[list["Objection"]] = relationship(
        order_by="Objection.id", primaryjoin="Assessment.id == foreign(Objection.assessment_id)", viewonly=True
    )

    @property
    def ref(self) -> str:
        """Acts on it belong to its contract's history."""
        return f"contract:{self.contract.code}"

    @property
    def span(self) -> Period:
        return Period(self.period)


class AssessmentFigure(Base):
    """A figure that an edition was scored from; rows come with the edition, in its act."""

    __tablename__ = "assessment_figures"

    assessment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("assessments.id", name="fk_assessment_figures_assessment"), primary_key=True
    )
    figure_id: Mapped[int] = mapped_column(
        sa.ForeignKey("figures.id", name="fk_assessment_figures_figure"), primary_key=True
    )


class AssessmentSubmission(Base):
    """A submission of events that an edition was scored from; rows come with the edition, in its act."""

    __tablename__ = "assessment_submissions"

    assessment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("assessments.id", name="fk_assessment_submissions_assessment"), primary_key=True
    )
    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("submissions.id", name="fk_assessment_submissions_submission"), primary_key=True
    )


class AssessmentOpinion(AppendOnly):
    """What one person of the management side gives an item that people judge; the newest of each person counts."""

    __tablename__ = "assessment_opinions"
    __table_args__ = table_args(
        contract_key("assessment_opinions"),
        plan_key("assessment_opinions"),
        person_key("assessment_opinions", "user_id", "side"),
        side_key("assessment_opinions"),
        sa.CheckConstraint("side = 'management'", name="by_management"),
        sa.CheckConstraint("score BETWEEN 0 AND 100000000", name="score_range"),
        sa.CheckConstraint("length(reason) > 0", name="why"),
        sa.Index("ix_assessment_opinions_plan_id_period", "plan_id", "period"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    plan_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    item: Mapped[str] = mapped_column(sa.String(80))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_assessment_opinions_user"))
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_assessment_opinions_organisation")
    )
    side: Mapped[Side] = enum_column(Side, "side", default=Side.MANAGEMENT)
    # The name as it was, so that a result can be computed again byte for byte.
    scorer: Mapped[str] = mapped_column(sa.String(120))
    score: Mapped[Decimal] = mapped_column(Decimal6)
    reason: Mapped[str] = mapped_column(sa.String(2000))
    given_at: Mapped[datetime]
    user: Mapped[User] = relationship(viewonly=True)
    organisation: Mapped[Organisation] = relationship(viewonly=True)


class AssessmentVeto(AppendOnly):
    """Something that makes a period's grade the last one (一票否决); another row with `lifts_id` takes it back."""

    __tablename__ = "assessment_vetoes"
    __table_args__ = table_args(
        sa.UniqueConstraint("lifts_id"),
        sa.UniqueConstraint("id", "plan_id", "period", "code", name="uq_assessment_vetoes_what"),
        sa.ForeignKeyConstraint(
            ["lifts_id", "plan_id", "period", "code"],
            [f"assessment_vetoes.{name}" for name in ("id", "plan_id", "period", "code")],
            name="fk_assessment_vetoes_lifts",
        ),
        contract_key("assessment_vetoes"),
        plan_key("assessment_vetoes"),
        person_key("assessment_vetoes", "user_id", "side"),
        side_key("assessment_vetoes"),
        evidence_key("assessment_vetoes"),
        sa.CheckConstraint("side = 'management'", name="by_management"),
        sa.CheckConstraint("length(reason) > 0", name="why"),
        sa.Index("ix_assessment_vetoes_plan_id_period", "plan_id", "period"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    plan_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    code: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    lifts_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_assessment_vetoes_user"))
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_assessment_vetoes_organisation")
    )
    side: Mapped[Side] = enum_column(Side, "side", default=Side.MANAGEMENT)
    recorded_at: Mapped[datetime]
    user: Mapped[User] = relationship(viewonly=True)
    organisation: Mapped[Organisation] = relationship(viewonly=True)
    file: Mapped[EvidenceFile | None] = relationship(
        primaryjoin="and_(foreign(AssessmentVeto.subject_id) == EvidenceFile.subject_id, "
        "foreign(AssessmentVeto.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )


class Objection(Entity):
    """What the operator disputes in a published edition, decided by who did not publish it (I7); `items` is JSON."""

    __tablename__ = "objections"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["assessment_id", "subject_id", "issued_by"],
            ["assessments.id", "assessments.subject_id", "assessments.issued_by"],
            name="fk_objections_assessment",
        ),
        person_key("objections", "raised_by", "side"),
        person_key("objections", "decided_by", "decider_side"),
        side_key("objections"),
        evidence_key("objections"),
        sa.CheckConstraint("side = 'operation' AND decider_side = 'management'", name="sides"),
        sa.CheckConstraint("decided_by <> issued_by AND decided_by <> raised_by", name="four_eyes"),
        sa.CheckConstraint("raised_by <> issued_by", name="raised_by_another"),
        sa.CheckConstraint("length(reason) > 0", name="why"),
        sa.CheckConstraint(
            "(state IN ('raised', 'withdrawn') AND decided_by IS NULL)"
            " OR (state IN ('upheld', 'revised') AND decided_by IS NOT NULL AND length(decision_reason) > 0)",
            name="decided_whole",
        ),
        sa.CheckConstraint("(state = 'raised') = (decided_at IS NULL)", name="ended_when"),
        sa.Index("ix_objections_assessment_id", "assessment_id"),
        sa.Index(
            "uq_objections_raised",
            "assessment_id",
            unique=True,
            sqlite_where=sa.text("state = 'raised'"),
            postgresql_where=sa.text("state = 'raised'"),
        ),
    )

    assessment_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    issued_by: Mapped[int] = mapped_column(sa.BigInteger)
    items: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.String(2000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    raised_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_objections_raised_by"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_objections_organisation"))
    side: Mapped[Side] = enum_column(Side, "side", default=Side.OPERATION)
    raised_at: Mapped[datetime]
    state: Mapped[ObjectionState] = enum_column(ObjectionState, "state", default=ObjectionState.RAISED)
    decider_side: Mapped[Side] = enum_column(Side, "decider_side", default=Side.MANAGEMENT)
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_objections_decided_by"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    assessment: Mapped[Assessment] = relationship(
        primaryjoin="foreign(Objection.assessment_id) == Assessment.id", viewonly=True
    )
    raiser: Mapped[User] = relationship(viewonly=True, foreign_keys="Objection.raised_by")
    decider: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Objection.decided_by")
    file: Mapped[EvidenceFile | None] = relationship(
        primaryjoin="and_(foreign(Objection.subject_id) == EvidenceFile.subject_id, "
        "foreign(Objection.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )
