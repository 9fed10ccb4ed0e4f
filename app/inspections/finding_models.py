"""Tables of findings: what is wrong, how the responsible party rectified it, what another inspector says of that."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.figures.kinds import Source
from app.figures.models import Figure, Submission
from app.inspections.keys import about_reported, by_inspector, by_person, of_inspection, of_party, with_file
from app.inspections.kinds import FindingState, Outcome, Severity
from app.inspections.models import Inspection
from app.lifecycle.models import Task
from app.organisations.models import Organisation
from app.services.models import Service


class Finding(Entity):
    """Something wrong that a party has to put right; what it says never changes, its rounds are added below it."""

    __tablename__ = "findings"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("inspection_id", "number"),
        # What rectifications and verdicts point at: whose duty it is, and who found it.
        sa.UniqueConstraint("id", "subject_id", "organisation_id", "side", name="uq_findings_responsible"),
        sa.UniqueConstraint("id", "inspection_id", "subject_id", "found_by", name="uq_findings_found"),
        of_inspection("findings"),
        *about_reported("findings"),
        by_inspector("findings", "found_by"),
        of_party("findings", "organisation_id", "side"),
        sa.CheckConstraint("side IN ('management', 'operation')", name="of_both_sides"),
        sa.CheckConstraint("workdays > 0 AND round > 0", name="counts_positive"),
        sa.CheckConstraint("length(text) > 0 AND length(basis) > 0", name="said_whole"),
        sa.CheckConstraint(
            "(submission_id IS NULL) = (source IS NULL) AND (figure_id IS NULL OR submission_id IS NOT NULL)",
            name="figure_whole",
        ),
        sa.CheckConstraint(
            "(state IN ('closed', 'cannot')) = (settled_at IS NOT NULL)",
            name="settled_has_moment",
        ),
        sa.Index("ix_findings_subject_id", "subject_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    severity: Mapped[Severity] = enum_column(Severity, "severity")
    text: Mapped[str] = mapped_column(sa.String(4000))
    basis: Mapped[str] = mapped_column(sa.String(1000))
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("services.id", name="fk_findings_service"))
    indicator_code: Mapped[str] = mapped_column(sa.String(80), default="")
    submission_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    source: Mapped[Source | None] = enum_column(Source, "source")
    figure_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_findings_organisation"))
    side: Mapped[Side] = enum_column(Side, "side")
    found_by: Mapped[int] = mapped_column(sa.BigInteger)
    found_at: Mapped[datetime]
    # Working days of the first round; further rounds have theirs in the verdicts that opened them.
    workdays: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[FindingState] = enum_column(FindingState, "state", default=FindingState.OPEN)
    settled_at: Mapped[datetime | None]
    inspection: Mapped[Inspection] = relationship(
        primaryjoin="foreign(Finding.inspection_id) == Inspection.id", viewonly=True
    )
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Finding.organisation_id")
    finder: Mapped[User] = relationship(primaryjoin="foreign(Finding.found_by) == User.id", viewonly=True)
    service: Mapped[Service | None] = relationship(viewonly=True)
    figure: Mapped[Figure | None] = relationship(primaryjoin="foreign(Finding.figure_id) == Figure.id", viewonly=True)
    submission: Mapped[Submission | None] = relationship(
        primaryjoin="foreign(Finding.submission_id) == Submission.id", viewonly=True
    )
    # Whose turn it is, and until when: the responsible party's or the inspectorate's.
    task: Mapped[Task | None] = relationship(
        primaryjoin="and_(Finding.code == foreign(Task.item), Finding.subject_id == foreign(Task.subject_id), "
        "Task.state == 'open')",
        viewonly=True,
        uselist=False,
    )
    rectifications: Mapped[list["Rectification"]] = relationship(
        primaryjoin="Finding.id == foreign(Rectification.finding_id)", order_by="Rectification.round", viewonly=True
    )
    verdicts: Mapped[list["Verdict"]] = relationship(
        primaryjoin="Finding.id == foreign(Verdict.finding_id)", order_by="Verdict.round", viewonly=True
    )


class Rectification(AppendOnly):
    """How the responsible party says it has put a finding right, with evidence; one in each round."""

    __tablename__ = "rectifications"
    __table_args__ = table_args(
        sa.UniqueConstraint("finding_id", "round"),
        sa.UniqueConstraint("id", "finding_id", "round", "user_id"),
        sa.ForeignKeyConstraint(
            ["finding_id", "subject_id", "organisation_id", "side"],
            ["findings.id", "findings.subject_id", "findings.organisation_id", "findings.side"],
            name="fk_rectifications_responsible",
        ),
        by_person("rectifications", "user_id", "side"),
        with_file("rectifications"),
        sa.CheckConstraint("length(text) > 0", name="text_there"),
        sa.CheckConstraint("late = (submitted_on > due_on)", name="late_is_late"),
    )

    finding_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(sa.BigInteger)
    side: Mapped[Side] = enum_column(Side, "side")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_rectifications_user"))
    round: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(4000))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    submitted_at: Mapped[datetime]
    submitted_on: Mapped[date]
    due_on: Mapped[date]
    late: Mapped[bool]
    user: Mapped[User] = relationship(viewonly=True, foreign_keys="Rectification.user_id")
    file: Mapped[EvidenceFile] = relationship(
        primaryjoin="and_(foreign(Rectification.subject_id) == EvidenceFile.subject_id, "
        "foreign(Rectification.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )


class Verdict(AppendOnly):
    """What another inspector than the finder says of a rectification; the keys hold who found and who rectified."""

    __tablename__ = "verdicts"
    __table_args__ = table_args(
        sa.UniqueConstraint("rectification_id"),
        sa.ForeignKeyConstraint(
            ["finding_id", "inspection_id", "subject_id", "found_by"],
            ["findings.id", "findings.inspection_id", "findings.subject_id", "findings.found_by"],
            name="fk_verdicts_finding",
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id", "finding_id", "round", "rectified_by"],
            ["rectifications.id", "rectifications.finding_id", "rectifications.round", "rectifications.user_id"],
            name="fk_verdicts_rectification",
        ),
        by_inspector("verdicts", "given_by"),
        sa.CheckConstraint("given_by <> found_by", name="four_eyes"),
        sa.CheckConstraint("given_by <> rectified_by", name="not_ones_own"),
        sa.CheckConstraint("length(reason) > 0", name="reason_there"),
        sa.CheckConstraint("(outcome = 'not_eliminated') = (workdays IS NOT NULL)", name="further_round"),
        sa.CheckConstraint("workdays IS NULL OR workdays > 0", name="workdays_positive"),
        sa.Index("ix_verdicts_finding_id", "finding_id"),
    )

    finding_id: Mapped[int] = mapped_column(sa.BigInteger)
    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    rectification_id: Mapped[int] = mapped_column(sa.BigInteger)
    round: Mapped[int]
    outcome: Mapped[Outcome] = enum_column(Outcome, "outcome")
    reason: Mapped[str] = mapped_column(sa.String(2000))
    # Working days of the round that this verdict opens.
    workdays: Mapped[int | None]
    found_by: Mapped[int] = mapped_column(sa.BigInteger)
    rectified_by: Mapped[int] = mapped_column(sa.BigInteger)
    given_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_verdicts_user"))
    given_at: Mapped[datetime]
    giver: Mapped[User] = relationship(viewonly=True, foreign_keys="Verdict.given_by")
