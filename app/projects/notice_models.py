"""The table of what the client answers to each point of the notice with which a declaration was returned."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import AppendOnly, enum_column, table_args
from app.core.permissions import Side
from app.gates.models import Decision, standing_keys
from app.subjects.models import PartyRole


class NoticeAnswer(AppendOnly):
    """What was changed for one point of a notice, or why nothing was; never changed, the newest of a point counts."""

    __tablename__ = "notice_answers"
    __table_args__ = table_args(
        sa.ForeignKeyConstraint(
            ["decision_id", "subject_id"], ["decisions.id", "decisions.subject_id"], name="fk_notice_answers_decision"
        ),
        *standing_keys("notice_answers", "answerer", "answered_by", "answerer"),
        sa.CheckConstraint("point > 0", name="point_positive"),
        sa.CheckConstraint("length(text) > 0", name="text_given"),
        sa.CheckConstraint("answerer_role = 'client' AND answerer_side = 'management'", name="by_client"),
        sa.Index("ix_notice_answers_decision_id", "decision_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.BigInteger)
    decision_id: Mapped[int] = mapped_column(sa.BigInteger)
    # Its place in the notice, from one.
    point: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(2000))
    answered_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    answerer_org: Mapped[int] = mapped_column(sa.BigInteger)
    answerer_side: Mapped[Side] = enum_column(Side, "answerer_side", default=Side.MANAGEMENT)
    answerer_role: Mapped[PartyRole] = enum_column(PartyRole, "answerer_role", default=PartyRole.CLIENT)
    answered_at: Mapped[datetime]
    answerer: Mapped[User] = relationship(viewonly=True, foreign_keys="NoticeAnswer.answered_by")
    decision: Mapped[Decision] = relationship(
        viewonly=True, primaryjoin="foreign(NoticeAnswer.decision_id) == Decision.id"
    )
