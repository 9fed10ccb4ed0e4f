"""Tables of responsibility lists: versions, their duties, which organisation bears which letter, and signatures."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.catalogues.models import CatalogueEntry
from app.contracts.models import Contract
from app.core.db import AppendOnly, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side
from app.gates.kinds import Phase
from app.organisations.models import Organisation
from app.projects.models import Project
from app.responsibilities.duty_file import DUTY_KIND, Bearer, EvidenceKind


class DutyListState(LabelledEnum):
    """A list is drafted, sealed for signing, then signed by all or returned; the next signed one supersedes it."""

    DRAFT = "draft"
    SIGNING = "signing"
    SIGNED = "signed"
    RETURNED = "returned"
    SUPERSEDED = "superseded"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "draft": _l("草稿"),
            "signing": _l("会签中"),
            "signed": _l("已签"),
            "returned": _l("已退回"),
            "superseded": _l("已被新版取代"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"draft": "neutral", "signing": "progress", "signed": "good", "returned": "warn", "superseded": "muted"}


class Letter(LabelledEnum):
    """What an organisation is for a duty (RACI). Who is accountable also does it where nobody else is responsible."""

    RESPONSIBLE = "R"
    ACCOUNTABLE = "A"
    CONSULTED = "C"
    INFORMED = "I"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"R": _l("执行"), "A": _l("负责"), "C": _l("咨询"), "I": _l("知会")}


class DutyList(Entity):
    """One version of the list of a project or contract. Sealed on submission: both sides sign the canonical `content`.

    That of a contract may begin from the signed one of its project (`based_on_id`). A version that changes a signed one
    names it in `amends_id` and says why; it stays in force until the new one is signed. A returned version stays
    readable, its copy is the next draft.
    """

    __tablename__ = "duty_lists"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("id", "project_id"),
        sa.Index("uq_duty_lists_id_subject_id", "id", "subject_id", unique=True),
        sa.Index("uq_duty_lists_subject_id_number", "subject_id", "number", unique=True),
        sa.Index("ix_duty_lists_contract_id", "contract_id"),
        sa.UniqueConstraint("id", "sha256", "sm3"),
        sa.UniqueConstraint("id", "submitted_by"),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duty_lists_project"
        ),
        sa.ForeignKeyConstraint(
            ["amends_id", "project_id"], ["duty_lists.id", "duty_lists.project_id"], name="fk_duty_lists_amends"
        ),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_duty_lists_contract"
        ),
        sa.ForeignKeyConstraint(
            ["amends_id", "subject_id"], ["duty_lists.id", "duty_lists.subject_id"], name="fk_duty_lists_amends_own"
        ),
        sa.CheckConstraint("(project_id IS NULL) <> (contract_id IS NULL)", name="of_one"),
        sa.CheckConstraint(
            "based_on_id IS NULL OR (contract_id IS NOT NULL AND amends_id IS NULL)", name="based_on_project"
        ),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("(amends_id IS NULL) = (reason = '')", name="amendment_reason"),
        sa.CheckConstraint("(state = 'returned') = (length(return_reason) > 0)", name="return_reason_given"),
        sa.CheckConstraint(
            "(state = 'draft' AND sealed_at IS NULL AND content IS NULL AND sha256 IS NULL AND sm3 IS NULL"
            " AND submitted_by IS NULL)"
            " OR (state <> 'draft' AND sealed_at IS NOT NULL AND content IS NOT NULL AND submitted_by IS NOT NULL"
            " AND sha256 IS NOT NULL AND length(sha256) = 64 AND sm3 IS NOT NULL AND length(sm3) = 64)",
            name="sealed_whole",
        ),
        sa.CheckConstraint("(signed_at IS NOT NULL) = (state IN ('signed', 'superseded'))", name="signed_has_moment"),
        sa.Index(
            "uq_duty_lists_open",
            "subject_id",
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'signing')"),
            postgresql_where=sa.text("state IN ('draft', 'signing')"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(60))
    project_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    contract_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    state: Mapped[DutyListState] = enum_column(DutyListState, "state", default=DutyListState.DRAFT)
    amends_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("duty_lists.id", name="fk_duty_lists_based_on"))
    # Why the signed list is amended, empty for a first list.
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    return_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    sm3: Mapped[str | None] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_duty_lists_submitted_by"))
    signed_at: Mapped[datetime | None]
    project: Mapped[Project | None] = relationship(
        primaryjoin="foreign(DutyList.project_id) == Project.id", viewonly=True
    )
    contract: Mapped[Contract | None] = relationship(
        primaryjoin="foreign(DutyList.contract_id) == Contract.id", viewonly=True
    )
    based_on: Mapped["DutyList | None"] = relationship(
        primaryjoin="foreign(DutyList.based_on_id) == remote(DutyList.id)", viewonly=True
    )
    submitter: Mapped[User | None] = relationship(viewonly=True, foreign_keys="DutyList.submitted_by")
    lines: Mapped[list["DutyLine"]] = relationship(
        order_by="DutyLine.line", back_populates="duty_list", cascade="all, delete-orphan"
    )
    signatures: Mapped[list["DutySignature"]] = relationship(
        order_by="DutySignature.id", primaryjoin="DutyList.id == foreign(DutySignature.list_id)", viewonly=True
    )

    @property
    def holder(self) -> Project | Contract:
        """The project or contract whose list it is."""
        found = self.project or self.contract
        if found is None:
            raise LookupError("a list is of a project or of a contract")
        return found

    @property
    def ref(self) -> str:
        return self.holder.ref

    @property
    def is_open(self) -> bool:
        return self.state in {DutyListState.DRAFT, DutyListState.SIGNING}


class DutyLine(Entity):
    """A duty of a list: one of the template (`entry`), or the project's own with its basis.

    `bearer` says whose duty it is and so which side must be accountable. A template duty that is left out stays in
    the list with the reason; an own one that is not wanted goes.
    """

    __tablename__ = "duty_lines"
    __table_args__ = table_args(
        sa.UniqueConstraint("list_id", "line"),
        sa.UniqueConstraint("list_id", "entry_id"),
        sa.ForeignKeyConstraint(
            ["entry_id", "entry_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_duty_lines_entry",
        ),
        sa.CheckConstraint(f"entry_kind = '{DUTY_KIND}'", name="entry_kind"),
        sa.CheckConstraint("line > 0", name="line_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("left_out_reason = '' OR entry_id IS NOT NULL", name="left_out_of_template"),
    )

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("duty_lists.id"))
    line: Mapped[int]
    entry_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    entry_kind: Mapped[str] = mapped_column(sa.String(40), default=DUTY_KIND)
    phase: Mapped[Phase] = enum_column(Phase, "phase")
    bearer: Mapped[Bearer] = enum_column(Bearer, "bearer")
    text: Mapped[str] = mapped_column(sa.String(1000))
    # The basis of an own duty; that of a template duty is its entry's citation.
    basis: Mapped[str] = mapped_column(sa.String(400), default="")
    deadline: Mapped[str] = mapped_column(sa.String(200), default="")
    evidence: Mapped[EvidenceKind | None] = enum_column(EvidenceKind, "evidence", default=None)
    evidence_words: Mapped[str] = mapped_column(sa.String(400), default="")
    left_out_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    duty_list: Mapped[DutyList] = relationship(back_populates="lines")
    entry: Mapped[CatalogueEntry | None] = relationship(
        primaryjoin="foreign(DutyLine.entry_id) == CatalogueEntry.id", viewonly=True
    )
    assignments: Mapped[list["DutyAssignment"]] = relationship(
        order_by="DutyAssignment.id", back_populates="line", cascade="all, delete-orphan"
    )

    @property
    def is_left_out(self) -> bool:
        return bool(self.left_out_reason)

    @property
    def letters(self) -> dict[int, Letter]:
        """The letter of each organisation that has one."""
        return {one.organisation_id: one.letter for one in self.assignments}


class DutyAssignment(Entity):
    """One organisation's letter for one duty; who has left since keeps his until somebody takes over."""

    __tablename__ = "duty_assignments"
    __table_args__ = table_args(sa.UniqueConstraint("line_id", "organisation_id"))

    line_id: Mapped[int] = mapped_column(sa.ForeignKey("duty_lines.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    letter: Mapped[Letter] = enum_column(Letter, "letter")
    line: Mapped[DutyLine] = relationship(back_populates="assignments")
    organisation: Mapped[Organisation] = relationship(viewonly=True)


class DutySignature(AppendOnly):
    """One organisation's signature by one person over the digests of a sealed list.

    The keys bind it to the content that was sealed, to a party of the project or contract, to the side on which the
    person stands in it for good, and keep the person who submitted the list from also signing it (four eyes).
    """

    __tablename__ = "duty_signatures"
    __table_args__ = table_args(
        sa.UniqueConstraint("list_id", "organisation_id"),
        sa.UniqueConstraint("list_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["list_id", "sha256", "sm3"],
            ["duty_lists.id", "duty_lists.sha256", "duty_lists.sm3"],
            name="fk_duty_signatures_digest",
        ),
        sa.ForeignKeyConstraint(
            ["list_id", "submitted_by"],
            ["duty_lists.id", "duty_lists.submitted_by"],
            name="fk_duty_signatures_submitter",
        ),
        sa.ForeignKeyConstraint(
            ["list_id", "project_id"], ["duty_lists.id", "duty_lists.project_id"], name="fk_duty_signatures_list"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_duty_signatures_project"
        ),
        sa.ForeignKeyConstraint(
            ["list_id", "subject_id"], ["duty_lists.id", "duty_lists.subject_id"], name="fk_duty_signatures_of_subject"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "user_id", "side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name="fk_duty_signatures_person",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_duty_signatures_party",
        ),
        sa.CheckConstraint("user_id <> submitted_by", name="four_eyes"),
        sa.CheckConstraint("side IN ('management', 'operation')", name="signing_sides"),
    )

    list_id: Mapped[int] = mapped_column(sa.BigInteger)
    project_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_duty_signatures_organisation")
    )
    side: Mapped[Side] = enum_column(Side, "side")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_duty_signatures_user"))
    submitted_by: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    signed_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(viewonly=True)
    user: Mapped[User] = relationship(viewonly=True)
