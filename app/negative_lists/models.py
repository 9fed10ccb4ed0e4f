"""Tables of screening: runs with everything they saw, outcomes of items, answers of people, exemptions."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.gates.kinds import Step
from app.gates.models import standing_keys
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import Cause, ExemptionState, Level, Outcome, Severity
from app.organisations.models import Organisation
from app.subjects.models import PartyRole, Subject


def _item_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["item_entry_id", "item_kind"],
        ["catalogue_entries.id", "catalogue_entries.kind"],
        name=f"fk_{table}_item",
    )


class CheckRun(AppendOnly):
    """One run of all items for a subject at a step: the facts it saw, whole, and what came of it.

    `blocking` counts the items that keep the step closed: forbidden or restricted ones that are hit or unknown.
    `unrecorded` counts those that rest on facts which no room keeps yet, apart from the unknown ones.
    `basis` is the digest over facts, item versions, answers and exemptions: the same basis gives the same outcomes.
    """

    __tablename__ = "check_runs"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "number"),
        sa.UniqueConstraint("id", "subject_id"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(basis) = 64", name="basis_whole"),
        sa.CheckConstraint("hits >= 0 AND unknown >= 0 AND blocking >= 0", name="counts_range"),
        sa.CheckConstraint("unrecorded >= 0", name="unrecorded_counted"),
        sa.Index("ix_check_runs_subject_id", "subject_id"),
    )
    __secret_fields__ = frozenset({"facts"})

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_check_runs_subject"))
    number: Mapped[int]
    step: Mapped[Step] = enum_column(Step, "step")
    cause: Mapped[Cause] = enum_column(Cause, "cause")
    facts: Mapped[str] = mapped_column(sa.Text)
    basis: Mapped[str] = mapped_column(sa.String(64))
    hits: Mapped[int]
    unknown: Mapped[int]
    blocking: Mapped[int]
    unrecorded: Mapped[int] = mapped_column(default=0, server_default="0")
    # Whether the step was tried and not taken, because of what this run found.
    refused: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # None: the system, by a scheduled job.
    run_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_check_runs_run_by"))
    run_at: Mapped[datetime]
    subject: Mapped[Subject] = relationship(viewonly=True, foreign_keys="CheckRun.subject_id")
    runner: Mapped[User | None] = relationship(viewonly=True, foreign_keys="CheckRun.run_by")
    outcomes: Mapped[list["ItemOutcome"]] = relationship(
        order_by="ItemOutcome.item_code",
        primaryjoin="CheckRun.id == foreign(ItemOutcome.run_id)",
        viewonly=True,
    )


class Answer(AppendOnly):
    """A person's answer to the question of an item for a subject, with evidence; the newest of an item counts.

    `facts` is what the item's condition saw when it was answered, as a canonical object: an answer about facts that
    have changed since, or to a question that was worded anew, no longer counts and is asked for again.
    """

    __tablename__ = "check_answers"
    __table_args__ = table_args(
        _item_key("check_answers"),
        *standing_keys("check_answers", "answerer", "answered_by", "answerer"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_check_answers_file",
        ),
        sa.UniqueConstraint("id", "subject_id"),
        sa.CheckConstraint(f"item_kind = '{ITEM_KIND}'", name="item_kind"),
        sa.CheckConstraint("length(note) > 0", name="note_given"),
        sa.CheckConstraint("answerer_side = 'management'", name="by_management"),
        sa.Index("ix_check_answers_subject_id", "subject_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_check_answers_subject"))
    item_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    item_kind: Mapped[str] = mapped_column(sa.String(40), default=ITEM_KIND)
    item_code: Mapped[str] = mapped_column(sa.String(80))
    # True: what the item forbids is the case.
    is_hit: Mapped[bool]
    facts: Mapped[str] = mapped_column(sa.Text, default="{}")
    note: Mapped[str] = mapped_column(sa.String(2000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    answered_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_check_answers_answered_by"))
    answerer_org: Mapped[int] = mapped_column(sa.BigInteger)
    answerer_side: Mapped[Side] = enum_column(Side, "answerer_side", default=Side.MANAGEMENT)
    answerer_role: Mapped[PartyRole] = enum_column(PartyRole, "answerer_role")
    answered_at: Mapped[datetime]
    answerer: Mapped[User] = relationship(viewonly=True, foreign_keys="Answer.answered_by")


class Exemption(Entity):
    """Leave to go on although a restricted item is hit: asked for by the client, granted by an authority, until a day.

    Never by who asked for it (I8, I11); always with an end. `code` is HM-<subject code>-<number>.
    Who decides at a level above the subject's own authority is no party of it (`decider_role` is empty).
    """

    __tablename__ = "exemptions"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("id", "subject_id"),
        _item_key("exemptions"),
        *standing_keys("exemptions", "requester", "requested_by", "requester"),
        *standing_keys("exemptions", "decider", "decided_by", "decider"),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name="fk_exemptions_file"
        ),
        sa.CheckConstraint(f"item_kind = '{ITEM_KIND}'", name="item_kind"),
        sa.CheckConstraint("severity = 'restricted'", name="restricted_only"),
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
        sa.CheckConstraint("requester_side = 'management' AND requester_role = 'client'", name="asked_by_client"),
        sa.CheckConstraint(
            "state IN ('requested', 'withdrawn') OR (decided_by IS NOT NULL AND decider_org IS NOT NULL"
            " AND decider_side IS NOT NULL AND (decider_role IS NOT NULL OR level <> 'authority')"
            " AND decided_at IS NOT NULL"
            " AND length(decision_reason) > 0)",
            name="decided_whole",
        ),
        sa.CheckConstraint(
            "state NOT IN ('requested', 'withdrawn') OR (decided_by IS NULL AND valid_until IS NULL)",
            name="undecided_blank",
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR (decided_by <> requested_by AND decider_org <> requester_org"
            " AND decider_side = 'management'"
            " AND (decider_role = 'competent_authority' OR (decider_role IS NULL AND level <> 'authority')))",
            name="four_eyes",
        ),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'revoked', 'lapsed') OR valid_until IS NOT NULL", name="granted_has_end"
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until <= wanted_until", name="within_wanted"),
        sa.CheckConstraint("(ended_on IS NOT NULL) = (state IN ('revoked', 'lapsed'))", name="ended_whole"),
        sa.CheckConstraint("state <> 'revoked' OR length(end_reason) > 0", name="revoked_with_reason"),
        sa.CheckConstraint(
            "(ended_by IS NULL) = (ender_org IS NULL) AND (ender_org IS NULL OR "
            "(state = 'revoked' AND ender_org <> requester_org))",
            name="ender_whole",
        ),
        sa.Index("ix_exemptions_subject_id", "subject_id"),
        sa.Index(
            "uq_exemptions_open",
            "subject_id",
            "item_code",
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'granted')"),
            postgresql_where=sa.text("state IN ('requested', 'granted')"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_exemptions_subject"))
    item_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    item_kind: Mapped[str] = mapped_column(sa.String(40), default=ITEM_KIND)
    item_code: Mapped[str] = mapped_column(sa.String(80))
    severity: Mapped[Severity] = enum_column(Severity, "severity", default=Severity.RESTRICTED)
    # Which level decides, as the item had it on the day of the request.
    level: Mapped[Level] = enum_column(Level, "level", default=Level.AUTHORITY, server_default="authority")
    state: Mapped[ExemptionState] = enum_column(ExemptionState, "state", default=ExemptionState.REQUESTED)
    reason: Mapped[str] = mapped_column(sa.String(2000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    # The last day that was asked for, and the one that was granted (not later).
    wanted_until: Mapped[date]
    valid_until: Mapped[date | None]
    conditions: Mapped[str] = mapped_column(sa.String(2000), default="")
    requested_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_exemptions_requested_by"))
    requester_org: Mapped[int] = mapped_column(sa.BigInteger)
    requester_side: Mapped[Side] = enum_column(Side, "requester_side", default=Side.MANAGEMENT)
    requester_role: Mapped[PartyRole] = enum_column(PartyRole, "requester_role", default=PartyRole.CLIENT)
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_exemptions_decided_by"))
    decider_org: Mapped[int | None] = mapped_column(sa.BigInteger)
    decider_side: Mapped[Side | None] = enum_column(Side, "decider_side", default=None)
    decider_role: Mapped[PartyRole | None] = enum_column(PartyRole, "decider_role", default=None)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    # Why and when it ended before its day, by whom (who revoked it), or that its day came.
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_exemptions_ended_by"))
    ender_org: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id", name="fk_exemptions_ender_org"))
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    subject: Mapped[Subject] = relationship(viewonly=True, foreign_keys="Exemption.subject_id")
    item: Mapped[CatalogueEntry] = relationship(
        primaryjoin="foreign(Exemption.item_entry_id) == CatalogueEntry.id", viewonly=True
    )
    requester: Mapped[User] = relationship(viewonly=True, foreign_keys="Exemption.requested_by")
    decider: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Exemption.decided_by")
    decider_organisation: Mapped[Organisation | None] = relationship(
        primaryjoin="foreign(Exemption.decider_org) == Organisation.id", viewonly=True
    )
    ender: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Exemption.ended_by")
    ender_organisation: Mapped[Organisation | None] = relationship(viewonly=True, foreign_keys="Exemption.ender_org")

    @property
    def ref(self) -> str:
        return f"exemption:{self.code}"


class ItemOutcome(AppendOnly):
    """What one item came to in one run, under the version of the item that was in force."""

    __tablename__ = "item_outcomes"
    __table_args__ = table_args(
        sa.UniqueConstraint("run_id", "item_entry_id"),
        _item_key("item_outcomes"),
        sa.ForeignKeyConstraint(
            ["run_id", "subject_id"], ["check_runs.id", "check_runs.subject_id"], name="fk_item_outcomes_run"
        ),
        sa.ForeignKeyConstraint(
            ["exemption_id", "subject_id"],
            ["exemptions.id", "exemptions.subject_id"],
            name="fk_item_outcomes_exemption",
        ),
        sa.ForeignKeyConstraint(
            ["answer_id", "subject_id"],
            ["check_answers.id", "check_answers.subject_id"],
            name="fk_item_outcomes_answer",
        ),
        sa.CheckConstraint(f"item_kind = '{ITEM_KIND}'", name="item_kind"),
        sa.CheckConstraint("(outcome = 'exempted') = (exemption_id IS NOT NULL)", name="exempted_by"),
        sa.CheckConstraint("outcome <> 'exempted' OR severity = 'restricted'", name="forbidden_never_exempted"),
    )

    run_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    item_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    item_kind: Mapped[str] = mapped_column(sa.String(40), default=ITEM_KIND)
    item_code: Mapped[str] = mapped_column(sa.String(80))
    severity: Mapped[Severity] = enum_column(Severity, "severity")
    outcome: Mapped[Outcome] = enum_column(Outcome, "outcome")
    # The missing facts of an unknown outcome, as a canonical list of names; "answer" stands for an open question.
    missing: Mapped[str] = mapped_column(sa.String(2000), default="[]")
    exemption_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    # The answer that decided it, where a person's did.
    answer_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    answer: Mapped[Answer | None] = relationship(
        primaryjoin="foreign(ItemOutcome.answer_id) == Answer.id", viewonly=True
    )
    item: Mapped[CatalogueEntry] = relationship(
        primaryjoin="foreign(ItemOutcome.item_entry_id) == CatalogueEntry.id", viewonly=True
    )
