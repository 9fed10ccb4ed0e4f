"""Tables of submissions, figures, flags, verifications, status events, previews and closed periods."""

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.contracts.models import Contract
from app.core.db import AppendOnly, Base, Decimal6, Entity, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.figures.kinds import SOURCE_ROLES, SOURCE_SIDES, EventStatus, Source, Standing, SubmissionKind, Verdict
from app.organisations.models import Organisation
from app.subjects.models import PartyRole

_SOURCE_OF_PARTY = " OR ".join(
    f"(party_role = '{role.value}' AND source = '{source.value}' AND side = '{SOURCE_SIDES[source].value}')"
    for role, source in SOURCE_ROLES.items()
)
DIGESTS = "length(sha256) = 64 AND length(sm3) = 64"


def _party_keys(table: str, person: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """I4: contract, party in its role, the person's side for good, and the very file, each held by a key."""
    subject = ["subject_id"]
    return (
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name=f"fk_{table}_contract"
        ),
        sa.ForeignKeyConstraint(
            [*subject, "organisation_id", "party_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_{table}_party",
        ),
        sa.ForeignKeyConstraint(
            [*subject, "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_{table}_side",
        ),
        sa.ForeignKeyConstraint(
            [*subject, person, "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_{table}_person",
        ),
        sa.ForeignKeyConstraint(
            [*subject, "sha256"], ["evidence_files.subject_id", "evidence_files.sha256"], name=f"fk_{table}_file"
        ),
    )


class Submission(AppendOnly):
    """One delivered file and who delivered it: the audited thing behind figures and events (I4)."""

    __tablename__ = "submissions"
    __table_args__ = table_args(
        # The same content is taken once from one source, also when it is sent twice at the same moment.
        sa.UniqueConstraint("contract_id", "source", "sha256"),
        sa.UniqueConstraint("id", "contract_id", "source", name="uq_submissions_source"),
        sa.UniqueConstraint("id", "contract_id", "subject_id", "user_id", "organisation_id", name="uq_submissions_by"),
        *_party_keys("submissions", "user_id"),
        sa.CheckConstraint(_SOURCE_OF_PARTY, name="source_of_party"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.CheckConstraint("row_count > 0 AND new_count >= 0 AND corrected_count >= 0", name="counts_range"),
        sa.CheckConstraint("new_count + corrected_count <= row_count", name="counts_add_up"),
        sa.CheckConstraint("corrected_count = 0 OR length(reason) > 0", name="correction_reason"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_submissions_organisation"))
    side: Mapped[Side] = enum_column(Side, "side")
    party_role: Mapped[PartyRole] = enum_column(PartyRole, "party_role")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_submissions_user"))
    source: Mapped[Source] = enum_column(Source, "source")
    kind: Mapped[SubmissionKind] = enum_column(SubmissionKind, "kind")
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    row_count: Mapped[int]
    new_count: Mapped[int]
    corrected_count: Mapped[int]
    submitted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Submission.contract_id) == Contract.id", viewonly=True
    )
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Submission.organisation_id")
    user: Mapped[User] = relationship(viewonly=True, foreign_keys="Submission.user_id")
    file: Mapped[EvidenceFile] = relationship(
        primaryjoin="and_(foreign(Submission.subject_id) == EvidenceFile.subject_id, "
        "foreign(Submission.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )

    @property
    def stored_count(self) -> int:
        return self.new_count + self.corrected_count


class FigurePreview(AppendOnly):
    """A file that was looked at before it was submitted, or instead: the verifier sees every such attempt."""

    __tablename__ = "figure_previews"
    __table_args__ = table_args(
        *_party_keys("figure_previews", "user_id"),
        sa.CheckConstraint(_SOURCE_OF_PARTY, name="source_of_party"),
        sa.CheckConstraint(DIGESTS, name="digests_whole"),
        sa.Index("ix_figure_previews_contract_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_figure_previews_organisation")
    )
    side: Mapped[Side] = enum_column(Side, "side")
    party_role: Mapped[PartyRole] = enum_column(PartyRole, "party_role")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_figure_previews_user"))
    source: Mapped[Source] = enum_column(Source, "source")
    kind: Mapped[SubmissionKind] = enum_column(SubmissionKind, "kind")
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    row_count: Mapped[int]
    problem_count: Mapped[int]
    previewed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="FigurePreview.organisation_id")
    user: Mapped[User] = relationship(viewonly=True, foreign_keys="FigurePreview.user_id")
    file: Mapped[EvidenceFile] = relationship(
        primaryjoin="and_(foreign(FigurePreview.subject_id) == EvidenceFile.subject_id, "
        "foreign(FigurePreview.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )


class Figure(Base):
    """One revision of one value: indicator × service × period × channel from one source. The highest one counts.

    Rows come in bulk under their submission's act and never change; the trail holds the submission, not each row.
    """

    __tablename__ = "figures"
    __table_args__ = table_args(
        sa.UniqueConstraint(
            *("contract_id", "service_id", "indicator_code", "period", "channel", "source", "revision"),
            name="uq_figures_revision",
        ),
        sa.UniqueConstraint("submission_id", "id", name="uq_figures_submission"),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_figures_submission",
        ),
        sa.CheckConstraint("(standing = 'value') = (value IS NOT NULL)", name="value_when_standing"),
        sa.CheckConstraint("standing <> 'missing' OR (length(reason) > 0 AND denominator IS NULL)", name="missing_why"),
        sa.CheckConstraint("revision > 0", name="revision_positive"),
        sa.CheckConstraint("ends_at > starts_at", name="period_ordered"),
        sa.Index("ix_figures_contract_id_starts_at", "contract_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("services.id", name="fk_figures_service"))
    indicator_code: Mapped[str] = mapped_column(sa.String(80))
    indicator_entry_id: Mapped[int] = mapped_column(sa.ForeignKey("catalogue_entries.id", name="fk_figures_indicator"))
    period: Mapped[str] = mapped_column(sa.String(13))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(40))
    source: Mapped[Source] = enum_column(Source, "source")
    revision: Mapped[int]
    standing: Mapped[Standing] = enum_column(Standing, "standing")
    value: Mapped[Decimal | None] = mapped_column(Decimal6)
    denominator: Mapped[Decimal | None] = mapped_column(Decimal6)
    reason: Mapped[str] = mapped_column(sa.String(400))
    evidence: Mapped[str] = mapped_column(sa.String(200))
    note: Mapped[str] = mapped_column(sa.String(400))
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)
    submission: Mapped[Submission] = relationship(
        primaryjoin="foreign(Figure.submission_id) == Submission.id", viewonly=True
    )


class FigureFlag(Base):
    """Something about a figure that a person should look at; `params` are the numbers the words name."""

    __tablename__ = "figure_flags"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_figure_flags_figure"
        ),
    )

    figure_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    params: Mapped[str] = mapped_column(sa.Text)
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)


class Verification(AppendOnly):
    """A verdict on figures of one submission, or on its events as a whole, by someone of another side (I5)."""

    __tablename__ = "verifications"
    __table_args__ = table_args(
        sa.UniqueConstraint("id", "submission_id"),
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "subject_id", "submitted_by", "submitter_org_id"],
            [
                "submissions.id",
                "submissions.contract_id",
                "submissions.subject_id",
                "submissions.user_id",
                "submissions.organisation_id",
            ],
            name="fk_verifications_submission",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_verifications_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_verifications_person",
        ),
        sa.CheckConstraint("user_id <> submitted_by", name="four_eyes"),
        sa.CheckConstraint("organisation_id <> submitter_org_id", name="another_organisation"),
        sa.CheckConstraint("side IN ('management', 'supervision')", name="never_the_operator"),
        sa.CheckConstraint("verdict = 'verified' OR length(reason) > 0", name="doubt_reason"),
        sa.Index("ix_verifications_submission_id", "submission_id"),
    )

    submission_id: Mapped[int] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    submitted_by: Mapped[int] = mapped_column(sa.BigInteger)
    submitter_org_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_verifications_organisation")
    )
    side: Mapped[Side] = enum_column(Side, "side")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_verifications_user"))
    verdict: Mapped[Verdict] = enum_column(Verdict, "verdict")
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    verified_at: Mapped[datetime]
    figure_count: Mapped[int]
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Verification.organisation_id")
    user: Mapped[User] = relationship(viewonly=True, foreign_keys="Verification.user_id")


class VerifiedFigure(Base):
    """A figure that a verdict is about; the newest verdict on a revision counts."""

    __tablename__ = "verified_figures"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["verification_id", "submission_id"],
            ["verifications.id", "verifications.submission_id"],
            name="fk_verified_figures_verification",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "figure_id"], ["figures.submission_id", "figures.id"], name="fk_verified_figures_figure"
        ),
    )

    figure_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    verification_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)


class StatusEvent(Base):
    """What one source saw of a service at a moment; the same thing told twice is one row."""

    __tablename__ = "status_events"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_status_events_submission",
        ),
        sa.CheckConstraint("response_ms IS NULL OR response_ms >= 0", name="response_range"),
        sa.Index("ix_status_events_submission_id", "submission_id"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    service_id: Mapped[int] = mapped_column(
        sa.ForeignKey("services.id", name="fk_status_events_service"), primary_key=True
    )
    source: Mapped[Source] = enum_column(Source, "source", primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    status: Mapped[EventStatus] = enum_column(EventStatus, "status")
    code: Mapped[str] = mapped_column(sa.String(20))
    response_ms: Mapped[int | None]
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)


class EventCorrection(Base):
    """One revision of what a source says it saw at a moment it had told of before; the highest one counts.

    The first telling stays as it was. Status `unknown` takes it back: nobody knows what was from that moment on.
    """

    __tablename__ = "event_corrections"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["submission_id", "contract_id", "source"],
            ["submissions.id", "submissions.contract_id", "submissions.source"],
            name="fk_event_corrections_submission",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "service_id", "source", "at"],
            [
                "status_events.contract_id",
                "status_events.service_id",
                "status_events.source",
                "status_events.at",
            ],
            name="fk_event_corrections_event",
        ),
        sa.CheckConstraint("revision > 0", name="revision_positive"),
        sa.CheckConstraint("response_ms IS NULL OR response_ms >= 0", name="response_range"),
        sa.Index("ix_event_corrections_submission_id", "submission_id"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    source: Mapped[Source] = enum_column(Source, "source", primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[EventStatus] = enum_column(EventStatus, "status")
    code: Mapped[str] = mapped_column(sa.String(20))
    response_ms: Mapped[int | None]
    submission_id: Mapped[int] = mapped_column(sa.BigInteger)


class ClosedPeriod(Entity):
    """While closed, no figure or event of the period is taken (I9); opened again by another person, with a reason."""

    __tablename__ = "closed_periods"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_closed_periods_contract"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "closed_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_closed_periods_closed_by",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "reopened_by", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_closed_periods_reopened_by",
        ),
        sa.CheckConstraint("side = 'management'", name="by_management"),
        sa.CheckConstraint("reopened_by IS NULL OR reopened_by <> closed_by", name="four_eyes"),
        sa.CheckConstraint(
            "(reopened_at IS NULL AND reopened_by IS NULL AND reopen_reason = '')"
            " OR (reopened_at IS NOT NULL AND reopened_by IS NOT NULL AND length(reopen_reason) > 0)",
            name="reopened_whole",
        ),
        sa.CheckConstraint("ends_at > starts_at", name="period_ordered"),
        sa.Index(
            "uq_closed_periods_closed",
            "contract_id",
            "period",
            unique=True,
            sqlite_where=sa.text("reopened_at IS NULL"),
            postgresql_where=sa.text("reopened_at IS NULL"),
        ),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    period: Mapped[str] = mapped_column(sa.String(13))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    side: Mapped[Side] = enum_column(Side, "side", default=Side.MANAGEMENT)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_closed_periods_closer"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_closed_periods_reopener"))
    reopen_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
