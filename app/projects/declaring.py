"""Changing the draft of a declaration: sections, lists and parties. A sealed version refuses all of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import act
from app.audit.models import TrailEntry
from app.core.actors import Actor
from app.core.db import db
from app.core.errors import Problem, Refused
from app.core.locking import expect_version
from app.core.permissions import Permission
from app.lifecycle.workflow import Workflow
from app.organisations.models import Organisation
from app.projects.entries import (
    BasicsFacts,
    ComponentFacts,
    CostFacts,
    DataFacts,
    LineFacts,
    MoneyFacts,
    OperationFacts,
    ServiceFacts,
    TargetFacts,
)
from app.projects.kinds import ProjectState
from app.projects.models import ComponentUse, CostLine, DataItem, Declaration, PlannedService, Project, Target
from app.projects.rules import (
    Basics,
    Flaw,
    Use,
    amount_flaws,
    basics_flaws,
    operating_flaws,
    target_flaws,
    use_flaws,
    year_flaws,
)
from app.projects.steps import alone
from app.projects.wording import explain
from app.projects.workflow import WORKFLOW, is_client, transition
from app.services.models import ServiceState
from app.subjects.actions import add_party, remove_party, stand_for_side
from app.subjects.models import Party, PartyRole

P, S = Permission, ProjectState
DECLARE = P.PROJECT_DECLARE
# The indicator that counts use where none is chosen: transactions done.
USUAL_INDICATOR = "KI-040"
Line = CostLine | PlannedService | DataItem | ComponentUse | Target
# Who joins beside client and authority, which stand from the opening on; nobody joins what is being decided on.
JOINING_ROLES = (
    PartyRole.OPERATOR,
    PartyRole.BUILDER,
    PartyRole.SUPERVISOR,
    PartyRole.TESTER,
    PartyRole.EVALUATOR,
    PartyRole.FINANCE,
)
# Who builds, operates, supervises or tests is chosen by a purchase: its confirmed award makes the winner a party. By
# hand they are added only to a project taken in, whose purchases lie before the records. The
# database holds the same (0021).
BY_AWARD = frozenset({PartyRole.OPERATOR, PartyRole.BUILDER, PartyRole.SUPERVISOR, PartyRole.TESTER})
JOINING_STATES = (S.PLANNED, S.DRAFT, S.APPROVED, S.BUILDING, S.TRIAL, S.ACCEPTED)
PARTIES: Workflow[Project] = Workflow("project", (transition(DECLARE, JOINING_STATES, None, relation=is_client),))


def _writing(actor: Actor, project: Project, seen: int | None = None) -> Declaration:
    """The draft, when the actor may change it now and has seen it as it is."""
    alone(project)
    WORKFLOW.check(actor, project, DECLARE)
    expect_version(project.current, seen)
    return project.current


def _begin(actor: Actor, project: Project) -> None:
    """Binds the actor to his side; a project that was only planned is being declared from its first entry on."""
    stand_for_side(actor, project.subject)
    if project.state is S.PLANNED:
        project.state = S.DRAFT


def _refuse(flaws: Iterable[Flaw], more: Sequence[Problem] = ()) -> None:
    found = [*map(explain, flaws), *more]
    if found:
        raise Refused(found)


# --- sections --------------------------------------------------------------------------------------------------------


def set_basics(actor: Actor, project: Project, facts: BasicsFacts, seen: int | None) -> None:
    """Writes what the project is; the second of two writers is told."""
    version = _writing(actor, project, seen)
    facts = replace(facts, title=facts.title.strip())
    amounts = {"prior_investment": facts.prior_investment_fen}
    _refuse([*basics_flaws(_judged(version, facts)), *amount_flaws(amounts)])
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(section="basics")
        _begin(actor, project)
        project.subject.title = facts.title
        _write(version, facts, leave_out=("title",))
    db.session.refresh(version)


def _judged(version: Declaration, facts: BasicsFacts) -> Basics:
    return Basics(
        code=version.project.code,
        title=facts.title,
        planned_from=facts.planned_from,
        planned_until=facts.planned_until,
        mlps_level=facts.mlps_level,
        prior_project=facts.prior_project,
        no_data=facts.no_data,
        no_components=facts.no_components,
        data_items=len(version.data_items),
        components=len(version.components),
    )


def set_money(actor: Actor, project: Project, facts: MoneyFacts, seen: int | None) -> None:
    """Writes what it costs and who pays."""
    version = _writing(actor, project, seen)
    amounts = {"estimate": facts.estimate_fen, "design_budget": facts.design_budget_fen}
    _refuse([*amount_flaws(amounts), *year_flaws(facts.budget_year)])
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(section="money")
        _begin(actor, project)
        _write(version, facts)
    db.session.refresh(version)


def set_operation(actor: Actor, project: Project, facts: OperationFacts, seen: int | None) -> None:
    """Writes how it will be operated."""
    version = _writing(actor, project, seen)
    built_for = version.estimate_fen or version.design_budget_fen
    amounts = {"operating_budget": facts.operating_budget_fen}
    _refuse([*amount_flaws(amounts), *operating_flaws(facts.operating_budget_fen, built_for)])
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(section="operation")
        _begin(actor, project)
        version.mode_entry_id = facts.mode.id if facts.mode else None
        _write(version, facts, leave_out=("mode",))
    db.session.refresh(version)


def _write(row: Any, facts: Any, leave_out: Sequence[str] = ()) -> None:
    for field in fields(facts):
        if field.name not in leave_out:
            setattr(row, field.name, getattr(facts, field.name))


# --- lists -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Listed:
    """A list of a declaration: its attribute, the class of its lines, and what is wrong with a new or changed one."""

    attribute: str
    made: type[Any]
    problems: Callable[[Declaration, Any, Line | None], Iterator[Problem]]
    # The statement that the list is empty on purpose.
    none_of: str = ""


def add_line(actor: Actor, project: Project, facts: LineFacts) -> Line:
    """Adds a line to the list that the facts belong to; a statement that there is none falls."""
    version = _writing(actor, project)
    listed = LISTS[type(facts)]
    facts = _completed(facts)
    _refuse([], list(listed.problems(version, facts, None)))
    lines = getattr(version, listed.attribute)
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(added=listed.attribute, name=_name_of(facts))
        _begin(actor, project)
        line: Line = listed.made(line=max((one.line for one in lines), default=0) + 1)
        _write(line, facts)
        lines.append(line)
        if listed.none_of:
            setattr(version, listed.none_of, False)
        db.session.flush()
    return line


def change_line(actor: Actor, project: Project, line: Line, facts: LineFacts, seen: int | None) -> None:
    """Changes a line of the draft; the second of two writers is told."""
    version = _writing(actor, project)
    expect_version(line, seen)
    listed = LISTS[type(facts)]
    facts = _completed(facts)
    _refuse([], list(listed.problems(version, facts, line)))
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(changed=listed.attribute, name=_name_of(facts))
        _begin(actor, project)
        _write(line, facts)


def remove_line(actor: Actor, project: Project, line: Line) -> None:
    """Takes a line out of the draft."""
    version = _writing(actor, project)
    attribute = next(one.attribute for one in LISTS.values() if isinstance(line, one.made))
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(removed=attribute, name=_name_of(line))
        _begin(actor, project)
        getattr(version, attribute).remove(line)


def _name_of(row: Any) -> str:
    return str(getattr(row, "name", "") or getattr(row, "component", ""))


def _completed(facts: LineFacts) -> LineFacts:
    """A service of the ledger goes by the name, unit and indicator that stand there."""
    if not isinstance(facts, ServiceFacts):
        return facts
    usual = facts.usage_indicator or USUAL_INDICATOR
    if facts.service is None:
        return replace(facts, name=facts.name.strip(), unit=facts.unit.strip(), usage_indicator=usual)
    kept, counted = facts.service, facts.service.usage_indicator or usual
    return replace(facts, name=kept.name_zh, unit=kept.unit, usage_indicator=counted)


def _cost_problems(_version: Declaration, facts: CostFacts, _present: Line | None) -> Iterator[Problem]:
    yield from map(explain, amount_flaws({"amount": facts.amount_fen}))


def _service_problems(version: Declaration, facts: ServiceFacts, present: Line | None) -> Iterator[Problem]:
    others = [one for one in version.services if one is not present]
    if any(one.name == facts.name or (facts.service and one.service is facts.service) for one in others):
        place = "service" if facts.service else "name"
        yield Problem(
            _("“%(name)s”已经列出。", name=facts.name), remedy=_("一项服务只列一次，请修改原有的一行。"), place=place
        )
    use = Use(
        is_new=facts.is_new,
        on_ledger=facts.service is not None,
        is_active=facts.service is None or facts.service.state is ServiceState.ACTIVE,
        name=facts.name,
        unit=facts.unit,
        baseline=facts.baseline,
        forecasts=(facts.forecast_first, facts.forecast_second, facts.forecast_third),
        unit_price=facts.unit_price,
    )
    yield from map(explain, use_flaws(use))


def _data_problems(version: Declaration, facts: DataFacts, present: Line | None) -> Iterator[Problem]:
    """The same data is listed once: it goes by its number in the catalogue, or by its name and who provides it."""
    for one in version.data_items:
        if one is present:
            continue
        if facts.catalogue_number and one.catalogue_number == facts.catalogue_number:
            what, place = _("编号 %(number)s 的数据已经列出。", number=facts.catalogue_number), "catalogue_number"
        elif (one.name, one.provider) == (facts.name, facts.provider):
            what, place = _("“%(name)s”已经列出。", name=facts.name), "name"
        else:
            continue
        yield Problem(what, remedy=_("一项数据只列一次，请修改原有的一行。"), place=place)


def _component_problems(version: Declaration, facts: ComponentFacts, present: Line | None) -> Iterator[Problem]:
    if any(one.component is facts.component and one is not present for one in version.components):
        word = facts.component.label
        yield Problem(
            _("“%(name)s”已经列出。", name=word), remedy=_("一种能力只列一次，请修改原有的一行。"), place="component"
        )


def _target_problems(version: Declaration, facts: TargetFacts, _present: Line | None) -> Iterator[Problem]:
    yield from map(explain, target_flaws(facts.value, facts.due_on, version.planned_from))


LISTS: dict[type[Any], _Listed] = {
    CostFacts: _Listed("costs", CostLine, _cost_problems),
    ServiceFacts: _Listed("services", PlannedService, _service_problems),
    DataFacts: _Listed("data_items", DataItem, _data_problems, "no_data"),
    ComponentFacts: _Listed("components", ComponentUse, _component_problems, "no_components"),
    TargetFacts: _Listed("targets", Target, _target_problems),
}


# --- parties ---------------------------------------------------------------------------------------------------------


def roles_by_hand(project: Project) -> tuple[PartyRole, ...]:
    """The roles that the client gives by hand: those of awards only where there was no award to record."""
    return tuple(role for role in JOINING_ROLES if project.is_taken_in or role not in BY_AWARD)


def join_party(actor: Actor, project: Project, organisation: Organisation, role: PartyRole) -> Party:
    """Adds an organisation in a role, while the project is declared and again from its approval to its handover."""
    alone(project)
    PARTIES.check(actor, project, DECLARE)
    if role not in JOINING_ROLES:
        what = _("“%(role)s”在建立项目时确定，不能另外添加。", role=role.label)
        raise Refused(Problem(what, remedy=_("请选择其他角色。"), place="role"))
    if role not in roles_by_hand(project):
        raise Refused(
            Problem(
                _("“%(role)s”不能手工添加。", role=role.label),
                why=_("运营、承建、监理和测评单位由采购确定，成交结果经确认后自动成为当事方。"),
                remedy=_("请在“采购”中登记并确认成交结果。"),
                place="role",
            )
        )
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(party=organisation.code, role=role.value)
        _begin(actor, project)
        return add_party(project.subject, organisation, role)


def drop_party(actor: Actor, project: Project, party: Party) -> None:
    """Takes a party out again; never client or authority, nobody whose people have acted, no winner of a purchase."""
    alone(project)
    PARTIES.check(actor, project, DECLARE)
    if party.role not in JOINING_ROLES:
        raise Refused(Problem(_("项目单位和主管部门不能移出。"), place="organisation"))
    if joined_by([party]).get(party.id) is P.PROCUREMENT_CONFIRM:
        raise Refused(
            Problem(
                _("%(name)s 由采购成交成为当事方，不能手工移出。", name=party.organisation.name),
                remedy=_("如采购取消，请在“采购”中办理。"),
                place="organisation",
            )
        )
    with act(actor, DECLARE, ref=project.ref) as running:
        running.note(dropped=party.organisation.code, role=party.role.value)
        remove_party(project.subject, party)


def joined_by(parties: Sequence[Party]) -> dict[int, Permission]:
    """The act by which each party joined, by its key."""
    verbs = sa.select(Party.id, TrailEntry.verb).join(TrailEntry, TrailEntry.id == Party.act_id)
    rows = db.session.execute(verbs.where(Party.id.in_([one.id for one in parties])))
    return {key: Permission(verb) for key, verb in rows}


# --- the next version ------------------------------------------------------------------------------------------------

NOT_COPIED = frozenset(
    {"id", "act_id", "row_version", "declaration_id", "number", "state"}
    | {"content", "sha256", "sm3", "sealed_at", "submitted_by"}
)


def copy_version(project: Project) -> Declaration:
    """A new draft with everything the newest version says. Needs a running act."""
    old = project.current
    draft = Declaration(number=old.number + 1)
    _copy(old, draft)
    project.versions.append(draft)
    for listed in LISTS.values():
        setattr(draft, listed.attribute, [_copy(line, listed.made()) for line in getattr(old, listed.attribute)])
    db.session.flush()
    return draft


def _copy(old: Any, new: Any) -> Any:
    for column in type(old).__table__.columns:
        if column.key not in NOT_COPIED:
            setattr(new, column.key, getattr(old, column.key))
    return new
