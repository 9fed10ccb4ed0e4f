"""What pages show of additions to a contract: what is added, which share of it that is, and what may still be added."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.actors import Actor
from app.core.formats import fmt
from app.core.permissions import Permission
from app.procurement import checks, queries
from app.procurement.kinds import LIVE, ProcurementState
from app.procurement.models import Procurement
from app.procurement.supplements import Room
from app.projects.change_wording import percent
from app.projects.models import Project
from app.projects.workflow import is_client


@dataclass(frozen=True)
class AddedLine:
    """A purchase that adds, with what of it counts; None for one that came to nothing."""

    procurement: Procurement
    counted_fen: int | None


@dataclass(frozen=True)
class AddedPage:
    """Everything templates/procurement/_added.html reads, on the page of the original and of what adds to it."""

    original: Procurement
    lines: list[AddedLine]
    room: Room
    share: str
    may_add: bool


def added_page(actor: Actor, procurement: Procurement) -> AddedPage | None:
    """What is added to the contract of this purchase, or of the one that it adds to; None without a contract."""
    original = procurement.original or procurement
    if original.state is not ProcurementState.CONTRACTED:
        return None
    room = queries.room_beside(original)
    lines = [_line(one) for one in queries.supplements_of(original)]
    return AddedPage(original, lines, room, percent(room.share), _may_add(actor, original, room))


def _line(one: Procurement) -> AddedLine:
    return AddedLine(one, queries.spent(one).fen if one.state in LIVE else None)


def _may_add(actor: Actor, original: Procurement, room: Room) -> bool:
    """Whether this actor may plan an addition now: the client's, while something is left, and the project goes on."""
    may = actor.may(Permission.PROCUREMENT_RECORD) and is_client(actor, original.project)
    return may and bool(room.left_fen) and not checks.project_problems(original.project)


def original_choices(project: Project, procurement: Procurement | None = None) -> list[tuple[str, str]]:
    """The purchases under contract, each with what may still be added; of a plan that stands only what it adds to."""
    listed = queries.originals_of(project)
    if procurement is not None:
        listed = [procurement.original] if procurement.original is not None else []
    return [(str(one.number), _choice(one)) for one in listed]


def _choice(one: Procurement) -> str:
    left = queries.room_beside(one).left_fen
    said = {"code": one.code, "title": one.title, "left": fmt.money(left)}
    return str(_("%(code)s %(title)s（还可追加 %(left)s 元）", **said))


def asked_for(project: Project, said: str | None) -> Procurement | None:
    """The purchase under contract that an address asks to add to, if there is such a one."""
    return next((one for one in queries.originals_of(project) if str(one.number) == said), None)
