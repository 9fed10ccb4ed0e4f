"""What a contract of the demonstration says: service lines with prices and volumes, agreed levels, texts, amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import exp, log
from random import Random

from app.contracts.models import Comparison, PeriodKind, Pricing
from app.contracts.rules import MONTHS, Line, line_total
from app.demonstration.ledger import ServicePlan
from app.demonstration.names import PAYMENT_TERMS

# How much of the province's volume an office below it has.
SHARE = {"province": Decimal(1), "city": Decimal("0.3"), "county": Decimal("0.06"), "township": Decimal("0.015")}
DEAREST_MONTH = 4_000_000_00
WAN = 10_000_00

# Category → indicator, sense, possible targets, step of a band, period. The first two are always agreed.
LEVELS: Mapping[str, str] = {
    "platform": "KI-001 >= 99.9,99.95 0.05 month/KI-012 <= 800,1000 200 month/KI-050 >= 95,98 1 quarter/"
    "KI-045 >= 99,99.5 0.5 month/KI-022 >= 95,98 1 month/KI-017 <= 2,4 1 month",
    "application": "KI-001 >= 99.5,99.9 0.1 month/KI-042 >= 80,85,90 2 month/KI-050 >= 95,98 1 quarter/"
    "KI-012 <= 1000,1500 250 month/KI-022 >= 95,98 1 month/KI-018 <= 8 2 month",
    "data": "KI-045 >= 99,99.5 0.5 month/KI-011 <= 200,300 50 month/KI-039 >= 100 2 quarter/KI-001 >= 99.9 0.1 month/"
    "KI-029 >= 100 1 month",
    "cloud": "KI-002 >= 99.95 0.05 month/KI-017 <= 4 2 month/KI-029 >= 98,100 1 month/KI-031 >= 98 1 month",
    "network": "KI-006 >= 99.5 0.2 month/KI-009 <= 90,120 30 month/KI-020 >= 98,100 2 month/KI-007 <= 1,2 1 month",
    "security": "KI-035 >= 100 2 month/KI-016 <= 15 5 month/KI-036 >= 180 30 month/KI-034 <= 0 1 year",
    "hotline": "KI-015 >= 90,92 2 month/KI-056 >= 98,100 1 month/KI-050 >= 95 1 month/KI-052 >= 100 2 month",
    "maintenance": "KI-022 >= 95,98 1 month/KI-016 <= 15,30 5 month/KI-024 >= 98,100 2 month/KI-032 >= 100 5 month/"
    "KI-027 >= 3 0.5 month",
}
USE_REACHED = "KI-043 >= 90,100 5 quarter"

DATA_TERMS = (
    (
        "数据归甲方所有；乙方只在本合同服务范围内处理，不得另作他用或向第三方提供；按《数据安全法》分类分级保护，"
        "操作留痕并保存不少于 180 天；发生数据安全事件 2 小时内报告甲方。"
    ),
    (
        "乙方接触的政务数据仅限服务目录所列范围，经甲方书面授权后按最小必要原则使用；人员签订保密承诺；"
        "测试使用脱敏数据；每季度提交数据处理活动清单供甲方核查。"
    ),
    (
        "数据不出甲方指定的政务云区域；接口调用逐次授权、逐次记录；涉及个人信息的按《个人信息保护法》委托处理规定执行，"
        "并接受甲方和督查机构的检查。"
    ),
)
EXIT_TERMS = (
    (
        "终止前 60 日制定移交计划；移交源代码、配置、账号、文档和运行数据，经甲方清点后销毁乙方留存的副本并出具销毁证明；"
        "关键岗位人员留守不少于 30 日。"
    ),
    (
        "期满或提前终止时，乙方应配合接替单位平稳过渡不少于 45 日，返还全部数据与资产清单所列物品，完成账号注销，"
        "移交不完整的部分不予结算。"
    ),
    (
        "退出分为准备、并行、移交、清算四步：并行期服务水平不降低；知识库、工单和监测记录一并移交；"
        "数据返还与销毁由双方和监理共同签字确认。"
    ),
)
EXCLUSIVE_BASIS = "依据《市政公用服务特许经营办法》授予，已通过公平竞争审查（审查表随附件存档）。"
EXTENSION_BASIS = "预算已纳入三年滚动规划，服务内容固定、连续性强、价格变化幅度小，经同级财政部门同意。"


@dataclass(frozen=True)
class LevelPlan:
    """An agreed level before it is written down; `weight` multiplies the points of its bands."""

    indicator: str
    comparison: Comparison
    target: Decimal
    step: Decimal
    period: PeriodKind
    weight: int


@dataclass(frozen=True)
class LinePlan:
    """A service line before it is written down."""

    service: ServicePlan
    pricing: Pricing
    fee_fen: int | None
    unit_price: Decimal | None
    volume: int | None
    pay_period: PeriodKind
    levels: tuple[LevelPlan, ...]


@dataclass(frozen=True)
class TermsPlan:
    """The terms of a contract before they are written down."""

    mode: str
    term_from: date
    term_until: date
    amount_fen: int
    payment_terms: str
    point_fen: int
    cap_percent: Decimal
    data_terms: str
    exit_terms: str
    extended: bool
    exclusive: bool


def plan_terms(
    mode: str, term: tuple[date, date], lines: tuple[LinePlan, ...], extended: bool, random: Random
) -> TermsPlan:
    """Terms that fit the lines: the amount covers them, a point is worth about a thousandth of a year's fee."""
    expected = sum(line_total(_as_rule(line), *term) for line in lines)
    amount = -(-expected * random.choice((100, 102, 105)) // 100 // WAN) * WAN
    return TermsPlan(
        mode=mode,
        term_from=term[0],
        term_until=term[1],
        amount_fen=max(amount, WAN),
        payment_terms=random.choice(PAYMENT_TERMS),
        point_fen=max(200_00, round(amount // 2000, -5)),
        cap_percent=Decimal(random.choice((10, 15, 20, 30))),
        data_terms=random.choice(DATA_TERMS),
        exit_terms=random.choice(EXIT_TERMS),
        extended=extended,
        exclusive=mode == "concession",
    )


def _as_rule(line: LinePlan) -> Line:
    return Line(
        number=1,
        name=line.service.name.zh,
        active=True,
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        expected_volume=line.volume,
        pay_period=line.pay_period.value,
        levels=(),
    )


def plan_line(service: ServicePlan, level: str, random: Random) -> LinePlan:
    """A fee or a unit price as usual for the service, at the size of an office of that level."""
    share = SHARE[level]
    pay_period = random.choice((PeriodKind.MONTH, PeriodKind.MONTH, PeriodKind.QUARTER))
    by_use = service.name.price[1] > 0 and (service.name.fee[1] == 0 or random.random() < 0.5)
    levels = _plan_levels(service.name.category, by_use, random)
    if not by_use:
        fee = random.randint(*service.name.fee) * float(share.sqrt()) * MONTHS[pay_period.value]
        return LinePlan(
            service, Pricing.FIXED_FEE, max(1, round(fee / 100_000)) * 100_000, None, None, pay_period, levels
        )
    price = _spread(service.name.price, random)
    most = int(Decimal(DEAREST_MONTH) * share / 100 / price)
    volume = min(most, int(_spread_whole(service.name.volume, random) * share)) * MONTHS[pay_period.value]
    return LinePlan(service, Pricing.UNIT_PRICE, None, price, max(10, two_digits(volume)), pay_period, levels)


def _spread(bounds: tuple[Decimal, Decimal], random: Random) -> Decimal:
    """A price between two bounds, small ones as likely as large ones, with one or two significant digits."""
    drawn = Decimal(exp(random.uniform(log(bounds[0]), log(bounds[1]))))
    digits = Decimal(1).scaleb(drawn.adjusted() - (0 if drawn < Decimal("0.01") else 1))
    return max(bounds[0], drawn.quantize(digits, ROUND_HALF_UP))


def _spread_whole(bounds: tuple[int, int], random: Random) -> int:
    return int(exp(random.uniform(log(bounds[0]), log(bounds[1]))))


def two_digits(number: int) -> int:
    """23 456 → 23 000: a forecast is never exact."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return number // unit * unit


def _plan_levels(category: str, by_use: bool, random: Random) -> tuple[LevelPlan, ...]:
    texts = LEVELS[category].split("/")
    more = random.sample(texts[2:], random.randint(0, min(2, len(texts) - 2)))
    if by_use and random.random() < 0.4:
        more.append(USE_REACHED)
    return (*usual_levels(category, random), *(_level(text.split(), random) for text in more))


def usual_levels(category: str, random: Random) -> tuple[LevelPlan, ...]:
    """The two levels that are always agreed for a service of this category."""
    return tuple(_level(text.split(), random) for text in LEVELS[category].split("/")[:2])


def _level(parts: list[str], random: Random) -> LevelPlan:
    indicator, sense, targets, step, period = parts
    return LevelPlan(
        indicator=indicator,
        comparison=Comparison.AT_LEAST if sense == ">=" else Comparison.AT_MOST,
        target=Decimal(random.choice(targets.split(","))),
        step=Decimal(step),
        period=PeriodKind(period),
        weight=random.choice((1, 1, 1, 2)),
    )
