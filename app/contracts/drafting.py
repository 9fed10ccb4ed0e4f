"""Changing a draft: terms, parties, service lines, agreed levels and bands. A sealed version refuses all of it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.audit import act
from app.catalogues.models import CatalogueEntry
from app.catalogues.queries import parsed
from app.contracts.models import (
    AgreedLevel,
    Comparison,
    Contract,
    ContractService,
    ContractVersion,
    DeductionBand,
    PeriodKind,
    Pricing,
)
from app.contracts.rules import Band, Level, add_months, level_flaws
from app.contracts.wording import explain_level
from app.contracts.workflow import WORKFLOW
from app.core.actors import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.locking import expect_version
from app.core.money import MAX_FEN, storable
from app.core.permissions import Permission
from app.evidence.actions import attach
from app.evidence.queries import evidence_of
from app.indicators.definitions import Direction
from app.organisations.models import Organisation
from app.procurement.kinds import Method
from app.services.models import Service, ServiceState
from app.subjects.actions import add_party, remove_party, stand_for_side
from app.subjects.models import Party, PartyRole

DRAFT = Permission.CONTRACT_DRAFT
FULL_PERCENT = 100
# As the table of bands has it.
MAX_POINTS = 1000
TERM_FIELDS = (
    "term_from",
    "term_until",
    "extension_basis",
    "amount_fen",
    "payment_terms",
    "exclusive",
    "exclusive_basis",
    "point_fen",
    "cap_percent",
    "data_terms",
    "exit_terms",
    "paper_number",
    "paper_signed_on",
    "paper_sha256",
    "alone_reason",
    "alone_method",
    "alone_reference",
)
# A paper signed long after the term began was hardly the contract that was kept to.
LATEST_MONTHS = 12


@dataclass(frozen=True)
class Terms:
    """The terms of a version as they are typed; None is not yet known. Amounts in fen, the cap in percent.

    The paper (number, day, and a file of the contract or an upload) makes it an existing contract: all of it or none.
    """

    title: str
    mode: CatalogueEntry | None
    term_from: date | None
    term_until: date | None
    extension_basis: str
    amount_fen: int | None
    payment_terms: str
    exclusive: bool
    exclusive_basis: str
    point_fen: int | None
    cap_percent: Decimal | None
    data_terms: str
    exit_terms: str
    paper_number: str | None = None
    paper_signed_on: date | None = None
    paper_sha256: str | None = None
    paper_upload: FileStorage | None = None
    # Where no purchase of a project is on record here: why, in which way it was bought, and the number that says so.
    alone_reason: str = ""
    alone_method: Method | None = None
    alone_reference: str = ""


@dataclass(frozen=True)
class LineFacts:
    """A service line: exactly one of fee (fen) and unit price (yuan) by pricing."""

    service: Service
    pricing: Pricing
    fee_fen: int | None
    unit_price: Decimal | None
    unit: str
    pay_period: PeriodKind
    expected_volume: int | None


@dataclass(frozen=True)
class LevelFacts:
    """An agreed level with bands, best first; the last bound is None."""

    indicator: CatalogueEntry
    comparison: Comparison
    target: Decimal
    period: PeriodKind
    bands: tuple[Band, ...]


def set_terms(actor: Actor, contract: Contract, terms: Terms, seen: int | None) -> None:
    """Writes the terms of the draft; the second of two writers is told."""
    WORKFLOW.check(actor, contract, DRAFT)
    version = contract.current
    expect_version(version, seen)
    problems = [*_term_problems(terms), *_paper_problems(contract, terms)]
    if problems:
        raise Refused(problems)
    with act(actor, DRAFT, ref=contract.ref):
        stand_for_side(actor, contract.subject)
        if terms.paper_upload is not None:
            terms = replace(terms, paper_sha256=_keep_paper(actor, contract, terms.paper_upload))
        contract.subject.title = terms.title
        version.mode_entry_id = terms.mode.id if terms.mode else None
        for name in TERM_FIELDS:
            setattr(version, name, getattr(terms, name))
    db.session.refresh(version)


def _keep_paper(actor: Actor, contract: Contract, upload: FileStorage) -> str:
    try:
        return attach(actor, contract.subject, upload, _("原合同扫描件")).sha256
    except Refused as refusal:
        raise Refused([replace(one, place="paper_upload") for one in refusal.problems]) from refusal


def _paper_problems(contract: Contract, terms: Terms) -> list[Problem]:
    """The paper of an existing contract is given whole, was signed in the past, and lies with this contract."""
    shown = bool(terms.paper_sha256) or terms.paper_upload is not None
    given = {"paper_number": bool(terms.paper_number), "paper_signed_on": bool(terms.paper_signed_on)}
    given["paper_sha256"] = shown
    found = []
    if any(given.values()):
        why = _("存量合同须同时写明原合同编号、签订日期并附扫描件。")
        remedy = _("请补齐；不是存量合同的，三项都留空。")
        found += [Problem(why, remedy=remedy, place=place) for place, there in given.items() if not there]
    if terms.paper_sha256 and terms.paper_upload is None and not _is_attached(contract, terms.paper_sha256):
        found.append(Problem(_("所选文件不是这份合同的附件。"), remedy=_("请重新选择。"), place="paper_sha256"))
    return [*found, *_signing_day_problems(terms)]


def _is_attached(contract: Contract, sha256: str) -> bool:
    return any(one.sha256 == sha256 for one in evidence_of(contract.subject))


def _signing_day_problems(terms: Terms) -> list[Problem]:
    signed, begin = terms.paper_signed_on, terms.term_from
    if signed is None:
        return []
    if signed > today():
        return [Problem(_("原合同的签订日期晚于今天。"), remedy=_("请核对纸质合同。"), place="paper_signed_on")]
    if begin is not None and signed > add_months(begin, LATEST_MONTHS):
        return [
            Problem(
                _("原合同的签订日期比起始日晚一年以上。"),
                remedy=_("请核对签订日期和合同期限。"),
                place="paper_signed_on",
            )
        ]
    return []


def _term_problems(terms: Terms) -> list[Problem]:
    found = []
    if terms.term_from and terms.term_until and terms.term_until < terms.term_from:
        found.append(Problem(_("截止日早于起始日。"), place="term_until"))
    if terms.amount_fen is not None and not 0 < terms.amount_fen < MAX_FEN:
        found.append(Problem(_("合同金额须大于 0。"), place="amount"))
    if terms.point_fen is not None and not 0 <= terms.point_fen < MAX_FEN:
        found.append(Problem(_("每分金额不能为负数。"), place="point_value"))
    if terms.cap_percent is not None and not 0 <= terms.cap_percent <= 100:
        found.append(Problem(_("上限须在 0 到 100 之间。"), place="cap_percent"))
    return found


def join_party(actor: Actor, contract: Contract, organisation: Organisation, role: PartyRole) -> Party:
    """Adds a party to the draft; there is one client, and it is who drafts."""
    WORKFLOW.check(actor, contract, DRAFT)
    if role is PartyRole.CLIENT:
        raise Refused(
            Problem(_("合同已有甲方。"), remedy=_("每份合同只有一个甲方，即起草单位；请选择其他角色。"), place="role")
        )
    with act(actor, DRAFT, ref=contract.ref) as running:
        running.note(party=organisation.code, role=role.value)
        stand_for_side(actor, contract.subject)
        return add_party(contract.subject, organisation, role)


def drop_party(actor: Actor, contract: Contract, party: Party) -> None:
    """Takes a party out of the draft."""
    WORKFLOW.check(actor, contract, DRAFT)
    with act(actor, DRAFT, ref=contract.ref) as running:
        running.note(dropped=party.organisation.code, role=party.role.value)
        remove_party(contract.subject, party)


def add_line(actor: Actor, contract: Contract, facts: LineFacts) -> ContractService:
    """Adds a service to the draft's catalogue."""
    WORKFLOW.check(actor, contract, DRAFT)
    version = contract.current
    _check_line(version, facts, None)
    with act(actor, DRAFT, ref=contract.ref):
        stand_for_side(actor, contract.subject)
        line = ContractService(line=max((one.line for one in version.lines), default=0) + 1)
        _write_line(line, facts)
        version.lines.append(line)
        db.session.flush()
    return line


def change_line(actor: Actor, contract: Contract, line: ContractService, facts: LineFacts, seen: int | None) -> None:
    """Changes a service line of the draft."""
    WORKFLOW.check(actor, contract, DRAFT)
    expect_version(line, seen)
    _check_line(contract.current, facts, line)
    with act(actor, DRAFT, ref=contract.ref):
        _write_line(line, facts)


def drop_line(actor: Actor, contract: Contract, line: ContractService) -> None:
    """Removes a service line with its levels from the draft."""
    WORKFLOW.check(actor, contract, DRAFT)
    with act(actor, DRAFT, ref=contract.ref) as running:
        running.note(dropped=line.service.code)
        contract.current.lines.remove(line)


def _check_line(version: ContractVersion, facts: LineFacts, present: ContractService | None) -> None:
    found = []
    if any(one.service_id == facts.service.id and one is not present for one in version.lines):
        found.append(Problem(_("该服务已在服务目录中。"), place="service"))
    if facts.service.state is not ServiceState.ACTIVE:
        found.append(Problem(_("该服务已从台账停用。"), place="service"))
    if facts.pricing is Pricing.FIXED_FEE and (facts.fee_fen is None or not 0 < facts.fee_fen < MAX_FEN):
        found.append(Problem(_("固定费用须填写，且大于 0。"), place="fee"))
    price = facts.unit_price or Decimal(0)
    if facts.pricing is Pricing.UNIT_PRICE and not (storable(price) and price > 0):
        found.append(Problem(_("单价须填写，且大于 0，整数部分不超过 12 位，小数不超过 6 位。"), place="unit_price"))
    if facts.expected_volume is not None and not 0 <= facts.expected_volume < 10**12:
        found.append(Problem(_("预计用量不能为负数。"), place="expected_volume"))
    if found:
        raise Refused(found)


def _write_line(line: ContractService, facts: LineFacts) -> None:
    line.service_id = facts.service.id
    line.service = facts.service
    line.pricing = facts.pricing
    fixed = facts.pricing is Pricing.FIXED_FEE
    line.fee_fen = facts.fee_fen if fixed else None
    line.unit_price = None if fixed else facts.unit_price
    line.unit = facts.unit or facts.service.unit
    line.pay_period = facts.pay_period
    line.expected_volume = facts.expected_volume


def set_level(
    actor: Actor,
    contract: Contract,
    line: ContractService,
    level: AgreedLevel | None,
    facts: LevelFacts,
    seen: int | None,
) -> AgreedLevel:
    """Adds (level None) or changes an agreed level of a line with its bands."""
    WORKFLOW.check(actor, contract, DRAFT)
    if level is not None:
        expect_version(level, seen)
    _check_level(line, level, facts)
    with act(actor, DRAFT, ref=contract.ref):
        stand_for_side(actor, contract.subject)
        kept = level or AgreedLevel(line=line)
        kept.indicator_entry_id = facts.indicator.id
        kept.comparison, kept.target, kept.period = facts.comparison, facts.target, facts.period
        kept.bands = []
        db.session.add(kept)
        db.session.flush()
        kept.bands = [
            DeductionBand(position=place, bound=band.bound, points=band.points)
            for place, band in enumerate(facts.bands, start=1)
        ]
    db.session.refresh(kept)
    return kept


def drop_level(actor: Actor, contract: Contract, level: AgreedLevel) -> None:
    """Removes an agreed level from the draft."""
    WORKFLOW.check(actor, contract, DRAFT)
    with act(actor, DRAFT, ref=contract.ref) as running:
        running.note(dropped=level.indicator.code)
        level.line.levels.remove(level)


def _check_level(line: ContractService, level: AgreedLevel | None, facts: LevelFacts) -> None:
    found = []
    if any(one.indicator.code == facts.indicator.code and one is not level for one in line.levels):
        found.append(Problem(_("该指标已经约定。"), place="indicator"))
    definition = parsed(facts.indicator)
    if facts.period.value not in {period.value for period in definition.periods}:
        found.append(Problem(_("该指标不按这个周期计算。"), place="period"))
    found += _out_of_range(facts)
    if found:
        raise Refused(found)
    at_least = facts.comparison is Comparison.AT_LEAST
    if definition.direction is (Direction.LOWER if at_least else Direction.HIGHER):
        found.append(
            Problem(_("要求的方向与指标相反。"), remedy=_("请按指标的方向选择“不低于”或“不高于”。"), place="comparison")
        )
    full = definition.unit.zh == "%" and not definition.over_full
    if (facts.target < 0 and not definition.signed) or (full and facts.target > FULL_PERCENT):
        found.append(Problem(_("约定值超出指标可能的范围。"), remedy=_("请按指标的单位填写。"), place="target"))
    judged = Level(facts.indicator.code, "", definition.banned_as_assessment, at_least, facts.target, facts.bands)
    flawed = [explain_level(code) for code in level_flaws(judged)]
    if found or flawed:
        raise Refused([*found, *flawed])


def _out_of_range(facts: LevelFacts) -> list[Problem]:
    found = []
    if not storable(facts.target):
        found.append(Problem(_("约定值的整数部分不超过 12 位，小数不超过 6 位。"), place="target"))
    if not all(band.bound is None or storable(band.bound) for band in facts.bands):
        found.append(Problem(_("界限的整数部分不超过 12 位，小数不超过 6 位。"), place="bands"))
    if not all(0 <= band.points <= MAX_POINTS for band in facts.bands):
        found.append(Problem(_("每档扣分须在 0 到 %(n)s 之间。", n=MAX_POINTS), place="bands"))
    return found


def copy_version(contract: Contract) -> ContractVersion:
    """A new draft with everything the newest version says. Needs a running act."""
    old = contract.current
    draft = ContractVersion(number=old.number + 1, mode_entry_id=old.mode_entry_id)
    for name in TERM_FIELDS:
        setattr(draft, name, getattr(old, name))
    contract.versions.append(draft)
    draft.lines = [_copy_line(line) for line in old.lines]
    db.session.flush()
    return draft


def _copy_line(line: ContractService) -> ContractService:
    names = ("line", "service_id", "pricing", "fee_fen", "unit_price", "unit", "pay_period", "expected_volume")
    copied = ContractService(**{name: getattr(line, name) for name in names})
    copied.levels = [_copy_level(level) for level in line.levels]
    return copied


def follow_levels(actor: Actor, contract: Contract, line: ContractService, pattern: ContractService) -> None:
    """Agrees on a line of the draft what is agreed on the line of a contract that this one adds to."""
    WORKFLOW.check(actor, contract, DRAFT)
    with act(actor, DRAFT, ref=contract.ref):
        line.levels = [_copy_level(level) for level in pattern.levels]
        db.session.flush()


def _copy_level(level: AgreedLevel) -> AgreedLevel:
    copied = AgreedLevel(
        indicator_entry_id=level.indicator_entry_id,
        comparison=level.comparison,
        target=level.target,
        period=level.period,
    )
    copied.bands = [DeductionBand(position=one.position, bound=one.bound, points=one.points) for one in level.bands]
    return copied
