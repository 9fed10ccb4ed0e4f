"""What the tabs of one assessment show: the score down to files, deductions, judgements, objections, editions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.assessments import queries
from app.assessments.breakdown import (
    NAMED_LOSSES,
    Block,
    Loss,
    Row,
    blocks_of,
    figure_texts,
    figures_in,
    full_marks,
    hundredths,
    losses_of,
    points_of,
    submissions_in,
)
from app.assessments.differences import changes
from app.assessments.models import Assessment, AssessmentOpinion, AssessmentVeto, Objection, ObjectionState
from app.assessments.wording import aim_words, change_words, named, say, scored
from app.catalogues.queries import said
from app.contracts.models import Contract
from app.core.db import db
from app.core.formats import fmt
from app.core.periods import Period, PeriodKind
from app.evidence.models import EvidenceFile
from app.figures.evidence import resolve
from app.figures.models import Figure, Submission
from app.indicators.scheme_terms import Item, Qualitative, Scheme
from app.plans.scheme_words import function_words, item_handling_words

Result = Mapping[str, Any]


@dataclass(frozen=True)
class OpinionItem:
    """An item that people judge, and how many of them it needs."""

    code: str
    name: str
    wanted: int


@dataclass(frozen=True)
class Tab:
    """What every tab knows."""

    assessment: Assessment
    result: Result
    scheme: Scheme

    @property
    def contract(self) -> Contract:
        return self.assessment.contract

    @cached_property
    def blocks(self) -> list[Block]:
        return blocks_of(self.result)

    @cached_property
    def rows(self) -> dict[tuple[str, str], Row]:
        return {(row.service["service"], row.code): row for block in self.blocks for row in block.rows}

    @cached_property
    def opinions(self) -> dict[str, list[AssessmentOpinion]]:
        """The newest of each person, by item."""
        one = self.assessment
        found: dict[str, list[AssessmentOpinion]] = {}
        for opinion in queries.opinions_of(self.contract, one.plan, one.span):
            found.setdefault(opinion.item, []).append(opinion)
        return found

    def opinions_on(self, code: str) -> list[AssessmentOpinion]:
        return self.opinions.get(code, [])

    @property
    def opinion_items(self) -> list[OpinionItem]:
        items = [(one, one.function) for one in self.scheme.items]
        return [
            OpinionItem(one.code, named(vars(one.name)) if one.name else one.code, function.scorers)
            for one, function in items
            if isinstance(function, Qualitative)
        ]


class ScoreTab(Tab):
    """Where points were lost, every service and item, and behind each the figures, events and files."""

    @cached_property
    def every_loss(self) -> list[Loss]:
        return losses_of(self.blocks)

    @property
    def losses(self) -> list[Loss]:
        return self.every_loss[:NAMED_LOSSES]

    @property
    def smaller_losses(self) -> int:
        return len(self.every_loss) - len(self.losses)

    @property
    def lost_words(self) -> str:
        lost = sum((block.lost for block in self.blocks), start=self.blocks[0].lost * 0) if self.blocks else None
        return str(_("合计失 %(points)s 分", points=hundredths(lost))) if lost else ""

    @property
    def weighting_words(self) -> str:
        words = {"equal": _("各服务权重相同"), "fee": _("各服务按费用占比加权")}
        return str(words.get(self.result["weighting"], ""))

    def full_marks(self, row: Row) -> str:
        """What the whole score asks for, by the scheme."""
        return aim_words(full_marks(self._items[row.code].function))

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {one.code: one for one in self.scheme.items}

    def rule_words(self, row: Row) -> str:
        """The scoring rule of an item, and what becomes of it when the figure is missing."""
        item = self._items[row.code]
        words = [*function_words(item.function), *item_handling_words(item, self.scheme)]
        return str(_("；")).join(said(one) for one in words)

    def idle_words(self, block: Block) -> str:
        return str(_("、")).join(named(row.name) or row.code for row in block.idle)

    def group_words(self, row: Row) -> str:
        return " / ".join(named(group["name"]) for group in row.item["groups"])

    @property
    def uncovered_words(self) -> str:
        """Items of the scheme that nothing is agreed for: they are blind spots, not good marks."""
        names = [named(one["name"]) or one["code"] for one in self.result.get("uncovered", [])]
        return str(_("、")).join(names)

    def level_href(self, row: Row) -> str:
        """The page with every outage; of a longer period its last month."""
        period = Period(self.assessment.period)
        month = period if period.kind is PeriodKind.MONTH else period.split(PeriodKind.MONTH)[-1]
        return url_for(
            "service_levels.detail", code=self.contract.code, service=row.service["service"], period=month.text
        )

    @cached_property
    def evidence(self) -> dict[str, list[EvidenceFile]]:
        return resolve(self.contract, figure_texts(self.result))

    def files_for(self, text: str) -> list[EvidenceFile]:
        return self.evidence.get(text, [])

    @cached_property
    def submissions(self) -> dict[int, Submission]:
        """Submissions of events by id, with file and person."""
        return {one.id: one for one in _submissions(Submission.id.in_(submissions_in(self.result)))}

    @cached_property
    def _of_figure(self) -> dict[int, Submission]:
        """The submission that brought each scored figure."""
        ids = {int(one["id"]) for one in figures_in(self.result)}
        pairs = sa.select(Figure.id, Figure.submission_id).where(Figure.id.in_(ids))
        brought = {row.id: row.submission_id for row in db.session.execute(pairs)}
        files = {one.id: one for one in _submissions(Submission.id.in_(set(brought.values())))}
        return {figure: files[submission] for figure, submission in brought.items() if submission in files}

    def submission_of(self, figure: Any) -> Submission | None:
        return self._of_figure.get(int(figure))


def _submissions(condition: sa.ColumnElement[bool]) -> Iterable[Submission]:
    return db.session.scalars(
        sa.select(Submission).where(condition).options(joinedload(Submission.user), joinedload(Submission.file))
    )


@dataclass(frozen=True)
class MoneyLine:
    """One rule on one service; `key` leads to the item whose value it judges."""

    line: Mapping[str, Any]
    name: str
    service: str
    key: str

    @property
    def costs(self) -> bool:
        return Decimal(self.line["points"] or 0) > 0 or bool(self.line["fen"])


class MoneyTab(Tab):
    """What is taken off the fee."""

    @property
    def basis_words(self) -> str:
        words = {"contract": _("按合同约定的扣分档"), "scheme": _("按考核方案的扣款规则")}
        return str(words.get(self.result["deductions"]["basis"], ""))

    @property
    def money_lines(self) -> list[MoneyLine]:
        services = {one["service"]: named(one["name"]) for one in self.result["services"]}
        found = []
        for line in self.result["deductions"]["lines"]:
            row = self.rows.get((line["service"], line["indicator"]))
            name = named(row.name if row else None) or named(line["name"])
            name = " ".join(part for part in (line["indicator"], name) if part)
            found.append(MoneyLine(line, name, services.get(line["service"], line["service"]), row.key if row else ""))
        return found

    @property
    def fees(self) -> list[tuple[str, str, str]]:
        """What each service costs in the period, and how that was found."""
        services = {one["service"]: named(one["name"]) for one in self.result["services"]}
        fees = self.result["deductions"]["fees"]
        return [(services.get(one["service"], one["service"]), fmt.money(one["fen"]), say(one["how"])) for one in fees]

    @property
    def ledger(self) -> list[tuple[str, str, bool]]:
        """From the sum of the lines to what is taken: label, amount with its sign, whether it is a sum; no zeros."""
        money = self.result["deductions"]
        steps = (
            (_("各项扣款合计"), "", "gross_fen"),
            (_("上期结转来"), "＋", "carried_in_fen"),
            (_("超过上限，不再扣"), "－", "waived_fen"),
            (_("超过上限，结转下期"), "－", "carried_out_fen"),
            (_("本期扣款"), "", "taken_fen"),
            (_("达标返还"), "－", "earned_back_fen"),
            (_("净扣款"), "", "net_fen"),
        )
        kept = [(label, sign, money[key], key) for label, sign, key in steps if not sign or money[key]]
        return [(str(label), sign + fmt.money(fen), key in {"taken_fen", "net_fen"}) for label, sign, fen, key in kept]


@dataclass(frozen=True)
class ShownVeto:
    """A veto with its name, and what lifted it."""

    veto: AssessmentVeto
    name: str
    lifted: AssessmentVeto | None


class PeopleTab(Tab):
    """Opinions and vetoes, lifted ones too."""

    @cached_property
    def vetoes(self) -> list[ShownVeto]:
        one = self.assessment
        rows = db.session.scalars(
            sa.select(AssessmentVeto)
            .where(AssessmentVeto.plan_id == one.plan_id, AssessmentVeto.period == one.period)
            .order_by(AssessmentVeto.id.desc())
            .options(joinedload(AssessmentVeto.user), joinedload(AssessmentVeto.file))
        ).all()
        names = {one.code: named(vars(one.name)) for one in self.scheme.vetoes}
        lifts = {one.lifts_id: one for one in rows if one.lifts_id}
        return [
            ShownVeto(one, names.get(one.code, one.code), lifts.get(one.id)) for one in rows if one.lifts_id is None
        ]


@dataclass(frozen=True)
class ShownObjection:
    """An objection with the disputed items in words."""

    objection: Objection
    items: list[str]

    @property
    def open(self) -> bool:
        return self.objection.state is ObjectionState.RAISED


class ObjectionsTab(Tab):
    """What the operator disputes."""

    @property
    def objections(self) -> list[ShownObjection]:
        return [ShownObjection(one, self._words(json.loads(one.items))) for one in self.assessment.objections]

    def _words(self, items: Iterable[Mapping[str, str]]) -> list[str]:
        known = {point.key: point for _service, points in points_of(self.result) for point in points}
        found = []
        for one in items:
            point = known.get(f"{one['service']}/{one['code']}")
            words = (named(point.service["name"]), named(point.name)) if point else ("", "")
            found.append(" · ".join(name or one[key] for name, key in zip(words, ("service", "code"), strict=True)))
        return found


@dataclass(frozen=True)
class Edition:
    """One edition beside the one before it; `changes` is None for the first."""

    assessment: Assessment
    total: str
    grade: str
    before: int
    changes: list[dict[str, str]] | None


class EditionsTab(Tab):
    """Every edition of the period, newest first, with what changed."""

    @cached_property
    def editions(self) -> list[Edition]:
        rows = sorted(
            queries.editions(self.contract, self.assessment.plan, self.assessment.span), key=lambda one: one.edition
        )
        results = [queries.result_of(one) for one in rows]
        found = []
        for place, one in enumerate(rows):
            changed = None
            if place:
                changed = [change_words(change) for change in changes(results[place - 1], results[place])]
            before = rows[place - 1].edition if place else 0
            grade = named(results[place]["grade"])
            found.append(Edition(one, scored(results[place]["total"], self.scheme.rounding), grade, before, changed))
        return found[::-1]


TAB_KINDS: dict[str, type[Tab]] = {
    "score": ScoreTab,
    "deductions": MoneyTab,
    "people": PeopleTab,
    "objections": ObjectionsTab,
    "editions": EditionsTab,
    "trail": Tab,
}
