"""Forms: the shape of input, kept when something is refused; one helper joins a form with one action."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from app.core.db import db, remember
from app.core.errors import DomainError, Malformed, Problem
from app.core.money import FEN_PER_YUAN, BadNumber, parse_decimal, show_decimal, yuan_to_fen

Result = TypeVar("Result")
CONTROL_CHARACTERS = {chr(code) for code in range(32)} - {"\n", "\r", "\t"}
# Characters that turn the direction of text or cannot be seen: what is read must be what is stored and signed.
INVISIBLE = {chr(code) for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)}


def tidy(text: Any) -> Any:
    """Strips outer blanks and unifies line ends."""
    return text.strip().replace("\r\n", "\n") if isinstance(text, str) else text


def no_control_characters(_form: Any, field: Field) -> None:
    """Refuses NUL and other control characters and lone surrogates, which no database or document carries."""
    text = field.data
    if isinstance(text, str) and (
        (CONTROL_CHARACTERS | INVISIBLE) & set(text) or any("\ud800" <= char <= "\udfff" for char in text)
    ):
        raise StopValidation(_("含有不可显示的控制字符，请删除后重试。"))


class FieldError(str):
    """A refusal beside its field: what, why, by which article, what to do. `brief` is what the summary on top says."""

    brief: str

    @classmethod
    def of(cls, problem: Problem) -> "FieldError":
        source = _("依据：%(article)s。", article=problem.article) if problem.article else ""
        whole = cls(_joined(problem.what, problem.why, source, problem.remedy))
        whole.brief = _joined(problem.what, problem.remedy)
        return whole


def _joined(*parts: Any) -> str:
    return str(_(" ")).join(str(part) for part in parts if part)


class BaseForm(FlaskForm):
    """A form with the version of the thing it edits; domain problems land on their fields."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = [tidy, *unbound_field.kwargs.get("filters", [])]
            return (
                unbound_field.bind(form=form, filters=filters, **options)
                if _is_text(unbound_field)
                else super().bind_field(form, unbound_field, options)
            )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[Problem] = []

    @property
    def row_version(self) -> int | None:
        """The version of the record as it was when the page was opened."""
        given = request.form.get("_version")
        if given is None or given == "":
            return None
        if not (given.isascii() and given.isdigit() and len(given) < 12):
            raise Malformed(
                Problem(
                    _("页面带来的修改次数不是数字，没有保存。"),
                    why=_("系统据此判断您打开页面之后记录是否被他人修改过。"),
                    remedy=_("请重新打开页面后再填写。"),
                )
            )
        return int(given)

    def take(self, error: DomainError) -> None:
        """Puts each problem beside its field, or on top when it has none."""
        for problem in error.problems:
            field = self._fields.get(problem.place)
            if field is None:
                self.problems.append(problem)
            else:
                field.errors = [*field.errors, FieldError.of(problem)]

    def attempt(self, action: Callable[[], Result]) -> Result | None:
        """Runs one action when the form is in shape; a refusal rolls back and stays on the form. None = not done."""
        if not self.validate_on_submit():
            return None
        try:
            result = action()
            db.session.flush()
        except DomainError as error:
            if error.status not in {409, 422}:
                raise
            db.session.rollback()
            remember(error)
            self.take(error)
            return None
        return result

    def succeeds(self, action: Callable[[], object]) -> bool:
        """`attempt` for an action that gives nothing back: True when it was done."""
        return self.attempt(lambda: (action(),)) is not None

    @property
    def flat_errors(self) -> list[tuple[str | None, list[str]]]:
        """Errors by field; those of rows inside a field stand under it, each once."""
        return [(name, list(dict.fromkeys(_sentences(found)))) for name, found in self.errors.items()]

    @property
    def status(self) -> int:
        """The status of the page that shows the form: 422 when it was sent and not accepted."""
        return 422 if request.method == "POST" else 200


def _sentences(errors: Any) -> Iterator[str]:
    if isinstance(errors, dict):
        for inner in errors.values():
            yield from _sentences(inner)
    elif isinstance(errors, list | tuple):
        for inner in errors:
            yield from _sentences(inner)
    else:
        yield errors.brief if isinstance(errors, FieldError) else str(errors)


def _is_text(unbound_field: Any) -> bool:
    return (
        isinstance(unbound_field.field_class, type)
        and issubclass(unbound_field.field_class, StringField)
        and "filters" not in unbound_field.kwargs
    )


def text(longest: int) -> list[Any]:
    """Validators of an optional text."""
    return [Optional(), Length(max=longest, message=_l("最多 %(max)d 个字。")), no_control_characters]


class SeenField(HiddenField):
    """The digest of the content that the person has read, sent along with the act; never typed."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        asked = [
            InputRequired(_l("页面没有带来您所阅读内容的摘要，请刷新页面后重新办理。")),
            Length(max=64, message=_l("不是内容摘要，请刷新页面后重新办理。")),
        ]
        super().__init__(label or _l("所阅读的内容"), asked if validators is None else validators, **kwargs)
        # Drawn as any hidden field.
        self.type = "HiddenField"


class NumberField(StringField):
    """A plain decimal with at most `places` decimals; what was typed is kept when it is not one."""

    def __init__(self, label: Any = None, validators: Any = None, places: int = 6, **kwargs: Any) -> None:
        self.places = places
        super().__init__(label, validators, **kwargs)

    def number(self) -> Decimal | None:
        return parse_decimal(self.data, self.places) if self.data else None

    def pre_validate(self, form: Any) -> None:
        if self.data:
            try:
                self.number()
            except BadNumber as error:
                raise StopValidation(self._expected()) from error

    def _expected(self) -> str:
        if not self.places:
            return str(_("请填写整数，不超过 12 位。"))
        return str(_("请填写普通数字，整数部分不超过 12 位，最多 %(n)s 位小数。", n=self.places))

    def process_data(self, value: Any) -> None:
        self.data = show_decimal(value).replace(",", "") if isinstance(value, Decimal) else value


class MoneyField(NumberField):
    """An amount in yuan, whole fen in the program."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, places=2, **kwargs)

    def fen(self) -> int | None:
        return yuan_to_fen(self.data) if self.data else None

    def process_data(self, value: Any) -> None:
        self.data = f"{Decimal(value) / FEN_PER_YUAN:.2f}" if isinstance(value, int) else value


class DayField(StringField):
    """A day as 2026-09-01; shown as a date input."""

    def day(self) -> date | None:
        return date.fromisoformat(self.data) if self.data else None

    def pre_validate(self, form: Any) -> None:
        if self.data:
            try:
                found = self.day()
            except ValueError as error:
                raise StopValidation(_("请按 2026-09-01 的格式填写日期。")) from error
            if found and not date(1990, 1, 1) <= found <= date(2100, 12, 31):
                raise StopValidation(_("日期须在 1990 年至 2100 年之间。"))

    def process_data(self, value: Any) -> None:
        self.data = value.isoformat() if isinstance(value, date) else value
