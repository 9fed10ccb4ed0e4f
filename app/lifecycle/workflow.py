"""The workflow engine: a table of transitions that gives pages buttons and the API answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _

from app.core.actors import Actor, must
from app.core.db import LabelledEnum
from app.core.errors import NotAllowed, Problem, Refused, WrongState
from app.core.permissions import Permission

Thing = TypeVar("Thing")
Guard = Callable[[Actor, Any], Iterable[Problem]]
Relation = Callable[[Actor, Any], bool]


def anybody(_actor: Actor, _thing: Any) -> bool:
    """No relation is asked for beyond the permission."""
    return True


@dataclass(frozen=True)
class Transition(Generic[Thing]):
    """`act` may be done in any of `sources` and leads to `target` (None: the action decides).

    `relation` says whose act it is (the client's, a contracting party's); every guard must be silent.
    """

    act: Permission
    sources: frozenset[LabelledEnum]
    target: LabelledEnum | None
    relation: Relation = anybody
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    dangerous: bool = False


@dataclass(frozen=True)
class Offer:
    """A transition as a page shows it to one actor: possible now, or why not."""

    transition: Transition[Any]
    problems: tuple[Problem, ...]

    @property
    def possible(self) -> bool:
        return not self.problems


class Workflow(Generic[Thing]):
    """All transitions of one kind of thing; the thing has a `state` and a readable `ref`."""

    def __init__(self, name: str, transitions: Iterable[Transition[Thing]]) -> None:
        self.name = name
        self.transitions = tuple(transitions)
        self._by_act = {transition.act: transition for transition in self.transitions}

    def __getitem__(self, act: Permission) -> Transition[Thing]:
        return self._by_act[act]

    def check(self, actor: Actor, thing: Any, act: Permission, reason: str = "") -> Transition[Thing]:
        """Refuses a missing permission or relation (403), a wrong state (409), or all guard problems at once (422)."""
        must(actor, act)
        transition = self._by_act[act]
        if not transition.relation(actor, thing):
            raise NotAllowed(_not_yours(transition))
        if thing.state not in transition.sources:
            raise WrongState(_wrong_state(thing, transition))
        problems = list(self._guard(actor, thing, transition))
        if transition.needs_reason and not reason.strip():
            problems.append(Problem(_("请写明理由。"), remedy=_("填写理由后再提交。"), place="reason"))
        if problems:
            raise Refused(problems)
        return transition

    def offers(self, actor: Actor, thing: Any) -> list[Offer]:
        """What this actor could do with the thing in its present state, with what still stands against each."""
        return [
            Offer(transition, tuple(self._guard(actor, thing, transition)))
            for transition in self.transitions
            if thing.state in transition.sources and actor.may(transition.act) and transition.relation(actor, thing)
        ]

    def _guard(self, actor: Actor, thing: Any, transition: Transition[Thing]) -> Iterable[Problem]:
        for guard in transition.guards:
            yield from guard(actor, thing)

    def moves(self) -> list[tuple[str, str]]:
        """Every (from, to) pair, as the database guard and the diagram list them."""
        return sorted({(source.value, t.target.value) for t in self.transitions if t.target for source in t.sources})


def _wrong_state(thing: Any, transition: Transition[Any]) -> Problem:
    allowed = _("、").join(str(state.label) for state in sorted(transition.sources))
    return Problem(
        what=_("当前状态不能“%(act)s”。", act=transition.act.label),
        why=_("现在是“%(state)s”，只有在“%(allowed)s”时才能办理。", state=thing.state.label, allowed=allowed),
        remedy=_("请刷新页面查看最新状态。"),
    )


def _not_yours(transition: Transition[Any]) -> Problem:
    return Problem(
        what=_("“%(act)s”不是您的机构的事项。", act=transition.act.label),
        why=_("该事项须由另一方当事机构办理。"),
        remedy=_("如您也在该机构任职，请先切换身份。"),
    )
