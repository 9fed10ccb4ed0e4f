"""The sheets of the workbooks: their columns, what each may hold, and the words of closed lists.

Sheets, headers and words are part of the file format and stand in Chinese whatever language the reader uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PROJECTS, CONTRACTS, LEDGER, GUIDE = "项目", "合同", "台账", "说明"
# Every row is written with an act of its own (10 to 15 ms), a file in one transaction, and others wait meanwhile,
# on SQLite for 15 s at most: both sheets full stay below that, while 2,000 rows take half a minute.
MAX_LINES = 500
# Entries of an imported ledger are written all at once under one act.
MAX_ENTRIES = 10_000
LONG = 4000


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    WORD = "word"
    MONEY = "money"
    DAY = "day"
    CODES = "codes"


@dataclass(frozen=True)
class Column:
    """A column by its key and header; `words` of a closed list lead to what is stored; `hint` is for the guide."""

    key: str
    header: str
    kind: Kind = Kind.TEXT
    required: bool = False
    longest: int = 200
    words: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""


STATES = {
    "已批准": "approved",
    "建设中": "building",
    "试运行": "trial",
    "已验收待移交": "accepted",
    "运营中": "operating",
}
KINDS = {"新建": "new", "改建": "rebuild", "扩建": "extend", "升级改造": "upgrade", "运行维护": "maintain"}
CATEGORIES = {
    "业务应用": "application",
    "公共支撑平台": "platform",
    "数据平台": "data_platform",
    "基础设施": "infrastructure",
    "安全体系": "security",
    "运营服务": "operation",
}
SCOPES = {"本单位": "one_agency", "跨部门": "cross_agency", "跨层级": "cross_level"}
DEPLOYMENTS = {"政务云": "government_cloud", "自有机房": "own_room", "商业云": "commercial_cloud"}

_C, _K = Column, Kind
PROJECT_COLUMNS = (
    _C("name", "项目名称", required=True, hint="批复文件上的全称"),
    _C("client", "项目单位编码", _K.CODES, required=True, hint="机构编码，见“机构”页"),
    _C("state", "当前状态", _K.WORD, required=True, words=STATES, hint="录入当天所处的状态"),
    _C("basis", "资料来源", required=True, longest=400, hint="所填内容依据的文件，例如批复、验收意见、合同"),
    _C("kind", "建设性质", _K.WORD, words=KINDS),
    _C("category", "项目类型", _K.WORD, words=CATEGORIES),
    _C("scope", "跨部门范围", _K.WORD, words=SCOPES),
    _C("deployment", "部署方式", _K.WORD, words=DEPLOYMENTS),
    _C("purpose", "建设目的", longest=LONG, hint="用于查重"),
    _C("functions", "主要功能", longest=LONG, hint="用于查重"),
    _C("estimate", "投资估算（元）", _K.MONEY),
    _C("design_budget", "设计概算（元）", _K.MONEY),
    _C("plan_item", "规划或年度计划编号", longest=100),
    _C("budget_item", "预算项目编号", longest=100),
    _C("responsible_person", "项目责任人", longest=60),
    _C("builders", "承建单位编码", _K.CODES, hint="多个用分号隔开；建设中、试运行须填"),
    _C("operators", "运营单位编码", _K.CODES, hint="多个用分号隔开；运营中须填"),
    _C("supervisors", "监理单位编码", _K.CODES, hint="多个用分号隔开"),
    _C("approval_number", "批复文号", longest=100),
    _C("approved_on", "批复日期", _K.DAY),
    _C("build_started_on", "开工日期", _K.DAY),
    _C("trial_from", "试运行开始日期", _K.DAY),
    _C("accepted_on", "竣工验收日期", _K.DAY),
    _C("operation_from", "投入运营日期", _K.DAY),
    _C("services", "服务", longest=2000, hint="服务台账编码，或服务名称；多个用分号隔开"),
    _C("note", "备注", longest=2000, hint="随原样留存，不进入申报内容"),
)
CONTRACT_COLUMNS = (
    _C("project", "所属项目", required=True, hint="“项目”表的行号（如 2）或项目名称，或已录入项目的编号"),
    _C("title", "合同名称", required=True),
    _C("mode", "合同方式", hint="合同方式的名称或编码"),
    _C("operators", "运营单位编码", _K.CODES, hint="乙方；多个用分号隔开"),
    _C("paper_number", "原合同编号", longest=100, hint="双方核对确认时附扫描件"),
    _C("paper_signed_on", "签订日期", _K.DAY),
    _C("term_from", "起始日", _K.DAY),
    _C("term_until", "截止日", _K.DAY),
    _C("amount", "合同金额（元）", _K.MONEY),
    _C("note", "备注", longest=2000, hint="随原样留存，不进入合同文本"),
)
SERVICE_CATEGORIES = {
    "共性平台": "platform",
    "业务应用": "application",
    "政务云": "cloud",
    "政务网络": "network",
    "数据服务": "data",
    "安全服务": "security",
    "热线客服": "hotline",
    "运行维护": "maintenance",
}
LEDGER_STATES = {"在用": "active", "已停用": "retired"}
LEDGER_COLUMNS = (
    _C("source_system", "来源系统", required=True, longest=100, hint="原台账的名称，例如“省政务应用台账”"),
    _C("source_id", "来源编号", required=True, longest=100, hint="在原台账中的编号；再次导入时据此对应，不要更改"),
    _C("name", "名称", required=True),
    _C("owner", "责任单位", required=True, hint="机构编码或全称；未在系统登记的按名称保留"),
    _C("region", "区划", required=True, longest=100, hint="区划代码或名称，例如 4401 或 广州市"),
    _C("category", "类别", _K.WORD, words=SERVICE_CATEGORIES),
    _C("purpose", "用途", longest=LONG, hint="用于查重"),
    _C("functions", "主要功能", longest=LONG, hint="用于查重"),
    _C("data", "使用的数据", longest=LONG, hint="用于查重；多项用顿号隔开"),
    _C("state", "状态", _K.WORD, words=LEDGER_STATES, hint="留空即在用"),
)
SHEETS: Mapping[str, tuple[Column, ...]] = {PROJECTS: PROJECT_COLUMNS, CONTRACTS: CONTRACT_COLUMNS}
COLUMNS: Mapping[str, tuple[Column, ...]] = {**SHEETS, LEDGER: LEDGER_COLUMNS}
LIMITS: Mapping[str, int] = {PROJECTS: MAX_LINES, CONTRACTS: MAX_LINES, LEDGER: MAX_ENTRIES}
# How the days of a project follow each other, and from which state on one can be.
OPERATION_FROM = "operation_from"
DAYS_IN_ORDER = ("build_started_on", "trial_from", "accepted_on", "operation_from")
APPROVED_ON = "approved_on"
DAYS = (APPROVED_ON, *DAYS_IN_ORDER)
REACHED = {
    "approved": (),
    "building": DAYS_IN_ORDER[:1],
    "trial": DAYS_IN_ORDER[:2],
    "accepted": DAYS_IN_ORDER[:3],
    "operating": DAYS_IN_ORDER,
}


def column_of(sheet: str, key: str) -> Column:
    return next(one for one in COLUMNS[sheet] if one.key == key)
