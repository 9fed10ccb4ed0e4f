"""Changing the parties of a subject, and binding a person to the side he acts for. Called inside a room's own act."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.actors import Actor
from app.core.db import db
from app.core.errors import NotAllowed, Problem, Refused
from app.core.permissions import Side
from app.organisations.models import Organisation, OrganisationState, Region
from app.subjects.models import PARTY_SIDES, Party, PartyRole, Subject, SubjectKind, SubjectPerson, SubjectSide
from app.subjects.queries import conflicts_among, names_by_id, parties_of, people_of, side_of, standing_of
from app.subjects.rules import Conflict

# What is left to do where a party whose people have acted is to go.
CHANGE_OF_PARTY = {
    SubjectKind.CONTRACT: _l("如需更换当事方，请作废后重新起草。"),
    SubjectKind.PROJECT: _l("该单位的记录须保留；由其他单位承接的，请按采购成交增加新的当事方。"),
}


def open_subject(kind: SubjectKind, code: str, title: str, region: Region) -> Subject:
    """A new subject without parties."""
    subject = Subject(kind=kind, code=code, title=title, region_id=region.id)
    db.session.add(subject)
    db.session.flush()
    return subject


def add_party(subject: Subject, organisation: Organisation, role: PartyRole) -> Party:
    """Adds an organisation in a role; refuses every conflict of sides and control at once, with names."""
    side = PARTY_SIDES[role]
    problems = _party_problems(subject, organisation, role, side)
    if problems:
        raise Refused(problems)
    if side_of(subject, organisation.id) is None:
        db.session.add(SubjectSide(subject_id=subject.id, organisation_id=organisation.id, side=side))
        db.session.flush()
    party = Party(subject_id=subject.id, organisation_id=organisation.id, side=side, role=role)
    db.session.add(party)
    _read_parties_again(subject)
    return party


def consult(subject: Subject, organisation: Organisation) -> None:
    """An organisation of the government is heard on a subject without a role in it: it stands on that side from now on.

    Refuses conflicts of sides and control as for a party. Needs a running act.
    """
    if side_of(subject, organisation.id) is not None:
        return
    side = Side.MANAGEMENT
    standings = {(party.organisation_id, party.side) for party in parties_of(subject)} | {(organisation.id, side)}
    touching = [one for one in conflicts_among(standings) if organisation.id in (one.first_id, one.second_id)]
    if touching:
        raise Refused(explain_conflicts(touching))
    db.session.add(SubjectSide(subject_id=subject.id, organisation_id=organisation.id, side=side))
    db.session.flush()


def add_parties(subject: Subject, joining: Iterable[tuple[Organisation, PartyRole]]) -> None:
    """The first parties of a subject, all at once; refuses every conflict of sides and control among them."""
    wanted = [(organisation, role, PARTY_SIDES[role]) for organisation, role in joining]
    standings = {(organisation.id, side) for organisation, _role, side in wanted}
    problems = [one for organisation, role, side in wanted for one in _unable(organisation, role, side)]
    problems += explain_conflicts(conflicts_among(standings))
    if problems:
        raise Refused(problems)
    sides = dict.fromkeys((organisation.id, side) for organisation, _role, side in wanted)
    db.session.add_all(SubjectSide(subject_id=subject.id, organisation_id=key, side=side) for key, side in sides)
    db.session.flush()
    db.session.add_all(
        Party(subject_id=subject.id, organisation_id=organisation.id, side=side, role=role)
        for organisation, role, side in wanted
    )
    _read_parties_again(subject)


def _party_problems(subject: Subject, organisation: Organisation, role: PartyRole, side: Side) -> list[Problem]:
    present = parties_of(subject)
    if any(party.organisation_id == organisation.id and party.role is role for party in present):
        return [Problem(_("%(name)s 已是“%(role)s”。", name=organisation.name, role=role.label), place="organisation")]
    standings = {(party.organisation_id, party.side) for party in present} | {(organisation.id, side)}
    touching = [one for one in conflicts_among(standings) if organisation.id in (one.first_id, one.second_id)]
    return _unable(organisation, role, side) + explain_conflicts(touching)


def _unable(organisation: Organisation, role: PartyRole, side: Side) -> list[Problem]:
    """What keeps an organisation from a role, whoever else is there."""
    found = []
    if organisation.state is not OrganisationState.ACTIVE:
        found.append(Problem(_("机构“%(name)s”已撤销。", name=organisation.name), place="organisation"))
    if side not in organisation.sides:
        found.append(
            Problem(
                _(
                    "%(name)s 没有登记为%(side)s，不能作为“%(role)s”。",
                    name=organisation.name,
                    side=side.label,
                    role=role.label,
                ),
                remedy=_("请核对机构，或由系统管理员补登其可承担的一方。"),
                place="organisation",
            )
        )
    return found


def explain_conflicts(found: list[Conflict]) -> list[Problem]:
    """Conflicts in words, with the names of the organisations."""
    if not found:
        return []
    names = names_by_id(key for one in found for key in (one.first_id, one.second_id, one.controller_id))
    return [_explain(one, names) for one in found]


def _explain(conflict: Conflict, names: dict[int, str]) -> Problem:
    first, second = names[conflict.first_id], names[conflict.second_id]
    what = {
        "two_sides": _("%(a)s 在同一事项中同时处于两方。", a=first),
        "controls": _("%(a)s 控制 %(b)s，二者不能处于不同的两方。", a=first, b=second),
        "same_group": _(
            "%(a)s 与 %(b)s 同受 %(c)s 控制，不能处于不同的两方。",
            a=first,
            b=second,
            c=names.get(conflict.controller_id or 0, ""),
        ),
    }[conflict.kind]
    return Problem(
        what,
        why=_("管运分离：管理、运营、监督各由不同且互不控制的单位承担。"),
        remedy=_("请更换当事方；如股权关系已变化，请系统管理员更新控制关系披露。"),
        place="organisation",
    )


def remove_party(subject: Subject, party: Party) -> None:
    """Takes an organisation out of a role, and off its side when that was its last role."""
    left_roles = [one for one in parties_of(subject) if one.organisation_id == party.organisation_id]
    if len(left_roles) == 1 and people_of(subject, party.organisation_id):
        raise Refused(
            Problem(
                _("%(name)s 的人员已在本事项中办理，不能移出。", name=party.organisation.name),
                why=_("办理记录必须始终可以追溯到当事方。"),
                remedy=CHANGE_OF_PARTY[subject.kind],
                place="organisation",
            )
        )
    db.session.delete(party)
    _read_parties_again(subject)
    left = [one for one in parties_of(subject) if one.organisation_id == party.organisation_id]
    if not left:
        side = (
            db.session.query(SubjectSide).filter_by(subject_id=subject.id, organisation_id=party.organisation_id).one()
        )
        db.session.delete(side)
        db.session.flush()


def _read_parties_again(subject: Subject) -> None:
    db.session.flush()
    db.session.expire(subject, ["parties"])


def freeze_parties(subject: Subject, moment: datetime | None) -> None:
    """Fixes the parties (a moment) or lets a draft change them again (None)."""
    subject.parties_frozen_at = moment


def stand_for_side(actor: Actor, subject: Subject) -> Side:
    """Binds the person for good to the side his organisation holds in the subject (I2); refuses a second side.

    Needs a running act. Returns the side.
    """
    side, bound = standing_of(subject, actor.organisation_id, actor.user_id)
    if side is None:
        raise NotAllowed(
            Problem(
                _("您的机构不是该%(kind)s的当事方。", kind=subject.kind.label),
                remedy=_("请切换到当事方机构的身份后再办理。"),
            )
        )
    if bound is not None and bound is not side:
        raise NotAllowed(
            Problem(
                _("您曾在本事项中代表%(side)s办理，不能再代表%(other)s。", side=bound.label, other=side.label),
                why=_("同一人不得在同一事项中代表两方，变更任职后也不例外。"),
                remedy=_("请由本机构其他人员办理。"),
            )
        )
    if bound is None:
        db.session.add(
            SubjectPerson(
                subject_id=subject.id, user_id=actor.user_id, organisation_id=actor.organisation_id, side=side
            )
        )
        db.session.flush()
    return side
