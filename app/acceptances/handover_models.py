"""Tables of a handover: what is handed over, and every deed on each item in order."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.acceptances.keys import file_of, of_item, of_project, with_file
from app.acceptances.kinds import Deed, HandoverClass, HandoverItemState, HandoverState
from app.accounts.models import User
from app.core.db import AppendOnly, Entity, enum_column, table_args
from app.core.permissions import Side
from app.evidence.models import EvidenceFile
from app.gates.kinds import Stance
from app.gates.models import standing_keys
from app.organisations.models import Organisation
from app.projects.models import Project
from app.subjects.models import PartyRole

_CONCLUSION = ("concluded_by", "concluder_org", "concluder_side", "concluder_role", "concluded_at", "content")
_OPEN = " AND ".join(f"{column} IS NULL" for column in (*_CONCLUSION, "sha256", "sm3"))
_CLOSED = " AND ".join(f"{column} IS NOT NULL" for column in (*_CONCLUSION, "sha256", "sm3"))


class Handover(Entity):
    """The one handover of a project into operation; concluded once, on the sealed `content`."""

    __tablename__ = "handovers"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("project_id"),
        sa.UniqueConstraint("id", "subject_id"),
        of_project("handovers"),
        *standing_keys("handovers", "opener", "opened_by", "opener"),
        *standing_keys("handovers", "concluder", "concluded_by", "concluder"),
        sa.CheckConstraint("opener_side = 'management' AND opener_role = 'client'", name="opened_by_client"),
        sa.CheckConstraint(
            f"(state = 'open' AND {_OPEN} AND conclusion = '') OR (state <> 'open' AND {_CLOSED}"
            " AND length(conclusion) > 0 AND length(sha256) = 64 AND length(sm3) = 64)",
            name="concluded_whole",
        ),
        sa.CheckConstraint(
            "concluded_by IS NULL OR (concluded_by <> opened_by AND concluder_side = 'management'"
            " AND concluder_role = 'client')",
            name="four_eyes",
        ),
    )

    # YJ-<project code>
    code: Mapped[str] = mapped_column(sa.String(60))
    project_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[HandoverState] = enum_column(HandoverState, "state", default=HandoverState.OPEN)
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_handovers_opened_by"))
    opener_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_handovers_opener_org"))
    opener_side: Mapped[Side] = enum_column(Side, "opener_side", default=Side.MANAGEMENT)
    opener_role: Mapped[PartyRole] = enum_column(PartyRole, "opener_role", default=PartyRole.CLIENT)
    opened_at: Mapped[datetime]
    concluded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", name="fk_handovers_concluded_by"))
    concluder_org: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisations.id", name="fk_handovers_concluder_org")
    )
    concluder_side: Mapped[Side | None] = enum_column(Side, "concluder_side", default=None)
    concluder_role: Mapped[PartyRole | None] = enum_column(PartyRole, "concluder_role", default=None)
    concluded_at: Mapped[datetime | None]
    conclusion: Mapped[str] = mapped_column(sa.String(2000), default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    sm3: Mapped[str | None] = mapped_column(sa.String(64))
    project: Mapped[Project] = relationship(primaryjoin="foreign(Handover.project_id) == Project.id", viewonly=True)
    opener: Mapped[User] = relationship(viewonly=True, foreign_keys="Handover.opened_by")
    concluder: Mapped[User | None] = relationship(viewonly=True, foreign_keys="Handover.concluded_by")
    items: Mapped[list["HandoverItem"]] = relationship(
        order_by="HandoverItem.number", primaryjoin="Handover.id == foreign(HandoverItem.handover_id)", viewonly=True
    )

    __secret_fields__ = frozenset({"content"})

    @property
    def is_open(self) -> bool:
        return self.state is HandoverState.OPEN


class HandoverItem(Entity):
    """One thing to be handed over. The client receives it; where `takes_over`, the operator then confirms it has it."""

    __tablename__ = "handover_items"
    __table_args__ = table_args(
        sa.UniqueConstraint("handover_id", "number"),
        sa.UniqueConstraint("id", "handover_id", "subject_id"),
        sa.ForeignKeyConstraint(
            ["handover_id", "subject_id"], ["handovers.id", "handovers.subject_id"], name="fk_handover_items_handover"
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "deliverer_id", "deliverer_side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
            name="fk_handover_items_deliverer",
        ),
        sa.ForeignKeyConstraint(
            ["subject_id", "receiver_id", "receiver_role"],
            ["parties.subject_id", "parties.organisation_id", "parties.role"],
            name="fk_handover_items_receiver",
        ),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("deliverer_side = 'operation'", name="delivered_by_operation"),
        sa.CheckConstraint("receiver_role = 'client'", name="received_by_client"),
        sa.CheckConstraint("state <> 'taken_over' OR takes_over", name="taken_over_where_due"),
    )

    handover_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    category: Mapped[HandoverClass] = enum_column(HandoverClass, "category")
    # The entry of the list of what is handed over, empty for an item that was added by hand.
    entry_code: Mapped[str] = mapped_column(sa.String(60), default="")
    text: Mapped[str] = mapped_column(sa.String(2000))
    deliverer_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_handover_items_org"))
    deliverer_side: Mapped[Side] = enum_column(Side, "deliverer_side", default=Side.OPERATION)
    receiver_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_handover_items_client"))
    receiver_role: Mapped[PartyRole] = enum_column(PartyRole, "receiver_role", default=PartyRole.CLIENT)
    takes_over: Mapped[bool] = mapped_column(default=False)
    state: Mapped[HandoverItemState] = enum_column(HandoverItemState, "state", default=HandoverItemState.WAITING)
    handover: Mapped[Handover] = relationship(
        primaryjoin="foreign(HandoverItem.handover_id) == Handover.id", viewonly=True
    )
    deliverer: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="HandoverItem.deliverer_id")
    receiver: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="HandoverItem.receiver_id")
    entries: Mapped[list["HandoverEntry"]] = relationship(
        order_by="HandoverEntry.number",
        primaryjoin="HandoverItem.id == foreign(HandoverEntry.item_id)",
        viewonly=True,
    )

    @property
    def is_done(self) -> bool:
        """Arrived where it belongs: with the operator where it runs it, else with the client."""
        last = HandoverItemState.TAKEN_OVER if self.takes_over else HandoverItemState.RECEIVED
        return self.state is last


class HandoverEntry(AppendOnly):
    """One deed on an item: handed over, received, sent back, taken over by the operator, seen by the supervisor."""

    __tablename__ = "handover_entries"
    __table_args__ = table_args(
        sa.UniqueConstraint("item_id", "number"),
        of_item("handover_entries", "handover"),
        *standing_keys("handover_entries", "doer", "done_by", "doer"),
        with_file("handover_entries"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("deed <> 'delivered' OR sha256 IS NOT NULL", name="delivery_has_evidence"),
        sa.CheckConstraint("(deed = 'witnessed') = (stance IS NOT NULL)", name="witness_takes_a_stance"),
        sa.CheckConstraint(
            "(deed = 'delivered' AND doer_side = 'operation' AND doer_role IN ('builder', 'operator'))"
            " OR (deed IN ('received', 'sent_back') AND doer_side = 'management' AND doer_role = 'client')"
            " OR (deed = 'taken_over' AND doer_side = 'operation' AND doer_role = 'operator')"
            " OR (deed = 'witnessed' AND doer_side = 'supervision' AND doer_role = 'supervisor')",
            name="by_right_role",
        ),
    )

    item_id: Mapped[int] = mapped_column(sa.BigInteger)
    handover_id: Mapped[int] = mapped_column(sa.BigInteger)
    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    number: Mapped[int]
    deed: Mapped[Deed] = enum_column(Deed, "deed")
    stance: Mapped[Stance | None] = enum_column(Stance, "stance", default=None)
    text: Mapped[str] = mapped_column(sa.String(4000))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id", name="fk_handover_entries_done_by"))
    doer_org: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_handover_entries_doer_org"))
    doer_side: Mapped[Side] = enum_column(Side, "doer_side")
    doer_role: Mapped[PartyRole] = enum_column(PartyRole, "doer_role")
    done_at: Mapped[datetime]
    doer: Mapped[User] = relationship(viewonly=True, foreign_keys="HandoverEntry.done_by")
    organisation: Mapped[Organisation] = relationship(viewonly=True, foreign_keys="HandoverEntry.doer_org")
    file: Mapped[EvidenceFile | None] = relationship(primaryjoin=file_of("HandoverEntry"), viewonly=True)
