"""The editor of a draft: its form in blocks, every condition as it reads now, the field picker beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from app.catalogues.queries import said
from app.core.actors import Actor
from app.rulebook import entries, looking
from app.rulebook.entries import Content, Field, Shape
from app.rulebook.fields import EDITABLE, Section
from app.rulebook.forms import PREFIX, DraftForm
from app.rulebook.models import RuleDraft
from app.rulebook.pages import kind_word, name_in, title_of


@dataclass(frozen=True)
class Slot:
    """One input in the grid of the editor; `cols` of twelve, and whether it begins a line."""

    name: str
    cols: str
    is_condition: bool = False
    is_searchable: bool = False
    look: looking.Look | None = None


@dataclass(frozen=True)
class Block:
    """Inputs that belong together: a section, or one row of a list (`drop` is what takes it away)."""

    title: str
    slots: list[Slot]
    drop: str = ""
    add: str = ""
    is_row: bool = False
    is_open: bool = False


@dataclass(frozen=True)
class EditPage:
    """Everything templates/rulebook/edit.html reads."""

    draft: RuleDraft
    kind_word: str
    title: str
    blocks: list[Block]
    conditions: list[tuple[str, str]]
    subject: str
    subjects: Sequence[Any]
    groups: list[tuple[str, list[looking.Offered]]]
    picked: looking.Picked | None
    begins: str


_COLS = {
    Shape.CHOICE: 4,
    Shape.ORDERED: 3,
    Shape.ENTRY: 6,
    Shape.DAY: 4,
    Shape.WHOLE: 4,
    Shape.LINE: 6,
    Shape.PAIR: 6,
    Shape.PAIR_TEXT: 6,
}


def edit_page(
    actor: Actor, draft: RuleDraft, form: DraftForm, content: Content, subject: str, picked: looking.Picked | None
) -> EditPage:
    """The form in blocks, with every condition as it now reads."""
    blocks = [block for section in EDITABLE[draft.kind] for block in _blocks(actor, section, form, content, subject)]
    blocks = _opened(blocks, form)
    conditions = [
        (slot.name, _place_word(block, form, slot)) for block in blocks for slot in block.slots if slot.is_condition
    ]
    return EditPage(
        draft=draft,
        kind_word=kind_word(draft.kind),
        title=title_of(draft),
        blocks=blocks,
        conditions=conditions,
        subject=subject,
        subjects=looking.subjects_offered(actor) if conditions else [],
        groups=looking.fields_offered() if conditions else [],
        picked=picked,
        begins=str(content.get("valid_from") or "") if draft.base_entry_id else "",
    )


def _opened(blocks: Sequence[Block], form: DraftForm) -> list[Block]:
    """The first block and the first condition are open, a row that says nothing yet, and whatever has something to
    mend; the rest is folded."""
    found, seen = [], False
    for number, block in enumerate(blocks):
        judged = [slot.look for slot in block.slots if slot.look is not None]
        flawed = any(form[slot.name].errors for slot in block.slots) or any(look.problems for look in judged)
        new = block.is_row and not any(form[slot.name].data for slot in block.slots)
        found.append(replace(block, is_open=not number or flawed or new or bool(judged and not seen)))
        seen = seen or bool(judged)
    return found


def _place_word(block: Block, form: DraftForm, slot: Slot) -> str:
    word = str(form[slot.name].label.text)
    return f"{block.title} · {word}" if block.is_row else word


def _blocks(actor: Actor, section: Section, form: DraftForm, content: Content, subject: str) -> list[Block]:
    return _group(_Shown(actor, form, subject), said(section.title), section.fields, content, "")


@dataclass(frozen=True)
class _Shown:
    """What every block is made with."""

    actor: Actor
    form: DraftForm
    subject: str


def _group(shown: _Shown, title: str, fields: Sequence[Field], content: Content, before: str) -> list[Block]:
    """Inputs under one title, then a block for each row of their lists and each mapping inside."""
    plain = [field for field in fields if not field.rows]
    slots = [_slot(shown, leaf) for leaf in entries.leaves(plain, content, before)]
    # A row that was taken away, or came meanwhile, is not in the form that was sent.
    found = [Block(title, [slot for slot in slots if slot.name in shown.form])] if plain else []
    for field in fields:
        if field.shape is Shape.INSIDE:
            inner = content.get(field.key)
            inside = inner if isinstance(inner, dict) else {}
            found += _group(shown, said(field.label), field.rows, inside, f"{before}{field.key}.")
        elif field.shape is Shape.ROWS:
            found += _row_blocks(shown, field, content, before)
    return found


def _row_blocks(shown: _Shown, field: Field, content: Content, before: str) -> list[Block]:
    place, rows = f"{before}{field.key}", content.get(field.key)
    found: list[Block] = []
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        inside = row if isinstance(row, dict) else {}
        title = str(_("%(rows)s %(n)s", rows=said(field.label), n=number + 1))
        named = name_in(inside) or str(inside.get("code") or "")
        title = str(_("%(rows)s：%(name)s", rows=title, name=named)) if named else title
        first, *more = _group(shown, title, field.rows, inside, f"{place}.{number}.")
        found += [replace(first, drop=f"{place}.{number}", is_row=True), *more]
    return [*found, Block(said(field.label), [], add=place)]


def _slot(shown: _Shown, leaf: entries.Leaf) -> Slot:
    shape, name = leaf.field.shape, f"{PREFIX}{leaf.place}"
    if shape is Shape.CONDITION:
        look = looking.look(shown.actor, str(shown.form[name].data or "") if name in shown.form else "", shown.subject)
        return Slot(name, "12", is_condition=True, look=look)
    cols = f"{_COLS.get(shape, 12)}{' gy-begins' if leaf.language == 'zh' else ''}"
    return Slot(name, cols, is_searchable=shape in (Shape.ENTRY, Shape.SEVERAL))
