"""Tables of admissions: the application with its proofs and answers, what was submitted, reviews, rulings, credit."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.admissions.kinds import CATEGORY_KIND, RULE_KIND, AdmissionState, Listing, ProofKind, RulingKind
from app.catalogues.models import CatalogueEntry
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.gates.models import standing_keys
from app.organisations.models import Organisation, Region
from app.subjects.models import PartyRole, Subject


def _own_subject(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["admission_id", "subject_id"], ["admissions.id", "admissions.subject_id"], name=f"fk_{table}_admission"
    )


def _file(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
    )


def _person(table: str, column: str, side: str) -> sa.ForeignKeyConstraint:
    """The person stands on that side of the subject for good (I2)."""
    return sa.ForeignKeyConstraint(
        ["subject_id", column, side],
        ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
        name=f"fk_{table}_person",
    )


class Admission(Entity):
    """One company in one category with one authority: from the application to the last day. Renewal is a new one.

    It holds for the authority's region and everything below. `round` counts submissions; `recheck_since` is set while
    a condition that must go on holding does not, and nobody has looked at it yet.
    """

    __tablename__ = "admissions"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("subject_id"),
        sa.UniqueConstraint("id", "subject_id"),
        sa.UniqueConstraint("id", "authority_id"),
        sa.ForeignKeyConstraint(
            ["category_entry_id", "category_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_admissions_category",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_admissions_applicant",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "authority_id", "authority_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_admissions_authority_party",
        ),
        sa.CheckConstraint(f"category_kind = '{CATEGORY_KIND}'", name="category_kind"),
        sa.CheckConstraint("organisation_id <> authority_id", name="never_itself"),
        sa.CheckConstraint("authority_role = 'competent_authority'", name="by_authority"),
        sa.CheckConstraint("round >= 0 AND (round > 0 OR state IN ('draft', 'withdrawn'))", name="submitted_counted"),
        sa.CheckConstraint(
            "(state IN ('admitted', 'suspended', 'expired', 'removed')) = (valid_from IS NOT NULL)"
            " AND (valid_from IS NULL) = (valid_until IS NULL)",
            name="admitted_has_days",
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="days_in_order"),
        sa.CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('refused', 'expired', 'removed', 'withdrawn'))", name="ended_has_day"
        ),
        sa.CheckConstraint("(recheck_since IS NULL) = (recheck_reason = '')", name="recheck_has_reason"),
        sa.Index("ix_admissions_organisation_id_state", "organisation_id", "state"),
        sa.Index("ix_admissions_authority_id", "authority_id"),
        sa.Index(
            "uq_admissions_open",
            "organisation_id",
            "category",
            "region_id",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'submitted')"),
            postgresql_where=sa.text("state IN ('draft', 'submitted')"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_admissions_subject"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_admissions_organisation"))
    role: Mapped[PartyRole] = enum_column(PartyRole, "role")
    category_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    category_kind: Mapped[str] = mapped_column(sa.String(40), default=CATEGORY_KIND)
    category: Mapped[str] = mapped_column(sa.String(80))
    authority_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_admissions_authority"))
    authority_role: Mapped[PartyRole] = enum_column(PartyRole, "authority_role", default=PartyRole.COMPETENT_AUTHORITY)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id", name="fk_admissions_region"))
    state: Mapped[AdmissionState] = enum_column(AdmissionState, "state", default=AdmissionState.DRAFT)
    round: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    conditions: Mapped[str] = mapped_column(sa.String(2000), default="")
    ended_on: Mapped[date | None]
    recheck_since: Mapped[date | None]
    recheck_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    subject: Mapped[Subject] = relationship(viewonly=True, lazy="joined", foreign_keys="Admission.subject_id")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Admission.organisation_id")
    authority: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Admission.authority_id")
    region: Mapped[Region] = relationship(viewonly=True, foreign_keys="Admission.region_id")
    entry: Mapped[CatalogueEntry] = relationship(
        primaryjoin="foreign(Admission.category_entry_id) == CatalogueEntry.id", viewonly=True
    )
    proofs: Mapped[list["Proof"]] = relationship(
        order_by="Proof.id", primaryjoin="Admission.id == foreign(Proof.admission_id)", viewonly=True
    )
    answers: Mapped[list["Statement"]] = relationship(
        order_by="Statement.rule_code", primaryjoin="Admission.id == foreign(Statement.admission_id)", viewonly=True
    )
    submissions: Mapped[list["AdmissionSubmission"]] = relationship(
        order_by="AdmissionSubmission.round",
        primaryjoin="Admission.id == foreign(AdmissionSubmission.admission_id)",
        viewonly=True,
    )
    reviews: Mapped[list["Review"]] = relationship(
        order_by="Review.id", primaryjoin="Admission.id == foreign(Review.admission_id)", viewonly=True
    )
    rulings: Mapped[list["Ruling"]] = relationship(
        order_by="Ruling.id", primaryjoin="Admission.id == foreign(Ruling.admission_id)", viewonly=True
    )

    @property
    def ref(self) -> str:
        return f"admission:{self.code}"

    def covers(self, day: date) -> bool:
        """Whether it holds on a day, as it stands."""
        if self.state is not AdmissionState.ADMITTED or self.valid_from is None or self.valid_until is None:
            return False
        return self.valid_from <= day <= self.valid_until


class Proof(Entity):
    """A certificate that the company shows: its own (with level), or of people on its staff (with their number)."""

    __tablename__ = "admission_proofs"
    __table_args__ = table_args(
        _own_subject("admission_proofs"),
        _file("admission_proofs"),
        sa.UniqueConstraint("admission_id", "kind", "number"),
        sa.CheckConstraint("length(number) > 0 AND length(issuer) > 0", name="named"),
        sa.CheckConstraint("level IS NULL OR (level >= 1 AND level <= 5)", name="level_range"),
        sa.CheckConstraint("(people IS NOT NULL) = (kind LIKE 'people%')", name="people_counted"),
        sa.CheckConstraint("people IS NULL OR (people > 0 AND people < 1000000)", name="people_range"),
    )

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[ProofKind] = enum_column(ProofKind, "kind")
    number: Mapped[str] = mapped_column(sa.String(100))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    level: Mapped[int | None]
    people: Mapped[int | None]
    # None: the certificate says that it has no end.
    valid_until: Mapped[date | None]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Statement(Entity):
    """What the company says to a condition that a person judges, with evidence."""

    __tablename__ = "admission_statements"
    __table_args__ = table_args(
        _own_subject("admission_statements"),
        _file("admission_statements"),
        sa.ForeignKeyConstraint(
            ["rule_entry_id", "rule_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_admission_statements_rule",
        ),
        sa.UniqueConstraint("admission_id", "rule_code"),
        sa.CheckConstraint(f"rule_kind = '{RULE_KIND}'", name="rule_kind"),
        sa.CheckConstraint("length(text) > 0", name="said"),
    )

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    rule_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    rule_kind: Mapped[str] = mapped_column(sa.String(40), default=RULE_KIND)
    rule_code: Mapped[str] = mapped_column(sa.String(80))
    text: Mapped[str] = mapped_column(sa.String(2000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))


class CreditCheck(AppendOnly):
    """One enquiry about a company's credit: by itself for its application, or by the authority at any time."""

    __tablename__ = "credit_checks"
    __table_args__ = table_args(
        _own_subject("credit_checks"),
        _file("credit_checks"),
        _person("credit_checks", "recorded_by", "side"),
        sa.CheckConstraint("length(source) > 0", name="source_named"),
        sa.Index("ix_credit_checks_organisation_id", "organisation_id"),
        sa.Index("ix_credit_checks_admission_id", "admission_id"),
    )

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    # The company that it is about.
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_credit_checks_company"))
    listing: Mapped[Listing] = enum_column(Listing, "listing")
    checked_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    side: Mapped[Side] = enum_column(Side, "side")
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_credit_checks_recorder"))
    recorded_at: Mapped[datetime]
    recorder: Mapped[User] = relationship(viewonly=True, foreign_keys="CreditCheck.recorded_by")


class AdmissionSubmission(AppendOnly):
    """An application as it was submitted: its whole content, and its digests."""

    __tablename__ = "admission_submissions"
    __table_args__ = table_args(
        _own_subject("admission_submissions"),
        _person("admission_submissions", "submitted_by", "side"),
        sa.UniqueConstraint("admission_id", "round"),
        sa.UniqueConstraint("admission_id", "round", "sha256"),
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.CheckConstraint("side <> 'management'", name="by_applicant"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
    )
    __secret_fields__ = frozenset({"content"})

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    round: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    side: Mapped[Side] = enum_column(Side, "side")
    submitted_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_admission_submissions_submitter"))
    submitted_at: Mapped[datetime]
    submitter: Mapped[User] = relationship(viewonly=True, foreign_keys="AdmissionSubmission.submitted_by")


class Review(AppendOnly):
    """What an officer of the authority found in a round: each condition that a person judges, and his proposal.

    `findings` is a canonical object of rule codes: whether it is met, and a note.
    """

    __tablename__ = "admission_reviews"
    __table_args__ = table_args(
        _own_subject("admission_reviews"),
        _person("admission_reviews", "reviewed_by", "side"),
        sa.ForeignKeyConstraint(
            ["admission_id", "organisation_id"],
            ["admissions.id", "admissions.authority_id"],
            name="fk_admission_reviews_authority",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "sha256"],
            ["admission_submissions.admission_id", "admission_submissions.round", "admission_submissions.sha256"],
            name="fk_admission_reviews_submission",
        ),
        sa.UniqueConstraint("admission_id", "round", "reviewed_by"),
        sa.CheckConstraint("side = 'management'", name="by_management"),
        sa.CheckConstraint("length(opinion) > 0", name="opinion_given"),
    )

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    round: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    proposes: Mapped[bool]
    opinion: Mapped[str] = mapped_column(sa.String(2000))
    findings: Mapped[str] = mapped_column(sa.Text)
    organisation_id: Mapped[int] = mapped_column(sa.BigInteger)
    side: Mapped[Side] = enum_column(Side, "side", default=Side.MANAGEMENT)
    reviewed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_admission_reviews_reviewer"))
    reviewed_at: Mapped[datetime]
    reviewer: Mapped[User] = relationship(viewonly=True, foreign_keys="Review.reviewed_by")


class Ruling(AppendOnly):
    """What the authority ruled, with reasons, on the facts of that moment; who reviewed never decides (I8).

    `notice` is the canonical list of everything missing that was told at once.
    """

    __tablename__ = "admission_rulings"
    __table_args__ = table_args(
        _own_subject("admission_rulings"),
        _file("admission_rulings"),
        *standing_keys("admission_rulings", "decider", "decided_by", "decider"),
        sa.ForeignKeyConstraint(
            ["admission_id", "decider_org"],
            ["admissions.id", "admissions.authority_id"],
            name="fk_admission_rulings_authority",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "seen_sha256"],
            ["admission_submissions.admission_id", "admission_submissions.round", "admission_submissions.sha256"],
            name="fk_admission_rulings_submission",
        ),
        sa.ForeignKeyConstraint(
            ["admission_id", "round", "reviewed_by"],
            ["admission_reviews.admission_id", "admission_reviews.round", "admission_reviews.reviewed_by"],
            name="fk_admission_rulings_review",
        ),
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
        sa.CheckConstraint("decider_side = 'management' AND decider_role = 'competent_authority'", name="by_authority"),
        sa.CheckConstraint(
            "(kind IN ('admit', 'refuse')) = (reviewed_by IS NOT NULL)"
            " AND (reviewed_by IS NULL OR reviewed_by <> decided_by)",
            name="four_eyes",
        ),
        sa.CheckConstraint("kind <> 'return' OR length(notice) > 2", name="return_says_what"),
        sa.CheckConstraint("conditions = '' OR kind = 'admit'", name="conditions_of_admission"),
        sa.Index("ix_admission_rulings_admission_id", "admission_id"),
    )
    __secret_fields__ = frozenset({"facts"})

    admission_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    round: Mapped[int]
    seen_sha256: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[RulingKind] = enum_column(RulingKind, "kind")
    reason: Mapped[str] = mapped_column(sa.String(2000))
    notice: Mapped[str] = mapped_column(sa.Text, default="[]")
    conditions: Mapped[str] = mapped_column(sa.String(2000), default="")
    facts: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    reviewed_by: Mapped[int | None] = mapped_column(sa.BigInteger)
    decided_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_admission_rulings_decider"))
    decider_org: Mapped[int] = mapped_column(sa.BigInteger)
    decider_side: Mapped[Side] = enum_column(Side, "decider_side", default=Side.MANAGEMENT)
    decider_role: Mapped[PartyRole] = enum_column(PartyRole, "decider_role", default=PartyRole.COMPETENT_AUTHORITY)
    decided_at: Mapped[datetime]
    decider: Mapped[User] = relationship(viewonly=True, foreign_keys="Ruling.decided_by")
