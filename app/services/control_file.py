"""Security controls of the classified protection scheme as data: what a system has to be able to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_

CONTROL_KIND = "security_control"
LEVELS = range(1, 6)


class Area(StrEnum):
    """What a control protects."""

    IDENTITY = "identity"
    ACCESS = "access"
    AUDIT = "audit"
    INTRUSION = "intrusion"
    DATA = "data"
    BACKUP = "backup"
    PERSONAL = "personal"


AREA_NAMES = {
    Area.IDENTITY: N_("身份鉴别"),
    Area.ACCESS: N_("访问控制"),
    Area.AUDIT: N_("安全审计"),
    Area.INTRUSION: N_("入侵防范"),
    Area.DATA: N_("数据完整性与保密性"),
    Area.BACKUP: N_("备份恢复"),
    Area.PERSONAL: N_("剩余信息与个人信息保护"),
}


@dataclass(frozen=True)
class Control:
    """`asks` is what the standard asks for; `usual` how it is usually met, which is no demand of the standard;
    `from_level` the lowest protection level of systems it is asked of."""

    head: Head
    area: Area
    clause: str
    from_level: int
    asks: Bilingual
    usual: Bilingual | None


def parse_control(content: dict[str, Any]) -> Control:
    """Reads one control strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    control = Control(
        head=read_head(reader),
        area=reader.choice("area", Area) or Area.IDENTITY,
        clause=reader.text("clause"),
        from_level=reader.whole("from_level"),
        asks=reader.words("asks"),
        usual=reader.maybe_words("usual"),
    )
    if control.from_level not in LEVELS:
        reader.refuse("from_level", N_("保护等级不在 1 到 5 之间"), N_("请填写要求该控制点的最低等级。"))
    reader.finish()
    return control


def tell_control(control: Control) -> Iterator[tuple[Any, Any]]:
    """A control as labelled sentences; how it is usually met is kept apart from what is asked."""
    yield N_("控制领域"), AREA_NAMES[control.area]
    yield N_("标准条款"), control.clause
    yield N_("适用等级"), N_("第 %(n)s 级及以上", n=control.from_level)
    yield N_("要求内容"), control.asks
    if control.usual is not None:
        yield N_("通行做法（不是标准的要求）"), control.usual
