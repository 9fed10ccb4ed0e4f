"""Exact numbers of scores and deductions: fractions inside, rounded once, half up, where they are shown or paid."""

from decimal import Decimal
from fractions import Fraction

ZERO, HUNDRED = Fraction(0), Fraction(100)


def rounded(value: Fraction, places: int) -> Fraction:
    """Half up, away from zero, at so many decimals; a fraction, because a `Decimal` would round at 28 digits."""
    return Fraction(_scaled(value, places), 10**places)


def plain(value: Fraction, places: int) -> str:
    """`94.44`: rounded half up and written with exactly so many decimals."""
    scaled = _scaled(value, places)
    digits = f"{abs(scaled):0{places + 1}d}"
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def short(value: Fraction, places: int) -> str:
    """The same without trailing zeros."""
    text = plain(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Decimal) -> str:
    """A number as it was given, in its one shortest spelling: 99.90 and 99.9 are the same figure."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole_fen(value: Fraction) -> int:
    return _scaled(value, 0)


def decimals_of(value: Decimal) -> int:
    """How many decimals a number really has: 99.90 has one."""
    return len(shown(value).partition(".")[2])


def _scaled(value: Fraction, places: int) -> int:
    """In whole numbers throughout: this runs for every number of every answer."""
    doubled = 2 * value.denominator
    size = (2 * abs(value.numerator) * 10**places + value.denominator) // doubled
    return int(-size if value < 0 else size)
