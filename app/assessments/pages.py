"""What the page of one assessment shows above its tabs: key numbers, notices, steps, what blocks, who acts by when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.assessments import queries
from app.assessments.blockers import NEXT, blockers_of
from app.assessments.breakdown import Point, Row, blind_in, points_of, waiting_in
from app.assessments.checks import settled
from app.assessments.models import Assessment, AssessmentState
from app.assessments.progress import entries_of, hands_of, steps_of
from app.assessments.tabs import TAB_KINDS, Tab
from app.assessments.wording import named, number, period_word, plainly, say, scored
from app.assessments.workflow import WORKFLOW
from app.audit.history import timeline
from app.contracts.models import Contract
from app.contracts.workflow import is_client, is_operator
from app.core.actors import Actor
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.money import round_half_up
from app.core.permissions import Permission
from app.lifecycle.models import Task
from app.lifecycle.queries import deadline_of, open_tasks_of, who_may
from app.lifecycle.workflow import Offer
from app.plans.models import Plan
from app.plans.queries import scheme_of

P, S = Permission, AssessmentState


@dataclass(frozen=True)
class Notice:
    """One thing to know before reading the numbers."""

    title: str
    tone: str = "warn"
    text: str = ""
    lines: tuple[str, ...] = ()
    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class Page:
    """Everything templates/assessments/detail.html reads; `body` is the open tab."""

    actor: Actor
    assessment: Assessment
    result: dict[str, Any]
    tab: str
    body: Tab
    offers: dict[str, Offer]
    forms: dict[str, Any] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        return self.assessment.contract

    @property
    def plan(self) -> Plan:
        return self.assessment.plan

    @property
    def places(self) -> int:
        """Decimals of scores, by the scheme."""
        return self.body.scheme.rounding

    @property
    def period(self) -> str:
        return period_word(self.assessment.period)

    @cached_property
    def newest(self) -> Assessment:
        return queries.newest(self.contract, self.plan, self.assessment.span) or self.assessment

    @cached_property
    def stale(self) -> bool:
        """Calculating again costs something: where the next act is possible, its guards have just done so."""
        act = NEXT.get(self.assessment.state)
        fresh = act is not None and self.possible(act.value)
        return self.newest.id == self.assessment.id and not fresh and queries.is_stale(self.assessment)

    # --- what this person may do -------------------------------------------------------------------------------------

    def may(self, act: str) -> bool:
        return act in self.offers

    def possible(self, act: str) -> bool:
        return act in self.offers and self.offers[act].possible

    @property
    def own(self) -> bool:
        return is_client(self.actor, self.contract)

    @property
    def may_compute(self) -> bool:
        """A dispute is decided before anything is computed again."""
        last = self.newest.id == self.assessment.id and self.assessment.state is not S.OBJECTED
        return last and self.own and self.actor.may(P.ASSESSMENT_COMPUTE)

    @property
    def may_score(self) -> bool:
        return self.own and self.actor.may(P.ASSESSMENT_SCORE) and self._heard

    @property
    def may_veto(self) -> bool:
        return self.own and self.actor.may(P.ASSESSMENT_VETO) and self._heard

    @property
    def _heard(self) -> bool:
        return self.newest.id == self.assessment.id and not self.settled

    @cached_property
    def settled(self) -> list[Problem]:
        """Why people cannot say anything of the period any more."""
        return list(settled(self.contract, self.assessment.span, self.newest))

    @property
    def may_withdraw(self) -> bool:
        return is_operator(self.actor, self.contract) and self.actor.may(P.ASSESSMENT_OBJECT)

    @property
    def needs_reason(self) -> bool:
        """Whether computing again goes over something that people have already acted on."""
        return self.assessment.state not in {S.COMPUTED, S.REOPENED}

    @property
    def recompute_words(self) -> str:
        if self.assessment.state is S.FINAL:
            return str(_("结果已定稿。重新计算会起草一份重述，重述定稿之前，现在的结果继续有效。"))
        if self.assessment.state is S.REOPENED:
            return str(_("异议成立。请先更正、核验有关数据或裁定除外，再重新计算，产生新的一版。"))
        if self.needs_reason:
            return str(_("结果已发布。数据有变化时会产生新的一版，须重新发布和确认；原版仍可查。"))
        return str(_("按现有数据重新计算；数据没有变化时不产生新版。"))

    @property
    def issue_words(self) -> str:
        """What publishing means; while the data can still change, what to do first."""
        said = _("%(sum)s。发布后运营方须在 5 个工作日内确认或提出异议。", sum=self.sum_line)
        advice = _("本期数据尚未关闭，建议先关闭数据周期再发布，以免数据再有变化、结果须重算。")
        return str(said if queries.is_closed(self.contract, self.assessment.span) else said + advice)

    # --- key numbers -------------------------------------------------------------------------------------------------

    @property
    def total(self) -> str:
        return scored(self.result["total"], self.places) if self.result["total"] is not None else ""

    @property
    def total_note(self) -> str:
        if not self.total:
            return str(_("数据补齐前暂缓"))
        before = self._before
        if before is None:
            return str(_("满分 100"))
        difference = Decimal(self.result["total"]) - before
        if not difference:
            return str(_("与上期相同"))
        return str(
            _(
                "较上期 %(sign)s%(n)s",
                sign="＋" if difference > 0 else "－",
                n=fmt.decimal(abs(difference), self.places),
            )
        )

    @cached_property
    def _before(self) -> Decimal | None:
        """The total of the period just before."""
        before = queries.newest(self.contract, self.plan, self.assessment.span.previous)
        return before.total if before else None

    @property
    def grade(self) -> str:
        return named(self.result["grade"])

    @property
    def grade_note(self) -> str:
        return str(_("一票否决")) if self.result["vetoes"] else ""

    @property
    def grade_tone(self) -> str:
        """Good for the first grade, bad for the last."""
        grades = [one.name.zh for one in self.body.scheme.grades]
        found = (self.result["grade"] or {}).get("zh")
        if found not in grades:
            return ""
        place = grades.index(found)
        return "good" if place == 0 else "bad" if place == len(grades) - 1 else ""

    @property
    def points(self) -> str:
        points = self.result["deductions"]["points"]
        return number(points) if points is not None else ""

    @property
    def money(self) -> str:
        fen = self.result["deductions"]["net_fen"]
        return fmt.money(fen) if fen is not None else ""

    @property
    def money_note(self) -> str:
        net, fee = self.result["deductions"]["net_fen"], self.result["deductions"]["fee_fen"]
        if not net or not fee:
            return ""
        return str(_("占本期费用 %(p)s%%", p=round_half_up(Decimal(net) * 100 / fee, 2)))

    @property
    def state_word(self) -> str:
        """Short enough for the strip of key numbers."""
        words = {
            S.COMPUTED: _("未发布"),
            S.ISSUED: _("待确认"),
            S.CONFIRMED: _("已确认"),
            S.OBJECTED: _("待裁定"),
            S.UPHELD: _("维持"),
            S.REOPENED: _("待重算"),
            S.FINAL: _("定稿"),
            S.RESTATED: _("已重述"),
            S.SUPERSEDED: _("已替代"),
        }
        return str(words[self.assessment.state])

    @property
    def state_note(self) -> str:
        """Who must act next."""
        if not self.tasks:
            return ""
        first = self.tasks[0]
        return str(_("待 %(who)s %(act)s", who=first["organisation"], act=first["act"]))

    @property
    def sum_line(self) -> str:
        """Total, grade and money in one line, as a person confirms them."""
        values = {
            "total": self.total or _("暂缓"),
            "grade": self.grade or fmt.MISSING,
            "money": self.money or _("暂缓"),
        }
        return str(_("总分 %(total)s，等级“%(grade)s”，扣款 %(money)s 元", **values))

    # --- notices -----------------------------------------------------------------------------------------------------

    @property
    def notices(self) -> list[Notice]:
        found = (
            self._held,
            self._stale,
            self._provisional,
            self._vetoed,
            self._blind,
            self._unpublished,
            self._disputed,
        )
        return [one for one in (make() for make in found) if one is not None]

    @property
    def superseded(self) -> Notice | None:
        """Said before any number: there is a newer edition."""
        newest = self.newest
        if newest.id == self.assessment.id:
            return None
        text = _("最新的是第 %(n)s 版（%(state)s）。", n=newest.edition, state=newest.state.label)
        href = url_for("assessments.detail", code=newest.code)
        return Notice(str(_("这不是最新的一版。")), "warn", str(text), label=str(_("看最新一版")), href=href)

    def _held(self) -> Notice | None:
        if self.result["total"] is not None:
            return None
        waiting: dict[str, list[str]] = {}
        for row in self.waiting:
            what = f"{named(row.name) or row.code}：{say(row.item['reason'])}"
            waiting.setdefault(what, []).append(named(row.service["name"]))
        lines = tuple(_("（%(services)s）", services=_("、").join(names)) for names in waiting.values())
        said = tuple(what + str(names) for what, names in zip(waiting, lines, strict=True))
        return Notice(plainly(say(self.result["reason"]), self.result), "bad", lines=said)

    def _stale(self) -> Notice | None:
        if not self.stale:
            return None
        text = (
            _("有新的数据、核验、除外裁定或评分没有计入。")
            if self.assessment.state is not S.FINAL
            else _("定稿后数据有变化；如需改变结果，请重新计算并起草重述。")
        )
        return Notice(str(_("结果已过时。")), "warn", str(text))

    def _provisional(self) -> Notice | None:
        if not self.result["provisional"]:
            return None
        lines = tuple(plainly(say(one), self.result) for one in self.result["provisional_because"])
        return Notice(str(_("暂定结果，以下各项办结后才能发布")), "warn", lines=lines)

    def _vetoed(self) -> Notice | None:
        vetoes = self.result["vetoes"]
        if not vetoes:
            return None
        lines = tuple(f"{named(one['name'])}：{one['reason']}" for one in vetoes)
        return Notice(str(_("一票否决，等级定为“%(grade)s”", grade=self.grade)), "bad", lines=lines)

    def _blind(self) -> Notice | None:
        lines = tuple(
            str(_("%(service)s：%(part)s%% 的约定时间没有监测", service=named(block.service["name"]), part=part))
            for block, part in blind_in(self.body.blocks)
        )
        title = str(_("监测不完整，可用率只按有监测的时间计算"))
        return Notice(title, "warn", lines=lines) if lines else None

    def _unpublished(self) -> Notice | None:
        if self.assessment.state is not S.COMPUTED or self.own:
            return None
        return Notice(str(_("尚未发布。")), "info", str(_("这是按现有数据计算的预览，以项目单位发布的结果为准。")))

    def _disputed(self) -> Notice | None:
        if self.assessment.state is not S.OBJECTED or self.tab == "objections":
            return None
        return Notice(str(_("运营方有异议，等待裁定。")), "info", label=str(_("看异议")), href="?tab=objections")

    # --- steps, blockers, people -------------------------------------------------------------------------------------

    @property
    def steps(self) -> list[dict[str, Any]]:
        return steps_of(self.assessment)

    @property
    def blockers_title(self) -> str:
        return str(_("发布前") if self.assessment.state is S.COMPUTED else _("定稿前"))

    @property
    def waiting(self) -> list[Row]:
        """Items that hold the total."""
        return waiting_in(self.body.blocks)

    @cached_property
    def blockers(self) -> list[dict[str, Any]]:
        """What stands against the next act; of an old edition nothing comes next."""
        if self.newest.id != self.assessment.id:
            return []
        return blockers_of(self)

    @cached_property
    def tasks(self) -> list[dict[str, Any]]:
        mine = [one for one in open_tasks_of(self.contract.subject) if self._is_mine(one)]
        return [
            {
                "act": str(Permission(one.permission).label),
                "organisation": one.organisation.name,
                "who": who_may(one),
                "deadline": deadline_of(one),
            }
            for one in mine
        ]

    def _is_mine(self, task: Task) -> bool:
        here = self.newest.id == self.assessment.id
        return here and task.permission.startswith("assessment:") and task.item == self.assessment.period

    @property
    def hands(self) -> list[tuple[str, str]]:
        return hands_of(self.assessment)

    @cached_property
    def timeline(self) -> list[dict[str, Any]]:
        return timeline(entries_of(self.assessment))

    @property
    def tabs(self) -> list[dict[str, Any]]:
        words = {
            "score": _("得分"),
            "deductions": _("扣款"),
            "people": _("定性评分与否决"),
            "objections": _("异议"),
            "editions": _("版本与摘要"),
            "trail": _("办理记录"),
        }
        counts = {"objections": len(self.assessment.objections) or None}
        return [{"key": key, "label": words[key], "count": counts.get(key)} for key in TAB_KINDS]

    @property
    def disputable(self) -> list[tuple[Mapping[str, Any], list[Point]]]:
        """Everything that was scored or charged, service by service, the largest loss first."""
        found = points_of(self.result)
        return [(service, sorted(points, key=lambda one: (-one.lost, -one.fen))) for service, points in found]


def page_of(actor: Actor, assessment: Assessment, tab: str = "", forms: dict[str, Any] | None = None) -> Page:
    """One assessment as a person may see it."""
    tab = tab if tab in TAB_KINDS else "score"
    result = queries.result_of(assessment)
    body = TAB_KINDS[tab](assessment, result, scheme_of(assessment.plan))
    offers = {offer.transition.act.value: offer for offer in WORKFLOW.offers(actor, assessment)}
    return Page(actor, assessment, result, tab, body, offers, forms or {})
