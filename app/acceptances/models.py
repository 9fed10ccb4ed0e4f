"""Tables of acceptance: rounds, their items, what was submitted for each, how it was judged, what was said of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.acceptances.keys import file_of, of_item, of_project, one_open, with_file
from app.acceptances.kinds import AcceptanceState, ItemSource, Outcome, Stage
from app.accounts.models import User
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.gates.kinds import Stance
from app.gates.models import standing_keys
from app.organisations.models import Organisation
from app.projects.models import Project
from app.subjects.models import PartyRole

# A round names who concluded it whole, with the sealed content, or it is open and names nobody.
_CONCLUSION = ("concluded_by", "concluder_org", "concluder_side", "concluder_role", "concluded_at", "content")
_OPEN = " AND ".join(f"{column} IS NULL" for column in (*_CONCLUSION, "sha256", "sm3"))
_CLOSED = " AND ".join(f"{column} IS NOT NULL" for column in (*_CONCLUSION, "sha256", "sm3"))


class Acceptance(Entity):
    """One round of acceptance of a project. Concluded once, on the sealed `content`; another follows a failed one.

    The client's officer opens it. Another person concludes: the client's signatory the preliminary one, the lead of
    the competent authority the final one.
    """

    __tablename__ = "acceptances"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("project_id", "stage", "round"),
        sa.UniqueConstraint("id", "subject_id"),
        of_project("acceptances"),
        *standing_keys("acceptances", "opener", "opened_by", "opener"),
        *standing_keys("acceptances", "concluder", "concluded_by", "concluder"),
        sa.CheckConstraint("number > 0 AND round > 0", name="numbers_positive"),
        sa.CheckConstraint("opener_side = 'management' AND opener_role = 'client'", name="opened_by_client"),
        sa.CheckConstraint(
            f"(state = 'open' AND {_OPEN} AND conclusion = '') OR (state <> 'open' AND {_CLOSED}"
            " AND length(conclusion) > 0 AND length(sha256) = 64 AND length(sm3) = 64)",
            name="concluded_whole",
        ),
        sa.CheckConstraint("concluded_by IS NULL OR concluded_by <> opened_by", name="four_eyes"),
        sa.CheckConstraint(
            "concluded_by IS NULL OR (concluder_side = 'management' AND ("
            "(stage = 'preliminary' AND concluder_role = 'client')"
            " OR (stage = 'final' AND concluder_role = 'competent_authority' AND concluder_org <> opener_org)))",
            name="concluded_by_right_role",
        ),
        one_open("acceptances", "project_id"),
    )

    # YS-<project code>-<number>
    code: Mapped[str] = mapped_column(sa.String(60))
    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    stage: Mapped[Stage] = enum_column(Stage, "stage")
    # Counts the rounds of this stage.
    round: Mapped[int]
    state: Mapped[AcceptanceState] = enum_column(AcceptanceState, "state", default=AcceptanceState.OPEN)
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_acceptances_opened_by"))
    opener_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_acceptances_opener_org"))
    opener_side: Mapped[Side] = enum_column(Side, "opener_side", default=Side.MANAGEMENT)
    opener_role: Mapped[PartyRole] = enum_column(PartyRole, "opener_role", default=PartyRole.CLIENT)
    opened_at: Mapped[datetime]
    concluded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_acceptances_concluded_by"))
    concluder_org: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_acceptances_concluder_org")
    )
    concluder_side: Mapped[Side | None] = enum_column(Side, "concluder_side", default=None)
    concluder_role: Mapped[PartyRole | None] = enum_column(PartyRole, "concluder_role", default=None)
    concluded_at: Mapped[datetime | None]
    conclusion: Mapped[str] = mapped_column(sa.String(2000), default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    sm3: Mapped[str | None] = mapped_column(sa.String(64))
    project: Mapped[Project] = relationship(primaryjoin="foreign(Acceptance.project_id) == Project.id", viewonly=True)
    opener: Mapped[User] = relationship(viewonly=True, foreign_keys="Acceptance.opened_by")
    concluder: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Acceptance.concluded_by")
    concluder_organisation: Mapped[Organisation | None] = relationship(
        viewonly=True, foreign_keys="Acceptance.concluder_org"
    )
    items: Mapped[list["AcceptanceItem"]] = relationship(
        order_by="AcceptanceItem.number",
        primaryjoin="Acceptance.id == foreign(AcceptanceItem.acceptance_id)",
        viewonly=True,
    )

    __secret_fields__ = frozenset({"content"})

    @property
    def is_open(self) -> bool:
        return self.state is AcceptanceState.OPEN


class AcceptanceItem(Entity):
    """One thing that is accepted: what was asked, how it is judged, and the organisation that delivers it."""

    __tablename__ = "acceptance_items"
    __table_args__ = table_args(
        sa.UniqueConstraint("acceptance_id", "number"),
        sa.UniqueConstraint("id", "acceptance_id", "subject_id"),
        sa.UniqueConstraint("id", "deliverer_id"),
        sa.ForeignKeyConstraint(
            ["acceptance_id", "subject_id"],
            ["acceptances.id", "acceptances.subject_id"],
            name="fk_acceptance_items_acceptance",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "deliverer_id", "deliverer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_acceptance_items_deliverer",
        ),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(requirement) > 0 AND length(standard) > 0", name="item_whole"),
        sa.CheckConstraint("deliverer_side = 'operation'", name="delivered_by_operation"),
    )

    acceptance_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    source: Mapped[ItemSource] = enum_column(ItemSource, "source")
    requirement: Mapped[str] = mapped_column(sa.String(2000))
    standard: Mapped[str] = mapped_column(sa.String(2000))
    deliverer_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_acceptance_items_org"))
    deliverer_side: Mapped[Side] = enum_column(Side, "deliverer_side", default=Side.OPERATION)
    acceptance: Mapped[Acceptance] = relationship(
        primaryjoin="foreign(AcceptanceItem.acceptance_id) == Acceptance.id", viewonly=True
    )
    deliverer: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="AcceptanceItem.deliverer_id")
    submissions: Mapped[list["ItemSubmission"]] = relationship(
        order_by="ItemSubmission.number",
        primaryjoin="AcceptanceItem.id == foreign(ItemSubmission.item_id)",
        viewonly=True,
    )
    results: Mapped[list["ItemResult"]] = relationship(
        order_by="ItemResult.number", primaryjoin="AcceptanceItem.id == foreign(ItemResult.item_id)", viewonly=True
    )
    opinions: Mapped[list["ItemOpinion"]] = relationship(
        order_by="ItemOpinion.number", primaryjoin="AcceptanceItem.id == foreign(ItemOpinion.item_id)", viewonly=True
    )

    @property
    def result(self) -> "ItemResult | None":
        """The newest judgement, the one that counts."""
        return self.results[-1] if self.results else None

    @property
    def passed(self) -> bool:
        return self.result is not None and self.result.outcome is Outcome.PASSED

    @property
    def evidence(self) -> list[EvidenceFile]:
        """The files behind the judgement that counts: that of the submission it names, and the judge's own."""
        result = self.result
        made = [one for one in self.submissions if result is not None and one.id == result.submission_id]
        return [one.file for one in (*made, result) if one is not None and one.file is not None]

    @property
    def opinion(self) -> "ItemOpinion | None":
        """The newest opinion, where it is about what was submitted last; an older one no longer counts."""
        last = self.opinions[-1] if self.opinions else None
        made = self.submissions[-1] if self.submissions else None
        return None if last is None or (made is not None and made.submitted_at > last.given_at) else last

    @property
    def has_something(self) -> bool:
        """Whether an opinion would be about anything: a submission, or a file that the client put in."""
        return bool(self.submissions) or any(one.sha256 is not None for one in self.results)

    @property
    def is_opposed(self) -> bool:
        """The supervisor's last word on what was submitted last is that he does not agree."""
        return self.opinion is not None and self.opinion.stance is Stance.OPPOSE

    @property
    def passed_unexplained(self) -> bool:
        """It counts as passed against the supervisor, and nobody wrote since why."""
        opinion, result = self.opinion, self.result
        if not (self.passed and self.is_opposed) or opinion is None or result is None:
            return False
        return not result.against_reason or result.judged_at < opinion.given_at

    @property
    def resubmitted(self) -> bool:
        """Something newer than the last judgement waits."""
        last = self.submissions[-1] if self.submissions else None
        return last is not None and (self.result is None or last.id != self.result.submission_id)


class ItemSubmission(AppendOnly):
    """What the deliverer of an item submitted for it; never changed, a later one follows."""

    __tablename__ = "item_submissions"
    __table_args__ = table_args(
        sa.UniqueConstraint("item_id", "number"),
        sa.UniqueConstraint("id", "item_id"),
        of_item("item_submissions", "acceptance"),
        sa.ForeignKeyConstraint(
            ["item_id", "submitter_org"],
            ["acceptance_items.id", "acceptance_items.deliverer_id"],
            name="fk_item_submissions_deliverer",
        ),
        *standing_keys("item_submissions", "submitter", "submitted_by", "submitter"),
        with_file("item_submissions"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint(
            "submitter_side = 'operation' AND submitter_role IN ('builder', 'operator')", name="by_operation"
        ),
    )

    item_id: Mapped[int] = mapped_column(sa.BigInteger)
    acceptance_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(4000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    submitted_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_item_submissions_submitted_by"))
    submitter_org: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_item_submissions_submitter_org")
    )
    submitter_side: Mapped[Side] = enum_column(Side, "submitter_side", default=Side.OPERATION)
    submitter_role: Mapped[PartyRole] = enum_column(PartyRole, "submitter_role")
    submitted_at: Mapped[datetime]
    submitter: Mapped[User] = relationship(viewonly=True, foreign_keys="ItemSubmission.submitted_by")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="ItemSubmission.submitter_org")
    file: Mapped[EvidenceFile | None] = relationship(primaryjoin=file_of("ItemSubmission"), viewonly=True)


class ItemResult(AppendOnly):
    """How the client's officer judged an item, on a submission or on evidence of his own; the newest counts."""

    __tablename__ = "item_results"
    __table_args__ = table_args(
        sa.UniqueConstraint("item_id", "number"),
        of_item("item_results", "acceptance"),
        sa.ForeignKeyConstraint(
            ["submission_id", "item_id"],
            ["item_submissions.id", "item_submissions.item_id"],
            name="fk_item_results_submission",
        ),
        *standing_keys("item_results", "judge", "judged_by", "judge"),
        with_file("item_results"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
        sa.CheckConstraint("submission_id IS NOT NULL OR sha256 IS NOT NULL", name="rests_on_something"),
        sa.CheckConstraint("judge_side = 'management' AND judge_role = 'client'", name="by_client"),
    )

    item_id: Mapped[int] = mapped_column(sa.BigInteger)
    acceptance_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    outcome: Mapped[Outcome] = enum_column(Outcome, "outcome")
    reason: Mapped[str] = mapped_column(sa.String(2000))
    # Why it passes although the supervisor does not agree.
    against_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    submission_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    judged_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_item_results_judged_by"))
    judge_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_item_results_judge_org"))
    judge_side: Mapped[Side] = enum_column(Side, "judge_side", default=Side.MANAGEMENT)
    judge_role: Mapped[PartyRole] = enum_column(PartyRole, "judge_role", default=PartyRole.CLIENT)
    judged_at: Mapped[datetime]
    judge: Mapped[User] = relationship(viewonly=True, foreign_keys="ItemResult.judged_by")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="ItemResult.judge_org")
    file: Mapped[EvidenceFile | None] = relationship(primaryjoin=file_of("ItemResult"), viewonly=True)


class ItemOpinion(AppendOnly):
    """What the supervising company says about an item before it is judged; the judgement stays the client's."""

    __tablename__ = "item_opinions"
    __table_args__ = table_args(
        sa.UniqueConstraint("item_id", "number"),
        of_item("item_opinions", "acceptance"),
        *standing_keys("item_opinions", "giver", "given_by", "giver"),
        with_file("item_opinions"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("giver_side = 'supervision' AND giver_role = 'supervisor'", name="by_supervisor"),
    )

    item_id: Mapped[int] = mapped_column(sa.BigInteger)
    acceptance_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    stance: Mapped[Stance] = enum_column(Stance, "stance")
    text: Mapped[str] = mapped_column(sa.String(4000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    given_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_item_opinions_given_by"))
    giver_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_item_opinions_giver_org"))
    giver_side: Mapped[Side] = enum_column(Side, "giver_side", default=Side.SUPERVISION)
    giver_role: Mapped[PartyRole] = enum_column(PartyRole, "giver_role", default=PartyRole.SUPERVISOR)
    given_at: Mapped[datetime]
    giver: Mapped[User] = relationship(viewonly=True, foreign_keys="ItemOpinion.given_by")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="ItemOpinion.giver_org")
    file: Mapped[EvidenceFile | None] = relationship(primaryjoin=file_of("ItemOpinion"), viewonly=True)
