"""Keeping the ledger of services: register, correct, retire. Only the owning organisation does."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.core.actors import Actor, must
from app.core.db import db, serialise
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.organisations.models import Organisation
from app.services.models import Service, ServiceCategory, ServiceState


@dataclass(frozen=True)
class ServiceFacts:
    """What the ledger says of a service."""

    name_zh: str
    name_en: str
    category: ServiceCategory
    unit: str
    usage_indicator: str
    description: str


def create_service(actor: Actor, facts: ServiceFacts) -> Service:
    """Registers a service of the actor's organisation, in its region, under the next code."""
    must(actor, Permission.SERVICE_CREATE)
    owner = db.session.get(Organisation, actor.organisation_id)
    if owner is None:
        raise NotAllowed(Problem(_("请先切换到一个机构身份。")))
    _refuse_same_name(owner.id, facts.name_zh, None)
    code = _next_code(owner)
    with act(actor, Permission.SERVICE_CREATE, ref=f"service:{code}"):
        service = Service(code=code, owner_id=owner.id, region_id=owner.region_id)
        _write(service, facts)
        db.session.add(service)
    return service


def update_service(actor: Actor, service: Service, facts: ServiceFacts, seen: int | None) -> None:
    """Corrects what the ledger says; contracts that are sealed keep what they were sealed with."""
    must(actor, Permission.SERVICE_UPDATE)
    own(actor, service)
    expect_version(service, seen)
    _refuse_same_name(service.owner_id, facts.name_zh, service.id)
    with act(actor, Permission.SERVICE_UPDATE, ref=service.ref):
        _write(service, facts)


def retire_service(actor: Actor, service: Service, reason: str) -> None:
    """Takes a service out of new contracts."""
    must(actor, Permission.SERVICE_RETIRE)
    own(actor, service)
    if service.state is ServiceState.RETIRED:
        raise WrongState(Problem(_("该服务已经停用。")))
    if not reason.strip():
        raise Refused(Problem(_("请写明理由。"), place="reason"))
    with act(actor, Permission.SERVICE_RETIRE, ref=service.ref, reason=reason):
        service.state = ServiceState.RETIRED


def _write(service: Service, facts: ServiceFacts) -> None:
    service.name_zh = facts.name_zh
    service.name_en = facts.name_en or None
    service.category = facts.category
    service.unit = facts.unit
    service.usage_indicator = facts.usage_indicator or None
    service.description = facts.description


def own(actor: Actor, service: Service) -> None:
    """Refuses whoever does not belong to the organisation that registered the service."""
    if service.owner_id != actor.organisation_id:
        raise NotAllowed(Problem(_("只有登记该服务的机构可以修改。"), remedy=_("请切换到该机构的身份。")))


def _refuse_same_name(owner_id: int, name: str, except_id: int | None) -> None:
    same = db.session.scalar(
        sa.select(Service.code).where(
            Service.owner_id == owner_id, Service.name_zh == name, Service.id != (except_id or 0)
        )
    )
    if same:
        raise Refused(
            Problem(_("本机构已有同名服务：%(code)s。", code=same), remedy=_("请核对是否重复登记。"), place="name_zh")
        )


def _next_code(owner: Organisation) -> str:
    stem = f"FW-{owner.region.code}-"
    serialise(stem)
    last = db.session.scalar(sa.select(sa.func.max(Service.code)).where(Service.code.between(stem, f"{stem}99999999")))
    number = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return f"{stem}{number:05d}"
