"""What a round of acceptance begins with: everything the declaration promised, security and archive, or what failed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.acceptances.kinds import ItemSource

LONGEST, MOST = 2000, 300
# Records of a project are kept in Chinese, whatever language the person who opens the round reads.
STANDARDS = {
    ItemSource.FUNCTION: "按申报内容逐项演示和测试，功能齐全、结果正确，测试报告无未关闭的严重缺陷",
    ItemSource.COST: "数量、规格和服务内容与费用明细及合同一致，有到货、实施或服务记录",
    ItemSource.CONTRACT: "符合合同约定，有履约记录",
    ItemSource.SECURITY: "已完成定级备案、测评和问题整改，有报告和整改记录",
    ItemSource.ARCHIVE: "材料齐全、真实、规范，通过档案验收",
}
SECURITY = "网络安全等级保护、密码应用和数据安全措施与系统同步建成"
ARCHIVE = "项目文件材料完整归档"


@dataclass(frozen=True)
class Wanted:
    """One thing to be accepted, before it is written down."""

    source: ItemSource
    requirement: str
    standard: str


def wanted_of(functions: str, costs: Iterable[str]) -> list[Wanted]:
    """From the functions (one a line) and the names of the cost sheet; what says the same comes once."""
    found: dict[tuple[ItemSource, str], Wanted] = {}
    for source, text in _texts(functions, costs):
        found.setdefault((source, text), Wanted(source, text, STANDARDS[source]))
    return list(found.values())


def _texts(functions: str, costs: Iterable[str]) -> Iterator[tuple[ItemSource, str]]:
    lines = [line.strip() for line in functions.splitlines() if line.strip()]
    # What follows is never crowded out by a very long declaration.
    yield from [(ItemSource.FUNCTION, line[:LONGEST]) for line in lines][:MOST]
    yield from [(ItemSource.COST, name[:LONGEST]) for name in costs][:MOST]
    yield ItemSource.SECURITY, SECURITY
    yield ItemSource.ARCHIVE, ARCHIVE
