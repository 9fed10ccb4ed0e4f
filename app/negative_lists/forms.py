"""Shapes of input about screening: a run, an answer, a request for an exemption, decisions on one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.core.forms import BaseForm, DayField, no_control_characters, text
from app.gates.kinds import Step
from app.negative_lists.actions import Grant, Wish
from app.negative_lists.answering import AnswerFacts

REQUIRED = InputRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))


def words(longest: int) -> list[Any]:
    """Validators of a text that must be there."""
    return [REQUIRED, Length(max=longest, message=_l("最多 %(max)d 个字。")), no_control_characters]


class RunForm(BaseForm):
    step = StringField(_l("环节"), [REQUIRED, Length(max=40)])

    def chosen(self) -> Step | None:
        return next((one for one in Step if one.value == self.step.data), None)


def _uploaded(field: FileField) -> FileStorage | None:
    given = field.data
    return given if isinstance(given, FileStorage) and given.filename else None


class _WithFile(BaseForm):
    file = FileField(_l("上传文件"))

    @property
    def upload(self) -> FileStorage | None:
        return _uploaded(self.file)


def _choices() -> list[tuple[str, Any]]:
    return [("no", _l("否，不存在这种情形")), ("yes", _l("是，存在这种情形"))]


class AnswerForm(_WithFile):
    is_hit = RadioField(_l("回答"), [CHOSEN], choices=_choices)
    note = TextAreaField(_l("核对说明"), words(2000))

    def facts(self, item_code: str) -> AnswerFacts:
        return AnswerFacts(item_code, self.is_hit.data == "yes", self.note.data or "", self.upload)


class AnswersForm(BaseForm):
    """All open questions of one answerer; what is left without an answer stays open."""

    codes: tuple[str, ...] = ()

    @classmethod
    def about(cls, codes: Sequence[str]) -> "AnswersForm":
        """A form with the three fields of every question, named by its code."""
        fields: dict[str, Any] = {"codes": tuple(codes)}
        for code in codes:
            fields[f"is_hit_{code}"] = RadioField(_l("回答"), [Optional()], choices=_choices)
            fields[f"note_{code}"] = TextAreaField(_l("核对说明"), [*text(2000), no_control_characters])
            fields[f"file_{code}"] = FileField(_l("上传文件"))
        made: AnswersForm = type("AnswersForm", (cls,), fields)()
        return made

    def of(self, code: str) -> tuple[Any, Any, Any]:
        """The fields of one question: answer, note, file."""
        return tuple(self[f"{name}_{code}"] for name in ("is_hit", "note", "file"))

    def facts(self) -> list[AnswerFacts]:
        """What was answered, by code."""
        rows = ((code, *self.of(code)) for code in self.codes)
        return [
            AnswerFacts(code, is_hit.data == "yes", note.data or "", _uploaded(file))
            for code, is_hit, note, file in rows
            if is_hit.data
        ]


class RequestForm(_WithFile):
    reason = TextAreaField(_l("申请理由"), words(2000))
    wanted_until = DayField(_l("申请有效至"), [REQUIRED])

    def wish(self, item_code: str) -> Wish:
        return Wish(item_code, self.reason.data or "", self.wanted_until.day() or date.min)


class GrantForm(BaseForm):
    valid_until = DayField(_l("批准有效至"), [REQUIRED])
    conditions = TextAreaField(_l("豁免条件"), text(2000))
    reason = TextAreaField(_l("理由"), words(2000))

    def facts(self) -> Grant:
        return Grant(self.valid_until.day() or date.min, self.reason.data or "", self.conditions.data or "")


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), words(2000))


class EmptyForm(BaseForm):
    """A button."""
