"""Practices as data: who takes part, which rules each brings and leaves out, and what is its own.

A practice names entries of other kinds by code. What it adds holds where it was chosen, also what is local elsewhere or
marked as another practice's; what it leaves out does not, and says why. Law is never left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.catalogues.kinds import Find, Reference
from app.catalogues.reading import EVERYWHERE, Bilingual, Head, Reader, Status, read_head
from app.catalogues.wording import N_
from app.conditions.jurisdiction import Chosen
from app.core.errors import Problem
from app.core.permissions import Side
from app.subjects.models import PARTY_SIDES, PartyRole

PRACTICE_KIND = "practice"
# What a practice switches, each by the key of its file with the kind of entries it names; the order of its page.
SECTIONS: Mapping[str, str] = {
    "negative_lists": "negative_list",
    "negative_items": "negative_item",
    "gates": "gate",
    "duties": "duty",
    "indicators": "indicator",
    "schemes": "scheme",
    "payments": "payment_ladder",
}
LISTS, ITEMS = "negative_lists", "negative_items"


@dataclass(frozen=True)
class PracticeParty:
    """Who takes part: a role that an organisation of the project holds (`role`), or somebody above or beside it."""

    role: PartyRole | None
    side: Side
    name: Bilingual
    does: Bilingual


@dataclass(frozen=True)
class LeftOut:
    """One rule that does not hold under the practice, and why."""

    code: str
    reason: Bilingual


@dataclass(frozen=True)
class Selection:
    """What a practice switches of one kind."""

    add: tuple[str, ...] = ()
    leave_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Feature:
    """Something of its own: what it is, its parts, and the rules by which it works here (`through`, kind and code) or
    what it waits for (`awaits`)."""

    code: str
    name: Bilingual
    text: Bilingual
    citation: str
    status: Status
    parts: tuple[Bilingual, ...]
    through: tuple[tuple[str, str], ...]
    awaits: Bilingual | None


@dataclass(frozen=True)
class Practice:
    """`home` is where it comes from; it may be chosen wherever its jurisdiction holds."""

    head: Head
    home: str
    summary: Bilingual
    parties: tuple[PracticeParty, ...]
    sections: Mapping[str, Selection]
    features: tuple[Feature, ...]

    @property
    def chosen(self) -> Chosen:
        """What judging needs of it."""
        brings = frozenset(code for one in self.sections.values() for code in one.add)
        leaves = frozenset(out.code for one in self.sections.values() for out in one.leave_out)
        return Chosen(self.head.code, brings, leaves)

    @property
    def expected(self) -> tuple[PracticeParty, ...]:
        """The parties that a project of this practice comes to have."""
        return tuple(party for party in self.parties if party.role is not None)


def parse_practice(content: dict[str, Any]) -> Practice:
    """Reads one practice strictly; every problem is reported at once with its place."""
    reader = Reader(content)
    practice = Practice(
        head=read_head(reader),
        home=reader.text("home", default=""),
        summary=reader.words("summary"),
        parties=tuple(_party(one) for one in reader.each("parties")),
        sections={key: _selection(reader, key) for key in SECTIONS},
        features=tuple(_feature(one) for one in reader.each("features")) if reader.has("features") else (),
    )
    _refuse_contradictions(reader, practice)
    reader.finish()
    return practice


def _party(reader: Reader) -> PracticeParty:
    role = reader.choice("role", PartyRole) if reader.has("role") else None
    own = PARTY_SIDES[role] if role is not None else None
    side = reader.choice("side", Side) if reader.has("side") or own is None else own
    if own is not None and side is not own:
        what = N_("角色 %(role)s 不属于 %(side)s", role=role.value if role else "", side=side.value if side else "")
        reader.refuse("side", what, N_("请改正角色，或删去 side。"))
    return PracticeParty(role, side or Side.MANAGEMENT, reader.words("name"), reader.words("does"))


def _selection(reader: Reader, key: str) -> Selection:
    if not reader.has(key):
        return Selection()
    inner = reader.inside(key)
    left_out = inner.each("leave_out") if inner.has("leave_out") else ()
    return Selection(
        add=_codes(inner, "add") if inner.has("add") else (),
        leave_out=tuple(LeftOut(one.text("code"), one.words("reason")) for one in left_out),
    )


def _codes(reader: Reader, key: str) -> tuple[str, ...]:
    listed = reader.data[key]
    sound = isinstance(listed, list) and listed and all(isinstance(one, str) and one for one in listed)
    if not sound or len(set(listed)) != len(listed):
        reader.refuse(
            key, N_("%(key)s 应为一个不空、不重复的编码列表", key=key), N_("请列出编码，例如 [DU-005, DU-013]。")
        )
        return ()
    return tuple(listed)


def _feature(reader: Reader) -> Feature:
    parts = tuple(one.words("name") for one in reader.each("parts")) if reader.has("parts") else ()
    through = reader.each("through") if reader.has("through") else ()
    found = Feature(
        code=reader.text("code"),
        name=reader.words("name"),
        text=reader.words("text"),
        citation=reader.text("citation"),
        status=reader.choice("status", Status) or Status.UNVERIFIED,
        parts=parts,
        through=tuple((one.text("kind"), one.text("code")) for one in through),
        awaits=reader.maybe_words("awaits"),
    )
    if not found.through and found.awaits is None:
        what = N_("没有写明由哪条规则实现（through），也没有写明等待什么（awaits）")
        reader.refuse("", what, N_("请至少写明一项。"))
    return found


def _refuse_contradictions(reader: Reader, practice: Practice) -> None:
    for key, selection in practice.sections.items():
        out = [one.code for one in selection.leave_out]
        for code in sorted({code for code in out if code in selection.add or out.count(code) > 1}):
            reader.refuse(key, N_("%(code)s 写了不止一处", code=code), N_("一条规则要么采用，要么不适用。"))
    codes = [one.code for one in practice.features]
    for code in sorted({one for one in codes if codes.count(one) > 1}):
        reader.refuse("features", N_("特色 %(code)s 重复", code=code), N_("请给每项特色不同的编码。"))


def practice_reminders(practice: Practice, find: Find) -> Iterator[Problem]:
    """A practice of one place that is offered everywhere, and a list of another place without any of its items."""
    places = {practice.home, *practice.head.divisions}
    if practice.home not in ("", EVERYWHERE) and practice.head.jurisdiction == EVERYWHERE:
        what = N_("模式的所在地是%(home)s，适用地域是全国：各地都可以选用", home=practice.home)
        yield Problem(what, remedy=N_("只供当地选用的，请填写适用地域；供各地选用的，不必修改。"), place="jurisdiction")
    taken = [find(SECTIONS[ITEMS], code) for code in practice.sections[ITEMS].add]
    with_items = {item.list for item in taken if item}
    for number, code in enumerate(practice.sections[LISTS].add):
        found = find(SECTIONS[LISTS], code)
        head = found.head if found else None
        if head and EVERYWHERE not in head.divisions and not places & set(head.divisions) and code not in with_items:
            what = N_(
                "%(code)s 是%(place)s的清单，其中的条目只在当地适用；本模式没有列出任何一条，在别处不会判断",
                code=code,
                place=head.jurisdiction,
            )
            yield Problem(what, remedy=N_("请在负面清单条目的“增加适用”中逐条列出。"), place=f"{LISTS}.add.{number}")


def practice_references(practice: Practice) -> Iterator[Reference]:
    """Every rule that a practice names, with its place in the file."""
    for key, selection in practice.sections.items():
        for place, code in enumerate(selection.add):
            yield Reference(SECTIONS[key], code, f"{key}.add.{place}")
        for place, out in enumerate(selection.leave_out):
            yield Reference(SECTIONS[key], out.code, f"{key}.leave_out.{place}.code", leaves_out=True)
    for number, feature in enumerate(practice.features):
        for place, (kind, code) in enumerate(feature.through):
            yield Reference(kind, code, f"features.{number}.through.{place}.code")
