"""Shapes of input: items, submissions, opinions, judgements and conclusions, of acceptance and of handover."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.acceptances.actions import ItemFacts, Judgement
from app.acceptances.handing_over import ThingFacts
from app.acceptances.handover_models import HandoverItem
from app.acceptances.kinds import HandoverClass, ItemSource, Outcome
from app.acceptances.material import Material
from app.acceptances.models import AcceptanceItem
from app.core.forms import BaseForm, SeenField, no_control_characters
from app.core.listing import options_of
from app.gates.kinds import Stance

REQUIRED = InputRequired(_l("请填写此项。"))
CHOSEN = InputRequired(_l("请选择。"))
PASSED, FAILED = "passed", "failed"
Choices = list[tuple[str, str]]


def words(longest: int) -> list[Any]:
    """Validators of a text that must be there."""
    return [REQUIRED, Length(max=longest, message=_l("最多 %(max)d 个字。")), no_control_characters]


def picked(text: Any) -> int | None:
    """A key among choices; whether it may be chosen is judged by the action."""
    given = text or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


class EmptyForm(BaseForm):
    """A button."""


class RemoveForm(BaseForm):
    """The action asks for the reason, so that it says why there must be one."""

    reason = TextAreaField(
        _l("删除的理由"), [Length(max=2000, message=_l("最多 %(max)d 个字。")), no_control_characters]
    )


class OpenForm(BaseForm):
    scope = HiddenField(_l("验收范围"), default="all", validators=[Length(max=10)])

    @property
    def only_failed(self) -> bool:
        return bool(self.scope.data == FAILED)


class ItemForm(BaseForm):
    source = SelectField(_l("来源"), [CHOSEN], choices=lambda: options_of(ItemSource))
    deliverer = SelectField(_l("提交单位"), choices=[], validate_choice=False)
    requirement = TextAreaField(_l("验收内容"), words(2000))
    standard = TextAreaField(_l("合格标准"), words(2000))

    @classmethod
    def of(cls, deliverers: Choices, item: AcceptanceItem | None) -> "ItemForm":
        given = {"source": ItemSource.CONTRACT.value}
        if item is not None:
            given = {
                "source": item.source.value,
                "requirement": item.requirement,
                "standard": item.standard,
                "deliverer": str(item.deliverer_id),
            }
        form = cls(data=given)
        form.deliverer.choices = deliverers
        return form

    def facts(self) -> ItemFacts:
        return ItemFacts(
            source=ItemSource(self.source.data),
            requirement=self.requirement.data or "",
            standard=self.standard.data or "",
            deliverer_id=picked(self.deliverer.data),
        )


class EvidenceForm(BaseForm):
    """A new file, or one that the organisation has given the project already."""

    file = FileField(_l("上传文件"))
    existing = SelectField(_l("或选择已有材料"), choices=[], validate_choice=False)

    @property
    def material(self) -> Material:
        given = self.file.data
        upload = given if isinstance(given, FileStorage) and given.filename else None
        return Material(upload, (self.existing.data or "")[:64])


class SubmitForm(EvidenceForm):
    text = TextAreaField(_l("完成情况"), words(4000))


class OpineForm(EvidenceForm):
    stance = SelectField(_l("监理结论"), [CHOSEN], choices=lambda: [("", _("请选择")), *options_of(Stance)])
    text = TextAreaField(_l("监理意见"), words(4000))


class JudgeForm(EvidenceForm):
    seen = HiddenField(_l("所阅读的内容"), validators=[REQUIRED, Length(max=6)])
    outcome = SelectField(_l("判定结果"), [CHOSEN], choices=lambda: [("", _("请选择")), *options_of(Outcome)])
    reason = TextAreaField(_l("判定理由"), words(2000))
    against = TextAreaField(
        _l("不采纳监理意见的理由"), [Length(max=2000, message=_l("最多 %(max)d 个字。")), no_control_characters]
    )

    def judgement(self) -> Judgement:
        seen, against = picked(self.seen.data), self.against.data or ""
        return Judgement(Outcome(self.outcome.data), self.reason.data or "", -1 if seen is None else seen, against)


class ConcludeForm(BaseForm):
    digest = SeenField()
    outcome = RadioField(_l("验收结论"), [CHOSEN], choices=lambda: [(PASSED, _("验收合格")), (FAILED, _("验收不合格"))])
    reason = TextAreaField(_l("结论说明"), words(2000))

    @property
    def passed(self) -> bool:
        return bool(self.outcome.data == PASSED)


# --- handover --------------------------------------------------------------------------------------------------------


class ThingForm(BaseForm):
    category = SelectField(_l("类别"), [CHOSEN], choices=lambda: options_of(HandoverClass))
    deliverer = SelectField(_l("提交单位"), choices=[], validate_choice=False)
    text = TextAreaField(_l("移交内容"), words(2000))
    takes_over = BooleanField(_l("项目单位接收后，还须运营企业接管"))

    @classmethod
    def of(cls, deliverers: Choices, item: HandoverItem | None) -> "ThingForm":
        given: dict[str, Any] = {}
        if item is not None:
            given = {
                "category": item.category.value,
                "text": item.text,
                "deliverer": str(item.deliverer_id),
                "takes_over": item.takes_over,
            }
        form = cls(data=given)
        form.deliverer.choices = deliverers
        return form

    def facts(self) -> ThingFacts:
        return ThingFacts(
            category=HandoverClass(self.category.data),
            text=self.text.data or "",
            deliverer_id=picked(self.deliverer.data),
            takes_over=bool(self.takes_over.data),
        )


class DeliverForm(EvidenceForm):
    text = TextAreaField(_l("移交说明"), words(4000))


class ReceiveForm(EvidenceForm):
    text = TextAreaField(_l("清点情况"), words(4000))


class SendBackForm(BaseForm):
    reason = TextAreaField(_l("退回理由"), words(4000))


class WitnessForm(EvidenceForm):
    stance = SelectField(_l("监交结论"), [CHOSEN], choices=lambda: [("", _("请选择")), *options_of(Stance)])
    text = TextAreaField(_l("监交说明"), words(4000))


class HandoverConcludeForm(BaseForm):
    digest = SeenField()
    reason = TextAreaField(_l("结论说明"), words(2000))
