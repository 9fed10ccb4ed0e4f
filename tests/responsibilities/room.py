"""Responsibility lists through the real actions: a draft without findings, one out for signing, one signed by all."""

from __future__ import annotations

from app.core.db import db
from app.organisations.models import Organisation
from app.projects import declaring
from app.projects.models import Project
from app.responsibilities import actions, drafting
from app.responsibilities.content import canonical_content
from app.responsibilities.models import DutyLine, DutyList
from app.subjects.models import Party, PartyRole
from app.subjects.queries import parties_of
from tests.factories import World, kept
from tests.intake.room import approved as taken_in
from tests.procurement.room import BOUGHT, CHEAP, awarded

# Who joins a project here by default: an operator that also builds, and a supervising company.
JOINING = (("operator", PartyRole.OPERATOR), ("operator", PartyRole.BUILDER), ("watcher", PartyRole.SUPERVISOR))


def join(w: World, project: Project, organisation: Organisation | str, role: PartyRole) -> Party:
    """An organisation joins in a role: added by the client where there was no award to record, else by winning one."""
    found = w.org(organisation) if isinstance(organisation, str) else organisation
    if role in declaring.roles_by_hand(project):
        return declaring.join_party(w.actor("officer"), project, found, role)
    awarded(w, project, BOUGHT[role], found, budget_fen=CHEAP)
    return next(one for one in parties_of(project.subject) if (one.organisation_id, one.role) == (found.id, role))


@kept
def peopled(w: World, project: Project | None = None, joining=JOINING) -> Project:
    """A project with everybody who may sign or watch, by default one taken in; who is there already stays."""
    found = project or taken_in(w)
    present = {(party.organisation.code, party.role) for party in found.subject.parties}
    for key, role in joining:
        if (w.org(key).code, role) not in present:
            join(w, found, key, role)
    return found


@kept
def drafted(w: World, project: Project | None = None) -> DutyList:
    """The list that the template gives, without findings; parties are added where a project is not given."""
    return actions.start_list(w.actor("officer"), project or peopled(w))


def seen(duty_list: DutyList) -> str:
    """The digest of the present content, as a page would show it."""
    return duty_list.sha256 or canonical_content(duty_list)[1].sha256


@kept
def sent(w: World, project: Project | None = None) -> DutyList:
    """Sealed and out for signing."""
    duty_list = drafted(w, project)
    return actions.submit(w.actor("officer"), duty_list, seen(duty_list))


@kept
def signed(w: World, project: Project | None = None) -> DutyList:
    """In force: signed by the client and by the operator (who also builds)."""
    return sign_all(w, sent(w, project))


def sign_all(w: World, duty_list: DutyList) -> DutyList:
    for key in ("signatory", "operator_signatory"):
        actions.sign(w.actor(key), duty_list, seen(duty_list))
    return duty_list


def amending(w: World, duty_list: DutyList, reason: str = "职责调整") -> DutyList:
    """A draft that changes the signed list."""
    return actions.amend(w.actor("officer"), duty_list, reason)


def line_with(duty_list: DutyList, code: str) -> DutyLine:
    """The line of a duty of the template."""
    return next(line for line in duty_list.lines if line.entry and line.entry.code == code)


def own_duty(**changes: object) -> drafting.DutyFacts:
    """A duty of the project's own, complete."""
    facts = {
        "phase": drafting.Phase.OPERATION,
        "bearer": drafting.Bearer.OPERATOR,
        "text": "每周一报送上周运行简报",
        "basis": "项目例会纪要",
        "deadline": "每周一",
        "evidence": drafting.EvidenceKind.DOCUMENT,
        "evidence_words": "运行简报",
    }
    return drafting.DutyFacts(**{**facts, **changes})


def fresh(duty_list: DutyList) -> DutyList:
    """Read again as it is stored."""
    db.session.flush()
    db.session.expire_all()
    return duty_list
