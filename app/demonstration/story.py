"""What became of each contract: the fates, and how many days each step of a fate took."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.contracts.rules import add_months
from app.demonstration.contracts import ContractPlan, Story
from app.demonstration.ledger import ServicePlan
from app.demonstration.names import RETURN_REASONS, TERMINATION_REASONS, contract_title
from app.demonstration.organisations import OrganisationPlan
from app.demonstration.terms import plan_line, plan_terms
from app.demonstration.timeline import Days
from app.subjects.models import PartyRole

# Modes that run longer than a year by themselves.
LONG_TERMS = {"concession": 120, "authorised_operation": 36}
# Words of a title that only these modes may have, and words that would stand twice.
TITLE_WORDS = {
    "委托": {"entrusted_operation"},
    "采购": {"government_purchase", "government_procurement"},
}
TWICE = ("运维运行维护", "服务运营服务", "维护运行维护", "运营运营")


@dataclass(frozen=True)
class Outline:
    """One contract in a line. `started` are months from the present one to the month of its first day (negative: past);
    `ago` are working days before today on which the last step of its fate happened."""

    client: str
    services: tuple[ServicePlan, ...]
    operator: str
    mode: str
    fate: str
    started: int = 0
    ago: int = 0
    months: int = 12
    others: tuple[tuple[str, PartyRole], ...] = ()


def plan_contract(key: str, outline: Outline, client: OrganisationPlan, days: Days) -> ContractPlan:
    """Everything about the contract, drawn from its key alone."""
    random = Random(f"contract {key}")
    first = days.first_of_month(outline.started)
    until = add_months(first, LONG_TERMS.get(outline.mode, outline.months)) - timedelta(days=1)
    lines = tuple(plan_line(service, client.level, random) for service in outline.services)
    extended = outline.mode not in LONG_TERMS and outline.months > 12
    return ContractPlan(
        key=key,
        client=outline.client,
        operator=outline.operator,
        title=_title(outline, client, first.year, random),
        terms=plan_terms(outline.mode, (first, until), lines, extended, random),
        lines=lines,
        others=outline.others,
    )


def _title(outline: Outline, client: OrganisationPlan, year: int, random: Random) -> str:
    """A title that fits the mode and does not say the same word twice."""
    while True:
        title = contract_title(random, client.name.zh, outline.services[0].name.zh, year)
        fits = all(word not in title or outline.mode in modes for word, modes in TITLE_WORDS.items())
        if fits and not any(twice in title for twice in TWICE):
            return title


def drafted_on(outline: Outline, days: Days, key: str) -> date:
    """The day on which work on the contract begins."""
    lead = Random(f"lead {key}").randint(0, 4)
    steps = {"empty": 0, "incomplete": 0, "ready": 0, "void": 6, "sent": 3, "half_client": 4, "half_operator": 4}
    steps |= {"returned": 7, "returned_once_more": 7, "resent": 11, "signed": 9}
    if outline.fate in steps:
        return days.ago(outline.ago + steps[outline.fate] + (lead if steps[outline.fate] else 0))
    return days.before(days.first_of_month(outline.started), 14 + lead)


def tell(story: Story, outline: Outline) -> None:
    """Puts the whole life of the contract on the timeline."""
    FATES[outline.fate](story, outline, drafted_on(outline, story.days, story.plan.key))


def _empty(story: Story, _outline: Outline, day: date) -> None:
    story.open_only(day)


def _incomplete(story: Story, _outline: Outline, day: date) -> None:
    story.draft(day, lacking=True)


def _ready(story: Story, _outline: Outline, day: date) -> None:
    story.draft(day)


def _void(story: Story, outline: Outline, day: date) -> None:
    story.draft(day, lacking=True)
    story.void(story.days.ago(outline.ago))


def _sent(story: Story, outline: Outline, day: date) -> None:
    story.draft(day)
    story.attach(story.days.ago(outline.ago + 1))
    story.submit(story.days.ago(outline.ago))


def _half_client(story: Story, outline: Outline, day: date) -> None:
    _sent(story, outline, day)
    story.sign_for_client(story.days.ago(max(1, outline.ago - 2)))


def _half_operator(story: Story, outline: Outline, day: date) -> None:
    _sent(story, outline, day)
    story.sign_for_operator(story.days.ago(max(1, outline.ago - 2)))


def _returned(story: Story, outline: Outline, day: date) -> None:
    story.draft(day)
    story.submit(story.days.ago(outline.ago + 2))
    story.send_back(story.days.ago(outline.ago), story.random.choice(RETURN_REASONS))


def _returned_once_more(story: Story, outline: Outline, day: date) -> None:
    """Returned, and the client has begun to correct it."""
    _returned(story, outline, day)
    story.correct(story.days.ago(max(1, outline.ago - 2)))


def _resent(story: Story, outline: Outline, day: date) -> None:
    story.draft(day)
    story.submit(story.days.ago(outline.ago + 8))
    story.send_back(story.days.ago(outline.ago + 6), story.random.choice(RETURN_REASONS))
    story.correct(story.days.ago(outline.ago + 2))
    story.submit(story.days.ago(outline.ago))


def _signed(story: Story, outline: Outline, day: date) -> None:
    story.draft(day)
    story.attach(story.days.ago(outline.ago + 5))
    story.submit(story.days.ago(outline.ago + 4))
    story.sign_for_client(story.days.ago(outline.ago + 2))
    story.sign_for_operator(story.days.ago(outline.ago))


def _in_force(story: Story, _outline: Outline, day: date) -> None:
    """Drafted, now and then returned once, signed some days before the first day."""
    days, first = story.days, story.plan.terms.term_from
    story.draft(day)
    story.attach(days.before(first, 12))
    if story.random.random() < 0.2:
        story.submit(days.before(first, 11))
        story.send_back(days.before(first, 10), story.random.choice(RETURN_REASONS))
        story.correct(days.before(first, 9))
    story.submit(days.before(first, 8))
    ends = [days.before(first, story.random.randint(5, 7)), days.before(first, story.random.randint(3, 5))]
    story.sign_for_client(ends[0])
    story.sign_for_operator(ends[1])
    story.take_effect()


def _refused(story: Story, outline: Outline, day: date) -> None:
    _in_force(story, outline, day)
    story.propose_termination(story.days.ago(outline.ago + 6), TERMINATION_REASONS[0])
    story.refuse_termination(story.days.ago(outline.ago))


def _terminating(story: Story, outline: Outline, day: date) -> None:
    _in_force(story, outline, day)
    story.propose_termination(story.days.ago(outline.ago), story.random.choice(TERMINATION_REASONS))


def _terminated(story: Story, outline: Outline, day: date) -> None:
    _in_force(story, outline, day)
    story.propose_termination(story.days.ago(outline.ago + 6), story.random.choice(TERMINATION_REASONS))
    story.agree_termination(story.days.ago(outline.ago))


def _expired(story: Story, outline: Outline, day: date) -> None:
    _in_force(story, outline, day)
    story.expire(story.plan.terms.term_until + timedelta(days=1))


FATES: dict[str, Callable[[Story, Outline, date], None]] = {
    "empty": _empty,
    "incomplete": _incomplete,
    "ready": _ready,
    "void": _void,
    "sent": _sent,
    "half_client": _half_client,
    "half_operator": _half_operator,
    "returned": _returned,
    "returned_once_more": _returned_once_more,
    "resent": _resent,
    "signed": _signed,
    "in_force": _in_force,
    "refused": _refused,
    "terminating": _terminating,
    "terminated": _terminated,
    "expired": _expired,
}
