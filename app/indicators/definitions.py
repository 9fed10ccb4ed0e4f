"""What an indicator is: unit, direction, how a figure is made up, default target, and how far that is verified."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_

MAX_DECIMALS = 6


class Category(StrEnum):
    """What an indicator looks at; the word for it stands in `CATEGORY_NAMES`."""

    AVAILABILITY = "availability"
    FAULTS = "faults"
    MAINTENANCE = "maintenance"
    PERFORMANCE = "performance"
    RESULTS = "results"
    SECURITY = "security"
    SERVICE_QUALITY = "service_quality"
    USAGE = "usage"


CATEGORY_NAMES = {
    Category.AVAILABILITY: N_("可用性"),
    Category.FAULTS: N_("故障处置"),
    Category.MAINTENANCE: N_("日常运维"),
    Category.PERFORMANCE: N_("性能"),
    Category.RESULTS: N_("支出绩效"),
    Category.SECURITY: N_("安全合规"),
    Category.SERVICE_QUALITY: N_("服务质量"),
    Category.USAGE: N_("使用量"),
}


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"
    TARGET = "target"


class PeriodKind(StrEnum):
    """The periods for which figures of an indicator may be reported."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class FigureForm(StrEnum):
    """How a figure is made up, and so what has to come with it."""

    COUNT = "count"
    DURATION = "duration"
    INTERVALS = "intervals"
    RATIO = "ratio"
    SCORE = "score"
    YES_NO = "yes_no"


class Measure(StrEnum):
    """What people do that an indicator counts, where that is no finished business (国办函〔2026〕12号)."""

    ACTIVITY = "activity"
    CHECK_INS = "check_ins"
    INSTALLS = "installs"
    LIKES = "likes"
    LOG_INS = "log_ins"
    ONLINE_TIME = "online_time"
    POINTS = "points"
    SHARES = "shares"
    STUDY_TIME = "study_time"
    UPLOADS = "uploads"
    VOTES = "votes"


MEASURE_NAMES = {
    Measure.ACTIVITY: N_("活跃人数"),
    Measure.CHECK_INS: N_("打卡签到"),
    Measure.INSTALLS: N_("下载安装"),
    Measure.LIKES: N_("点赞"),
    Measure.LOG_INS: N_("登录"),
    Measure.ONLINE_TIME: N_("在线时长"),
    Measure.POINTS: N_("积分"),
    Measure.SHARES: N_("转发"),
    Measure.STUDY_TIME: N_("学习时长"),
    Measure.UPLOADS: N_("上传照片视频"),
    Measure.VOTES: N_("网络投票"),
}


@dataclass(frozen=True)
class Target:
    """The default aim: one value, a range (direction `target`), or only words where the contract must name it."""

    text: Bilingual
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class IndicatorDefinition:
    """One version of one indicator. Targets and deductions are defaults: a contract's own words go first."""

    head: Head
    category: Category
    unit: Bilingual
    direction: Direction
    periods: tuple[PeriodKind, ...]
    form: FigureForm
    formula: Bilingual
    decimals: int
    target: Target
    numerator: Bilingual | None = None
    denominator: Bilingual | None = None
    deduction: Bilingual | None = None
    note: Bilingual | None = None
    # Counts what a service was used for, so it may be the basis of a price or a usage baseline.
    usage: bool = False
    # The unit is that of the service in the ledger (transactions, core hours, seats); `unit` is only the general word.
    unit_of_service: bool = False
    # Measured for each incident or event; the figure of a period is the worst of them.
    per_event: bool = False
    # May be watched, never scored: it counts log-ins, installs or activity instead of finished business.
    banned_as_assessment: bool = False
    # A percentage that may pass 100 (growth, use against a baseline).
    over_full: bool = False
    # May be negative (a change).
    signed: bool = False
    # Which behaviour it counts instead of finished business, if any.
    measures: tuple[Measure, ...] = ()

    @property
    def code(self) -> str:
        return self.head.code

    @property
    def name(self) -> Bilingual:
        return self.head.name


def parse_indicator(content: dict[str, Any]) -> IndicatorDefinition:
    """Reads one entry strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    definition = IndicatorDefinition(
        head=read_head(reader),
        category=reader.choice("category", Category) or Category.RESULTS,
        unit=reader.words("unit"),
        direction=reader.choice("direction", Direction) or Direction.HIGHER,
        periods=reader.choices("periods", PeriodKind),
        form=reader.choice("form", FigureForm) or FigureForm.COUNT,
        formula=reader.words("formula"),
        decimals=reader.whole("decimals"),
        target=_target(reader.inside("target")),
        numerator=reader.maybe_words("numerator"),
        denominator=reader.maybe_words("denominator"),
        deduction=reader.maybe_words("deduction"),
        note=reader.maybe_words("note"),
        usage=reader.flag("usage"),
        unit_of_service=reader.flag("unit_of_service"),
        per_event=reader.flag("per_event"),
        banned_as_assessment=reader.flag("banned_as_assessment"),
        over_full=reader.flag("over_full"),
        signed=reader.flag("signed"),
        measures=reader.choices("measures", Measure) if reader.has("measures") else (),
    )
    _check_together(definition, reader)
    reader.finish()
    return definition


def _target(reader: Reader) -> Target:
    return Target(reader.words("text"), reader.decimal("value"), reader.decimal("low"), reader.decimal("high"))


def _check_together(made: IndicatorDefinition, reader: Reader) -> None:
    if made.decimals > MAX_DECIMALS:
        reader.refuse("decimals", N_("小数位数超过 %(n)s", n=MAX_DECIMALS), N_("请填 0 到 %(n)s。", n=MAX_DECIMALS))
    parts = [part is not None for part in (made.numerator, made.denominator)]
    if parts != [made.form is FigureForm.RATIO] * 2:
        reader.refuse("form", N_("分子、分母与数据形式不一致"), N_("比率须写 numerator 和 denominator，其他形式不写。"))
    if made.usage and made.banned_as_assessment:
        reader.refuse("usage", N_("禁止考核的指标不能作为使用量依据"), N_("请去掉 usage 或 banned_as_assessment。"))
    _check_target(made, reader)


def _check_target(made: IndicatorDefinition, reader: Reader) -> None:
    target = made.target
    ranged = target.low is not None or target.high is not None
    if ranged and made.direction is not Direction.TARGET:
        reader.refuse("target", N_("只有目标区间型指标可以写上下限"), N_("请改用 value，或把 direction 写成 target。"))
    if ranged and (target.low is None or target.high is None or target.low > target.high or target.value is not None):
        reader.refuse("target", N_("目标区间不完整"), N_("请同时写 low 和 high（low 不大于 high），不写 value。"))
