"""Exemptions and answers through the real actions: a project with its own machine room, and leave to build one."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import FileStorage

from app.core.clock import today
from app.negative_lists import actions, answering
from app.negative_lists.actions import Grant, Wish
from app.negative_lists.answering import AnswerFacts
from app.negative_lists.models import Answer, Exemption
from app.negative_lists.queries import exemptions_of
from app.projects.kinds import Deployment
from app.projects.models import Project
from app.subjects.models import Subject
from tests.factories import World, kept
from tests.projects.room import declared

# Restricted: a machine room of one's own.
ITEM = "NL-A13"


def file(name: str = "说明.pdf") -> FileStorage:
    """An upload; every name is another content."""
    return FileStorage(stream=io.BytesIO(b"%PDF-1.4 " + name.encode()), filename=name)


@kept
def own_room(w: World, by: str = "officer", **changes: Any) -> Project:
    """A complete draft that hits one restricted item: it is to run in a machine room of its own."""
    return declared(w, by, deployment=Deployment.OWN_ROOM, **changes)


def wish(**changes: Any) -> Wish:
    """A year of leave."""
    return replace(Wish(ITEM, "政务云暂不支持专用加密设备。", today() + timedelta(days=365)), **changes)


def requested(w: World, subject: Subject, by: str = "officer", **changes: Any) -> Exemption:
    """Asked for by the client's officer, with a file."""
    asked = wish(**changes)
    name = f"{subject.code}-{len(exemptions_of(subject))}.pdf"
    return actions.request_exemption(w.actor(by), subject, asked, file(name))


def granted(w: World, exemption: Exemption, until: date | None = None) -> Exemption:
    """Granted by the authority's lead for as long as was asked, or until a day."""
    facts = Grant(until or exemption.wanted_until, "情况属实，同意。", "每半年报告一次迁移进展。")
    return actions.grant(w.actor("authority_lead"), exemption, facts)


def answered(w: World, subject: Subject, code: str, is_hit: bool, by: str = "officer") -> Answer:
    """A question answered by whoever is asked."""
    return answering.answer(w.actor(by), subject, AnswerFacts(code, is_hit, "已核对。"))
