"""Table of plans: what both sides of a contract agree about measuring and judging, from which period on."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.calendars.calendar_file import CATALOGUE_KIND
from app.catalogues.models import CatalogueEntry
from app.contracts.models import Contract, PeriodKind
from app.core import periods
from app.core.db import Decimal6, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side
from app.indicators.schemes import SCHEME_KIND
from app.organisations.models import Organisation
from app.subjects.models import PartyRole

SCHEDULE_KIND = CATALOGUE_KIND


class PlanState(LabelledEnum):
    """Proposed by the client; agreed or refused by the operator, or withdrawn by the client."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "proposed": _l("待对方同意"),
            "agreed": _l("已约定"),
            "refused": _l("对方不同意"),
            "withdrawn": _l("已撤回"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"proposed": "progress", "agreed": "good", "refused": "bad", "withdrawn": "muted"}


class Weighting(LabelledEnum):
    """What each service weighs in the contract's total score."""

    EQUAL = "equal"
    FEE = "fee"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"equal": _l("各服务权重相同"), "fee": _l("按固定费用占比")}


# A plan that both sides have decided on names the deciding person whole; an open one names nobody.
_DECIDED = ("decided_by", "decider_org", "decider_side", "decider_role", "decided_at")
_OPEN = " AND ".join(f"{column} IS NULL" for column in _DECIDED)
_CLOSED = " AND ".join(f"{column} IS NOT NULL" for column in _DECIDED)


def _standing_keys(who: str, org: str, side: str, role: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role, its side, and the person on that side for good, each held by a key (I1, I2)."""
    word = side.removesuffix("_side")
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", org, role],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_plans_{word}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", org, side],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_plans_{word}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", who, side],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_plans_{word}_person",
        ),
    )


class Plan(Entity):
    """By which version of which scheme a contract is judged from a period on, and how time is measured for it.

    `content` is everything agreed as canonical text; what the operator agrees to is its digest. A later plan takes
    over for periods that have not begun (I10), so what is judged by an earlier one stays judged by it.
    """

    __tablename__ = "plans"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("contract_id", "number"),
        sa.UniqueConstraint("id", "contract_id"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_plans_contract"
        ),
        sa.ForeignKeyConstraint(
            ["scheme_entry_id", "scheme_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_plans_scheme",
        ),
        sa.ForeignKeyConstraint(
            ["schedule_entry_id", "schedule_kind"],
            ["catalogue_entries.id", "catalogue_entries.kind"],
            name="fk_plans_schedule",
        ),
        *_standing_keys("proposed_by", "proposer_org", "proposer_side", "proposer_role"),
        *_standing_keys("decided_by", "decider_org", "decider_side", "decider_role"),
        sa.CheckConstraint(f"scheme_kind = '{SCHEME_KIND}'", name="scheme_kind"),
        sa.CheckConstraint(f"schedule_kind = '{SCHEDULE_KIND}'", name="schedule_kind"),
        sa.CheckConstraint("length(scheme_digest) = 64", name="scheme_digest_whole"),
        sa.CheckConstraint("length(sha256) = 64 AND length(sm3) = 64", name="digests_whole"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("min_outage_minutes BETWEEN 0 AND 1440", name="min_outage_range"),
        sa.CheckConstraint("degraded_weight > 0 AND degraded_weight <= 1000000", name="degraded_weight_range"),
        sa.CheckConstraint("report_after_days BETWEEN 0 AND 60", name="report_after_range"),
        sa.CheckConstraint("proposer_side = 'management' AND proposer_role = 'client'", name="proposed_by_client"),
        sa.CheckConstraint(
            f"(state = 'proposed' AND {_OPEN} AND decision_reason = '') OR (state <> 'proposed' AND {_CLOSED})",
            name="decided_whole",
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'refused') OR (decider_side = 'operation' AND decider_role = 'operator')",
            name="decided_by_operator",
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR (decider_side = 'management' AND decider_role = 'client')",
            name="withdrawn_by_client",
        ),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'refused') OR (decided_by <> proposed_by AND decider_org <> proposer_org)",
            name="four_eyes",
        ),
        sa.CheckConstraint("state <> 'refused' OR length(decision_reason) > 0", name="refusal_reason"),
        sa.Index(
            "uq_plans_proposed",
            "contract_id",
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        ),
    )

    code: Mapped[str] = mapped_column(sa.String(60))
    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    period_kind: Mapped[PeriodKind] = enum_column(PeriodKind, "period_kind")
    first_period: Mapped[str] = mapped_column(sa.String(13))
    first_starts_at: Mapped[datetime]
    scheme_entry_id: Mapped[int] = mapped_column(sa.BigInteger)
    scheme_kind: Mapped[str] = mapped_column(sa.String(40), default=SCHEME_KIND)
    scheme_digest: Mapped[str] = mapped_column(sa.String(64))
    weighting: Mapped[Weighting] = enum_column(Weighting, "weighting")
    # None: round the clock.
    schedule_entry_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    schedule_kind: Mapped[str] = mapped_column(sa.String(40), default=SCHEDULE_KIND)
    min_outage_minutes: Mapped[int]
    degraded_weight: Mapped[Decimal] = mapped_column(Decimal6)
    report_after_days: Mapped[int]
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[PlanState] = enum_column(PlanState, "state", default=PlanState.PROPOSED)
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_plans_proposed_by"))
    proposer_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_plans_proposer_org"))
    proposer_side: Mapped[Side] = enum_column(Side, "proposer_side", default=Side.MANAGEMENT)
    proposer_role: Mapped[PartyRole] = enum_column(PartyRole, "proposer_role", default=PartyRole.CLIENT)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_plans_decided_by"))
    decider_org: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id", name="fk_plans_decider_org"))
    decider_side: Mapped[Side | None] = enum_column(Side, "decider_side")
    decider_role: Mapped[PartyRole | None] = enum_column(PartyRole, "decider_role")
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    contract: Mapped[Contract] = relationship(primaryjoin="foreign(Plan.contract_id) == Contract.id", viewonly=True)
    scheme: Mapped[CatalogueEntry] = relationship(
        primaryjoin="foreign(Plan.scheme_entry_id) == CatalogueEntry.id", viewonly=True
    )
    schedule: Mapped[CatalogueEntry | None] = relationship(
        primaryjoin="foreign(Plan.schedule_entry_id) == CatalogueEntry.id", viewonly=True
    )
    proposer: Mapped[User] = relationship(viewonly=True, foreign_keys="Plan.proposed_by")
    decider: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Plan.decided_by")
    proposer_organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Plan.proposer_org")
    decider_organisation: Mapped[Organisation | None] = relationship(viewonly=True, foreign_keys="Plan.decider_org")

    @property
    def ref(self) -> str:
        return f"plan:{self.code}"

    @property
    def kind(self) -> periods.PeriodKind:
        """The kind of its periods, as periods know it."""
        return periods.PeriodKind(self.period_kind.value)

    @property
    def first(self) -> periods.Period:
        """The first period it is for."""
        return periods.Period(self.first_period)
