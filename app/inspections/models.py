"""Tables of inspections: who inspects, samples, queries and the signed conclusion (findings: finding_models.py)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.contracts.models import Contract
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.figures.kinds import Source
from app.figures.models import Figure, Submission
from app.inspections.keys import about_reported, by_inspector, by_person, of_inspection, of_party, with_file
from app.inspections.kinds import InspectionState, QueryState, SampleMethod, SampleResult
from app.lifecycle.models import Task
from app.organisations.models import Organisation
from app.reports.models import Report


class Inspection(Entity):
    """An inspectorate looks at one report; it may move on to a newer edition while it is open, never to another."""

    __tablename__ = "inspections"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("contract_id", "period", "number"),
        # What people, samples, queries, findings and conclusions point at.
        sa.UniqueConstraint("id", "subject_id", "contract_id"),
        sa.UniqueConstraint("id", "subject_id", "organisation_id", "side", name="uq_inspections_by"),
        sa.ForeignKeyConstraint(
            ["report_id", "contract_id", "subject_id"],
            ["reports.id", "reports.contract_id", "reports.subject_id"],
            name="fk_inspections_report",
        ),
        sa.ForeignKeyConstraint(
            ["report_id", "plan_id", "period"],
            ["reports.id", "reports.plan_id", "reports.period"],
            name="fk_inspections_period",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_inspections_able",
        ),
        sa.CheckConstraint("side = 'supervision'", name="by_supervision"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.Index(
            "uq_inspections_open",
            "plan_id",
            "period",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_inspections_report_id", "report_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    report_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    plan_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    number: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_inspections_organisation"))
    side: Mapped[Side] = enum_column(Side, "side", default=Side.SUPERVISION)
    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_inspections_lead"))
    opened_at: Mapped[datetime]
    opened_on: Mapped[date]
    state: Mapped[InspectionState] = enum_column(InspectionState, "state", default=InspectionState.OPEN)
    report: Mapped[Report] = relationship(
        primaryjoin="foreign(Inspection.report_id) == Report.id", viewonly=True, lazy="joined"
    )
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Inspection.contract_id) == Contract.id", viewonly=True
    )
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Inspection.organisation_id")
    lead: Mapped[User] = relationship(viewonly=True, foreign_keys="Inspection.lead_id")
    # The signature that is owed, with its deadline.
    task: Mapped[Task | None] = relationship(
        primaryjoin="and_(Inspection.code == foreign(Task.item), Inspection.subject_id == foreign(Task.subject_id), "
        "Task.state == 'open')",
        viewonly=True,
        uselist=False,
    )
    conclusion: Mapped["Conclusion | None"] = relationship(
        primaryjoin="Inspection.id == foreign(Conclusion.inspection_id)", viewonly=True
    )

    @property
    def ref(self) -> str:
        """Acts are filed under the inspection's own name: the contract's trail is open to its parties."""
        return f"inspection:{self.code}"


class InspectionPerson(AppendOnly):
    """A person who inspects: never one who acted or works for a party of the contract (I2, I19)."""

    __tablename__ = "inspection_people"
    __table_args__ = table_args(
        sa.UniqueConstraint("inspection_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["inspection_id", "subject_id", "organisation_id", "side"],
            ["inspections.id", "inspections.subject_id", "inspections.organisation_id", "inspections.side"],
            name="fk_inspection_people_inspection",
        ),
        sa.CheckConstraint("side = 'supervision'", name="by_supervision"),
        sa.Index("ix_inspection_people_subject_id_user_id", "subject_id", "user_id"),
    )

    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(sa.BigInteger)
    side: Mapped[Side] = enum_column(Side, "side", default=Side.SUPERVISION)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_inspection_people_user"))
    joined_at: Mapped[datetime]
    # Since this day at least the person worked for no party.
    clear_since: Mapped[date]
    user: Mapped[User] = relationship(viewonly=True, foreign_keys="InspectionPerson.user_id")


class Sample(Entity):
    """A reported figure (or a file of events as a whole) to be compared with its evidence."""

    __tablename__ = "inspection_samples"
    __table_args__ = table_args(
        of_inspection("inspection_samples"),
        *about_reported("inspection_samples"),
        by_inspector("inspection_samples", "drawn_by"),
        by_inspector("inspection_samples", "settled_by"),
        sa.CheckConstraint("(method = 'random') = (length(seed) > 0)", name="chance_has_seed"),
        sa.CheckConstraint("drawn > 0 AND population >= drawn", name="draw_range"),
        sa.CheckConstraint(
            "(result = 'pending') = (settled_by IS NULL) AND (settled_by IS NULL) = (settled_at IS NULL)",
            name="settled_whole",
        ),
        sa.CheckConstraint("result IN ('pending', 'agrees') OR length(note) > 0", name="deviation_note"),
        sa.Index("ix_inspection_samples_inspection_id", "inspection_id"),
    )

    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)
    source: Mapped[Source] = enum_column(Source, "source")
    figure_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    method: Mapped[SampleMethod] = enum_column(SampleMethod, "method")
    # Of a random draw: the seed, how many were drawn, and out of how many (see sampling.py).
    seed: Mapped[str] = mapped_column(sa.String(64), default="")
    drawn: Mapped[int]
    population: Mapped[int]
    drawn_by: Mapped[int] = mapped_column(sa.BigInteger)
    drawn_at: Mapped[datetime]
    result: Mapped[SampleResult] = enum_column(SampleResult, "result", default=SampleResult.PENDING)
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    settled_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    settled_at: Mapped[datetime | None]
    figure: Mapped[Figure | None] = relationship(primaryjoin="foreign(Sample.figure_id) == Figure.id", viewonly=True)
    submission: Mapped[Submission] = relationship(
        primaryjoin="foreign(Sample.submission_id) == Submission.id", viewonly=True
    )
    drawer: Mapped[User] = relationship(primaryjoin="foreign(Sample.drawn_by) == User.id", viewonly=True)
    settler: Mapped[User | None] = relationship(primaryjoin="foreign(Sample.settled_by) == User.id", viewonly=True)

    @property
    def key(self) -> str:
        return key_of(self.figure_id, self.submission_id)


def key_of(figure_id: int | None, submission_id: int) -> str:
    """The name of a sampled thing in a draw."""
    return f"figure:{figure_id}" if figure_id is not None else f"submission:{submission_id}"


class Query(Entity):
    """A question to a party with a deadline; the answer is written once, late ones are marked."""

    __tablename__ = "inspection_queries"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("inspection_id", "number"),
        of_inspection("inspection_queries"),
        by_inspector("inspection_queries", "asked_by"),
        by_inspector("inspection_queries", "lapsed_by"),
        of_party("inspection_queries", "asked_org_id", "asked_side"),
        by_person("inspection_queries", "answered_by", "asked_side"),
        with_file("inspection_queries"),
        sa.CheckConstraint("workdays > 0", name="workdays_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_there"),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_by IS NOT NULL) AND (answered_by IS NULL) = (length(answer) = 0)"
            " AND (state = 'lapsed') = (lapsed_by IS NOT NULL) AND (lapsed_by IS NULL) = (length(lapse_reason) = 0)"
            " AND (state = 'asked') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_on IS NULL)"
            " AND (ended_at IS NULL) = (due_on IS NULL)",
            name="ended_whole",
        ),
        sa.CheckConstraint("sha256 IS NULL OR state = 'answered'", name="file_of_answer"),
        sa.CheckConstraint("state <> 'lapsed' OR ended_on > due_on", name="lapsed_when_due"),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(4000))
    asked_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_inspection_queries_org"))
    asked_side: Mapped[Side] = enum_column(Side, "asked_side")
    asked_by: Mapped[int] = mapped_column(sa.BigInteger)
    asked_at: Mapped[datetime]
    workdays: Mapped[int]
    state: Mapped[QueryState] = enum_column(QueryState, "state", default=QueryState.ASKED)
    answer: Mapped[str] = mapped_column(sa.String(4000), default="")
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    answered_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    lapse_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    lapsed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    ended_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    # The day on which it was due, as of its end; while it is open the task has the deadline.
    due_on: Mapped[date | None]
    inspection: Mapped[Inspection] = relationship(
        primaryjoin="foreign(Query.inspection_id) == Inspection.id", viewonly=True
    )
    asked_org: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Query.asked_org_id")
    asker: Mapped[User] = relationship(primaryjoin="foreign(Query.asked_by) == User.id", viewonly=True)
    answerer: Mapped[User | None] = relationship(primaryjoin="foreign(Query.answered_by) == User.id", viewonly=True)
    lapser: Mapped[User | None] = relationship(primaryjoin="foreign(Query.lapsed_by) == User.id", viewonly=True)
    file: Mapped[EvidenceFile | None] = relationship(
        primaryjoin="and_(foreign(Query.subject_id) == EvidenceFile.subject_id, "
        "foreign(Query.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )

    # The answer that is owed, with its deadline.
    task: Mapped[Task | None] = relationship(
        primaryjoin="and_(Query.code == foreign(Task.item), Query.subject_id == foreign(Task.subject_id), "
        "Task.state == 'open')",
        viewonly=True,
        uselist=False,
    )

    @property
    def late(self) -> bool:
        return bool(self.ended_on and self.due_on and self.ended_on > self.due_on)


class Conclusion(AppendOnly):
    """The signed conclusion on one edition of a report, by its digest."""

    __tablename__ = "conclusions"
    __table_args__ = table_args(
        sa.UniqueConstraint("inspection_id"),
        sa.UniqueConstraint("report_id"),
        of_inspection("conclusions"),
        sa.ForeignKeyConstraint(
            ["report_id", "report_sha256"], ["reports.id", "reports.sha256"], name="fk_conclusions_report"
        ),
        by_inspector("conclusions", "signed_by"),
        sa.CheckConstraint("length(text) > 0", name="text_there"),
    )

    inspection_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    report_id: Mapped[int] = mapped_column(sa.BigInteger)
    report_sha256: Mapped[str] = mapped_column(sa.String(64))
    text: Mapped[str] = mapped_column(sa.String(4000))
    signed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_conclusions_user"))
    signed_at: Mapped[datetime]
    signer: Mapped[User] = relationship(viewonly=True, foreign_keys="Conclusion.signed_by")
