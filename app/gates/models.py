"""Tables of decisions at gates, the opinions they rest on, and the conditions that became owed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.gates.kinds import Body, ObligationState, OpinionKind, SignState, Stance, Step, Verdict
from app.lifecycle.models import Pause
from app.organisations.models import Organisation
from app.subjects.models import PartyRole, Subject

# Steps that the competent authority decides; the others are the client's.
AUTHORITY_STEPS = (Step.APPROVE, Step.ACCEPT, Step.EVALUATE, Step.CHANGE)
_STEPS = ", ".join(f"'{step.value}'" for step in AUTHORITY_STEPS)


def decider_of(step: Step) -> PartyRole:
    """Which party decides a step."""
    return PartyRole.COMPETENT_AUTHORITY if step in AUTHORITY_STEPS else PartyRole.CLIENT


def standing_keys(table: str, who: str, person: str, word: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role, and the person on that side for good, each held by a key (I1, I2)."""
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_{table}_{word}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", f"{who}_org", f"{who}_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_{table}_{word}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", person, f"{who}_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_{table}_{word}_person",
        ),
    )


class Decision(AppendOnly):
    """One decision at a step, on the facts and rules of that moment; never changed, a later one follows it.

    `round` counts the decisions of a subject at a step. `gates` is the canonical list of the gates and their inputs as
    they stood, `facts` everything that was known; `proposed_by` is who asked for it and never decides it (I8). What it
    is about (a version of a declaration, a round of acceptance) is named by `about` and its digest.
    """

    __tablename__ = "decisions"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "step", "round"),
        sa.UniqueConstraint("id", "subject_id"),
        *standing_keys("decisions", "decider", "decided_by", "decider"),
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        sa.CheckConstraint("decider_side = 'management'", name="by_management"),
        sa.CheckConstraint(
            f"(step IN ({_STEPS}) AND decider_role = 'competent_authority' AND decider_org <> proposer_org)"
            f" OR (step NOT IN ({_STEPS}) AND decider_role = 'client')",
            name="by_right_role",
        ),
        sa.CheckConstraint("verdict NOT IN ('returned', 'refused') OR length(reason) > 0", name="reason_given"),
        sa.CheckConstraint("length(facts_digest) = 64 AND length(about_digest) = 64", name="digests_whole"),
        sa.Index("ix_decisions_subject_id", "subject_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_decisions_subject"))
    step: Mapped[Step] = enum_column(Step, "step")
    round: Mapped[int]
    verdict: Mapped[Verdict] = enum_column(Verdict, "verdict")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    # Everything that is missing, told at once with a return (一次性告知), as a canonical list of texts.
    notice: Mapped[str] = mapped_column(sa.Text, default="[]")
    # How many they are.
    points: Mapped[int] = mapped_column(default=0)
    about: Mapped[str] = mapped_column(sa.String(80))
    about_digest: Mapped[str] = mapped_column(sa.String(64))
    gates: Mapped[str] = mapped_column(sa.Text)
    facts: Mapped[str] = mapped_column(sa.Text)
    facts_digest: Mapped[str] = mapped_column(sa.String(64))
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_decisions_proposed_by"))
    proposer_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_decisions_proposer_org"))
    decided_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_decisions_decided_by"))
    decider_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_decisions_decider_org"))
    decider_side: Mapped[Side] = enum_column(Side, "decider_side", default=Side.MANAGEMENT)
    decider_role: Mapped[PartyRole] = enum_column(PartyRole, "decider_role")
    decided_at: Mapped[datetime]
    subject: Mapped[Subject] = relationship(viewonly=True, foreign_keys="Decision.subject_id")
    decider: Mapped[User] = relationship(viewonly=True, foreign_keys="Decision.decided_by")
    proposer: Mapped[User] = relationship(viewonly=True, foreign_keys="Decision.proposed_by")
    decider_organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Decision.decider_org")
    obligations: Mapped[list["Obligation"]] = relationship(order_by="Obligation.number", back_populates="decision")

    __secret_fields__ = frozenset({"facts", "gates"})


class Opinion(AppendOnly):
    """What an expert, a department or an assessor said before a decision; recorded by an officer of the authority."""

    __tablename__ = "opinions"
    __table_args__ = table_args(
        *standing_keys("opinions", "recorder", "recorded_by", "recorder"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name="fk_opinions_file"
        ),
        sa.CheckConstraint("score IS NULL OR (score BETWEEN 0 AND 100)", name="score_range"),
        sa.CheckConstraint("length(giver_name) > 0 AND length(text) > 0", name="opinion_whole"),
        sa.CheckConstraint("recorder_role = 'competent_authority'", name="by_authority"),
        sa.Index("ix_opinions_subject_id", "subject_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_opinions_subject"))
    step: Mapped[Step] = enum_column(Step, "step")
    # The round of the decision that it is for.
    round: Mapped[int]
    kind: Mapped[OpinionKind] = enum_column(OpinionKind, "kind")
    giver_name: Mapped[str] = mapped_column(sa.String(60))
    giver_organisation: Mapped[str] = mapped_column(sa.String(120))
    # Set where the register knows that organisation; it may not be a party, nor of the group of one.
    giver_org: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id", name="fk_opinions_giver_org"))
    # Whether he stated that he has no interest in any party; None where nobody was asked.
    independent: Mapped[bool | None]
    stance: Mapped[Stance] = enum_column(Stance, "stance")
    score: Mapped[int | None]
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_opinions_recorded_by"))
    recorder_org: Mapped[int] = mapped_column(sa.BigInteger)
    recorder_side: Mapped[Side] = enum_column(Side, "recorder_side", default=Side.MANAGEMENT)
    recorder_role: Mapped[PartyRole] = enum_column(PartyRole, "recorder_role", default=PartyRole.COMPETENT_AUTHORITY)
    recorded_at: Mapped[datetime]
    recorder: Mapped[User] = relationship(viewonly=True, foreign_keys="Opinion.recorded_by")
    scores: Mapped[list["OpinionScore"]] = relationship(order_by="OpinionScore.id")


class OpinionScore(AppendOnly):
    """What an expert gave for one criterion of his panel, of how many points; it comes with his opinion."""

    __tablename__ = "opinion_scores"
    __table_args__ = table_args(
        sa.UniqueConstraint("opinion_id", "criterion"),
        sa.CheckConstraint("score >= 0 AND score <= most AND most > 0 AND most <= 100", name="score_range"),
    )

    opinion_id: Mapped[int] = mapped_column(sa.ForeignKey("opinions.id"))
    criterion: Mapped[str] = mapped_column(sa.String(40))
    score: Mapped[int]
    most: Mapped[int]


class Countersign(Entity):
    """What a body is asked to sign before a decision, in its turn: asked by the authority, given once, never changed.

    `about_digest` is what it is asked to sign. A row is void when that was withdrawn or decided without it.
    """

    __tablename__ = "countersigns"
    __table_args__ = table_args(
        *standing_keys("countersigns", "asker", "asked_by", "asker"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "signer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_countersigns_signer_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "signed_by", "signer_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_countersigns_signer_person",
        ),
        sa.CheckConstraint("position > 0 AND round > 0 AND workdays > 0", name="counted"),
        sa.CheckConstraint("length(about_digest) = 64", name="digest_whole"),
        sa.CheckConstraint(
            "organisation_id <> proposer_org AND asker_org <> proposer_org AND organisation_id <> asker_org",
            name="never_proposer",
        ),
        sa.CheckConstraint("asker_role = 'competent_authority' AND asker_side = 'management'", name="by_authority"),
        sa.CheckConstraint(
            "(signed_by IS NULL) = (stance IS NULL) AND (signed_by IS NULL) = (signed_at IS NULL)"
            " AND (signed_by IS NULL) = (signer_side IS NULL)"
            " AND (state <> 'signed' OR signed_by IS NOT NULL)"
            " AND (state NOT IN ('waiting', 'asked') OR signed_by IS NULL)",
            name="signed_whole",
        ),
        sa.CheckConstraint("stance IS NULL OR stance = 'support' OR length(text) > 0", name="reason_given"),
        sa.Index(
            "uq_countersigns_standing",
            "subject_id",
            "step",
            "round",
            "position",
            unique=True,
            sqlite_where=sa.text("state <> 'void'"),
            postgresql_where=sa.text("state <> 'void'"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_countersigns_subject"))
    step: Mapped[Step] = enum_column(Step, "step")
    # The round of the decision that it is for.
    round: Mapped[int]
    position: Mapped[int]
    body: Mapped[Body] = enum_column(Body, "body")
    # The code of the gate that asks for it.
    gate: Mapped[str] = mapped_column(sa.String(80))
    about: Mapped[str] = mapped_column(sa.String(80))
    about_digest: Mapped[str] = mapped_column(sa.String(64))
    workdays: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_countersigns_organisation"))
    proposer_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_countersigns_proposer_org"))
    state: Mapped[SignState] = enum_column(SignState, "state")
    asked_by: Mapped[int] = mapped_column(sa.BigInteger)
    asker_org: Mapped[int] = mapped_column(sa.BigInteger)
    asker_side: Mapped[Side] = enum_column(Side, "asker_side", default=Side.MANAGEMENT)
    asker_role: Mapped[PartyRole] = enum_column(PartyRole, "asker_role", default=PartyRole.COMPETENT_AUTHORITY)
    asked_at: Mapped[datetime]
    stance: Mapped[Stance | None] = enum_column(Stance, "stance", default=None)
    text: Mapped[str] = mapped_column(sa.String(2000), default="")
    signed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    signer_side: Mapped[Side | None] = enum_column(Side, "signer_side", default=None)
    signed_at: Mapped[datetime | None]
    subject: Mapped[Subject] = relationship(viewonly=True, foreign_keys="Countersign.subject_id")
    organisation: Mapped[Organisation] = relationship(
        viewonly=True, lazy="joined", foreign_keys="Countersign.organisation_id"
    )
    signer: Mapped[User | None] = relationship(viewonly=True, primaryjoin="foreign(Countersign.signed_by) == User.id")

    @property
    def item(self) -> str:
        """What its task is about."""
        return f"{self.step.value}/{self.round}/{self.position}"


class Obligation(Entity):
    """A condition of a decision that somebody owes until a day: reported with evidence, accepted by the authority."""

    __tablename__ = "obligations"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("decision_id", "number"),
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"], ["decisions.id", "decisions.subject_id"], name="fk_obligations_decision"
        ),
        *standing_keys("obligations", "reporter", "reported_by", "reporter"),
        *standing_keys("obligations", "acceptor", "accepted_by", "acceptor"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_obligations_file",
        ),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("postponed_to IS NULL OR postponed_to > due_on", name="postponed_later"),
        sa.CheckConstraint(
            "state NOT IN ('reported', 'accepted') OR (reported_by IS NOT NULL AND reporter_org IS NOT NULL"
            " AND reported_at IS NOT NULL AND length(report) > 0)",
            name="reported_whole",
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_by IS NOT NULL AND acceptor_org IS NOT NULL AND accepted_at IS NOT NULL)",
            name="accepted_whole",
        ),
        sa.CheckConstraint(
            "accepted_by IS NULL OR (accepted_by <> reported_by AND acceptor_role = 'competent_authority')",
            name="four_eyes",
        ),
        sa.Index("ix_obligations_subject_id", "subject_id"),
    )

    # TJ-<subject code>-<which decision on it>-<number>; also the item of its tasks.
    code: Mapped[str] = mapped_column(sa.String(60))
    decision_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(2000))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_obligations_owner"))
    # As it was decided; where time stood still since, `postponed_to` is the day that counts.
    due_on: Mapped[date]
    postponed_to: Mapped[date | None]
    state: Mapped[ObligationState] = enum_column(ObligationState, "state", default=ObligationState.OPEN)
    report: Mapped[str] = mapped_column(sa.String(2000), default="")
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    reported_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_obligations_reported_by"))
    reporter_org: Mapped[int | None] = mapped_column(sa.BigInteger)
    reporter_side: Mapped[Side | None] = enum_column(Side, "reporter_side", default=None)
    reporter_role: Mapped[PartyRole | None] = enum_column(PartyRole, "reporter_role", default=None)
    reported_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_obligations_accepted_by"))
    acceptor_org: Mapped[int | None] = mapped_column(sa.BigInteger)
    acceptor_side: Mapped[Side | None] = enum_column(Side, "acceptor_side", default=None)
    acceptor_role: Mapped[PartyRole | None] = enum_column(PartyRole, "acceptor_role", default=None)
    accepted_at: Mapped[datetime | None]
    # Why the last report was sent back, empty when none was.
    returned_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    decision: Mapped[Decision] = relationship(
        back_populates="obligations",
        foreign_keys="Obligation.decision_id",
        primaryjoin="Obligation.decision_id == Decision.id",
    )
    subject: Mapped[Subject] = relationship(primaryjoin="foreign(Obligation.subject_id) == Subject.id", viewonly=True)
    owner: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Obligation.owner_id")
    # Set while the time of its subject stands still.
    pause: Mapped[Pause | None] = relationship(
        viewonly=True,
        lazy="joined",
        primaryjoin=lambda: sa.and_(
            sa.orm.foreign(Obligation.subject_id) == Pause.subject_id, Pause.ended_on.is_(None)
        ),
    )

    @property
    def owed_until(self) -> date:
        return self.postponed_to or self.due_on

    @property
    def ref(self) -> str:
        return f"obligation:{self.code}"
