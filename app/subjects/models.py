"""Tables of subjects, the side each organisation holds in them, its roles there, and people bound to a side."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.catalogues.models import CatalogueEntry
from app.core.db import AppendOnly, Entity, LabelledEnum, enum_column, table_args
from app.core.permissions import Side
from app.organisations.models import Organisation, Region


class SubjectKind(LabelledEnum):
    """What kind of thing a subject is."""

    ADMISSION = "admission"
    CONTRACT = "contract"
    PROJECT = "project"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {"admission": _l("准入"), "contract": _l("合同"), "project": _l("项目")}


class PartyRole(LabelledEnum):
    """What an organisation does in a contract; each role belongs to one side."""

    CLIENT = "client"
    COMPETENT_AUTHORITY = "competent_authority"
    FINANCE = "finance"
    OPERATOR = "operator"
    BUILDER = "builder"
    SUPERVISOR = "supervisor"
    TESTER = "tester"
    EVALUATOR = "evaluator"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "client": _l("甲方（项目单位）"),
            "competent_authority": _l("主管部门"),
            "finance": _l("财政部门"),
            "operator": _l("乙方（运营企业）"),
            "builder": _l("承建单位"),
            "supervisor": _l("监理单位"),
            "tester": _l("测评单位"),
            "evaluator": _l("第三方评估"),
        }


PARTY_SIDES: dict[PartyRole, Side] = {
    PartyRole.CLIENT: Side.MANAGEMENT,
    PartyRole.COMPETENT_AUTHORITY: Side.MANAGEMENT,
    PartyRole.FINANCE: Side.MANAGEMENT,
    PartyRole.OPERATOR: Side.OPERATION,
    PartyRole.BUILDER: Side.OPERATION,
    PartyRole.SUPERVISOR: Side.SUPERVISION,
    PartyRole.TESTER: Side.SUPERVISION,
    PartyRole.EVALUATOR: Side.SUPERVISION,
}

_ROLE_OF_SIDE = " OR ".join(f"(role = '{role.value}' AND side = '{side.value}')" for role, side in PARTY_SIDES.items())


class Subject(Entity):
    """Anything that has parties, tasks, evidence and a trail. `title` repeats the thing's own title for lists.

    `practice_entry` is the version of the provincial practice that it follows; None: the national rules alone.
    """

    __tablename__ = "subjects"
    __table_args__ = table_args(
        sa.UniqueConstraint("code"),
        sa.Index("ix_subjects_region_id", "region_id"),
        sa.Index("ix_subjects_practice_entry_id", "practice_entry_id"),
    )

    kind: Mapped[SubjectKind] = enum_column(SubjectKind, "kind")
    code: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(200))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("regions.id"))
    # Set while the parties may not change (from submission for signing on).
    parties_frozen_at: Mapped[datetime | None]
    practice_entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("catalogue_entries.id"))
    region: Mapped[Region] = relationship()
    practice_entry: Mapped[CatalogueEntry | None] = relationship()
    parties: Mapped[list["Party"]] = relationship(order_by="Party.id", viewonly=True)

    @property
    def ref(self) -> str:
        return f"{self.kind.value}:{self.code}"


class SubjectSide(Entity):
    """The one side an organisation holds in a subject (I1, I3: the key allows no second)."""

    __tablename__ = "subject_sides"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "organisation_id"),
        sa.UniqueConstraint("subject_id", "organisation_id", "side"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "side"],
            ["organisation_sides.organisation_id", "organisation_sides.side"],
            name="fk_subject_sides_able",
        ),
        sa.Index("ix_subject_sides_organisation_id", "organisation_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id"))
    organisation_id: Mapped[int]
    side: Mapped[Side] = enum_column(Side, "side")


class Party(Entity):
    """An organisation in a role of a subject; building and operating may meet in one organisation, sides may not."""

    __tablename__ = "parties"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "organisation_id", "role"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
        ),
        sa.CheckConstraint(_ROLE_OF_SIDE, name="role_of_side"),
        sa.Index("ix_parties_organisation_id", "organisation_id"),
    )

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("subjects.id", name="fk_parties_subject"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id", name="fk_parties_organisation"))
    side: Mapped[Side] = enum_column(Side, "side")
    role: Mapped[PartyRole] = enum_column(PartyRole, "role")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class SubjectPerson(AppendOnly):
    """A person who has acted for a side of a subject stays on that side of it for good (I2)."""

    __tablename__ = "subject_people"
    __table_args__ = table_args(
        sa.UniqueConstraint("subject_id", "user_id"),
        sa.UniqueConstraint("subject_id", "user_id", "side"),
        sa.ForeignKeyConstraint(
            ["subject_id", "organisation_id", "side"],
            ["subject_sides.subject_id", "subject_sides.organisation_id", "subject_sides.side"],
        ),
    )

    subject_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    organisation_id: Mapped[int]
    side: Mapped[Side] = enum_column(Side, "side")
