"""Shapes of input about claims: a claim with its evidence, granting a stretch of it, refusing it."""

import re
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from app.contracts.models import Contract, ContractService
from app.core.clock import local, zone
from app.core.forms import BaseForm, no_control_characters
from app.core.listing import options_of
from app.evidence.queries import evidence_of
from app.service_levels.actions import ClaimFacts
from app.service_levels.choices import known_files, lines_by_code, service_choices
from app.service_levels.models import ExclusionCause

# What stands for every service of the contract; no code has an asterisk.
ALL = "*"
REQUIRED = InputRequired(_l("请填写此项。"))
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)


class MomentField(StringField):
    """A moment as the wall clock shows it, in the configured zone: 2026-09-01T08:30, to the second or finer."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, render_kw={"type": "datetime-local", "step": "1"}, **kwargs)

    def moment(self) -> datetime | None:
        return datetime.fromisoformat(self.data).replace(tzinfo=zone()) if self.data else None

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            found = self.moment() if _MOMENT.fullmatch(self.data) else None
        except ValueError:
            found = None
        if found is None or not 1990 <= found.year <= 2100:
            raise StopValidation(_("请填写日期和时间，例如 2026-09-01T08:30。"))

    def process_data(self, value: Any) -> None:
        self.data = local(value).replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value


class ClaimForm(BaseForm):
    service = SelectField(_l("服务"), [REQUIRED], default="")
    begins_at = MomentField(_l("开始时间"), [REQUIRED])
    ends_at = MomentField(_l("结束时间"), [REQUIRED])
    cause = SelectField(_l("原因"), choices=lambda: options_of(ExclusionCause))
    announced_at = MomentField(_l("公告时间"), [Optional()])
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])
    file = FileField(_l("上传证据"))
    evidence = SelectField(_l("或选择已有材料"), default="")

    @classmethod
    def of(cls, contract: Contract, given: dict[str, Any] | None = None) -> "ClaimForm":
        """The form for a contract, with what an outage suggests or with what was sent."""
        form = cls(data=given or {})
        form.service.choices = [
            ("", _("请选择")),
            (ALL, _("全部服务")),
            *service_choices(lines_by_code(contract).values()),
        ]
        form.evidence.choices = [("", _("没有选择")), *known_files(evidence_of(contract.subject))]
        return form

    def facts(self, lines: dict[str, ContractService]) -> ClaimFacts:
        begin, end = self.begins_at.moment(), self.ends_at.moment()
        line = lines.get(self.service.data or "")
        return ClaimFacts(
            service=line.service if line else None,
            begins_at=begin or datetime.min.replace(tzinfo=zone()),
            ends_at=end or datetime.min.replace(tzinfo=zone()),
            cause=ExclusionCause(self.cause.data),
            reason=self.reason.data or "",
            announced_at=self.announced_at.moment(),
            upload=self.file.data or None,
            evidence_sha=self.evidence.data or "",
        )


class GrantForm(BaseForm):
    granted_from = MomentField(_l("准予除外自"), [REQUIRED])
    granted_until = MomentField(_l("准予除外至"), [REQUIRED])
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class RefuseForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, Length(max=2000), no_control_characters])


class WithdrawForm(BaseForm):
    """A button."""
