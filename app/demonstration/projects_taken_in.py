"""Projects that ran before the system: the authority takes them in from a workbook, as they stand."""

import io
from datetime import datetime
from random import Random

import xlsxwriter

from app.core.permissions import Role
from app.demonstration import organisations as places
from app.demonstration.timeline import Days, Timeline
from app.demonstration.world import World
from app.intake import actions
from app.intake.columns import CONTRACTS, PROJECTS, SHEETS

FILE = "存量项目清单.xlsx"
BACK = 30
# As people type them: days and amounts are text.
ROWS = (
    {
        "name": "广东省预约挂号统一平台",
        "client": "ZF-44-07",
        "state": "运营中",
        "basis": "粤数〔2022〕41号批复、竣工验收意见书、运营合同",
        "kind": "新建",
        "category": "业务应用",
        "scope": "跨层级",
        "deployment": "政务云",
        "purpose": "居民一站预约全省公立医院号源。",
        "functions": "号源汇聚；实名预约；候补与退号；爽约管理",
        "estimate": "5,860,000",
        "design_budget": "5,720,000",
        "responsible_person": "潘慧珊",
        "builders": places.SUIHENG,
        "operators": places.LINGLAN,
        "supervisors": places.SUPERVISOR,
        "approval_number": "粤数〔2022〕41号",
        "approved_on": "2022-05-18",
        "build_started_on": "2022-08-01",
        "trial_from": "2023-03-06",
        "accepted_on": "2023年6月28日",
        "operation_from": "2023-07-10",
        "services": "预约挂号平台",
        "note": "首期与二期合并录入。",
    },
    {
        "name": "深圳市道路运输许可一网通办",
        "client": "ZF-4403-13",
        "state": "建设中",
        "basis": "深政数〔2024〕17号批复、建设合同、监理合同",
        "kind": "升级改造",
        "category": "业务应用",
        "scope": "跨部门",
        "deployment": "政务云",
        "purpose": "道路运输从业许可全程网办。",
        "functions": "网上申请；资格核验；电子证照签发",
        "design_budget": "3,150,000",
        "builders": places.YUELAN,
        "supervisors": places.SUPERVISOR,
        "approval_number": "深政数〔2024〕17号",
        "approved_on": "2024-03-20",
        "build_started_on": "2024-05-06",
    },
    {
        "name": "福田区政府网站集约化运维",
        "client": "ZF-440304-00",
        "state": "运营中",
        "basis": "福府办〔2023〕8号、运维合同",
        "kind": "运行维护",
        "category": "运营服务",
        "scope": "本单位",
        "deployment": "政务云",
        "operators": places.YUELAN,
        "approved_on": "2023-04-12",
        "operation_from": "2023-06-01",
        "services": "政府网站运维",
        "note": "批复只有电话记录，投资金额待补。",
    },
)
PAPERS = (
    {
        "project": "2",
        "title": "广东省预约挂号统一平台运营服务合同",
        "mode": "政府采购",
        "operators": places.LINGLAN,
        "paper_number": "粤卫合〔2023〕112号",
        "paper_signed_on": "2023-07-03",
        "term_from": "2023-07-10",
        "amount": "4,260,000",
    },
)


def tell_intake(timeline: Timeline, days: Days) -> None:
    timeline.sitting(days.ago(BACK), Random("intake"), [_look, _take_in])


def _look(world: World) -> None:
    actions.preview(world.acting(places.AUTHORITY, Role.AUTHORITY_OFFICER), FILE, workbook())


def _take_in(world: World) -> None:
    actions.take_in(world.acting(places.AUTHORITY, Role.AUTHORITY_OFFICER), FILE, workbook())


def workbook() -> bytes:
    """The same bytes every time."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 2)})  # noqa: DTZ001 - a file says a wall-clock time
        for name, rows in ((PROJECTS, ROWS), (CONTRACTS, PAPERS)):
            sheet = book.add_worksheet(name)
            for place, column in enumerate(SHEETS[name]):
                sheet.write_string(0, place, column.header)
                for line, row in enumerate(rows, start=1):
                    sheet.write_string(line, place, row.get(column.key, ""))
    return stream.getvalue()
