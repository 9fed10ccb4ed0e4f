"""The ledger of the demonstration: which services each agency has, and when they were registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random

from app.core.permissions import Role
from app.demonstration.names import OFFICES, ServiceName, service_names
from app.demonstration.organisations import OrganisationPlan
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.services import actions
from app.services.actions import ServiceFacts
from app.services.models import ServiceCategory

# Organisation → its services by name.
SMALL: Mapping[str, str] = {
    "ZF-44-04": "社保业务经办系统 就业服务系统 劳动监察管理系统 社保参保核验接口 社保咨询热线 智能外呼回访服务",
    "ZF-44-05": "居住证办理系统 出入境预约系统 人口基础库接口 车驾管业务系统",
    "ZF-44-07": "预约挂号平台 疫苗接种管理系统 电子病历共享接口",
    "ZF-44-09": "企业开办一网通 法人基础库接口 食品经营许可系统",
    "ZF-44-20": "统一身份认证平台 电子证照库运营 移动政务服务门户 统一消息推送平台 政务云计算资源 对象存储服务 "
    "云数据库服务 公共数据共享交换平台 公共数据开放平台 短信发送服务 统一支付平台 统一日志服务",
    "ZF-4401-00": "统一受理平台 好差评系统 电子政务外网接入 12345热线话务 12345热线知识库 企业服务热线 在线客服服务",
    "ZF-4401-04": "就业服务系统 智能外呼回访服务",
    "ZF-4401-14": "医保结算系统 医保咨询热线 异地就医备案系统",
    "ZF-4401-21": "政务服务自助终端平台 服务大厅设备运维 自助终端巡检维护",
    "ZF-4403-13": "道路运输许可系统 公交出行信息平台 视频专网接入",
    "ZF-4406-11": "不动产登记系统 不动产数据接口",
    "ZF-440106-08": "义务教育入学报名系统 学生资助管理系统",
    "ZF-440106-06": "社会救助管理系统 养老服务管理系统",
    "ZF-440304-00": "政府网站运维 网络安全监测服务 漏洞扫描服务",
    "ZF-440106001-00": "基层网络接入 基层治理综合平台",
    "ZF-441900101-00": "桌面终端运维 视频监控点位运维",
}
# Applications by the office that runs them, as far as they are its own.
OWN: Mapping[str, str] = {
    "人力资源和社会保障局": "社保 就业 劳动",
    "公安局": "居住证 出入境 车驾管",
    "民政局": "婚姻登记 社会救助 养老",
    "卫生健康局": "预约挂号 疫苗 出生 电子病历",
    "教育局": "义务教育 教师资格 学生资助 学历学位",
    "市场监督管理局": "企业开办 食品经营 特种设备 企业年报",
    "住房和城乡建设局": "施工许可 房屋交易 公积金",
    "自然资源局": "不动产 国土空间 空间地理",
    "生态环境局": "排污许可 环境监测",
    "交通运输局": "道路运输 公交出行",
    "医疗保障局": "医保 异地就医",
    "农业农村局": "农机 农产品",
    "应急管理局": "安全生产 应急",
    "文化和旅游局": "文旅",
    "水利局": "取水",
    "司法局": "公共法律 行政执法",
}
# What any office may run, and what only those do who run the platforms of a region.
EVERYWHERE = frozenset({"cloud", "network", "security", "maintenance"})
CENTRAL = EVERYWHERE | {"platform", "data", "hotline"}
REGISTERED_EARLY = 6


@dataclass(frozen=True)
class ServicePlan:
    """A service before it stands on the ledger, and the day on which it is registered."""

    owner: str
    name: ServiceName
    registered: date

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.name.zh}"


def small_ledger(days: Days, random: Random) -> list[ServicePlan]:
    """The services of the small demonstration, all registered in the first weeks."""
    known = {one.zh: one for one in service_names()}
    return [
        ServicePlan(owner, known[name], days.nth(random.randint(15, 19)))
        for owner, names in SMALL.items()
        for name in names.split()
    ]


def province_ledger(plans: list[OrganisationPlan], days: Days, random: Random) -> list[ServicePlan]:
    """Some eighteen services for every client: some at the start, the others over the first year."""
    made = small_ledger(days, Random("ledger"))
    present = {one.key for one in made}
    for plan in (one for one in plans if one.is_client):
        for place, name in enumerate(_drawn(plan, random)):
            late = random.randint(15, 28) if place < REGISTERED_EARLY else random.randint(30, 260)
            service = ServicePlan(plan.key, name, days.nth(late))
            if service.key not in present:
                made.append(service)
    return made


def _drawn(plan: OrganisationPlan, random: Random) -> list[ServiceName]:
    own = [one for one in service_names() if _is_own(plan, one)]
    shared = [one for one in service_names() if _is_shared(plan, one) and one not in own]
    drawn = random.sample(shared, min(len(shared), random.randint(14, 19)))
    return own[:3] + drawn


def _is_own(plan: OrganisationPlan, service: ServiceName) -> bool:
    place = int(plan.key.rsplit("-", 1)[1])
    words = OWN.get(OFFICES[place][0], "").split() if place < len(OFFICES) else []
    return any(service.zh.startswith(word) for word in words)


def _is_shared(plan: OrganisationPlan, service: ServiceName) -> bool:
    place = int(plan.key.rsplit("-", 1)[1])
    central = place == 0 or place >= len(OFFICES)
    return service.category in (CENTRAL if central else EVERYWHERE) or service.zh in {"协同办公系统", "公文交换系统"}


def register(services: list[ServicePlan], timeline: Timeline, random: Random) -> None:
    """Each owner's officer registers what falls on a day in one sitting."""
    sittings: dict[tuple[str, date], list[Deed]] = {}
    for service in services:
        sittings.setdefault((service.owner, service.registered), []).append(partial(_create, service))
    for (_owner, day), deeds in sittings.items():
        timeline.sitting(day, random, deeds)


def _create(service: ServicePlan, world: World) -> None:
    made = actions.create_service(world.acting(service.owner, Role.AGENCY_OFFICER), facts_of(service.name))
    world.services[service.key] = made.id


def facts_of(name: ServiceName, more: str = "") -> ServiceFacts:
    """What the ledger says of a service."""
    return ServiceFacts(
        name_zh=name.zh,
        name_en=name.en,
        category=ServiceCategory(name.category),
        unit=name.unit,
        usage_indicator=name.indicator,
        description=f"{name.zh}，按{name.unit}计量有效使用量。{more}",
    )


def keep_up(service: ServicePlan, day: date, timeline: Timeline, random: Random) -> None:
    """A service is described better, later on."""
    timeline.sitting(day, random, [partial(_update, service)])


def _update(service: ServicePlan, world: World) -> None:
    facts = facts_of(service.name, "测试、压测和重复提交的数据不计入。")
    officer = world.acting(service.owner, Role.AGENCY_OFFICER)
    actions.update_service(officer, world.service(service.key), facts, None)


def retire(service: ServicePlan, day: date, timeline: Timeline, random: Random) -> None:
    """A service ends its days on the ledger."""
    timeline.sitting(day, random, [partial(_retire, service)])


def _retire(service: ServicePlan, world: World) -> None:
    officer = world.acting(service.owner, Role.AGENCY_OFFICER)
    actions.retire_service(officer, world.service(service.key), "功能已并入省统一平台，停止独立运行。")
