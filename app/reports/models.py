"""Tables of performance reports, the files made from them, and the scheduled runs that produced the first editions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.assessments.models import Assessment
from app.contracts.models import Contract
from app.core.db import AppendOnly, Base, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side
from app.plans.models import Plan

DIGESTS = "length(sha256) = 64 AND length(sm3) = 64"


class ReportState(LabelledEnum):
    """A report is produced; the inspectorate signs its conclusion on it, or a newer edition takes its place."""

    PRODUCED = "produced"
    SIGNED = "signed"
    SUPERSEDED = "superseded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"produced": _l("已生成"), "signed": _l("已签发"), "superseded": _l("已被新版替代")}

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"produced": "info", "signed": "good", "superseded": "muted"}


class FileKind(LabelledEnum):
    """What a report is handed out as."""

    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"pdf": "PDF", "xlsx": "XLSX", "docx": "DOCX"}


class Report(Entity):
    """One edition of what is known about a contract in a period; `content` is all of it and never changes."""

    __tablename__ = "reports"
    __table_args__ = table_args(
        sa.UniqueConstraint("plan_id", "period", "edition"),
        # What runs, inspections and later editions point at.
        sa.UniqueConstraint("code", "plan_id", "period", "edition"),
        sa.UniqueConstraint("id", "plan_id", "period"),
        sa.UniqueConstraint("id", "sha256"),
        sa.UniqueConstraint("id", "contract_id", "subject_id"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_reports_contract"
        ),
        sa.ForeignKeyConstraint(["plan_id", "contract_id"], ["plans.id", "plans.contract_id"], name="fk_reports_plan"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "plan_id", "period"],
            ["assessments.id", "assessments.plan_id", "assessments.period"],
            name="fk_reports_assessment",
        ),
        # A person produces on the management's side only; without a person it was the system.
        sa.ForeignKeyConstraint(
            ["subject_id", "produced_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_reports_person",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "plan_id", "period"],
            ["reports.id", "reports.plan_id", "reports.period"],
            name="fk_reports_supersedes",
        ),
        sa.CheckConstraint("side = 'management'", name="by_management"),
        sa.CheckConstraint("edition > 0", name="edition_positive"),
        sa.CheckConstraint("(edition = 1) = (supersedes_id IS NULL)", name="edition_follows"),
        sa.CheckConstraint("edition = 1 OR length(reason) > 0", name="edition_reason"),
        sa.CheckConstraint("evidence_gaps >= 0", name="gaps_range"),
        sa.CheckConstraint("ends_at > starts_at", name="period_ordered"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("length(content) > 0", name="content_there"),
        sa.Index("ix_reports_contract_id_starts_at", "contract_id", "starts_at"),
        sa.Index("ix_reports_assessment_id", "assessment_id"),
    )

    # Its digests stand in the trail and the text cannot change: a copy of every report would only swell the trail.
    __secret_fields__ = frozenset({"content"})

    code: Mapped[str] = mapped_column(sa.String(80), unique=True)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    plan_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    edition: Mapped[int]
    supersedes_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    assessment_id: Mapped[int] = mapped_column(sa.BigInteger)
    # The state that the shown assessment was in then: a later one calls for a new edition.
    assessment_state: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    evidence_gaps: Mapped[int]
    side: Mapped[Side] = enum_column(Side, "side", default=Side.MANAGEMENT)
    produced_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_reports_producer"))
    produced_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    state: Mapped[ReportState] = enum_column(ReportState, "state", default=ReportState.PRODUCED)
    contract: Mapped[Contract] = relationship(primaryjoin="foreign(Report.contract_id) == Contract.id", viewonly=True)
    assessment: Mapped[Assessment] = relationship(
        primaryjoin="foreign(Report.assessment_id) == Assessment.id", viewonly=True
    )
    plan: Mapped[Plan] = relationship(primaryjoin="foreign(Report.plan_id) == Plan.id", viewonly=True)
    producer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Report.produced_by")
    files: Mapped[list["ReportFile"]] = relationship(order_by="ReportFile.id", viewonly=True)

    @property
    def ref(self) -> str:
        """What acts on it are filed under: the contract's, as everything about a contract."""
        return self.contract.ref


class ReportFile(AppendOnly):
    """A file made from a report's content when it was produced; the bytes lie in the evidence store."""

    __tablename__ = "report_files"
    __table_args__ = table_args(
        sa.UniqueConstraint("report_id", "kind"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
    )

    report_id: Mapped[int] = mapped_column(sa.ForeignKey("reports.id", name="fk_report_files_report"))
    kind: Mapped[FileKind] = enum_column(FileKind, "kind")
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)


class ReportRun(Base):
    """The scheduled run of one plan's period, done once: the row claims it and commits only together with its report.

    The claim comes first and a second scheduler waits at its key; the deferred key demands the report at the commit,
    so nothing can stay claimed and undone.
    """

    __tablename__ = "report_runs"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["report_code", "plan_id", "period", "edition"],
            ["reports.code", "reports.plan_id", "reports.period", "reports.edition"],
            name="fk_report_runs_report",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint("edition = 1", name="first_edition"),
    )

    plan_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    period: Mapped[str] = mapped_column(sa.String(13), primary_key=True)
    edition: Mapped[int] = mapped_column(default=1)
    report_code: Mapped[str] = mapped_column(sa.String(80))
    claimed_at: Mapped[datetime]
