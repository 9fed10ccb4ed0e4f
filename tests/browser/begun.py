"""Projects on their way, in the few states that show most of their pages: drafted, submitted, being built, handed over.

`begun` gives the addresses of everything on them, and of what stands around them.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app.acceptances import actions
from app.acceptances.kinds import Outcome
from app.contracts.drawing import draw
from app.core.clock import clock, now, today
from app.core.db import db
from app.core.permissions import Permission
from app.gates import obligations
from app.gates.actions import ConditionFacts
from app.gates.kinds import Stance, Verdict
from app.gates.queries import obligations_of
from app.intake.actions import preview
from app.lifecycle.jobs import remind_and_escalate
from app.lifecycle.models import Task
from app.projects.models import Project
from app.responsibilities.actions import sign
from app.rulebook.replaying import replay_draft
from app.subjects.models import PartyRole
from tests.acceptances import room as acceptances
from tests.factories import World
from tests.intake import room as intake
from tests.negative_lists import room as lists
from tests.procurement import room as procurement
from tests.projects import room as projects
from tests.responsibilities import room as duties
from tests.rulebook import room as rules

# So long ago was submitted what nobody decided in time.
LONG_AGO = timedelta(days=90)
TITLES = ("不动产登记一窗受理", "企业开办一件事", "社区养老服务平台", "公共停车数据服务", "政务热线知识库")


def long_ago(w: World) -> Project:
    """Submitted and forgotten: the authority's leader is asked to urge. To be made before anything else happens."""
    with clock.at(now() - LONG_AGO):
        return projects.submitted(w, title=TITLES[0])


def begun(w: World, forgotten: Project) -> list[str]:
    """Every main page of projects, with the forms of those whose turn it is."""
    remind_and_escalate()
    return [
        *("/projects", "/projects?q=没有这样的项目", "/projects/overview", "/projects/new"),
        *(
            "/gates",
            "/gates/G-17",
            "/negative-lists",
            "/negative-lists?list=NL-C",
            "/negative-lists/NL-A13",
            "/exemptions",
        ),
        *ruled(w),
        *drafted(w),
        *submitted(w),
        *building(w),
        *handed_over(w),
        *taken_in(w),
        f"/tasks/{urging_of(forgotten)}/expedite",
    ]


def urging_of(project: Project) -> int:
    """The leader's task to urge what is overdue in the project."""
    wanted = (Task.permission == Permission.TASK_EXPEDITE, Task.subject_id == project.subject_id)
    found = db.session.scalars(sa.select(Task.id).where(*wanted).order_by(Task.id)).first()
    assert found is not None
    return found


def ruled(w: World) -> list[str]:
    """Rules on their way: an item that was reviewed and replayed, a gate that is being written."""
    item, gate = rules.reviewed(w), rules.drafted(w, kind="gate", code="G-07")
    replay_draft(w.actor("authority_lead"), item)
    asked = ("kind=negative_item&code=NL-A13", "kind=duty")
    pages = (f"/rulebook/{item.code}", *(f"/rulebook/{gate.code}{page}" for page in ("", "/edit", "/file")))
    return ["/rulebook", *(f"/rulebook/new?{one}" for one in asked), *pages]


def drafted(w: World) -> list[str]:
    """A draft that hits a restricted item, with leave asked for it; every form of a declaration."""
    project = lists.own_room(w, title=TITLES[1], lines=[make() for make in projects.LINES])
    one = lists.requested(w, project.subject)
    home, line = f"/projects/{project.code}", project.current.costs[0].id
    return [
        *(home, f"{home}/declaration", f"{home}/documents", f"{home}/duties", f"{home}/screening"),
        *(f"{home}/declaration/{part}" for part in ("basics", "money", "operation", "parties/new")),
        *(f"{home}/declaration/{part}/new" for part in ("services", "data", "components", "targets")),
        *(f"{home}/declaration/costs/{line}", f"/screening/{project.code}/items/NL-A14/exempt"),
        f"/exemptions/{one.code}",
    ]


def submitted(w: World) -> list[str]:
    """With the authority: sent back once, compared, opined; everything to decide on."""
    project = projects.replied(w, projects.returned(w, project=projects.submitted(w, title=TITLES[2])))
    projects.actions.submit(w.actor("officer"), project, projects.seen_digest(project))
    projects.reviewed(w, project)
    home = f"/projects/{project.code}"
    return [home, f"{home}/duplicates", f"{home}/decisions", f"{home}/declaration?version=2&against=1"]


def building(w: World) -> list[str]:
    """Approved on conditions and being built: purchases at every step, duties half filled, a round that is open."""
    project = conditional(w, TITLES[3])
    owed = obligations_of(project.subject)[0]
    obligations.report(w.actor("officer"), owed, "评估意见已取得。", projects.paper("密码评估意见.pdf"))
    planned = procurement.planned(w, project, "test")
    announced = procurement.announced(w, project, "other")
    recorded = procurement.recorded(w, project, "operate")
    built = procurement.contracted(w, project, "build", winner=w.org("rival"))
    duties.peopled(w, project, (("operator", PartyRole.OPERATOR), ("watcher", PartyRole.SUPERVISOR)))
    drafted_list = duties.drafted(w, project)
    acceptances.building(w, project)
    acceptance = acceptances.opened(w, project)
    for item in acceptance.items[:2]:
        acceptances.submitted(w, item, acceptances.paper(f"第{item.number}项.pdf"))
    actions.opine(w.actor("supervisor"), acceptance.items[0], Stance.SUPPORT, "与设计一致。")
    acceptances.judged(w, acceptance.items[1], Outcome.FAILED)
    home, rounds = f"/projects/{project.code}", f"/projects/{project.code}/acceptance"
    return [
        *(home, f"{home}/procurement", f"{home}/procurement/new", f"{home}/procurement/{planned.number}/plan"),
        *(f"{home}/procurement/{one.number}" for one in (planned, announced, recorded, built)),
        *(f"{home}/duties", f"{home}/duties/{drafted_list.number}/lines/new"),
        *(rounds, f"{rounds}/1/items/1", f"{rounds}/1/items/3", f"{rounds}/1/items/new"),
        f"/obligations/{owed.code}",
    ]


def handed_over(w: World) -> list[str]:
    """A failed round behind it, duties signed and being changed, the handover half done, a contract drawn."""
    project = projects.approved(w, title=TITLES[4])
    bought = procurement.awarded(w, project, "operate")
    code = draw(w.actor("officer"), bought).code
    signed = duties.signed(w, acceptances.joined(w, project))
    sign(w.actor("rival_signatory"), signed, duties.seen(signed))
    duties.amending(w, signed)
    acceptances.building(w, project)
    acceptances.concluded(w, acceptances.all_judged(w, acceptances.opened(w, project), 2), passed=False)
    acceptances.accepted(w, project)
    whole = acceptances.handover(w, project)
    first, second = whole.items[:2]
    acceptances.arrived(w, first)
    acceptances.delivered(w, second)
    home = f"/projects/{project.code}"
    return [
        *(
            home,
            f"{home}/decisions",
            f"{home}/procurement/{bought.number}",
            f"/contracts/{code}",
            f"{home}/acceptance/1",
        ),
        *(f"{home}/duties/{signed.number}", f"{home}/duties/compare"),
        *(f"{home}/handover", *(f"{home}/handover/items/{one}" for one in (1, 2, 3, "new"))),
        *(
            f"/contracts/{code}/screening",
            f"/screening/{code}/items/NL-B24/answer",
            f"/screening/{project.code}/runs/1",
        ),
    ]


def taken_in(w: World) -> list[str]:
    """What stood before: taken in with its contract, and a sheet with mistakes that waits."""
    done = intake.taken_in(w, [intake.project()], [intake.paper()])
    faulty = preview(w.actor("officer"), "存量.xlsx", intake.workbook([intake.project(state="未知"), intake.bare()]))
    return ["/intake", f"/intake/{done.id}", f"/intake/previews/{faulty.id}"]


def conditional(w: World, title: str) -> Project:
    """Approved on a condition of the client."""
    owed = ConditionFacts("补充密码应用方案的评估意见", w.org("agency").id, today() + timedelta(days=20))
    found = projects.reviewed(w, projects.submitted(w, title=title))
    return projects.decided(w, found, Verdict.CONDITIONAL, reason="总体可行。", conditions=(owed,))
