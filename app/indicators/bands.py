"""Bands: each value falls into exactly one of them. A list with a gap or an overlap is refused when it is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from app.catalogues.wording import N_, Wording
from app.indicators.exact import shown


@dataclass(frozen=True)
class WrittenBand:
    """A band as somebody wrote it: the bound that belongs to it, the bound that no longer does, and its worth."""

    at_least: Decimal | None
    at_most: Decimal | None
    below: Decimal | None
    above: Decimal | None
    worth: Decimal

    @property
    def bound(self) -> Decimal | None:
        return self.at_least if self.at_least is not None else self.at_most

    @property
    def edge(self) -> Decimal | None:
        return self.below if self.below is not None else self.above


@dataclass(frozen=True)
class Band:
    """`worth` (a score or points) from `bound` on until a better band; without a bound it is everything else."""

    bound: Decimal | None
    worth: Decimal


@dataclass(frozen=True)
class Bands:
    """Best first; `rising` means that higher values are better, and bounds are lower ones."""

    rising: bool
    bands: tuple[Band, ...]

    def band_of(self, value: Fraction) -> Band:
        """The first band that the value reaches; the last one takes everything else."""
        return next(band for band in self.bands if self._reaches(value, band.bound))

    def _reaches(self, value: Fraction, bound: Decimal | None) -> bool:
        return bound is None or (value >= Fraction(bound) if self.rising else value <= Fraction(bound))

    def words(self, band: Band) -> Wording:
        if band.bound is None:
            return N_("其余")
        if self.rising:
            return N_("不低于 %(bound)s", bound=shown(band.bound))
        return N_("不高于 %(bound)s", bound=shown(band.bound))


@dataclass(frozen=True)
class BandFlaw:
    """What is wrong with the band at a place of the list."""

    place: int
    what: Wording


def bands_of(written: Sequence[WrittenBand]) -> Bands:
    """The list as it is used; only for a list without flaws."""
    rising = any(band.at_least is not None for band in written)
    return Bands(rising, tuple(Band(band.bound, band.worth) for band in written))


def band_flaws(written: Sequence[WrittenBand]) -> list[BandFlaw]:
    """Everything that keeps a list from giving each value exactly one band.

    Best first: each band but the last names its own bound (`at_least`, or `at_most` where less is better), the last
    one is everything else. The bound towards the better band may be written (`below` or `above`) and must then be the
    bound of that band.
    """
    if len(written) < 2:
        return [BandFlaw(0, N_("至少要有两档"))]
    return [*_mixed(written), *_open_ends(written), *_disorder(written), *_torn(written)]


def _mixed(written: Sequence[WrittenBand]) -> Iterator[BandFlaw]:
    rising = any(band.at_least is not None for band in written)
    for place, band in enumerate(written):
        if (band.at_most if rising else band.at_least) is not None:
            yield BandFlaw(place, N_("at_least 和 at_most 不能混用"))
        if (band.above if rising else band.below) is not None:
            yield BandFlaw(place, N_("at_least 与 below 同用，at_most 与 above 同用"))


def _open_ends(written: Sequence[WrittenBand]) -> Iterator[BandFlaw]:
    if written[0].edge is not None:
        yield BandFlaw(0, N_("最好的一档之上留有空档"))
    if written[-1].bound is not None:
        yield BandFlaw(len(written) - 1, N_("最后一档之下留有空档：末档应包含其余所有值"))
    for place, band in enumerate(written[:-1]):
        if band.bound is None:
            yield BandFlaw(place, N_("第 %(n)s 档没有界限，与后面各档重叠", n=place + 1))


def _disorder(written: Sequence[WrittenBand]) -> Iterator[BandFlaw]:
    rising = any(band.at_least is not None for band in written)
    for place, (better, worse) in enumerate(pairwise(band.bound for band in written), 1):
        if better is not None and worse is not None and (worse >= better if rising else worse <= better):
            what = N_("第 %(n)s 档的界限 %(bound)s 与上一档重叠", n=place + 1, bound=shown(worse))
            yield BandFlaw(place, what)


def _torn(written: Sequence[WrittenBand]) -> Iterator[BandFlaw]:
    """Where the written edge of a band is not the bound of the band before it."""
    rising = any(band.at_least is not None for band in written)
    for place, (better, band) in enumerate(pairwise(written), 1):
        if band.edge is None or better.bound is None or band.edge == better.bound:
            continue
        values = {"n": place + 1, "edge": shown(band.edge), "bound": shown(better.bound)}
        if (band.edge < better.bound) is rising:
            yield BandFlaw(place, N_("第 %(n)s 档止于 %(edge)s，上一档始于 %(bound)s，中间有空档", **values))
        else:
            yield BandFlaw(place, N_("第 %(n)s 档止于 %(edge)s，上一档始于 %(bound)s，两档重叠", **values))
