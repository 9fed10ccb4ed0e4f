"""Long titles in lines of about the same length that end between words, as official documents have them."""

import math
import re
import unicodedata

# Words after which a title may end a line; Chinese has no spaces that would say so.
_ENDS = (
    *("平台", "系统", "项目", "工程", "中心", "服务", "管理局", "委员会", "人民政府", "办公室", "公司", "年度", "季度"),
    *("采购", "运营", "建设", "升级", "改造", "一期", "二期", "三期", "的", "与", "和", "及", "年", "月"),
)
_CLOSING, _OPENING = "，、。：；）》”〉】,.:;)]·—－", "（《“〈【(["
# What a line that ends inside a word, or is not as long as its neighbours, counts for.
_INSIDE, _UNEVEN = 6.0, 1.0
# What never begins a line, though no mark.
_LEANING = "的与和及之等"
_LATIN = re.compile(r"[0-9A-Za-z.]")


def in_lines(title: str, fits: int) -> str:
    """The title with line breaks, where more stands in it than fits on a line of so many Chinese characters."""
    widths = [_width(one) for one in title]
    total = sum(widths)
    if total <= fits or "\n" in title:
        return title
    count = math.ceil(total / fits)
    return "\n".join(_split(title, widths, count, fits)) if total <= fits * 6 else title


def _width(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5


def _split(title: str, widths: list[float], count: int, fits: int) -> list[str]:
    """Line by line: the end nearest to an even share, between words where one is near enough."""
    lines, start = [], 0
    for left in range(count, 1, -1):
        share = sum(widths[start:]) / left
        end = _end(title, widths, start, share, fits)
        lines.append(title[start:end].rstrip())
        start = end
    return [*lines, title[start:].lstrip()]


def _end(title: str, widths: list[float], start: int, share: float, fits: int) -> int:
    best, least = len(title) - 1, math.inf
    width = 0.0
    for place in range(start + 1, len(title)):
        width += widths[place - 1]
        if width > fits:
            break
        cost = abs(width - share) * _UNEVEN + _against(title, place)
        if cost < least:
            best, least = place, cost
    return best


def _against(title: str, place: int) -> float:
    """What speaks against ending a line before this place."""
    before, after = title[place - 1], title[place]
    if after in _CLOSING + _LEANING or before in _OPENING or (_LATIN.match(before) and _LATIN.match(after)):
        return math.inf
    between = before in _CLOSING or after in _OPENING or before == " " or title[:place].endswith(_ENDS)
    return 0.0 if between else _INSIDE
