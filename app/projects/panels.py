"""What rooms above show on a project's page: a titled list of facts each, given by providers that the app passes in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.core.actors import Actor
from app.projects.models import Project


@dataclass(frozen=True)
class PanelRow:
    """One fact: its word, its value as text, where it leads, and a tone of status words ("" for none)."""

    label: Any
    value: Any
    href: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """`key` groups panels on the page: "money", "contracts", "duties", "acceptance"."""

    key: str
    title: Any
    rows: tuple[PanelRow, ...]
    href: str = ""


Provider = Callable[[Actor, Project], Panel | None]


def panels_of(actor: Actor, project: Project) -> list[Panel]:
    """Every panel that some room has to show for this project, in the order of the app's list."""
    providers: tuple[Provider, ...] = current_app.extensions["project_panels"]
    return [panel for provide in providers if (panel := provide(actor, project)) is not None]
