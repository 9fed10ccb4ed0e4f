"""What the system administrator does with organisations: register, rename, disclose stakes; and loading of regions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from flask_babel import gettext as _
from stdnum.cn import uscc as credit_code
from stdnum.exceptions import ValidationError

from app.audit import act
from app.catalogues.queries import all_current, parsed
from app.core.actors import Actor, must
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem, Refused, WrongState
from app.core.permissions import Permission, Side
from app.organisations.models import (
    ControlLink,
    Mandate,
    MandateKind,
    Organisation,
    OrganisationKind,
    OrganisationName,
    OrganisationSide,
    Region,
    RegionLevel,
    Stake,
)
from app.organisations.queries import stakes_of
from app.organisations.region_file import RegionTree
from app.organisations.rules import closure


@dataclass(frozen=True)
class NewOrganisation:
    """What is known when an organisation is registered; `sides` are those it may hold in contracts."""

    code: str
    name_zh: str
    name_en: str
    kind: OrganisationKind
    region: Region
    uscc: str
    sides: frozenset[Side]


@dataclass(frozen=True)
class NewStake:
    """A holding with its validity and the document it is known from."""

    percent: Decimal | None
    controls: bool
    valid_from: date
    basis: str


def create_organisation(actor: Actor, new: NewOrganisation) -> Organisation:
    """Registers an organisation with its first name and the sides it may hold."""
    must(actor, Permission.ORGANISATION_CREATE)
    code = credit_code.compact(new.uscc) if new.uscc else None
    problems = _registration_problems(new, code)
    if problems:
        raise Refused(problems)
    with act(actor, Permission.ORGANISATION_CREATE, ref=f"organisation:{new.code}"):
        organisation = Organisation(
            code=new.code,
            name_zh=new.name_zh,
            name_en=new.name_en or None,
            kind=new.kind,
            uscc=code,
            region_id=new.region.id,
        )
        db.session.add(organisation)
        db.session.flush()
        _first_facts(organisation, new.sides)
    db.session.add(
        ControlLink(
            controller_id=organisation.id,
            controlled_id=organisation.id,
            through_company=new.kind is not OrganisationKind.STATE_HOLDER,
        )
    )
    db.session.flush()
    return organisation


def _first_facts(organisation: Organisation, sides: frozenset[Side]) -> None:
    db.session.add(
        OrganisationName(
            organisation_id=organisation.id,
            name_zh=organisation.name_zh,
            name_en=organisation.name_en,
            valid_from=today(),
            basis=_("登记"),
        )
    )
    organisation.held_sides = [OrganisationSide(side=side) for side in sorted(sides)]


def _registration_problems(new: NewOrganisation, code: str | None) -> list[Problem]:
    found = []
    if db.session.scalar(sa.select(Organisation.id).where(Organisation.code == new.code)):
        found.append(Problem(_("机构编码“%(code)s”已被使用。", code=new.code), place="code"))
    if code is not None:
        found += _credit_code_problems(code)
    elif new.kind is OrganisationKind.COMPANY:
        found.append(
            Problem(
                _("企业必须填写统一社会信用代码。"),
                article="GB 32100-2015",
                remedy=_("请按营业执照填写 18 位代码。"),
                place="uscc",
            )
        )
    if new.kind is OrganisationKind.COMPANY and Side.MANAGEMENT in new.sides:
        found.append(
            Problem(_("企业不能登记为管理方。"), why=_("管理方由政府部门和事业单位承担（管运分离）。"), place="sides")
        )
    if not new.sides and new.kind is not OrganisationKind.STATE_HOLDER:
        found.append(Problem(_("请至少选择一方（管理、运营、监督）。"), place="sides"))
    return found


def credit_code_is_valid(code: str) -> bool:
    """Whether a unified social credit code has the right form and check digit (GB 32100-2015)."""
    try:
        credit_code.validate(code)
    except ValidationError:
        return False
    return code.isascii()


def _credit_code_problems(code: str) -> list[Problem]:
    if not credit_code_is_valid(code):
        return [
            Problem(
                _("统一社会信用代码不正确。"),
                why=_("18 位代码的格式或校验位不符。"),
                article="GB 32100-2015",
                remedy=_("请对照证照逐位核对，注意 0 与 O、1 与 I。"),
                place="uscc",
            )
        ]
    taken = db.session.scalar(sa.select(Organisation.name_zh).where(Organisation.uscc == code))
    return [Problem(_("该代码已登记给“%(name)s”。", name=taken), place="uscc")] if taken else []


def rename(actor: Actor, organisation: Organisation, name_zh: str, name_en: str, since: date, basis: str) -> None:
    """Gives a new name from a day on; the former name stays readable and whatever bears it keeps it."""
    must(actor, Permission.ORGANISATION_RENAME)
    latest = db.session.scalar(
        sa.select(sa.func.max(OrganisationName.valid_from)).where(OrganisationName.organisation_id == organisation.id)
    )
    if latest is not None and since <= latest:
        raise Refused(Problem(_("新名称的起始日须晚于 %(day)s。", day=latest), place="valid_from"))
    if since > today():
        raise Refused(Problem(_("请在新名称启用当日或之后登记。"), place="valid_from"))
    with act(actor, Permission.ORGANISATION_RENAME, ref=f"organisation:{organisation.code}", reason=basis):
        organisation.name_zh = name_zh
        organisation.name_en = name_en or None
        db.session.add(
            OrganisationName(
                organisation_id=organisation.id, name_zh=name_zh, name_en=name_en or None, valid_from=since, basis=basis
            )
        )


def disclose_stake(actor: Actor, holder: Organisation, held: Organisation, new: NewStake) -> Stake:
    """Records who holds what of whom; control links are derived again."""
    must(actor, Permission.ORGANISATION_DISCLOSE)
    if holder.id == held.id:
        raise Refused(Problem(_("机构不能持有自身。"), place="holder"))
    problems = list(_stake_problems(holder, held, new))
    if problems:
        raise Refused(problems)
    with act(actor, Permission.ORGANISATION_DISCLOSE, ref=f"organisation:{held.code}", reason=new.basis):
        stake = Stake(
            holder_id=holder.id,
            held_id=held.id,
            percent=new.percent,
            controls=new.controls,
            valid_from=new.valid_from,
            basis=new.basis,
        )
        db.session.add(stake)
    derive_control()
    return stake


def _stake_problems(holder: Organisation, held: Organisation, new: NewStake) -> list[Problem]:
    found = []
    percent = new.percent or Decimal(0)
    if new.percent is not None and not Decimal(0) < new.percent <= Decimal(100):
        found.append(Problem(_("持股比例须大于 0、不超过 100。"), place="percent"))
    present = [one for one in stakes_of(held)[0] if one.valid_until is None]
    if sum((one.percent or Decimal(0) for one in present), percent) > Decimal(100):
        found.append(
            Problem(
                _("登记的持股比例合计超过百分之百。"),
                remedy=_("请先登记原持股的结束日期，或更正比例。"),
                place="percent",
            )
        )
    if new.controls and db.session.get(ControlLink, (held.id, holder.id)) is not None:
        found.append(
            Problem(
                _("%(held)s 已经控制 %(holder)s，不能互相控制。", held=held.name, holder=holder.name), place="holder"
            )
        )
    return found


def end_stake(actor: Actor, stake: Stake, until: date, basis: str) -> None:
    """Ends a holding on a day; control links are derived again."""
    must(actor, Permission.ORGANISATION_DISCLOSE)
    if stake.valid_until is not None:
        raise WrongState(Problem(_("该持股已登记结束日期。")))
    if until < stake.valid_from:
        raise Refused(Problem(_("结束日期早于开始日期。"), place="valid_until"))
    with act(actor, Permission.ORGANISATION_DISCLOSE, ref=f"organisation:{stake.held.code}", reason=basis):
        stake.valid_until = until
    derive_control()


def derive_control() -> None:
    """Writes `control_links` anew from the stakes that mean control today."""
    db.session.flush()
    day = today()
    controlling = sa.select(Stake.holder_id, Stake.held_id).where(
        Stake.controls,
        Stake.valid_from <= day,
        sa.or_(Stake.valid_until.is_(None), Stake.valid_until >= day),
    )
    kinds = {row.id: row.kind for row in db.session.execute(sa.select(Organisation.id, Organisation.kind))}
    stakes = [(row.holder_id, row.held_id) for row in db.session.execute(controlling)]
    wanted = closure(stakes, kinds)
    present = {(one.controller_id, one.controlled_id): one for one in db.session.scalars(sa.select(ControlLink))}
    for pair in present.keys() - wanted:
        db.session.delete(present[pair])
    for controller, controlled in sorted(wanted - present.keys()):
        company = kinds[controller] is not OrganisationKind.STATE_HOLDER
        db.session.add(ControlLink(controller_id=controller, controlled_id=controlled, through_company=company))
    db.session.flush()


def give_mandate(actor: Actor, organisation: Organisation, region: Region, kind: MandateKind) -> Mandate:
    """Makes an organisation responsible for a region as competent authority or inspectorate."""
    must(actor, Permission.ORGANISATION_CREATE)
    side = Side.SUPERVISION if kind is MandateKind.INSPECTION else Side.MANAGEMENT
    if side not in organisation.sides:
        raise Refused(
            Problem(
                _(
                    "%(name)s 没有登记为%(side)s，不能承担%(kind)s。",
                    name=organisation.name,
                    side=side.label,
                    kind=kind.label,
                ),
                place="kind",
            )
        )
    if _has_mandate(organisation, region, kind):
        raise Refused(Problem(_("该机构已负责这一区划。"), place="region"))
    with act(actor, Permission.ORGANISATION_CREATE, ref=f"organisation:{organisation.code}"):
        mandate = Mandate(organisation_id=organisation.id, region_id=region.id, kind=kind, valid_from=today())
        db.session.add(mandate)
    return mandate


def _has_mandate(organisation: Organisation, region: Region, kind: MandateKind) -> bool:
    same = sa.select(Mandate.id).where(
        Mandate.organisation_id == organisation.id,
        Mandate.region_id == region.id,
        Mandate.kind == kind,
        Mandate.valid_until.is_(None),
    )
    return db.session.scalar(same) is not None


def load_regions(actor: Actor) -> int:
    """Brings the region table up to the region catalogues in force; returns how many regions were added."""
    must(actor, Permission.REGION_LOAD)
    known = {region.code: region for region in db.session.scalars(sa.select(Region))}
    wanted = [one for entry in all_current("region_tree", today()) for one in _tree(entry).regions]
    missing = [one for one in wanted if one.code not in known]
    if not missing:
        return 0
    with act(actor, Permission.REGION_LOAD, ref="catalogue:region_tree"):
        for one in sorted(missing, key=lambda region: len(region.code)):
            parent = known.get(one.parent_code or "")
            region = Region(
                code=one.code,
                name_zh=one.name_zh,
                name_en=one.name_en,
                level=RegionLevel(one.level.value),
                parent=parent,
                path=f"{parent.path if parent else '/'}{one.code}/",
            )
            db.session.add(region)
            known[one.code] = region
    return len(missing)


def _tree(entry: object) -> RegionTree:
    tree: RegionTree = parsed(entry)  # type: ignore[arg-type]
    return tree
