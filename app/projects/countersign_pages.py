"""The list of countersignatures that are still waited for: whose turn it is, in which place, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, contains_eager

from app.core.actors import Actor
from app.core.batches import batched
from app.core.clock import local
from app.core.db import db
from app.core.formats import fmt
from app.core.listing import Cell, Column, Filter, Listing, like, member_or_none, options_of
from app.gates.kinds import Body, SignState
from app.gates.models import Countersign
from app.gates.wording import about_in_words
from app.organisations.models import Organisation
from app.subjects.models import Subject
from app.subjects.queries import in_reach

OPEN = (SignState.ASKED, SignState.WAITING)
MINE = "mine"
# An export is read beside in parts of this many, because a statement carries only so many values.
PART = 500
_NAMES = (Subject.title, Subject.code, Organisation.name_zh, Organisation.name_en)


@dataclass
class SignListing(Listing):
    """The list with the moment since which each whose turn it is was asked."""

    turns: dict[int, datetime] = field(default_factory=dict)

    def _things(self, keys: list[int]) -> list[Any]:
        things = super()._things(keys)
        self.turns |= turns_of(things)
        return things

    def export(self) -> Response | None:
        wanted = self._filtered().order_by(None).with_only_columns(Countersign.id)
        keys = list(db.session.scalars(wanted)) if request.args.get("export") else []
        for some in batched(keys, PART):
            self.turns |= turns_of(db.session.scalars(sa.select(Countersign).where(Countersign.id.in_(some))).all())
        return super().export()


def awaited(actor: Actor) -> Listing:
    """What is waited for in the actor's reach: his own turn first, then the longest wait."""
    places = _places(actor)
    turns: dict[int, datetime] = {}
    statement = (
        sa.select(Countersign)
        .join(places, places.c.id == Countersign.id)
        .join(Countersign.subject)
        .join(Countersign.organisation)
    )
    return SignListing(
        caption=_("等待签署"),
        statement=statement,
        options=(contains_eager(Countersign.subject), contains_eager(Countersign.organisation)),
        definition=_columns(actor, places.c.place, turns),
        id_column=Countersign.id,
        href=lambda sign: url_for("countersigns.of_project", code=sign.subject.code),
        default_sort="since",
        filters=_filters(actor),
        empty_title=_("没有等待签署的会签"),
        empty_hint=_("主管部门在决定前发起会签后，会列在这里。"),
        file_name=_("会签"),
        turns=turns,
    )


def _places(actor: Actor) -> Any:
    """Every open signature in reach with its place in the list."""
    since = sa.func.coalesce(_signed_before(), Countersign.asked_at)
    order = (
        sa.case((own_turn(actor), 0), (Countersign.state == SignState.ASKED, 1), else_=2),
        sa.case((Countersign.state == SignState.ASKED, since), else_=Countersign.asked_at),
        Countersign.subject_id,
        Countersign.position,
        Countersign.id,
    )
    return (
        sa.select(Countersign.id, sa.func.row_number().over(order_by=order).label("place"))
        .join(Countersign.subject)
        .where(Countersign.state.in_(OPEN), in_reach(actor))
        .subquery()
    )


def own_turn(actor: Actor) -> sa.ColumnElement[bool]:
    """The actor's organisation is asked to sign now."""
    return sa.and_(Countersign.state == SignState.ASKED, Countersign.organisation_id == actor.organisation_id)


def count_own_turns(actor: Actor) -> int:
    """How many signatures the actor's organisation is asked for now."""
    return db.session.scalar(sa.select(sa.func.count(Countersign.id)).where(own_turn(actor))) or 0


def _signed_before() -> Any:
    """When the last one before signed, in the same round."""
    before = aliased(Countersign)
    return (
        sa.select(sa.func.max(before.signed_at))
        .where(
            before.subject_id == Countersign.subject_id,
            before.step == Countersign.step,
            before.round == Countersign.round,
            before.state == SignState.SIGNED,
        )
        .correlate(Countersign)
        .scalar_subquery()
    )


def turns_of(signs: Iterable[Countersign]) -> dict[int, datetime]:
    """Since when each whose turn it is was asked: since the one before him signed, the first since it was begun."""
    now_asked = [one for one in signs if one.state is SignState.ASKED]
    if not now_asked:
        return {}
    since = sa.func.coalesce(_signed_before(), Countersign.asked_at)
    found = sa.select(Countersign.id, since).where(Countersign.id.in_([one.id for one in now_asked]))
    return {row[0]: row[1] for row in db.session.execute(found)}


# --- columns and filters ---------------------------------------------------------------------------------------------


def _filters(actor: Actor) -> list[Filter]:
    turns = [(MINE, _l("轮到本机构")), *((one.value, one.label) for one in OPEN)]

    def turn(asked: str) -> Any:
        return own_turn(actor) if asked == MINE else {one.value: Countersign.state == one for one in OPEN}.get(asked)

    return [
        Filter(
            "q",
            _l("项目、编号或会签单位"),
            lambda text: sa.or_(*(like(each, text) for each in _NAMES)),
        ),
        Filter("state", _l("状态"), turn, "select", turns),
        Filter("body", _l("会签单位类别"), member_or_none(Body, Countersign.body), "select", options_of(Body)),
    ]


def _columns(actor: Actor, place: Any, turns: dict[int, datetime]) -> tuple[Column, ...]:
    def state(sign: Countersign) -> Cell:
        if sign.state is SignState.ASKED and sign.organisation_id == actor.organisation_id:
            return Cell(_("请本机构签署"), kind="status", tone="warn")
        return Cell(str(sign.state.label), kind="status", tone=sign.state.tone)

    def since(sign: Countersign) -> Cell:
        if sign.id not in turns:
            return Cell(_("前一单位签署后"), tone="muted")
        return Cell(fmt.moment(turns[sign.id]), sub=_("限 %(n)s 个工作日", n=sign.workdays))

    return (
        Column("code", _l("编号"), lambda sign: Cell(sign.subject.code, kind="code"), sort=Subject.code, kind="code"),
        Column(
            "project", _l("项目"), lambda sign: Cell(sign.subject.title, kind="link"), sort=Subject.title, kind="link"
        ),
        Column("state", _l("状态"), state, kind="status"),
        Column("about", _l("会签内容"), _about_cell),
        Column("organisation", _l("会签单位"), _organisation_cell, sort=Organisation.name_zh),
        Column(
            "position", _l("顺序"), lambda sign: _("第 %(n)s 位", n=sign.position), value=lambda sign: sign.position
        ),
        Column("since", _l("等待自"), since, sort=place, value=lambda sign: _local(turns.get(sign.id))),
        Column("asked_on", _l("发起日"), lambda sign: local(sign.asked_at).date().isoformat(), optional=True),
    )


def _local(moment: datetime | None) -> Any:
    return local(moment) if moment is not None else None


def _about_cell(sign: Countersign) -> Cell:
    about, step = about_in_words(sign.about), str(sign.step.label)
    return Cell(about, sub=sign.gate if about.startswith(step) else f"{step} · {sign.gate}")


def _organisation_cell(sign: Countersign) -> Cell:
    return Cell(sign.organisation.name, sub=str(sign.body.label))
