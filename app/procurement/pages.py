"""What the pages of purchases show: all of a project with the money, one with its steps, days and what may be done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.calendars.queries import statutory, workdays_left
from app.calendars.working_time import DueDay
from app.core.actors import Actor
from app.core.clock import today
from app.core.errors import Problem
from app.core.formats import fmt
from app.core.permissions import Permission
from app.evidence.models import EvidenceFile
from app.evidence.queries import evidence_of
from app.gates.wording import in_words, source_in_words
from app.lifecycle.queries import Deadline
from app.organisations.queries import active_organisations
from app.procurement import checks, queries
from app.procurement.forms import AwardForm, ContractForm, NoticeForm, PublicationForm
from app.procurement.kinds import LIVE, SETTLED, ProcurementState, Purpose
from app.procurement.models import Procurement, ProcurementNotice
from app.procurement.recording import Paper, award_paper, contract_paper, publicity_paper, used_elsewhere
from app.procurement.timing import PUBLICITY, RESPONSES, after_publicity, first_answer, publicity_ends, time_in_words
from app.procurement.workflow import WORKFLOW
from app.projects.documents import papers_of_kind
from app.projects.kinds import ProjectKind
from app.projects.models import Project
from app.projects.panels import Panel, PanelRow, panels_of
from app.projects.workflow import is_client
from app.subjects.models import PARTY_SIDES

P, S = Permission, ProcurementState
PATH = (S.PLANNED, S.ANNOUNCED, S.AWARDED, S.CONTRACTED)
# Forms that may stand on the page of one purchase, by the act that they are sent to.
FORMS = ("announce", "award", "contract", "publication")


@dataclass(frozen=True)
class DueWords:
    """One statutory deadline as the page says it."""

    name: str
    source: str
    due: str
    done: str
    late: bool
    deadline: Deadline | None


@dataclass(frozen=True)
class Line:
    """One purchase in the list."""

    procurement: Procurement
    late: bool
    next_due: DueWords | None


@dataclass(frozen=True)
class ProcurementPage:
    """Everything templates/procurement/index.html reads."""

    project: Project
    lines: list[Line]
    figures: list[dict[str, Any]]
    wanting: list[str]
    may_plan: bool
    against: list[Problem]
    contracts: list[Panel]


@dataclass(frozen=True)
class OnePage:
    """Everything templates/procurement/detail.html reads."""

    procurement: Procurement
    steps: list[dict[str, Any]]
    deadlines: list[DueWords]
    files: dict[str, EvidenceFile]
    notices: list[ProcurementNotice]
    earliest: list[tuple[str, str]]
    answer_hint: str
    remarks: list[str]
    against: list[Problem]
    acts: frozenset[str]
    confirming: tuple[Problem, ...]
    forms: dict[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return self.procurement.project


def page_of(actor: Actor, project: Project) -> ProcurementPage:
    """Every purchase of a project with its next deadline, and the money."""
    found = queries.procurements_of(project)
    client = is_client(actor, project)
    return ProcurementPage(
        project=project,
        lines=[_line(one) for one in found],
        figures=_figures(project, found),
        wanting=_wanting(project, found),
        may_plan=client and actor.may(P.PROCUREMENT_RECORD) and not checks.project_problems(project),
        against=checks.project_problems(project) if client and _waiting(found) else [],
        contracts=[panel for panel in panels_of(actor, project) if panel.key == "contracts"],
    )


def _waiting(found: list[Procurement]) -> bool:
    """Whether something is still to be done before a contract: for the first purchase, or for one that goes on."""
    return not found or any(one.state in LIVE - {S.CONTRACTED} for one in found)


def _line(procurement: Procurement) -> Line:
    deadlines = [_due_words(one) for one in queries.deadlines_of(procurement)]
    return Line(
        procurement,
        any(one.late for one in deadlines),
        next((one for one in deadlines if one.deadline is not None), None),
    )


def _due_words(line: queries.DueLine) -> DueWords:
    return DueWords(
        name=in_words(line.rule.name),
        source=source_in_words(line.rule),
        due=fmt.date(line.due.day),
        done=fmt.date(line.done_on) if line.done_on else "",
        late=line.late,
        deadline=None if line.done_on else _deadline(line.due),
    )


def _deadline(due: DueDay) -> Deadline:
    left = workdays_left(due.day)
    return Deadline(left, due.day.isoformat(), left < 0, due.provisional)


def _wanting(project: Project, found: list[Procurement]) -> list[str]:
    """What has to be bought before the project can be built, accepted and operated, and is not awarded yet."""
    built = project.current.kind is not ProjectKind.MAINTAIN
    needed = (Purpose.BUILD, Purpose.SUPERVISE, Purpose.OPERATE) if built else (Purpose.OPERATE,)
    met = queries.purposes_met(found, *SETTLED)
    return [] if project.is_taken_in else [str(one.label) for one in needed if one.value not in met]


def _figures(project: Project, found: list[Procurement]) -> list[dict[str, Any]]:
    declared = queries.approved_declaration(project)
    live = [one for one in found if one.state in LIVE]
    # Operating is paid from its own yearly budget, not from what was approved for building.
    running = [one for one in live if one.purpose is Purpose.OPERATE]
    building = [one for one in live if one.purpose is not Purpose.OPERATE]
    investment = declared.design_budget_fen or declared.estimate_fen
    rows = (
        (_("批准投资"), investment, _("设计概算") if declared.design_budget_fen else _("投资估算")),
        (_("建设类采购预算"), _sum(one.budget_fen for one in building), _("%(n)s 项采购", n=len(building))),
        (_("运营采购预算"), _sum(one.budget_fen for one in running), _("%(n)s 项采购，按年度运营预算", n=len(running))),
        (_("已成交"), _sum(one.award_fen for one in live if one.state in SETTLED), ""),
        (_("已签约"), _sum(one.contract_fen for one in live), ""),
    )
    return [
        {"label": label, "value": fmt.wan(fen), "unit": _("万元") if fen is not None else "", "note": note}
        for label, fen, note in rows
    ]


def _sum(amounts: Iterable[int | None]) -> int | None:
    """What is recorded together; nothing where nothing is recorded, for that is not zero yuan."""
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None


# --- one purchase ----------------------------------------------------------------------------------------------------


def one_of(actor: Actor, procurement: Procurement, sent: tuple[str, Any] | None = None) -> OnePage:
    """One purchase with the forms of what comes next; `sent` is the one that was just refused."""
    acts = _acts(actor, procurement)
    files = {one.sha256: one for one in evidence_of(procurement.project.subject)}
    page = OnePage(
        procurement=procurement,
        steps=_steps(procurement),
        deadlines=[_due_words(one) for one in queries.deadlines_of(procurement)],
        files=files,
        notices=queries.notices_of(procurement),
        earliest=_earliest(procurement),
        answer_hint=_answer_hint(procurement),
        remarks=_remarks(procurement),
        against=checks.project_problems(procurement.project) if _waiting([procurement]) else [],
        acts=acts,
        confirming=_confirming(actor, procurement),
        forms={name: form_of(procurement, name, sent=False) for name in FORMS if name in acts},
    )
    if sent is not None:
        page.forms[sent[0]] = sent[1]
    return page


def _acts(actor: Actor, procurement: Procurement) -> frozenset[str]:
    """What this actor may do with the purchase where it stands."""
    found: set[str] = set()
    if not is_client(actor, procurement.project):
        return frozenset()
    if actor.may(P.PROCUREMENT_CONFIRM) and procurement.state is S.ANNOUNCED and procurement.has_award:
        found |= {"confirm", "send_back"}
    if actor.may(P.PROCUREMENT_RECORD):
        own = procurement.purpose.operates
        by_state = {
            S.PLANNED: {"change", "announce", "cancel"},
            S.ANNOUNCED: {"award", "fail", "cancel"} | (set() if procurement.has_award else {"announce"}),
            S.AWARDED: {"cancel"} | _drawing(actor, procurement),
            S.CONTRACTED: {"publication"} if None in (procurement.published_on, procurement.filed_on) else set(),
        }
        found |= by_state.get(procurement.state, set())
        if procurement.state is S.AWARDED and not own:
            found.add("contract")
    if checks.project_problems(procurement.project):
        # What was begun can still be given up, and what the law asks for after signing is recorded.
        found &= {"fail", "cancel", "publication"}
    return frozenset(found)


def _drawing(actor: Actor, procurement: Procurement) -> set[str]:
    free = procurement.purpose.operates and procurement.own_contract is None
    return {"draw"} if free and actor.may(P.CONTRACT_DRAFT) else set()


def _confirming(actor: Actor, procurement: Procurement) -> tuple[Problem, ...]:
    """What stands against this actor confirming the award."""
    offers = {offer.transition.act: offer for offer in WORKFLOW.offers(actor, procurement)}
    offer = offers.get(P.PROCUREMENT_CONFIRM)
    return offer.problems if offer is not None else ()


def form_of(procurement: Procurement, name: str, sent: bool) -> Any:
    """The form of one act, empty or with what was sent."""
    project = procurement.project
    makers: dict[str, Callable[[], Any]] = {
        "announce": lambda: NoticeForm.of(procurement, sent),
        "award": lambda: AwardForm.of(
            procurement, winner_choices(procurement), file_choices(project, award_paper(procurement)), sent
        ),
        "contract": lambda: ContractForm.of(procurement, file_choices(project, contract_paper(procurement)), sent),
        "publication": lambda: PublicationForm.of(procurement, sent),
    }
    return makers[name]()


def file_choices(project: Project, paper: Paper) -> list[tuple[str, str]]:
    """The project's papers of the kind that is asked for, by digest, but for those that prove another purchase; each
    file once, with the one that is kept now."""
    used = used_elsewhere(project, paper.number)
    listed = [(one.file, one.number) for one in papers_of_kind(project, *paper.kinds) if one.sha256 not in used]
    listed += [(one, "") for one in evidence_of(project.subject) if one.sha256 == paper.present]
    found: dict[str, str] = {}
    for file, number in listed:
        found.setdefault(file.sha256, f"{number} {file.file_name}（{file.sha256[:12]}）".strip())
    return list(found.items())


def plan_file_choices(project: Project, procurement: Procurement | None = None) -> list[tuple[str, str]]:
    return file_choices(project, publicity_paper(procurement))


def winner_choices(procurement: Procurement) -> list[tuple[str, str]]:
    """The organisations that can take the side which the purchase gives; of what is added only its supplier."""
    original = procurement.original
    if original is not None and original.winner is not None:
        return [(original.winner.code, original.winner.name)]
    sides = {PARTY_SIDES[role] for role in procurement.purpose.roles}
    return [(one.code, one.name) for one in active_organisations() if sides <= set(one.sides)]


def _steps(procurement: Procurement) -> list[dict[str, Any]]:
    """The life as a stepper; an early end stands in the place of what did not come."""
    dates: dict[ProcurementState, date | None] = {
        S.PLANNED: None,
        S.ANNOUNCED: procurement.announced_on,
        S.AWARDED: procurement.award_on if procurement.confirmed_at else None,
        S.CONTRACTED: procurement.contract_signed_on,
        S.FAILED: procurement.ended_on,
        S.CANCELLED: procurement.ended_on,
    }
    state, path = procurement.state, list(PATH)
    if state not in PATH:
        path = [S.PLANNED, *(one for one in PATH[1:] if dates[one] is not None), state]
    place = path.index(state)
    return [
        {
            "label": str(one.label),
            "state": "done" if index < place else "todo" if index > place else _present(state),
            "date": fmt.date(dates[one]) if dates[one] else "",
        }
        for index, one in enumerate(path)
    ]


def _present(state: ProcurementState) -> str:
    return {S.FAILED: "failed", S.CANCELLED: "failed", S.CONTRACTED: "done"}.get(state, "current")


def _remarks(procurement: Procurement) -> list[str]:
    """What a reader should know and what stops nothing here."""
    found = []
    if procurement.state is S.PLANNED and queries.lacks_basis(procurement):
        found.append(_("单一来源的理由和公示材料尚不齐全，公告前须补齐。"))
    if queries.short_notice(procurement):
        found.append(_("供应商的准备时间短于法定期限。"))
    awarded, agreed = procurement.award_fen or 0, procurement.contract_fen or 0
    if agreed and agreed > awarded:
        found.append(_("合同金额比成交金额多 %(yuan)s 元，应按成交结果订立。", yuan=fmt.money(agreed - awarded)))
    elif agreed and agreed < awarded:
        found.append(_("合同金额比成交金额少 %(yuan)s 元，请留存说明。", yuan=fmt.money(awarded - agreed)))
    return [str(one) for one in found]


def _earliest(procurement: Procurement) -> list[tuple[str, str]]:
    """The first days on which the law lets a purchase go on, as far as they can be told."""
    found = []
    begun, until = procurement.publicity_from, procurement.publicity_until
    if procurement.method.is_single_source and begun is not None:
        found.append((_("公示最早结束"), fmt.date(publicity_ends(begun))))
    if procurement.method.is_single_source and until is not None:
        found.append((_("最早可以公告和成交"), fmt.date(after_publicity(until))))
    if procurement.announced_on and (answer := first_answer(procurement.method, procurement.announced_on)):
        found.append((_("最早可以截止"), fmt.date(answer)))
    return [(str(word), day) for word, day in found]


def publicity_hint(procurement: Procurement | None) -> str:
    """How long a single source is shown, and until which day at the earliest where its first day is known."""
    time = time_in_words(statutory(PUBLICITY).term)
    if procurement is None or procurement.publicity_from is None:
        return str(_("不少于 %(time)s，开始当日不计", time=time))
    day = fmt.date(publicity_ends(procurement.publicity_from))
    begun = fmt.date(procurement.publicity_from)
    return str(_("不少于 %(time)s；%(begun)s 起公示的，最早 %(day)s 结束", time=time, begun=begun, day=day))


def _answer_hint(procurement: Procurement) -> str:
    """How long suppliers must have, and which day that is at the earliest."""
    code = RESPONSES.get(procurement.method)
    if code is None:
        return str(_("此采购方式没有法定的响应时间，可以留空"))
    begun = procurement.announced_on or today()
    said = {
        "start": in_words(statutory(code).start),
        "time": time_in_words(statutory(code).term),
        "begun": fmt.date(begun),
        "day": fmt.date(first_answer(procurement.method, begun)),
    }
    return str(_("自%(start)s起不少于 %(time)s；%(begun)s 公告的，最早 %(day)s 截止", **said))


# --- on the project's page -------------------------------------------------------------------------------------------


def money_panel(actor: Actor, project: Project) -> Panel | None:
    """What was awarded and contracted, against what is approved."""
    found = queries.procurements_of(project)
    if not actor.may(P.PROCUREMENT_READ) or (not found and checks.project_problems(project)):
        return None
    over = queries.over_budget(project, found)
    listed = _figures(project, found)
    rows = [PanelRow(one["label"], f"{one['value']} {one['unit']}".strip()) for one in listed]
    if over:
        rows.append(PanelRow(_("超预算的采购"), _("%(n)s 项", n=over), tone="bad"))
    return Panel("money", _("资金与采购"), tuple(rows), url_for("procurement.of_project", code=project.code))
