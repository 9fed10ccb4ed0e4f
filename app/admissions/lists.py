"""The register of admitted companies, applications in reach, a company's history, and the conditions themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload

from app.admissions.kinds import LISTED, AdmissionState
from app.admissions.models import Admission
from app.admissions.queries import categories, rules_of
from app.admissions.rule_file import Category, Rule
from app.admissions.wording import category_name
from app.conditions.jurisdiction import EVERYWHERE
from app.core.actors import Actor
from app.core.clock import today
from app.core.listing import Cell, Column, Filter, Listing, like
from app.gates.wording import in_words, source_in_words, source_tag
from app.organisations.models import Organisation, Region
from app.organisations.queries import in_region
from app.subjects.models import Subject
from app.subjects.queries import in_reach

S = AdmissionState
# An admission that ends within so many days is shown as ending.
SOON = timedelta(days=60)


def register() -> Listing:
    """Everything that is or was admitted: the same for everybody signed in."""
    return Listing(
        caption=_("准入名录"),
        statement=_joined().where(Admission.state.in_(LISTED)),
        definition=[*_names(), *_days(), _state_column()],
        id_column=Admission.id,
        href=_place,
        default_sort="company",
        filters=_filters([one for one in S if one in LISTED]),
        empty_title=_("名录中还没有企业"),
        empty_hint=_("企业申请准入、主管部门决定后列入名录。"),
        file_name=_("准入名录"),
        options=_OPTIONS,
    )


def applications(actor: Actor) -> Listing:
    """Applications that the actor's organisation made or decides on, or that an authority above sees."""
    return Listing(
        caption=_("准入申请"),
        statement=_joined().where(Admission.subject_id.in_(sa.select(Subject.id).where(in_reach(actor)))),
        definition=[*_names(), _rounds_column(), _state_column()],
        id_column=Admission.id,
        href=_place,
        default_sort="code",
        default_desc=True,
        filters=_filters(list(S)),
        empty_title=_("没有准入申请"),
        empty_hint=_("企业的申请和主管部门的审查列在这里。"),
        file_name=_("准入申请"),
        options=_OPTIONS,
    )


_OPTIONS = (
    contains_eager(Admission.organisation),
    contains_eager(Admission.region),
    joinedload(Admission.entry),
    joinedload(Admission.authority),
)


def _joined() -> sa.Select[Any]:
    return (
        sa.select(Admission)
        .join(Organisation, Organisation.id == Admission.organisation_id)
        .join(Region, Region.id == Admission.region_id)
    )


def _place(one: Admission) -> str:
    return url_for("admissions.detail", code=one.code)


def _names() -> list[Column]:
    return [
        Column("code", _l("编号"), lambda one: Cell(one.code, kind="code"), sort=Admission.code, kind="code"),
        Column("company", _l("企业"), _company, sort=Organisation.name_zh),
        Column("category", _l("准入类别"), category_name, sort=Admission.category),
        Column("region", _l("适用区划"), _region, sort=Region.path),
        Column("authority", _l("决定机关"), lambda one: one.authority.name, optional=True),
    ]


def _company(one: Admission) -> Cell:
    return Cell(
        one.organisation.name,
        sub=one.organisation.uscc or "",
        href=url_for("admissions.of_company", code=one.organisation.code),
    )


def _region(one: Admission) -> str:
    return str(_("%(region)s及以下", region=one.region.name))


def _days() -> list[Column]:
    return [
        Column("valid_from", _l("起始日"), lambda one: _day(one.valid_from), sort=Admission.valid_from, kind="date"),
        Column("valid_until", _l("截止日"), _until, sort=Admission.valid_until, kind="date"),
    ]


def _day(day: Any) -> Cell:
    return Cell(day.isoformat() if day else "", kind="date")


def _until(one: Admission) -> Cell:
    ends = one.valid_until
    soon = one.state is S.ADMITTED and ends is not None and ends <= today() + SOON
    return Cell(ends.isoformat() if ends else "", kind="date", sub=str(_("即将到期")) if soon else "")


def _rounds_column() -> Column:
    return Column("round", _l("提交次数"), lambda one: str(one.round), sort=Admission.round, align="end")


def _state_column() -> Column:
    return Column("state", _l("状态"), _state, sort=Admission.state, kind="status")


def _state(one: Admission) -> Cell:
    sub = str(_("需复核")) if one.recheck_since is not None else ""
    return Cell(str(one.state.label), kind="status", tone=one.state.tone, sub=sub)


def _filters(states: Sequence[AdmissionState]) -> list[Filter]:
    named = [(entry.code, in_words(one.head.name)) for entry, one in categories()]
    return [
        Filter("q", _l("企业名称、信用代码或编号"), _named),
        Filter("region", _l("区划名称或代码"), in_region),
        Filter("category", _l("准入类别"), lambda code: Admission.category == code, "select", named),
        Filter("state", _l("状态"), _in_state, "select", [(one.value, one.label) for one in states]),
        Filter(
            "recheck",
            _l("复核"),
            lambda value: Admission.recheck_since.is_not(None) if value == "yes" else None,
            "select",
            [("yes", _l("需复核"))],
        ),
    ]


def _named(text: str) -> Any:
    columns = (Organisation.name_zh, Organisation.name_en, Organisation.uscc, Admission.code)
    return sa.or_(*(like(column, text) for column in columns))


def _in_state(value: str) -> Any:
    return Admission.state == S(value) if value in {one.value for one in S} else None


# --- conditions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleText:
    """One condition as the page of conditions shows it."""

    code: str
    name: str
    topic: str
    method: str
    keeps: bool
    source: tuple[str, str]
    citation: str
    jurisdiction: str


@dataclass(frozen=True)
class RulesPage:
    """Everything templates/admissions/rules.html reads."""

    tabs: list[dict[str, Any]]
    chosen: str
    category: Category
    services: str
    rules: list[RuleText]


def rules_page(chosen: str) -> RulesPage:
    """The conditions of one category, everywhere and in places."""
    found = categories()
    entry, category = next(((e, c) for e, c in found if e.code == chosen), found[0])
    tabs = [
        {"key": e.code, "label": in_words(c.head.name), "href": url_for("admissions.rules", category=e.code)}
        for e, c in found
    ]
    services = str(_("、")).join(str(one.label) for one in category.services)
    rules = [rule_text(one) for one in rules_of(entry.code)]
    return RulesPage(tabs, entry.code, category, services, rules)


def rule_text(rule: Rule) -> RuleText:
    head = rule.head
    return RuleText(
        code=head.code,
        name=in_words(head.name),
        topic=str(rule.topic.label),
        method=str(rule.method.label),
        keeps=rule.keeps is not None,
        source=source_tag(head.status),
        citation=source_in_words(head),
        jurisdiction=head.jurisdiction if head.jurisdiction != EVERYWHERE else "",
    )
