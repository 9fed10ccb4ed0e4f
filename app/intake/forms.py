"""Shapes of input: a file to look at, the digest of the one that is confirmed, days that were found later."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import InputRequired

from app.core.forms import BaseForm, DayField, SeenField, text
from app.intake.cells import header
from app.intake.columns import DAYS, PROJECTS


class UploadForm(BaseForm):
    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])


class LedgerForm(UploadForm):
    """A file that is looked at or imported."""

    @property
    def file_name(self) -> str:
        return str(self.file.data.filename or "")

    def content(self) -> bytes:
        found: bytes = self.file.data.stream.read()
        return found


class ConfirmForm(BaseForm):
    """Confirms the very content that was previewed."""

    digest = SeenField()


class SupplementForm(BaseForm):
    """Days of a project's past, as far as somebody found them, and what they rest on."""

    approved_on = DayField(header(PROJECTS, "approved_on"))
    build_started_on = DayField(header(PROJECTS, "build_started_on"))
    trial_from = DayField(header(PROJECTS, "trial_from"))
    accepted_on = DayField(header(PROJECTS, "accepted_on"))
    operation_from = DayField(header(PROJECTS, "operation_from"))
    basis = StringField(_l("资料来源"), [InputRequired(_l("请填写此项。")), *text(400)[1:]])

    def days(self) -> dict[str, date]:
        return {key: day for key in DAYS if (day := self[key].day()) is not None}
