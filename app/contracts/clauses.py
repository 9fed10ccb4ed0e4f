"""What a contract says: which of the mandatory terms are written, and words that a person should look at."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.contracts.models import ContractVersion, Pricing
from app.core.db import LabelledEnum

# Words by which a contract shifts liability; what they cover is for a person to read.
EXCULPATORY = ("免责", "免除责任", "免除赔偿", "不承担责任", "不承担任何责任", "不承担赔偿", "概不负责", "不负责任")


class Clause(LabelledEnum):
    """The terms that every contract has (民法典 §470), as the product writes them."""

    CONTENT = "content"
    VOLUME = "volume"
    QUALITY = "quality"
    PRICE = "price"
    PAYMENT = "payment"
    LIABILITY = "liability"

    @classmethod
    def labels(cls) -> dict[str, Any]:
        return {
            "content": _l("服务内容"),
            "volume": _l("服务数量"),
            "quality": _l("服务质量"),
            "price": _l("合同价款"),
            "payment": _l("结算付款"),
            "liability": _l("违约扣减"),
        }


def clauses_of(version: ContractVersion) -> tuple[Clause, ...]:
    """The mandatory terms that are written, in their order."""
    levels = [level for line in version.lines for level in line.levels]
    written = {
        Clause.CONTENT: bool(version.lines),
        # What is paid by use says how much is expected; a fee pays for the service of its period.
        Clause.VOLUME: bool(version.lines) and all(_has_volume(line) for line in version.lines),
        Clause.QUALITY: bool(levels),
        Clause.PRICE: version.amount_fen is not None,
        Clause.PAYMENT: bool(version.payment_terms.strip()),
        # What follows when a level is missed.
        Clause.LIABILITY: any(level.bands for level in levels),
    }
    return tuple(one for one in Clause if written[one])


def _has_volume(line: Any) -> bool:
    return line.pricing is Pricing.FIXED_FEE or line.expected_volume is not None


def exculpatory_words(version: ContractVersion) -> tuple[str, ...]:
    """Words in the contract's own text that exclude liability."""
    texts = (version.payment_terms, version.data_terms, version.exit_terms, version.exclusive_basis)
    return tuple(sorted(word for word in EXCULPATORY if any(word in text for text in texts)))
