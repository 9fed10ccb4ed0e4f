"""Shapes of input about drafts: the form that a kind's fields make, and what is said with an act."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, StopValidation

from app.catalogues.queries import parsed, said
from app.catalogues.reading import MAX_TEXT
from app.catalogues.unseen import unseen_in
from app.conditions.cel import MAX_LENGTH
from app.core.errors import DomainError, Refused
from app.core.forms import BaseForm, DayField, SeenField, no_control_characters, text
from app.gates.wording import in_words
from app.rulebook import entries
from app.rulebook.entries import Leaf, Shape
from app.rulebook.fields import fields_of
from app.rulebook.models import RuleDraft
from app.rulebook.queries import content_of_draft, entries_of

MOST_LINE, MOST_TEXT = 400, MAX_TEXT
REQUIRED = InputRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))
# Keys of entries are not names of a form's own parts.
PREFIX = "e."
LONG = frozenset({Shape.TEXT, Shape.PAIR_TEXT, Shape.CONDITION})
CHOOSING = frozenset({Shape.SEVERAL, Shape.ORDERED, Shape.CHOICE, Shape.ENTRY})
Content = dict[str, Any]
LANGUAGES = {"zh": _l("中文"), "en": _l("英文")}


class DraftForm(BaseForm):
    """Why the rule is to change; the fields of its kind are added under their places. Any text may be saved."""

    reason = TextAreaField(_l("修订理由"), text(2000))

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, by place."""
        return {
            name.removeprefix(PREFIX): field.data for name, field in self._fields.items() if name.startswith(PREFIX)
        }

    def take(self, error: DomainError) -> None:
        """Problems name places of the entry."""
        for problem in error.problems:
            place = f"{PREFIX}{problem.place}"
            super().take(Refused(replace(problem, place=place) if place in self._fields else problem))


class TypedDayField(StringField):
    """A day that is kept as it was typed: what is none is told when the draft is handed in."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        # A browser shows a text that is no day as empty: that one is drawn as text.
        self.type = "DayField" if _is_day(str(self.data or "")) else "StringField"


def _is_day(typed: str) -> bool:
    try:
        return not typed or bool(date.fromisoformat(typed))
    except ValueError:
        return False


def draft_form(draft: RuleDraft, content: Content | None = None) -> DraftForm:
    """The form of a draft as it was sent, or else as it stands; or (`content`) of what it would say."""
    shown = content_of_draft(draft) if content is None else content
    values = entries.spread(fields_of(draft.kind), shown)
    made = {
        f"{PREFIX}{leaf.place}": _input(draft.kind, leaf, values)
        for leaf in entries.leaves(fields_of(draft.kind), shown)
    }
    shown_values = {f"{PREFIX}{place}": value for place, value in values.items()}
    sent = {} if content is None else {"formdata": None}
    form: DraftForm = type("FormOfKind", (DraftForm,), made)(data=shown_values | {"reason": draft.reason}, **sent)
    return form


def _input(kind: str, leaf: Leaf, values: dict[str, Any]) -> Any:
    field, label = leaf.field, label_of(leaf)
    hint = said(field.hint) if field.hint and leaf.language != "en" and leaf.number < 2 else ""
    if field.shape is Shape.FLAG:
        return BooleanField(label, description=hint)
    if field.shape in CHOOSING:
        several = field.shape is Shape.SEVERAL
        held = values[leaf.place]
        listed = choices_of(kind, field, held if several else [held])
        made = SelectMultipleField if several else SelectField
        options = listed if several else [("", _("（未选）")), *listed]
        return made(label, choices=partial(list, options), validate_choice=False, description=hint)
    if field.shape is Shape.DAY:
        return TypedDayField(label, text(40), description=hint)
    if field.shape in LONG:
        most = MAX_LENGTH if field.shape is Shape.CONDITION else MOST_TEXT
        return TextAreaField(label, rule_text(most), description=hint)
    return StringField(label, rule_text(MOST_LINE), description=hint)


def rule_text(longest: int) -> list[Any]:
    """Validators of a text of a rule: what nobody sees in it is named with its place."""
    optional, length, _characters = text(longest)
    return [optional, length, _all_seen]


def _all_seen(_form: Any, field: Any) -> None:
    for problem in unseen_in(field.data or ""):
        raise StopValidation(f"{said(problem.what)} {said(problem.remedy)}")


def choices_of(kind: str, field: entries.Field, held: Iterable[str]) -> list[tuple[str, str]]:
    """What a field is chosen from. What it holds stays a choice although it is no longer on its list."""
    if field.choices:
        listed = [(value, said(word)) for value, word in field.choices]
    else:
        found = entries_of(field.of or kind)
        listed = [(entry.code, f"{entry.code} {in_words(parsed(entry).head.name)}") for entry in found]
    known = {value for value, _word in listed}
    return [*listed, *((value, value) for value in held if value and value not in known)]


def label_of(leaf: Leaf) -> str:
    word = said(leaf.field.label)
    if leaf.number:
        return str(_("%(rows)s %(n)s", rows=word, n=leaf.number))
    return str(_("%(word)s（%(language)s）", word=word, language=LANGUAGES[leaf.language])) if leaf.language else word


class StartForm(BaseForm):
    """A button."""


class SeenForm(BaseForm):
    """An act on the content that was read."""

    seen = SeenField()


class ReviewForm(SeenForm):
    note = TextAreaField(_l("复核说明"), text(2000))


class ReasonForm(BaseForm):
    reason = TextAreaField(
        _l("理由"), [REQUIRED, Length(max=2000, message=_l("最多 %(max)d 个字。")), no_control_characters]
    )


class PublishForm(SeenForm):
    valid_from = DayField(_l("生效日期"), [REQUIRED])
