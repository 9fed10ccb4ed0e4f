"""What runs elsewhere: an older ledger of applications, taken over from its workbook and a year later once more."""

import io
from datetime import datetime
from functools import partial
from random import Random

import xlsxwriter

from app.core.permissions import Role
from app.demonstration import organisations as places
from app.demonstration.timeline import Days, Timeline
from app.demonstration.world import World
from app.intake.columns import LEDGER, LEDGER_COLUMNS
from app.intake.ledger import import_ledger

FILE, SYSTEM = "省政务应用台账.xlsx", "省政务应用台账"
# Number, name, owner, region, category, purpose, functions, data.
ROWS = (
    ("YY-0107", "省级行政执法综合管理监督平台", "广东省司法厅", "广东省", "业务应用",
     "规范执法程序，全过程记录执法活动。", "执法案件办理；执法主体和人员管理；执法监督", "执法案件、执法人员"),
    ("YY-0218", "电子证照签发与共享系统", "广东省政务服务和数据管理局", "广东省", "共性平台",
     "统一签发、归集和共享电子证照。", "证照目录；证照签发；证照调用；亮证核验", "电子证照"),
    ("YY-0342", "广州市养老服务综合平台", "广州市民政局", "广州市", "业务应用",
     "汇聚养老机构、床位和补贴数据，支撑监管和服务。", "机构登记；床位管理；补贴发放核对；上门服务签到", "养老机构、老年人补贴"),
    ("YY-0356", "医保智能监控子系统（一期）", "广州市医疗保障局", "广州市", "业务应用",
     "对定点机构结算数据事后抽查。", "规则库；疑点筛查；稽核任务", "医保结算明细"),
    ("YY-0411", "深圳市政务短信平台", "深圳市政务服务和数据管理局", "深圳市", "共性平台",
     "统一发送办件进度和提醒短信。", "模板管理；通道调度；发送回执", "手机号码"),
    ("YY-0489", "天河区智慧停车诱导系统", "广州市天河区人民政府", "天河区", "业务应用",
     "发布公共停车场空余车位。", "车位采集；诱导屏发布；小程序查询", "停车场车位"),
)  # fmt: skip
# A year later one had moved to a new purpose, and one was switched off.
LATER = {"YY-0356": {"purpose": "对定点机构结算数据事后抽查，规则库与省级平台共用。"}, "YY-0411": {"state": "已停用"}}
KEYS = ("source_id", "name", "owner", "region", "category", "purpose", "functions", "data")


def tell_ledger(timeline: Timeline, days: Days) -> None:
    for workdays, later in ((270, False), (20, True)):
        timeline.sitting(days.ago(workdays), Random(f"ledger {workdays}"), [partial(_take_over, later)])


def _take_over(later: bool, world: World) -> None:
    _made, judged = import_ledger(world.acting(places.AUTHORITY, Role.AUTHORITY_OFFICER), FILE, workbook(later))
    if judged.problems:
        raise RuntimeError(f"the ledger of the demonstration was refused: {judged.problems}")


def workbook(later: bool) -> bytes:
    """The same bytes every time."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 2)})  # noqa: DTZ001 - a file says a wall-clock time
        sheet = book.add_worksheet(LEDGER)
        for place, column in enumerate(LEDGER_COLUMNS):
            sheet.write_string(0, place, column.header)
            for line, row in enumerate(ROWS, start=1):
                said = {"source_system": SYSTEM, **dict(zip(KEYS, row, strict=True))}
                said |= LATER.get(said["source_id"], {}) if later else {}
                sheet.write_string(line, place, said.get(column.key, ""))
    return stream.getvalue()
