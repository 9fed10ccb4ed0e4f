"""What may still be added to a contract: everything added together is at most a tenth of it, pure, in whole fen.

The third of three percentages (`app.projects.percentages` names the others): 《政府采购法》 §49 allows a contract of the
same object and on the same terms to be added to while it runs, §31 (3) to buy that from its supplier.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.projects.percentages import is_within, share

# Percent of the original contract that everything added to it may come to.
ADDED_WITHIN = 10
# The articles on which anything is added; the basis of such a purchase names them, the database asks for the first.
ARTICLES = "《政府采购法》第31条第三项、第49条"
NAMED = "第31条第三项"


@dataclass(frozen=True)
class Added:
    """A purchase that adds to a contract, with what of it counts now: agreed, else awarded, else planned."""

    number: int
    fen: int


@dataclass(frozen=True)
class Room:
    """The amount of the original contract, None where it is not on record, and what is added to it."""

    original_fen: int | None
    added_fen: int

    @property
    def most_fen(self) -> int | None:
        """What may be added in all; parts of a fen are not given away."""
        return self.original_fen * ADDED_WITHIN // 100 if self.original_fen else None

    @property
    def left_fen(self) -> int | None:
        """What may still be added; nothing is left where too much is added."""
        return max(0, self.most_fen - self.added_fen) if self.most_fen is not None else None

    @property
    def share(self) -> Decimal | None:
        """How much of the original is added, in percent."""
        return share(self.added_fen, self.original_fen)

    @property
    def is_known(self) -> bool:
        return bool(self.original_fen)

    @property
    def is_kept(self) -> bool:
        """Whether everything added keeps to the tenth, the tenth itself included; of an unknown amount never."""
        return is_within(self.added_fen, self.original_fen, ADDED_WITHIN)


def room_of(original_fen: int | None, listed: Iterable[Added], own: Added | None = None) -> Room:
    """What all of them come to; `own` is the one that is asked about, and stands in the place of itself as it was."""
    by_number = {one.number: one.fen for one in listed}
    if own is not None:
        by_number[own.number] = own.fen
    return Room(original_fen, sum(by_number.values()))


def named(basis: str) -> str:
    """A basis that names the articles; one that says nothing stays so, and is asked for before the notice."""
    said = basis.strip()
    return said if not said or NAMED in said else f"{ARTICLES}：{said}"
