"""Rulings on projects: what one is about, who asked for it, and what earlier returns told already."""

import json
from collections.abc import Iterable

from flask_babel import gettext as _

from app.core.errors import Problem, Refused
from app.gates.actions import About
from app.gates.kinds import Step, Verdict
from app.gates.models import Decision
from app.gates.queries import decisions_of
from app.gates.wording import DECLARATION, DOCUMENT
from app.projects.content import canonical_content
from app.projects.kinds import DocumentKind
from app.projects.models import Project
from app.projects.queries import client_of, first_for, newest_document, opener_of

V = Verdict


def about_declaration(project: Project) -> About:
    """The newest version of the declaration, asked to be decided by who submitted it."""
    version, client = project.current, client_of(project)
    # Of a project taken in, nobody submitted the declaration here: who recorded it stands for it.
    proposer = version.submitted_by or opener_of(project) or first_for(project, client.id)
    if proposer is None:
        raise Refused(
            Problem(
                _("本项目还没有人提请办理。"),
                why=_("决定须由提请人以外的人作出，因此先要有人提请。"),
                remedy=_("请先由项目单位经办登记材料或补充记录。"),
                place="documents",
            )
        )
    digest = version.sha256 or canonical_content(version)[1].sha256
    return About(f"{DECLARATION}/{version.number}", digest, proposer, client.id)


def about_document(project: Project, kind: DocumentKind) -> About:
    """The newest registered paper of a kind, asked to be judged by who registered it; else the declaration."""
    document, client = newest_document(project, kind), client_of(project)
    if document is None:
        return about_declaration(project)
    return About(f"{DOCUMENT}/{kind.value}/{document.number}"[:80], document.sha256, document.registered_by, client.id)


def points_of(lines: Iterable[str]) -> tuple[str, ...]:
    """The points of a notice, each once, empty lines left out."""
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def notice_of(decision: Decision) -> tuple[str, ...]:
    """What a return told the client."""
    return tuple(json.loads(decision.notice))


def told_before(project: Project, step: Step) -> tuple[str, ...]:
    """Every point that earlier returns at a step told the client (一次性告知: a later one should add none)."""
    returned = [one for one in decisions_of(project.subject) if one.step is step and one.verdict is V.RETURNED]
    return tuple(dict.fromkeys(point for one in returned for point in notice_of(one)))
