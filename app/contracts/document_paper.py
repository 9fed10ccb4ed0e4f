"""The contract as it goes to print: the sealed (or drafted) content and the facts about it, typed and frozen."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.contracts.content import FORM
from app.contracts.document_words import MARKS, METHODS, STATES
from app.core.canonical import Digests, canonical_json, digest_both
from app.core.errors import Problem, Refused
from app.core.typesetting.words import clean


@dataclass(frozen=True)
class PaperSignature:
    """One organisation's signature (its name is the one agreed); `digest` is the SHA-256 that was signed."""

    organisation_code: str
    side: str
    person: str
    signed_at: datetime
    digest: str


@dataclass(frozen=True)
class PaperHead:
    """The tree head of the trail that the foot of each page names."""

    size: int
    root: str


@dataclass(frozen=True)
class PaperFacts:
    """What is known about the content: `state` of the contract, or `withdrawn` for a version that was sent back."""

    state: str
    sealed_at: datetime | None = None
    sha256: str = ""
    sm3: str = ""
    signatures: tuple[PaperSignature, ...] = ()
    head: PaperHead | None = None


@dataclass(frozen=True)
class PaperParty:
    """An organisation in its role."""

    role: str
    code: str
    name: str
    name_en: str
    uscc: str


@dataclass(frozen=True)
class PaperBand:
    """`points` from `bound` on; None is everything else."""

    bound: Decimal | None
    points: int


@dataclass(frozen=True)
class PaperLevel:
    """An indicator (by code and version) with the level agreed for it."""

    code: str
    version: str
    name: str
    unit: str
    at_least: bool
    target: Decimal | None
    period: str
    bands: tuple[PaperBand, ...]


@dataclass(frozen=True)
class PaperLine:
    """A service, how it is paid, and what is expected of it."""

    number: int
    code: str
    name: str
    pricing: str
    fee_fen: int | None
    unit_price: Decimal | None
    unit: str
    pay_period: str
    expected_volume: int | None
    levels: tuple[PaperLevel, ...]


@dataclass(frozen=True)
class Original:
    """The paper that was signed before the contract was brought in: its number, its day, the digest of its scan."""

    number: str
    signed_on: date
    sha256: str


@dataclass(frozen=True)
class ContractPaper:
    """Everything that is printed, and nothing else: the same paper always makes the same document."""

    code: str
    version: int
    title: str
    mode: str
    parties: tuple[PaperParty, ...]
    term_from: date | None
    term_until: date | None
    extension_basis: str
    amount_fen: int | None
    payment_terms: str
    exclusive: bool
    exclusive_basis: str
    point_fen: int | None
    cap_percent: Decimal | None
    lines: tuple[PaperLine, ...]
    data_terms: str
    exit_terms: str
    canonical: str
    facts: PaperFacts
    original: Original | None = None
    # The project it serves and the award it was drawn from; empty where there is none.
    project: str = ""
    award: str = ""
    # The number of the contract that this one adds to; empty where it stands by itself.
    adds_to: str = ""
    # Of one that no purchase stands behind: why, in which way it was bought, and the number that says so.
    alone: tuple[str, str, str] | None = None

    @property
    def is_draft(self) -> bool:
        return self.facts.sealed_at is None

    @property
    def mark(self) -> str:
        """What stands across every page; empty for a text that was agreed."""
        return MARKS.get(self.facts.state, "")


def paper_of(content: dict[str, Any], facts: PaperFacts) -> ContractPaper:
    """Reads a content of the form `guanyun.contract/1`; refused when it is not what the digests or signatures say."""
    if content.get("form") != FORM:
        raise Refused(Problem(_("合同内容的格式无法识别。"), remedy=_("请告诉系统管理员。"), place="form"))
    canonical = canonical_json(content)
    _checked(canonical, facts)
    deduction, term = content["deduction"], content["term"]
    return ContractPaper(
        code=clean(content["code"]),
        version=content["version"],
        title=clean(content["title"] or ""),
        mode=clean(content["mode"]["name"]["zh"]) if content["mode"] else "",
        parties=tuple(_party(party) for party in content["parties"]),
        term_from=_date(term["from"]),
        term_until=_date(term["until"]),
        amount_fen=content["amount_fen"],
        exclusive=content["exclusive"],
        point_fen=deduction["point_fen"],
        cap_percent=_decimal(deduction["cap_percent"]),
        lines=tuple(_line(line) for line in content["services"]),
        canonical=canonical,
        facts=_cleaned(facts),
        original=_original(content.get("existing")),
        project=clean(content.get("project", {}).get("code", "")),
        award=clean(content.get("procurement", {}).get("award_number", "")),
        adds_to=clean(content.get("procurement", {}).get("adds_to", {}).get("contract", "")),
        alone=_alone(content.get("alone")),
        **{name: clean(content[name] or "") for name in _TEXTS},
    )


_TEXTS = ("extension_basis", "payment_terms", "exclusive_basis", "data_terms", "exit_terms")


def _checked(canonical: str, facts: PaperFacts) -> None:
    """A sealed text is printed only when its digests, its signatures and its state agree with it."""
    sealed = facts.sealed_at is not None
    expected = digest_both(canonical.encode()) if sealed else Digests("", "")
    whole = (facts.sha256, facts.sm3) == (expected.sha256, expected.sm3)
    signed = all(one.digest == facts.sha256 for one in facts.signatures) and (sealed or not facts.signatures)
    if not whole or not signed:
        raise Refused(
            Problem(
                _("合同内容与封存的摘要不一致，没有生成文本。"),
                why=_("打印的合同必须与各方签署的内容完全相同。"),
                remedy=_("请核验审计记录，并告诉系统管理员。"),
                place="digest",
            )
        )
    if facts.state not in (STATES.keys() - {"draft"} if sealed else {"draft", "void"}):
        raise ValueError(f"state {facts.state!r} does not fit a {'sealed' if sealed else 'drafted'} text")


def _cleaned(facts: PaperFacts) -> PaperFacts:
    signatures = (
        PaperSignature(one.organisation_code, clean(one.side), clean(one.person), one.signed_at, one.digest)
        for one in facts.signatures
    )
    return PaperFacts(facts.state, facts.sealed_at, facts.sha256, facts.sm3, tuple(signatures), facts.head)


def _alone(given: dict[str, Any] | None) -> tuple[str, str, str] | None:
    if given is None:
        return None
    return clean(given["reason"]), METHODS.get(given["method"], ""), clean(given["reference"])


def _original(given: dict[str, Any] | None) -> Original | None:
    if given is None:
        return None
    return Original(clean(given["number"]), date.fromisoformat(given["signed_on"]), given["sha256"])


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


def _party(party: dict[str, Any]) -> PaperParty:
    name = party["name"]
    return PaperParty(
        role=party["role"],
        code=party["code"],
        name=clean(name["zh"]),
        name_en=clean(name.get("en") or ""),
        uscc=clean(party["uscc"] or ""),
    )


def _line(line: dict[str, Any]) -> PaperLine:
    return PaperLine(
        number=line["line"],
        code=clean(line["service"]),
        name=clean(line["name"]["zh"]),
        pricing=line["pricing"],
        fee_fen=line["fee_fen"],
        unit_price=_decimal(line["unit_price"]),
        unit=clean(line["unit"] or ""),
        pay_period=line["pay_period"],
        expected_volume=line["expected_volume"],
        levels=tuple(_level(level) for level in line["levels"]),
    )


def _level(level: dict[str, Any]) -> PaperLevel:
    indicator = level["indicator"]
    return PaperLevel(
        code=clean(indicator["code"]),
        version=str(indicator["version"]),
        name=clean(indicator["name"]["zh"]),
        unit=clean(level["unit"]["zh"] or ""),
        at_least=level["comparison"] == "at_least",
        target=_decimal(level["target"]),
        period=level["period"],
        bands=tuple(PaperBand(_decimal(band["bound"]), band["points"]) for band in level["bands"]),
    )
