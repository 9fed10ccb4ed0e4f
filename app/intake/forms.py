"""Shapes of input: a file to look at, and the digest of the one that is confirmed."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from app.core.forms import BaseForm


class UploadForm(BaseForm):
    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])


class ConfirmForm(BaseForm):
    """Confirms the very content that was previewed."""

    digest = HiddenField(validators=[InputRequired(_l("请刷新页面后重试。")), Length(max=64)])
