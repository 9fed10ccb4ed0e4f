"""What every template can use: icons, static addresses, formats, the actor, navigation, the double-post value."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.actors import Actor
from app.core.formats import fmt
from app.core.permissions import Permission
from app.core.web import actor_or_none

ICONS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "icons"
STATIC = Path(__file__).resolve().parent.parent / "static"


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the side bar: shown to whoever has the permission; `count` gives the badge."""

    label: Any
    endpoint: str
    icon: str
    permission: Permission
    count: Callable[[Actor], int] | None = None


@dataclass(frozen=True)
class NavigationGroup:
    label: Any
    items: Sequence[NavigationItem]


@dataclass(frozen=True)
class SubjectTab:
    """A page of some room about one contract or project (its endpoint takes `code`), beside the thing's own tabs."""

    key: str
    label: Any
    endpoint: str
    permission: Permission


def install(app: Flask, navigation: Sequence[NavigationGroup], tabs: Mapping[str, Sequence[SubjectTab]]) -> None:
    """Gives templates their names."""
    app.jinja_env.globals.update(icon=icon, static_url=static_url, fmt=fmt, once=once)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def request_values() -> dict[str, Any]:
        actor = actor_quietly()
        return {
            "actor": shown_actor(actor) if actor else None,
            "can": lambda permission: actor is not None and actor.may(Permission(permission)),
            "contract_tabs": lambda code: build_tabs(tabs["contract"], actor, code) if actor else [],
            "project_tabs": lambda code: build_tabs(tabs["project"], actor, code) if actor else [],
            "navigation": build_navigation(navigation, actor) if actor else [],
            "locale": "en" if str(get_locale()) == "en" else "zh",
            "request_id": g.get("request_id", ""),
            "demonstration": app.config["DEMONSTRATION"],
        }


def actor_quietly() -> Actor | None:
    """The actor, or None also when finding him fails (a page about a failure must still be drawn)."""
    found: Actor | None = g.get("actor")
    return found if "actor" in g else actor_or_none()


def shown_actor(actor: Actor) -> SimpleNamespace:
    """The actor as templates read it."""
    identity = actor.identity
    return SimpleNamespace(
        user=SimpleNamespace(name=actor.name, login=actor.login),
        organisation=SimpleNamespace(name=identity.organisation_name if identity else ""),
        role_labels=identity.role_labels if identity else [],
        identities=[
            SimpleNamespace(id=one.id, organisation=SimpleNamespace(name=one.organisation_name), roles=one.role_labels)
            for one in actor.others
        ],
    )


def build_navigation(navigation: Sequence[NavigationGroup], actor: Actor) -> list[dict[str, Any]]:
    """The groups with the entries this actor may open."""
    groups = []
    for group in navigation:
        items = [_item(item, actor) for item in group.items if actor.may(item.permission)]
        if items:
            groups.append({"label": str(group.label), "items": items})
    return groups


def build_tabs(tabs: Sequence[SubjectTab], actor: Actor, code: str) -> list[dict[str, Any]]:
    """The rooms' pages of one contract that this actor may open, as components/tabs.html shows them."""
    return [
        {"key": one.key, "label": str(one.label), "href": url_for(one.endpoint, code=code)}
        for one in tabs
        if actor.may(one.permission)
    ]


def _item(item: NavigationItem, actor: Actor) -> dict[str, Any]:
    href = url_for(item.endpoint)
    count = item.count(actor) if item.count else 0
    # By address, not by room: a page of another room about one contract stands under /contracts.
    here = "refused" not in g and (request.path == href or (href != "/" and request.path.startswith(f"{href}/")))
    return {
        "label": str(item.label),
        "href": href,
        "icon": item.icon,
        "active": here,
        "count": count,
        "count_label": _("%(n)s 项待办", n=count),
    }


@lru_cache(maxsize=512)
def _icon_markup(name: str) -> str:
    file = ICONS / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not file.is_file():
        raise LookupError(f"no icon {name!r}: add it to package.json and run make setup")
    lines = file.read_text(encoding="utf-8")
    start = lines.index("<svg")
    return " ".join(lines[start:].split())


def icon(name: str, label: str | None = None) -> Markup:
    """An inlined icon; hidden from readers unless it has a label of its own."""
    body = _icon_markup(name)
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(body.replace("<svg", "<svg @@", 1)).replace("@@", said)  # noqa: S704 - files of our own set-up


@lru_cache(maxsize=256)
def _stamp(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def static_url(path: str) -> str:
    """The address of a static file with its content's digest, so that it may be kept for ever."""
    return url_for("static", filename=path, v=_stamp(path))


def once() -> str:
    """A fresh value for one form: posted twice, it is done once."""
    return secrets.token_urlsafe(18)
