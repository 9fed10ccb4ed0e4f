"""Who there is in the demonstration province: government offices of every level, companies, stakes and mandates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random

from app.core.actors import Actor
from app.core.clock import today
from app.core.permissions import Role, Side
from app.demonstration.names import OrganisationName, companies, credit_code, offices, watchers
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.organisations import actions
from app.organisations.actions import NewOrganisation, NewStake
from app.organisations.models import MandateKind, OrganisationKind, Region, RegionLevel

PROVINCE = "44"
AUTHORITY, FINANCE, AUDIT, HOLDER = "ZF-44-00", "ZF-44-01", "ZF-44-02", "ZF-44-03"
CENTRE = "ZF-44-20"
CITY_AUTHORITY = "ZF-4401-00"
LINGLAN, YUELAN, SUIHENG = "QY-01", "QY-02", "QY-03"
SUPERVISOR, TESTER = "JL-01", "JL-02"

# Region → which of its offices (places in names.offices).
SMALL: Mapping[str, tuple[int, ...]] = {
    "44": (0, 1, 2, 3, 4, 5, 7, 9, 20),
    "4401": (0, 4, 14, 21),
    "4403": (13,),
    "4406": (11,),
    "440106": (6, 8),
    "440304": (0,),
    "440106001": (0,),
    "441900101": (0,),
}
SMALL_COMPANIES, SMALL_WATCHERS = 3, 2
COUNTY_ENGLISH = {
    "440106": "Tianhe District",
    "440304": "Futian District",
    "440106001": "Wushan",
    "441900101": "Shijie",
}
FORMER_NAMES = {
    CITY_AUTHORITY: ("广州市政务服务数据管理局", "Guangzhou Municipal Government Services Data Administration"),
}
SIDES: Mapping[str, frozenset[Side]] = {
    "authority": frozenset({Side.MANAGEMENT}),
    "agency": frozenset({Side.MANAGEMENT}),
    "finance": frozenset({Side.MANAGEMENT}),
    "public_institution": frozenset({Side.MANAGEMENT}),
    "inspectorate": frozenset({Side.SUPERVISION}),
    "state_holder": frozenset(),
}


@dataclass(frozen=True)
class OrganisationPlan:
    """An organisation before it is registered; `key` becomes its code."""

    key: str
    name: OrganisationName
    region: str
    level: str
    sides: frozenset[Side]
    uscc: str

    @property
    def is_client(self) -> bool:
        """Whether it keeps a ledger and lets contracts: agencies and institutions, authorities below the province."""
        kind = self.name.kind
        return kind in {"agency", "public_institution"} or (kind == "authority" and self.key != AUTHORITY)

    def registration(self, region: Region) -> NewOrganisation:
        """How it is registered at first; some had another name then."""
        name_zh, name_en = FORMER_NAMES.get(self.key, (self.name.zh, self.name.en))
        return NewOrganisation(
            code=self.key,
            name_zh=name_zh,
            name_en=name_en or "",
            kind=OrganisationKind(self.name.kind),
            region=region,
            uscc=self.uscc,
            sides=self.sides,
        )


def small_government(regions: Mapping[str, Region]) -> list[OrganisationPlan]:
    """The offices of the small demonstration."""
    return [plan for code, places in SMALL.items() for plan in government(regions[code], regions, places)]


def whole_province(
    small: list[OrganisationPlan], regions: Mapping[str, Region], random: Random
) -> list[OrganisationPlan]:
    """Those of the small size, then offices of every city and of many districts and towns, then all companies."""
    offices_there = [
        plan for region in regions.values() for plan in government(region, regions, _drawn(region, random))
    ]
    made = {plan.key: plan for plan in small}
    for plan in offices_there + firms(regions, len(companies()), len(watchers())):
        made.setdefault(plan.key, plan)
    return list(made.values())


def _drawn(region: Region, random: Random) -> tuple[int, ...]:
    """Which offices of a region take part: all of the province, some of each city, few below."""
    if region.level is RegionLevel.PROVINCE:
        return tuple(range(22))
    if region.level is RegionLevel.CITY:
        return (0, *sorted(random.sample(range(4, 20), 3)), 21)
    if region.level is RegionLevel.COUNTY:
        return tuple(sorted(random.sample([0, *range(4, 20)], 2))) if random.random() < 0.2 else ()
    return (0,) if region.level is RegionLevel.TOWNSHIP and random.random() < 0.05 else ()


def government(region: Region, regions: Mapping[str, Region], places: tuple[int, ...]) -> list[OrganisationPlan]:
    """Chosen offices of one region."""
    if not places:
        return []
    english = region.name_en or COUNTY_ENGLISH.get(region.code)
    named = offices(_full_name(region, regions), english, region.level.value)
    return [_plan(f"ZF-{region.code}-{place:02d}", named[place], region.code, region.level.value) for place in places]


def _full_name(region: Region, regions: Mapping[str, Region]) -> str:
    """Districts and towns bear the name above them, too: 广州市天河区."""
    above = next((one for one in regions.values() if one.id == region.parent_id), None)
    shared = region.level is RegionLevel.TOWNSHIP or region.name_zh.endswith("区")
    return (above.name_zh if above is not None and shared else "") + region.name_zh


def _plan(
    key: str, name: OrganisationName, region: str, level: str, sides: frozenset[Side] | None = None
) -> OrganisationPlan:
    uscc = credit_code(Random(f"uscc {key}"), name.kind, region)
    return OrganisationPlan(key, name, region, level, SIDES[name.kind] if sides is None else sides, uscc)


def firms(regions: Mapping[str, Region], operating: int, watching: int) -> list[OrganisationPlan]:
    """Companies that operate or build, and companies that watch, in the big cities."""
    cities = [code for code in regions if len(code) == 4]
    made = []
    for prefix, names, count, side in (
        ("QY", companies(), operating, Side.OPERATION),
        ("JL", watchers(), watching, Side.SUPERVISION),
    ):
        for place, name in enumerate(names[:count], start=1):
            city = cities[(0, 2, 3)[place - 1] if place <= 3 else place % len(cities)]
            made.append(_plan(f"{prefix}-{place:02d}", name, city, "city", frozenset({side})))
    return made


def register(plans: list[OrganisationPlan], timeline: Timeline, days: Days, random: Random) -> None:
    """The system administrator registers everybody within the first four days."""
    waiting = [plan for plan in plans if plan.key != AUTHORITY]
    a_day = -(-len(waiting) // 4)
    for place, start in enumerate(range(0, len(waiting), a_day)):
        deeds: list[Deed] = [partial(_create, plan) for plan in waiting[start : start + a_day]]
        timeline.sitting(days.nth(1 + place), random, deeds)
    timeline.sitting(days.nth(6), random, [_mandates, _stakes])
    city = next(plan for plan in plans if plan.key == CITY_AUTHORITY)
    timeline.sitting(days.nth(20), random, [partial(_rename, city)])


def _system_admin(world: World) -> Actor:
    return world.acting(AUTHORITY, Role.SYSTEM_ADMIN)


def _create(plan: OrganisationPlan, world: World) -> None:
    registration = plan.registration(world.region(plan.region))
    world.organisations[plan.key] = actions.create_organisation(_system_admin(world), registration).id


def _rename(plan: OrganisationPlan, world: World) -> None:
    """A reform of the government gives an office its present name."""
    organisation, basis = world.organisation(plan.key), "市机构改革方案：组建政务服务和数据管理局"
    actions.rename(_system_admin(world), organisation, plan.name.zh, plan.name.en or "", today(), basis)
    world.meet_anew()


def _mandates(world: World) -> None:
    for key, region, kind in (
        (AUTHORITY, PROVINCE, MandateKind.COMPETENT),
        (AUDIT, PROVINCE, MandateKind.INSPECTION),
        (CITY_AUTHORITY, "4401", MandateKind.COMPETENT),
    ):
        actions.give_mandate(_system_admin(world), world.organisation(key), world.region(region), kind)


# Holder, held, percent, control, basis: state ownership is disclosed, a subsidiary of an operator is its group.
HELD_SINCE = date(2021, 6, 1)
STAKES = (
    (HOLDER, LINGLAN, "100", True, "国有资产产权登记证"),
    (LINGLAN, SUIHENG, "60", True, "公司章程及股东名册"),
    (HOLDER, SUPERVISOR, "20", False, "国家企业信用信息公示系统查询结果"),
)


def _stakes(world: World) -> None:
    for holder, held, percent, controls, basis in STAKES:
        stake = NewStake(Decimal(percent), controls, HELD_SINCE, basis)
        actions.disclose_stake(_system_admin(world), world.organisation(holder), world.organisation(held), stake)
