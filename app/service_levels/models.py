"""Table of exclusions: time that is not to count, claimed by the operator and decided by the client."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.contracts.models import Contract
from app.core.db import Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.organisations.models import Organisation
from app.services.models import Service
from app.subjects.models import PartyRole


class ExclusionCause(LabelledEnum):
    """Why an outage is not to be charged to the operator (domain.md 7)."""

    ANNOUNCED_MAINTENANCE = "announced_maintenance"
    AGENCY_CAUSED = "agency_caused"
    FORCE_MAJEURE = "force_majeure"
    REGULATORS_ORDER = "regulators_order"
    THIRD_PARTY = "third_party"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "announced_maintenance": _l("公告维护"),
            "agency_caused": _l("管理方原因"),
            "force_majeure": _l("不可抗力"),
            "regulators_order": _l("监管要求"),
            "third_party": _l("第三方原因"),
        }


class ExclusionState(LabelledEnum):
    """Claimed by the operator; granted or refused by the client, or withdrawn by the operator."""

    CLAIMED = "claimed"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "claimed": _l("待裁定"),
            "granted": _l("准予除外"),
            "refused": _l("不予除外"),
            "withdrawn": _l("已撤回"),
        }

    @classmethod
    def tones(cls) -> dict[str, str]:
        return {"claimed": "progress", "granted": "good", "refused": "bad", "withdrawn": "muted"}


# A claim that is no longer open names whole who ended it; an open one names nobody.
_DECIDED = ("decided_by", "decider_org_id", "decider_side", "decider_role", "decided_at")
_OPEN = " AND ".join(f"{column} IS NULL" for column in _DECIDED)
_CLOSED = " AND ".join(f"{column} IS NOT NULL" for column in _DECIDED)


def _standing_keys(who: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Organisation in its role and on its side, and the person on that side for good (I1, I2); `who` is the prefix."""
    person = {"claimer": "claimed_by", "decider": "decided_by"}[who]
    org, side, role = f"{who}_org_id", f"{who}_side", f"{who}_role"
    return (
        sa.ForeignKeyConstraint(
            ["subject_id", org, role],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name=f"fk_exclusions_{who}_party",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", org, side],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name=f"fk_exclusions_{who}_side",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", person, side],
            ["subject_people.subject_id", "subject_people.user_id", "subject_people.side"],
            name=f"fk_exclusions_{who}_person",
        ),
    )


class Exclusion(Entity):
    """A stretch of time of one service (or of all) that leaves both agreed time and downtime once it is granted.

    Nothing of a claim changes after it was made. What is granted may be narrower than what was claimed.
    """

    __tablename__ = "exclusions"
    __table_args__ = table_args(
        sa.UniqueConstraint("contract_id", "number"),
        sa.ForeignKeyConstraint(
            ["contract_id", "subject_id"], ["contracts.id", "contracts.subject_id"], name="fk_exclusions_contract"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "sha256"],
            ["evidence_files.subject_id", "evidence_files.sha256"],
            name="fk_exclusions_evidence",
        ),
        *_standing_keys("claimer"),
        *_standing_keys("decider"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("ends_at > begins_at", name="span_ordered"),
        sa.CheckConstraint("length(reason) > 0", name="claim_reason"),
        sa.CheckConstraint(
            "(cause = 'announced_maintenance') = (announced_at IS NOT NULL)", name="announced_when_maintenance"
        ),
        sa.CheckConstraint("announced_at IS NULL OR announced_at < begins_at", name="announced_before"),
        sa.CheckConstraint("claimer_side = 'operation' AND claimer_role = 'operator'", name="claimed_by_operator"),
        sa.CheckConstraint(
            f"(state = 'claimed' AND {_OPEN} AND decision_reason = '') OR (state <> 'claimed' AND {_CLOSED})",
            name="decided_whole",
        ),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'refused') OR (decider_side = 'management' AND decider_role = 'client')",
            name="decided_by_client",
        ),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'refused') OR (decided_by <> claimed_by AND decider_org_id <> claimer_org_id)",
            name="four_eyes",
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR (decider_org_id = claimer_org_id AND decider_side = 'operation')",
            name="withdrawn_by_claimer",
        ),
        sa.CheckConstraint(
            "(state = 'granted' AND granted_from IS NOT NULL AND granted_until IS NOT NULL"
            " AND granted_from >= begins_at AND granted_until <= ends_at AND granted_until > granted_from)"
            " OR (state <> 'granted' AND granted_from IS NULL AND granted_until IS NULL)",
            name="granted_within",
        ),
        sa.CheckConstraint("state <> 'refused' OR length(decision_reason) > 0", name="refusal_reason"),
        sa.CheckConstraint("state <> 'granted' OR length(decision_reason) > 0", name="grant_reason"),
        sa.Index("ix_exclusions_contract_id_begins_at", "contract_id", "begins_at"),
    )

    contract_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    # None: every service of the contract.
    service_id: Mapped[int | None] = mapped_column(sa.ForeignKey("services.id", name="fk_exclusions_service"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cause: Mapped[ExclusionCause] = enum_column(ExclusionCause, "cause")
    reason: Mapped[str] = mapped_column(sa.String(2000))
    announced_at: Mapped[datetime | None]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    claimed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_exclusions_claimed_by"))
    claimer_org_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_exclusions_claimer_org"))
    claimer_side: Mapped[Side] = enum_column(Side, "claimer_side", default=Side.OPERATION)
    claimer_role: Mapped[PartyRole] = enum_column(PartyRole, "claimer_role", default=PartyRole.OPERATOR)
    claimed_at: Mapped[datetime]
    state: Mapped[ExclusionState] = enum_column(ExclusionState, "state", default=ExclusionState.CLAIMED)
    granted_from: Mapped[datetime | None]
    granted_until: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_exclusions_decided_by"))
    decider_org_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_exclusions_decider_org")
    )
    decider_side: Mapped[Side | None] = enum_column(Side, "decider_side")
    decider_role: Mapped[PartyRole | None] = enum_column(PartyRole, "decider_role")
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Exclusion.contract_id) == Contract.id", viewonly=True
    )
    service: Mapped[Service | None] = relationship(viewonly=True)
    claimer: Mapped[User] = relationship(viewonly=True, foreign_keys="Exclusion.claimed_by")
    claimer_organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="Exclusion.claimer_org_id")
    decider: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Exclusion.decided_by")
    decider_organisation: Mapped[Organisation | None] = relationship(
        viewonly=True, foreign_keys="Exclusion.decider_org_id"
    )
    file: Mapped[EvidenceFile] = relationship(
        primaryjoin="and_(foreign(Exclusion.subject_id) == EvidenceFile.subject_id, "
        "foreign(Exclusion.sha256) == EvidenceFile.sha256)",
        viewonly=True,
    )

    @property
    def item(self) -> str:
        """How tasks name it."""
        return f"exclusion:{self.id}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """What leaves the agreed time when it is granted, or would leave it: the granted stretch, else the claimed."""
        if self.granted_from is not None and self.granted_until is not None:
            return self.granted_from, self.granted_until
        return self.begins_at, self.ends_at

    def concerns(self, service_id: int) -> bool:
        return self.service_id is None or self.service_id == service_id
