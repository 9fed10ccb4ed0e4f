"""The acts of one contract, each as one person's deed: drafted, sent, signed, returned, ended."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random

from app.catalogues.queries import current
from app.contracts import actions, drafting
from app.contracts.content import canonical_content
from app.contracts.drafting import LevelFacts, LineFacts, Terms
from app.contracts.models import Comparison
from app.contracts.rules import Band, default_bands
from app.core.actors import SYSTEM
from app.core.clock import today
from app.core.permissions import Role
from app.demonstration import files
from app.demonstration.answers import answer_open
from app.demonstration.files import Attachment
from app.demonstration.terms import EXCLUSIVE_BASIS, EXTENSION_BASIS, LevelPlan, LinePlan, TermsPlan
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World
from app.gates.kinds import Step
from app.procurement.kinds import Method
from app.subjects.models import PartyRole

R = Role


@dataclass(frozen=True)
class ContractPlan:
    """Everything about a contract that is known before its story begins."""

    key: str
    client: str
    operator: str
    title: str
    terms: TermsPlan
    lines: tuple[LinePlan, ...]
    others: tuple[tuple[str, PartyRole], ...]


class Story:
    """Puts the acts of one contract on the timeline, each on the day it is told."""

    def __init__(self, plan: ContractPlan, timeline: Timeline, days: Days) -> None:
        self.plan = plan
        self.timeline = timeline
        self.days = days
        self.random = Random(f"story {plan.key}")

    def _sit(self, day: date, *deeds: Deed) -> None:
        self.timeline.sitting(day, self.random, list(deeds))

    def open_only(self, day: date) -> None:
        """A draft with nothing but its name."""
        self._sit(day, partial(_open, self.plan))

    def draft(self, day: date, lacking: bool = False) -> None:
        """A whole draft in one sitting; a lacking one has no exit terms and no levels for its last service."""
        plan = self.plan
        bare = len(plan.lines) if lacking else 0
        deeds: list[Deed] = [partial(_open, plan), partial(_set_terms, plan, lacking)]
        deeds += [partial(_join, plan, key, role) for key, role in ((plan.operator, PartyRole.OPERATOR), *plan.others)]
        for number, line in enumerate(plan.lines, start=1):
            deeds.append(partial(_add_line, plan, line))
            deeds += [partial(_add_level, plan, number, level) for level in line.levels if number != bare]
        self._sit(day, *deeds)

    def submit(self, day: date) -> None:
        self.timeline.morning(day, self.random, [partial(_answer, self.plan), partial(_submit, self.plan)])

    def sign_for_client(self, day: date) -> None:
        self.timeline.afternoon(day, self.random, [partial(_sign, self.plan, self.plan.client, R.AGENCY_SIGNATORY)])

    def sign_for_operator(self, day: date) -> None:
        self.timeline.afternoon(day, self.random, [partial(_sign, self.plan, self.plan.operator, R.OPERATOR_SIGNATORY)])

    def send_back(self, day: date, reason: str) -> None:
        """Either side finds something."""
        finder = self.random.choice(
            (
                (self.plan.operator, R.OPERATOR_OFFICER),
                (self.plan.operator, R.OPERATOR_SIGNATORY),
                (self.plan.client, R.AGENCY_SIGNATORY),
            )
        )
        self.timeline.afternoon(day, self.random, [partial(_send_back, self.plan, finder, reason)])

    def correct(self, day: date) -> None:
        self.timeline.morning(day, self.random, [partial(_correct, self.plan)])

    def take_effect(self) -> None:
        self.timeline.at_night(self.plan.terms.term_from, partial(_take_effect, self.plan))

    def expire(self, day: date) -> None:
        self.timeline.at_night(day, partial(_expire, self.plan))

    def void(self, day: date) -> None:
        self._sit(day, partial(_void, self.plan))

    def propose_termination(self, day: date, reason: str) -> None:
        self._sit(day, partial(_propose_termination, self.plan, reason))

    def agree_termination(self, day: date) -> None:
        self._sit(day, partial(_agree_termination, self.plan))

    def refuse_termination(self, day: date) -> None:
        self._sit(day, partial(_refuse_termination, self.plan))

    def attach(self, day: date) -> None:
        """The client's papers, and sometimes the operator's own list of services."""
        award = files.award(f"CG-{day.year}-{self.random.randint(1000, 9999)}", self.random)
        client, operator = (self.plan.client, R.AGENCY_OFFICER), (self.plan.operator, R.OPERATOR_OFFICER)
        self._sit(day, partial(_attach, self.plan, client, award))
        if self.random.random() < 0.5:
            self._sit(day, partial(_attach, self.plan, operator, files.service_list(self.plan.lines)))
        if self.random.random() < 0.3:
            self._sit(day, partial(_attach, self.plan, client, files.minutes(self.plan.title, self.random)))


def _open(plan: ContractPlan, world: World) -> None:
    contract = actions.open_contract(world.acting(plan.client, R.AGENCY_OFFICER), plan.title)
    world.contracts[plan.key] = contract.id


def _set_terms(plan: ContractPlan, lacking: bool, world: World) -> None:
    terms = plan.terms
    typed = Terms(
        title=plan.title,
        mode=current("contract_mode", terms.mode, today()),
        term_from=terms.term_from,
        term_until=terms.term_until,
        extension_basis=EXTENSION_BASIS if terms.extended else "",
        amount_fen=terms.amount_fen,
        payment_terms=terms.payment_terms,
        exclusive=terms.exclusive,
        exclusive_basis=EXCLUSIVE_BASIS if terms.exclusive else "",
        point_fen=terms.point_fen,
        cap_percent=terms.cap_percent,
        data_terms=terms.data_terms,
        exit_terms="" if lacking else terms.exit_terms,
        alone_reason="所运营的系统早于本系统建成，当年没有在此登记项目，采购在政府采购平台办理。",
        alone_method=Method.OPEN_TENDER,
        alone_reference=f"{terms.term_from.year} 年政府采购中标通知书（{plan.key}）",
    )
    drafting.set_terms(world.acting(plan.client, R.AGENCY_OFFICER), world.contract(plan.key), typed, None)


def _join(plan: ContractPlan, key: str, role: PartyRole, world: World) -> None:
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    drafting.join_party(officer, world.contract(plan.key), world.organisation(key), role)


def _add_line(plan: ContractPlan, line: LinePlan, world: World) -> None:
    facts = LineFacts(
        service=world.service(line.service.key),
        pricing=line.pricing,
        fee_fen=line.fee_fen,
        unit_price=line.unit_price,
        unit=line.service.name.unit,
        pay_period=line.pay_period,
        expected_volume=line.volume,
    )
    drafting.add_line(world.acting(plan.client, R.AGENCY_OFFICER), world.contract(plan.key), facts)


def _add_level(plan: ContractPlan, number: int, level: LevelPlan, world: World) -> None:
    contract = world.contract(plan.key)
    line = next(one for one in contract.current.lines if one.line == number)
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    drafting.set_level(officer, contract, line, None, level_facts(level), None)


def level_facts(level: LevelPlan) -> LevelFacts:
    return LevelFacts(
        indicator=current("indicator", level.indicator, today()),
        comparison=level.comparison,
        target=level.target,
        period=level.period,
        bands=_bands(level),
    )


def _bands(level: LevelPlan) -> tuple[Band, ...]:
    """One or two points a step."""
    usual = default_bands(level.target, level.step, level.comparison is Comparison.AT_LEAST)
    return tuple(Band(band.bound, band.points * level.weight) for band in usual)


def _answer(plan: ContractPlan, world: World) -> None:
    """What the negative lists ask about such a contract, before it goes out for signing."""
    officer = world.acting(plan.client, R.AGENCY_OFFICER)
    answer_open(world.contract(plan.key).subject, Step.CONTRACT, {PartyRole.CLIENT: officer})


def _submit(plan: ContractPlan, world: World) -> None:
    contract = world.contract(plan.key)
    read = canonical_content(contract.current)[1]
    actions.submit(world.acting(plan.client, R.AGENCY_OFFICER), contract, read.sha256)


def _sign(plan: ContractPlan, organisation: str, role: Role, world: World) -> None:
    contract = world.contract(plan.key)
    actions.sign(world.acting(organisation, role), contract, contract.current.digest_sha256 or "")


def _send_back(plan: ContractPlan, finder: tuple[str, Role], reason: str, world: World) -> None:
    actions.return_for_change(world.acting(*finder), world.contract(plan.key), reason)


def _correct(plan: ContractPlan, world: World) -> None:
    """The client says more in the terms of the new version."""
    contract = world.contract(plan.key)
    version = contract.current
    facts = {name: getattr(version, name) for name in drafting.TERM_FIELDS}
    facts["payment_terms"] += "\n已按退回意见补充：计量口径、除外时段和报价依据以附件为准。"
    terms = Terms(title=plan.title, mode=version.mode, **facts)
    drafting.set_terms(world.acting(plan.client, R.AGENCY_OFFICER), contract, terms, None)


def _take_effect(plan: ContractPlan, world: World) -> None:
    actions.take_effect(SYSTEM, world.contract(plan.key))


def _expire(plan: ContractPlan, world: World) -> None:
    actions.expire(SYSTEM, world.contract(plan.key))


def _void(plan: ContractPlan, world: World) -> None:
    actions.void(
        world.acting(plan.client, R.AGENCY_OFFICER),
        world.contract(plan.key),
        "采购计划取消，需求并入省统一平台，草稿作废。",
    )


def _propose_termination(plan: ContractPlan, reason: str, world: World) -> None:
    actions.propose_termination(world.acting(plan.client, R.AGENCY_OFFICER), world.contract(plan.key), reason)


def _agree_termination(plan: ContractPlan, world: World) -> None:
    reason = "同意终止，按退出安排移交数据、账号和文档后清算。"
    actions.agree_termination(world.acting(plan.operator, R.OPERATOR_SIGNATORY), world.contract(plan.key), reason)


def _refuse_termination(plan: ContractPlan, world: World) -> None:
    reason = "整改已完成并经监理确认，近三个月各项指标均达到约定，请继续履行合同。"
    actions.refuse_termination(world.acting(plan.operator, R.OPERATOR_SIGNATORY), world.contract(plan.key), reason)


def _attach(plan: ContractPlan, by: tuple[str, Role], attachment: Attachment, world: World) -> None:
    actions.attach_file(world.acting(*by), world.contract(plan.key), attachment.upload(), attachment.purpose)
