"""Which services companies are admitted for where and when, and what stands against a contract that needs more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.admissions.kinds import AdmissionState
from app.admissions.models import Admission
from app.admissions.queries import categories, holding_in
from app.admissions.wording import category_name, category_of
from app.core.errors import Problem
from app.gates.wording import in_words
from app.organisations.models import Organisation, Region
from app.services.models import ServiceCategory

S = AdmissionState


@dataclass(frozen=True)
class Need:
    """What a contract covers, where and on which day, with whom as operators."""

    region: Region
    operators: tuple[Organisation, ...]
    services: frozenset[ServiceCategory]
    day: date


@dataclass(frozen=True)
class Cover:
    """One operator: the admissions by which it covers something of the contract, and the `others` that would have
    been of use but do not hold on the day, oldest first."""

    organisation: Organisation
    admissions: tuple[Admission, ...]
    others: tuple[Admission, ...]

    @property
    def nearest(self) -> Admission | None:
        return self.others[-1] if self.others else None

    @property
    def services(self) -> frozenset[ServiceCategory]:
        return frozenset(one for admission in self.admissions for one in category_of(admission).services)


def covers_of(need: Need) -> list[Cover]:
    """Each operator with the admissions that hold on the day, and those that would have been of use."""
    found = holding_in(
        need.region, (one.id for one in need.operators), (S.ADMITTED, S.SUSPENDED, S.EXPIRED, S.REMOVED, S.SUBMITTED)
    )
    return [_cover(need, one, [a for a in found if a.organisation_id == one.id]) for one in need.operators]


def _cover(need: Need, organisation: Organisation, found: Sequence[Admission]) -> Cover:
    useful = [one for one in found if need.services & frozenset(category_of(one).services)]
    holding = tuple(one for one in useful if one.covers(need.day))
    return Cover(organisation, holding, tuple(one for one in useful if one not in holding))


def problems(need: Need) -> list[Problem]:
    """Operators that are admitted for nothing of the contract, and services that no operator is admitted for."""
    covers = covers_of(need)
    strangers = [one for one in covers if not one.admissions]
    covered = frozenset(service for one in covers for service in one.services)
    found = [_stranger(need, one) for one in strangers]
    if strangers and len(strangers) == len(covers):
        return found
    return found + [_uncovered(covers, service) for service in sorted(need.services - covered)]


def _stranger(need: Need, cover: Cover) -> Problem:
    names = _names_of(need.services)
    return Problem(
        _("%(company)s 没有准入“%(category)s”，不能签署。", company=cover.organisation.name, category=names),
        why=_why(cover.nearest),
        remedy=_resuming(cover.nearest)
        or _("请该企业向本区划主管部门申请准入；准入决定作出后再签署，或更换运营企业。"),
        place="organisation",
    )


def _why(nearest: Admission | None) -> str:
    if nearest is None:
        return str(_("准入名录中没有该企业在本区划有效的同类准入。"))
    name, state = category_name(nearest), nearest.state.label
    if nearest.state is S.ADMITTED:
        return str(
            _(
                "%(code)s（%(category)s）的有效期是 %(first)s 至 %(last)s。",
                code=nearest.code,
                category=name,
                first=nearest.valid_from,
                last=nearest.valid_until,
            )
        )
    return str(_("%(code)s（%(category)s）现在是“%(state)s”。", code=nearest.code, category=name, state=state))


def _uncovered(covers: Sequence[Cover], service: ServiceCategory) -> Problem:
    companies = str(_("、")).join(one.organisation.name for one in covers)
    useful = [a for one in covers for a in one.others if service in category_of(a).services]
    nearest = useful[-1] if useful else None
    return Problem(
        _(
            "%(company)s 没有准入“%(category)s”，不能签署含%(service)s的合同。",
            company=companies,
            category=_names_of({service}),
            service=service.label,
        ),
        why=_why(nearest) if nearest else _("合同中的每类服务都须有一家当事的运营企业在相应类别准入。"),
        remedy=_resuming(nearest) or _("请企业申请这一类准入，或从合同中移出这类服务。"),
        place="organisation",
    )


def _resuming(nearest: Admission | None) -> str:
    """The way out where an admission is only suspended: a second application would be refused."""
    if nearest is None or nearest.state is not S.SUSPENDED:
        return ""
    return str(_("暂停的原因消除后，由作出决定的主管部门恢复准入再签署；或更换运营企业、从合同中移出这类服务。"))


def _names_of(services: Collection[ServiceCategory]) -> str:
    """The categories by which services may be covered, in words; of none the services themselves."""
    names = [in_words(one.head.name) for _entry, one in categories() if set(services) & set(one.services)]
    return str(_("、")).join(names or [str(one.label) for one in sorted(services)])
