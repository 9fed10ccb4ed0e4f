"""The lists of a declaration as tables: what stands in each column, and what an empty list means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.formats import fmt
from app.projects.kinds import Provision, Sharing
from app.projects.models import ComponentUse, CostLine, DataItem, Declaration, PlannedService, Target


@dataclass(frozen=True)
class Head:
    label: Any
    end: bool = False


@dataclass(frozen=True)
class Row:
    """A line with its cells; an empty one is shown as not filled in, a dash where nothing is asked for."""

    key: int
    name: str
    version: int
    cells: list[Any]


@dataclass(frozen=True)
class Table:
    """One list: `slug` is its name in addresses, `none_said` what the declaration says instead of lines."""

    slug: str
    heads: tuple[Head, ...]
    rows: list[Row]
    add: Any
    empty: Any
    none_said: Any = ""


@dataclass(frozen=True)
class _Kind:
    slug: str
    attribute: str
    heads: tuple[Head, ...]
    cells: Callable[[Any], list[Any]]
    add: Any
    empty: Any
    flag: str = ""
    none_said: Any = ""


def _cost(line: CostLine) -> list[Any]:
    return [line.name, line.category.label, fmt.money(line.amount_fen)]


def _service(line: PlannedService) -> list[Any]:
    name = f"{line.service.code} {line.name}" if line.service else line.name
    baseline = _("新服务") if line.is_new else fmt.whole(line.baseline) if line.baseline is not None else None
    forecasts = (line.forecast_first, line.forecast_second, line.forecast_third)
    source = fmt.MISSING if line.is_new else line.baseline_source
    numbers = [fmt.whole(one) if one is not None else None for one in forecasts]
    return [name, line.unit, baseline, source, *numbers, fmt.decimal(line.unit_price), line.usage_indicator]


def _data_item(line: DataItem) -> list[Any]:
    # Sharing without conditions rests on no exception.
    basis = line.basis or (fmt.MISSING if line.sharing is Sharing.UNCONDITIONAL else None)
    return [line.name, line.data_class.label, line.catalogue_number, line.sharing.label, basis, line.provider]


def _component(line: ComponentUse) -> list[Any]:
    reason = line.reason or (fmt.MISSING if line.provision is Provision.REUSE else None)
    return [line.component.label, line.provision.label, reason]


def _target(line: Target) -> list[Any]:
    before = fmt.decimal(line.baseline) if line.baseline is not None else fmt.MISSING
    value = f"{fmt.decimal(line.value)} {line.unit}"
    effect = line.effect.label if line.effect else fmt.MISSING
    return [line.name, effect, before, value, fmt.date(line.due_on), line.method or None]


def _heads(*labels: Any, end: Sequence[int] = ()) -> tuple[Head, ...]:
    return tuple(Head(label, place in end) for place, label in enumerate(labels))


_KINDS = {
    "costs": _Kind(
        "costs",
        "costs",
        _heads(_l("名称"), _l("费用类别"), _l("金额（元）"), end=(2,)),
        _cost,
        _l("添加费用"),
        _l("把投资拆成明细：软件、集成、数据、安全、监理、测试等。"),
    ),
    "services": _Kind(
        "services",
        "services",
        _heads(
            *(_l("服务"), _l("计量单位"), _l("基线"), _l("基线来源"), _l("第一年预测"), _l("第二年预测")),
            *(_l("第三年预测"), _l("单价（元）"), _l("用量指标")),
            end=(2, 4, 5, 6, 7),
        ),
        _service,
        _l("添加服务"),
        _l("列出本项目新建或改造的每项服务，写明历史使用量和投入运营后的预测。"),
    ),
    "data_items": _Kind(
        "data",
        "data_items",
        _heads(_l("数据名称"), _l("数据类别"), _l("资源目录编号"), _l("共享属性"), _l("共享依据"), _l("数据提供单位")),
        _data_item,
        _l("添加数据"),
        _l("列出使用和产生的每项数据；确实不使用业务数据的，在“基本情况”中声明。"),
        "no_data",
        _l("已声明：本项目不使用业务数据。"),
    ),
    "components": _Kind(
        "components",
        "components",
        _heads(_l("公共支撑能力"), _l("取得方式"), _l("自建理由")),
        _component,
        _l("添加公共支撑能力"),
        _l("列出需要的统一身份认证、电子证照等能力；确实不需要的，在“基本情况”中声明。"),
        "no_components",
        _l("已声明：本项目不需要公共支撑能力。"),
    ),
    "targets": _Kind(
        "targets",
        "targets",
        _heads(
            *(_l("目标"), _l("成效类别"), _l("现状值"), _l("目标值"), _l("达到日期"), _l("衡量办法")),
            end=(2, 3),
        ),
        _target,
        _l("添加绩效目标"),
        _l("写明可以检验的效果：是什么、达到多少、到什么时候；评估时逐项核对。"),
    ),
}


def table_of(version: Declaration, section: str) -> Table:
    """A list of a version, ready for the page."""
    kind = _KINDS[section]
    lines = getattr(version, kind.attribute)
    said = bool(kind.flag) and bool(getattr(version, kind.flag)) and not lines
    return Table(
        slug=kind.slug,
        heads=kind.heads,
        rows=[_row(line, kind.cells(line)) for line in lines],
        add=kind.add,
        empty=kind.empty,
        none_said=kind.none_said if said else "",
    )


def _row(line: Any, cells: list[Any]) -> Row:
    return Row(line.id, str(cells[0]), line.row_version, cells)
