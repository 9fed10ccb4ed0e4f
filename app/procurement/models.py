"""Tables of purchases of projects: how each was made, its notices, what was awarded to whom, the contract of it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, Entity, Fen, enum_column, table_args
from app.core.money import MAX_FEN
from app.core.permissions import Side
from app.organisations.models import Organisation
from app.procurement.kinds import Method, ProcurementState, Purpose
from app.projects.models import Project
from app.subjects.models import PartyRole

# What an award says whole; nothing of it is known before it is recorded.
_AWARD = ("award_on", "winner_id", "award_fen", "award_sha256", "awarded_by", "awarded_at")
_NO_AWARD = " AND ".join(f"{column} IS NULL" for column in _AWARD) + " AND award_number = ''"
_AN_AWARD = " AND ".join(f"{column} IS NOT NULL" for column in _AWARD) + " AND length(award_number) > 0"
_OPEN_STATES = "state IN ('planned', 'failed', 'cancelled')"
_SIGNED = "contract_signed_on IS NOT NULL AND contract_fen IS NOT NULL AND length(contract_number) > 0"
_UNSIGNED = " AND ".join(
    f"{one} IS NULL" for one in ("contract_signed_on", "contract_fen", "contract_sha256", "published_on", "filed_on")
)
_FILES = ("publicity_sha256", "award_sha256", "contract_sha256")


def _keys() -> list[sa.ForeignKeyConstraint]:
    """The project, its client as party and side, the client's people on that side for good, and the files."""
    people = [
        sa.ForeignKeyConstraint(
            ["subject_id", person, "client_side"],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_procurements_{person}_person",
        )
        for person in ("recorded_by", "awarded_by", "confirmed_by")
    ]
    files = [
        sa.ForeignKeyConstraint(
            ["subject_id", column],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name=f"fk_procurements_{column.removesuffix('_sha256')}_file",
        )
        for column in _FILES
    ]
    return [
        sa.ForeignKeyConstraint(
            ["project_id", "subject_id"], ["projects.id", "projects.subject_id"], name="fk_procurements_project"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "client_org", "client_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_procurements_client_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "client_org", "client_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_procurements_client_side",
        ),
        *people,
        *files,
    ]


def _money() -> list[sa.CheckConstraint]:
    return [
        *(
            sa.CheckConstraint(
                f"{column} IS NULL OR ({column} > 0 AND {column} < {MAX_FEN})",
                name=f"{column.removesuffix('_fen')}_range",
            )
            for column in ("budget_fen", "award_fen", "contract_fen")
        ),
        sa.CheckConstraint("award_fen IS NULL OR award_fen <= budget_fen", name="award_within_budget"),
        # A contract that is concluded holds to its award, as a guard of revision 0022 asks; what is added to a contract
        # later is at most a tenth of it, and nothing that is on record ever says more.
        sa.CheckConstraint("contract_fen IS NULL OR contract_fen * 10 <= award_fen * 11", name="contract_within_award"),
    ]


def _days() -> list[sa.CheckConstraint]:
    """Dates in order, as far as they are known."""
    orders = {
        "publicity_order": "publicity_until IS NULL OR publicity_from IS NULL OR publicity_until >= publicity_from",
        "bids_after_notice": "bids_due_on IS NULL OR announced_on IS NULL OR bids_due_on >= announced_on",
        "award_after_notice": "award_on IS NULL OR award_on >= announced_on",
        "award_after_bids": "award_on IS NULL OR bids_due_on IS NULL OR award_on >= bids_due_on",
        "award_after_publicity": "award_on IS NULL OR publicity_until IS NULL OR award_on >= publicity_until",
        "contract_after_award": "contract_signed_on IS NULL OR contract_signed_on >= award_on",
        "published_after_contract": "published_on IS NULL OR published_on >= contract_signed_on",
        "filed_after_contract": "filed_on IS NULL OR filed_on >= contract_signed_on",
    }
    return [sa.CheckConstraint(rule, name=name) for name, rule in orders.items()]


def _steps() -> list[sa.CheckConstraint]:
    """What each state must know, and what it cannot know yet."""
    return [sa.CheckConstraint(rule, name=name) for name, rule in {**_BEFORE, **_AWARDED, **_ENDS}.items()]


_BEFORE = {
    "announced_whole": "state IN ('failed', 'cancelled') OR (announced_on IS NULL) = (state = 'planned')",
    "tender_has_last_day": (
        "method NOT IN ('open_tender', 'invited_tender') OR announced_on IS NULL OR bids_due_on IS NOT NULL"
    ),
    "single_source_has_basis": (
        f"method <> 'single_source' OR {_OPEN_STATES} OR (length(single_source_basis) > 0"
        " AND publicity_from IS NOT NULL AND publicity_until IS NOT NULL AND publicity_sha256 IS NOT NULL)"
    ),
    "fair_competition": (
        f"NOT (exclusive OR method = 'single_source') OR {_OPEN_STATES} OR length(fair_competition_ref) > 0"
    ),
    "term_of_operation": "(term_months IS NOT NULL) = (purpose IN ('operate', 'build_and_operate'))",
    "term_range": "term_months IS NULL OR (term_months BETWEEN 1 AND 480)",
}
_AWARDED = {
    "award_whole": f"({_NO_AWARD}) OR ({_AN_AWARD})",
    "award_after_announcement": f"state <> 'planned' OR ({_NO_AWARD})",
    "confirmed_whole": "(confirmed_by IS NULL) = (confirmed_at IS NULL)",
    "confirmed_award": (
        "(state NOT IN ('awarded', 'contracted') OR (confirmed_by IS NOT NULL AND award_on IS NOT NULL))"
        " AND (state NOT IN ('planned', 'announced', 'failed') OR confirmed_by IS NULL)"
    ),
    "four_eyes": "confirmed_by IS NULL OR (confirmed_by <> awarded_by AND confirmed_by <> recorded_by)",
}
_ENDS = {
    "contracted_whole": (
        f"(state = 'contracted' AND {_SIGNED}) OR (state <> 'contracted' AND {_UNSIGNED} AND contract_number = '')"
    ),
    "contract_shown": (
        "state <> 'contracted' OR (purpose IN ('operate', 'build_and_operate') AND own_contract IS NOT NULL)"
        " OR (purpose NOT IN ('operate', 'build_and_operate') AND contract_sha256 IS NOT NULL)"
    ),
    "own_contract_of_operation": (
        "own_contract IS NULL OR (purpose IN ('operate', 'build_and_operate') AND state IN ('awarded', 'contracted'))"
    ),
    "ended_whole": "(ended_on IS NOT NULL) = (state IN ('failed', 'cancelled'))",
    "ended_reason": "(length(end_reason) > 0) = (state IN ('failed', 'cancelled'))",
    "by_client": "client_side = 'management' AND client_role = 'client'",
}


class Procurement(Entity):
    """One purchase of a project, from its plan to the contract; what the market saw and who won is never changed.

    The award is recorded by one person of the client and counts when another has confirmed it. `own_contract` is the
    code of the contract that was drawn here; contracts that are kept elsewhere are recorded by number, day and scan.
    """

    __tablename__ = "procurements"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("project_id", "number"),
        sa.UniqueConstraint("id", "project_id"),
        sa.UniqueConstraint("own_contract"),
        *_keys(),
        sa.CheckConstraint("number > 0", name="number_positive"),
        *_money(),
        *_days(),
        *_steps(),
        sa.CheckConstraint(
            " AND ".join(f"({column} IS NULL OR length({column}) = 64)" for column in _FILES), name="digests_whole"
        ),
        sa.Index("ix_procurements_project_id", "project_id"),
        sa.Index("ix_procurements_winner_id", "winner_id"),
        sa.Index("ix_procurements_adds_to_id", "adds_to_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(60))
    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    purpose: Mapped[Purpose] = enum_column(Purpose, "purpose")
    method: Mapped[Method] = enum_column(Method, "method")
    title: Mapped[str] = mapped_column(sa.String(200))
    budget_fen: Mapped[int] = mapped_column(Fen)
    # For how long operating is bought.
    term_months: Mapped[int | None]
    exclusive: Mapped[bool] = mapped_column(default=False)
    fair_competition_ref: Mapped[str] = mapped_column(sa.String(200), default="")
    single_source_basis: Mapped[str] = mapped_column(sa.String(1000), default="")
    publicity_from: Mapped[date | None]
    publicity_until: Mapped[date | None]
    publicity_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[ProcurementState] = enum_column(ProcurementState, "state", default=ProcurementState.PLANNED)
    notice_number: Mapped[str] = mapped_column(sa.String(100), default="")
    announced_on: Mapped[date | None]
    bids_due_on: Mapped[date | None]
    award_number: Mapped[str] = mapped_column(sa.String(100), default="")
    award_on: Mapped[date | None]
    winner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"))
    award_fen: Mapped[int | None] = mapped_column(Fen)
    award_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    own_contract: Mapped[str | None] = mapped_column(sa.String(40))
    contract_number: Mapped[str] = mapped_column(sa.String(100), default="")
    contract_signed_on: Mapped[date | None]
    contract_fen: Mapped[int | None] = mapped_column(Fen)
    contract_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    published_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    # What this adds to: a purchase of the project that is under contract, and itself adds to nothing.
    adds_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("procurements.id"))
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    client_org: Mapped[int] = mapped_column(sa.BigInteger)
    client_side: Mapped[Side] = enum_column(Side, "client_side", default=Side.MANAGEMENT)
    client_role: Mapped[PartyRole] = enum_column(PartyRole, "client_role", default=PartyRole.CLIENT)
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    awarded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    awarded_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    project: Mapped[Project] = relationship(
        primaryjoin="foreign(Procurement.project_id) == Project.id", viewonly=True, lazy="joined"
    )
    winner: Mapped[Organisation | None] = relationship(foreign_keys="Procurement.winner_id")
    recorder: Mapped[User] = relationship(viewonly=True, foreign_keys="Procurement.recorded_by")
    awarder: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Procurement.awarded_by")
    confirmer: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Procurement.confirmed_by")
    original: Mapped["Procurement | None"] = relationship(
        viewonly=True, foreign_keys="Procurement.adds_to_id", remote_side="Procurement.id"
    )

    @property
    def ref(self) -> str:
        """Acts about a purchase stand on the trail of its project."""
        return self.project.ref

    @property
    def has_award(self) -> bool:
        """Whether an award is recorded, confirmed or not."""
        return self.award_on is not None


class ProcurementNotice(AppendOnly):
    """A notice as it was published: the first one, then each correction with its own day.

    The purchase shows the last number and the last day for bids; its own day stays that of the first notice.
    """

    __tablename__ = "procurement_notices"
    __table_args__ = table_args(
        sa.UniqueConstraint("procurement_id", "number"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("bids_due_on IS NULL OR bids_due_on >= announced_on", name="bids_after_notice"),
    )

    procurement_id: Mapped[int] = mapped_column(sa.ForeignKey("procurements.id"))
    number: Mapped[int]
    notice_number: Mapped[str] = mapped_column(sa.String(100), default="")
    announced_on: Mapped[date]
    bids_due_on: Mapped[date | None]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    recorder: Mapped[User] = relationship(viewonly=True, foreign_keys="ProcurementNotice.recorded_by")
