"""Entry conditions as data: categories of companies with what each covers, and the conditions of admission."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.admissions.kinds import CATEGORY_KIND, Method, Topic
from app.catalogues.kinds import Reference
from app.catalogues.reading import Bilingual, Head, Reader, read_head
from app.catalogues.wording import N_
from app.conditions.cel import Condition
from app.core.permissions import Side
from app.gates.gate_file import read_condition
from app.services.models import ServiceCategory
from app.subjects.models import PARTY_SIDES, PartyRole


@dataclass(frozen=True)
class Category:
    """What a company is admitted for. A contract's services of these kinds need it; none: no contract asks for it.

    `role` is the part it then takes; `remind_days` before its end the company is told to apply anew.
    """

    head: Head
    role: PartyRole
    services: tuple[ServiceCategory, ...]
    max_years: int
    remind_days: int

    @property
    def side(self) -> Side:
        return PARTY_SIDES[self.role]


@dataclass(frozen=True)
class Rule:
    """One condition of entry, for some categories or for all.

    Judged by the machine (`condition`) or by a person (`question`, asked of the company with evidence). `keeps` is what
    must go on holding after admission and is judged again every day; None: it counts at entry only.
    """

    head: Head
    topic: Topic
    categories: tuple[str, ...]
    method: Method
    condition: Condition | None
    keeps: Condition | None
    question: Bilingual | None
    needs_file: bool
    remedy: Bilingual

    def is_for(self, category: str) -> bool:
        return not self.categories or category in self.categories


def parse_category(content: dict[str, Any]) -> Category:
    """Reads one category strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    category = Category(
        head=read_head(reader),
        role=reader.choice("role", PartyRole) or PartyRole.OPERATOR,
        services=reader.choices("services", ServiceCategory) if reader.has("services") else (),
        max_years=reader.whole("max_years"),
        remind_days=reader.whole("remind_days", default=60),
    )
    if not 1 <= category.max_years <= 10:
        reader.refuse("max_years", N_("准入年限须在 1 至 10 年之间"), N_("请改正 max_years。"))
    if category.remind_days < 1:
        reader.refuse("remind_days", N_("到期前提醒的天数须大于 0"), N_("请改正 remind_days。"))
    if category.side is Side.MANAGEMENT:
        reader.refuse("role", N_("管理方不需要准入"), N_("请填写运营方或监督方的角色。"))
    reader.finish()
    return category


def rule_conditions(rule: Rule) -> list[tuple[str, Condition]]:
    """What a machine judges of a rule, each at its place."""
    both = (("condition", rule.condition), ("keeps", rule.keeps))
    return [(place, condition) for place, condition in both if condition is not None]


def parse_rule(content: dict[str, Any]) -> Rule:
    """Reads one condition of entry strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    listed = reader.data.get("categories") if reader.has("categories") else []
    rule = Rule(
        head=read_head(reader),
        topic=reader.choice("topic", Topic) or Topic.REGISTRATION,
        categories=tuple(str(one) for one in listed) if isinstance(listed, list) else (),
        method=reader.choice("method", Method) or Method.PERSON,
        condition=read_condition(reader, "condition") if reader.has("condition") else None,
        keeps=read_condition(reader, "keeps") if reader.has("keeps") else None,
        question=reader.maybe_words("question"),
        needs_file=reader.flag("needs_file"),
        remedy=reader.words("remedy"),
    )
    _refuse_halves(reader, rule)
    reader.finish()
    return rule


def _refuse_halves(reader: Reader, rule: Rule) -> None:
    if rule.method is Method.MACHINE and not (reader.has("condition") or reader.has("keeps")):
        reader.refuse("condition", N_("系统判定的条件没有写出条件"), N_("请写出 condition 或 keeps。"))
    if rule.method is Method.MACHINE and rule.question is not None:
        reader.refuse("question", N_("系统判定的条件不提问"), N_("请删去 question，或改为人工审查。"))
    if rule.method is Method.PERSON and rule.question is None:
        reader.refuse("question", N_("人工审查的条件没有写出问题"), N_("请写出 question。"))
    if rule.method is Method.PERSON and (reader.has("condition") or reader.has("keeps")):
        reader.refuse("condition", N_("人工审查的条件不由系统判定"), N_("请删去 condition，或改为系统判定。"))


def rule_references(rule: Rule) -> Iterator[Reference]:
    """The categories that a condition is for."""
    for place, code in enumerate(rule.categories):
        yield Reference(CATEGORY_KIND, code, f"categories.{place}")
