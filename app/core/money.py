"""Money as whole fen, decimals as decimals: parsing what people type and showing what is stored."""

import re
from decimal import ROUND_HALF_UP, Decimal

FEN_PER_YUAN = 100
MAX_FEN = 10**15
MAX_DECIMAL = 10**12
_PLAIN = re.compile(r"-?(\d{1,15}|\d{1,3}([,，]\d{3}){1,4})(\.\d+)?")


class BadNumber(ValueError):
    """The text is not a plain finite decimal number."""


def parse_decimal(text: str, places: int) -> Decimal:
    """Reads a plain decimal ("1,234.50"; thousands commas allowed) with at most `places` decimals.

    NaN, Infinity, exponents, surplus digits and commas in odd places ("12,5") are refused with BadNumber: nothing is
    rounded or guessed on the way in.
    """
    typed = text.strip()
    bare = typed.replace(",", "").replace("，", "")
    if not bare.isascii() or not _PLAIN.fullmatch(typed):
        raise BadNumber(text)
    value = Decimal(bare)
    if -int(value.as_tuple().exponent) > places:
        raise BadNumber(text)
    return value


def storable(value: Decimal) -> bool:
    """Whether a decimal is finite and has at most twelve digits before the point and six behind it."""
    return value.is_finite() and abs(value) < MAX_DECIMAL and -int(value.normalize().as_tuple().exponent) <= 6


def yuan_to_fen(text: str) -> int:
    """Reads an amount in yuan with at most two decimals as whole fen."""
    return int(parse_decimal(text, 2) * FEN_PER_YUAN)


def round_half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def show_fen(fen: int) -> str:
    """1234567 → '12,345.67' (yuan)."""
    sign, whole = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{whole // FEN_PER_YUAN:,}.{whole % FEN_PER_YUAN:02d}"


def show_wan(fen: int) -> str:
    """Fen → ten thousands of yuan with two decimals, half up: 123456789 → '123.46'."""
    return f"{round_half_up(Decimal(fen) / (FEN_PER_YUAN * 10_000), 2):,}"


def show_decimal(value: Decimal) -> str:
    """Shortest plain form with thousands separators: Decimal('1000.500000') → '1,000.5'."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_amount(fen: int) -> str:
    """Amount in Chinese capital numerals as contracts and vouchers write it (《支付结算办法》附件一 正确填写票据).

    >>> chinese_amount(100500)
    '壹仟零伍元整'
    """
    if not 0 <= fen < MAX_FEN:
        raise ValueError(f"amount out of range: {fen}")
    yuan, cents = divmod(fen, FEN_PER_YUAN)
    jiao, last = divmod(cents, 10)
    text = _integer_capitals(yuan) + "元" if yuan else ""
    if not cents:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (_DIGITS[last] + "分" if last else "整")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万")


def _integer_capitals(number: int) -> str:
    text = ""
    pending_zero = False
    for position in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**position % 10
        group, unit = divmod(position, 4)
        if digit:
            text += ("零" if pending_zero else "") + _DIGITS[digit] + _UNITS[unit]
            pending_zero = False
        else:
            pending_zero = bool(text)
        # 亿 is said once for everything above it: 1.2 million million is 壹万贰仟亿.
        if unit == 0 and (number // 10**position % 10_000 or (group == 2 and number >= 10**8)):
            text += _GROUPS[group]
    return text
