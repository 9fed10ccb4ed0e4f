"""What an operator of the demonstration reports for a month: figures, status events, and the ledger they come from."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from app.contracts.models import AgreedLevel, Comparison, Contract, ContractService
from app.contracts.rules import MONTHS
from app.core.periods import Period, PeriodKind
from app.demonstration.files import Attachment
from app.figures.figure_rules import Measure
from app.figures.kinds import FROM_EVENTS
from app.figures.measures import agreed_version, measures_of

HEADER = ("service", "indicator", "period", "value", "denominator", "unit", "channel", "reason", "evidence", "note")
FULL = Decimal(100)
Row = tuple[str, ...]


def ledger_name(contract: Contract, period: Period) -> str:
    """The file that every figure of the month names as its evidence."""
    return f"{contract.code}-{period.text}-运行台账.csv"


def ledger(contract: Contract, period: Period, rows: Sequence[Row]) -> Attachment:
    """The operator's own ledger behind the figures, as it would come out of its tools."""
    head = ("序号", "服务", "指标", "周期", "计算依据")
    lines = [
        (str(number), row[0], row[1], period.text, f"监测与工单系统导出，合计 {row[4] or row[3] or '无'}")
        for number, row in enumerate(rows, start=1)
    ]
    return Attachment(ledger_name(contract, period), _table(head, lines), "运行台账")


def month_rows(contract: Contract, period: Period, lacking: bool = False) -> list[Row]:
    """One row for each figure owed for the month, near what was agreed, now and then short of it.

    A lacking month has its last figure declared missing, with the reason.
    """
    levels = {(line.service_id, level.indicator.code): level for line in _lines(contract) for level in line.levels}
    usual = {line.service_id: _a_month(line) for line in _lines(contract)}
    rows = []
    for measure in measures_of(contract):
        if measure.due != period.kind.value or measure.indicator in FROM_EVENTS:
            continue
        random = Random(f"{contract.code} {measure.service_code} {measure.indicator} {period.text}")
        value = _value(measure, levels.get((measure.service_id, measure.indicator)), usual[measure.service_id], random)
        rows.append(_row(measure, value, period, random, ledger_name(contract, period)))
    if lacking and rows:
        rows[-1] = (*rows[-1][:3], "", "", rows[-1][5], "", "采集程序升级，当月数据未能导出", rows[-1][8], "")
    return rows


def figures_file(rows: Iterable[Row]) -> bytes:
    return _table(HEADER, rows)


def events_file(contract: Contract, period: Period) -> bytes:
    """Status events of every service with an agreed availability: a daily sign of life and a few outages."""
    lines: list[Row] = []
    for line in _lines(contract):
        if any(level.indicator.code == "KI-001" for level in line.levels):
            random = Random(f"{contract.code} {line.service.code} {period.text}")
            lines += [
                (moment.astimezone(UTC).isoformat(), line.service.code, status)
                for moment, status in _states(period, random)
            ]
    return _table(("at", "service", "status"), sorted(lines)) if lines else b""


def _lines(contract: Contract) -> list[ContractService]:
    version = agreed_version(contract)
    return list(version.lines) if version else []


def _states(period: Period, random: Random) -> Iterator[tuple[datetime, str]]:
    yield period.start, "up"
    for day in period.split(PeriodKind.DAY):
        if random.random() < 0.06:
            begin = day.start + timedelta(minutes=random.randint(9 * 60, 20 * 60))
            yield begin, random.choice(("down", "down", "degraded"))
            yield begin + timedelta(minutes=random.choice((4, 8, 12, 25, 45))), "up"


def _a_month(line: ContractService) -> Decimal:
    """The use of a month as the contract expects it; by fee nobody wrote one down."""
    return Decimal(line.expected_volume or 1000) / MONTHS[line.pay_period.value]


def _row(measure: Measure, value: Decimal, period: Period, random: Random, evidence: str) -> Row:
    denominator = str(random.randint(40, 4000)) if measure.ratio else ""
    return (
        *(measure.service_code, measure.indicator, period.text, f"{value:f}", denominator, measure.unit),
        *("", "", evidence, ""),
    )


def _value(measure: Measure, level: AgreedLevel | None, usual: Decimal, random: Random) -> Decimal:
    target = level.target if level else usual
    short = random.random() < 0.12
    if level is None:
        exact = target * Decimal(random.uniform(0.88, 1.12))
    elif level.comparison is Comparison.AT_LEAST:
        room = (FULL - target) if measure.share else target * Decimal("0.2")
        exact = target - target * Decimal("0.012") if short else target + room * Decimal(random.uniform(0.05, 0.9))
    else:
        exact = target * Decimal(random.uniform(1.02, 1.3) if short else random.uniform(0.4, 0.98))
    unit = Decimal(1).scaleb(-measure.decimals)
    rounded = exact.quantize(unit, ROUND_HALF_UP)
    return min(rounded, FULL) if measure.share else rounded


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")
