"""Shapes of input about contracts: terms, parties, service lines, agreed levels with bands, files."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, Form, FormField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.contracts.drafting import TERM_FIELDS, LevelFacts, LineFacts, Terms
from app.contracts.models import AgreedLevel, Comparison, Contract, ContractService, PeriodKind, Pricing
from app.contracts.rules import Band
from app.core.db import LabelledEnum
from app.core.errors import Problem, Refused
from app.core.forms import BaseForm, DayField, MoneyField, NumberField, SeenField, no_control_characters, text
from app.procurement.kinds import Method

REQUIRED = DataRequired(_l("请填写此项。"))
BAND_ROWS = 6


def options(kind: type[LabelledEnum]) -> Callable[[], list[tuple[str, Any]]]:
    """The members of an enum as choices, worded when the form is shown."""
    return lambda: [(member.value, member.label) for member in kind]


class OpenForm(BaseForm):
    title = StringField(_l("合同名称"), [REQUIRED, Length(max=200), no_control_characters])
    practice = SelectField(_l("地方模式"), default="")


class TermsForm(BaseForm):
    title = StringField(_l("合同名称"), [REQUIRED, Length(max=200), no_control_characters])
    mode = SelectField(_l("合同方式"))
    term_from = DayField(_l("起始日"), text(10))
    term_until = DayField(_l("截止日"), text(10))
    extension_basis = TextAreaField(_l("延长依据"), text(400))
    amount = MoneyField(_l("合同金额上限"), text(24))
    payment_terms = TextAreaField(_l("付款条款"), text(4000))
    point_value = MoneyField(_l("每分扣减金额"), text(24))
    cap_percent = NumberField(_l("每期扣减上限"), text(10), places=2)
    exclusive = BooleanField(_l("约定独家经营"))
    exclusive_basis = TextAreaField(_l("独家的法律依据与公平竞争审查"), text(400))
    data_terms = TextAreaField(_l("数据委托与安全"), text(4000))
    exit_terms = TextAreaField(_l("退出与移交"), text(4000))
    alone_reason = TextAreaField(_l("未关联项目采购的理由"), text(1000))
    alone_method = SelectField(_l("采购方式"), default="", choices=lambda: [("", _("请选择")), *options(Method)()])
    alone_reference = StringField(_l("采购结果的文号"), text(200))
    paper_number = StringField(_l("原合同编号"), text(100))
    paper_signed_on = DayField(_l("原合同签订日期"), text(10))
    paper_sha256 = SelectField(_l("原合同扫描件"))
    paper_upload = FileField(_l("上传扫描件"))

    @classmethod
    def of(cls, contract: Contract, modes: list[tuple[str, str]], files: list[tuple[str, str]]) -> "TermsForm":
        """The form with what the draft says now, or with what was sent."""
        version = contract.current
        form = cls(
            data={name: getattr(version, name) for name in TERM_FIELDS}
            | {
                "title": contract.subject.title,
                "mode": version.mode.code if version.mode else "",
                "amount": version.amount_fen,
                "point_value": version.point_fen,
                "paper_sha256": version.paper_sha256 or "",
                "alone_method": version.alone_method.value if version.alone_method else "",
            }
        )
        form.mode.choices = [("", _("请选择")), *modes]
        form.paper_sha256.choices = [("", _("没有选择")), *files]
        return form

    def terms(self, mode: Any) -> Terms:
        return Terms(
            title=self.title.data or "",
            mode=mode,
            term_from=self.term_from.day(),
            term_until=self.term_until.day(),
            extension_basis=self.extension_basis.data or "",
            amount_fen=self.amount.fen(),
            payment_terms=self.payment_terms.data or "",
            exclusive=bool(self.exclusive.data),
            exclusive_basis=self.exclusive_basis.data or "",
            point_fen=self.point_value.fen(),
            cap_percent=self.cap_percent.number(),
            data_terms=self.data_terms.data or "",
            exit_terms=self.exit_terms.data or "",
            paper_number=self.paper_number.data or None,
            paper_signed_on=self.paper_signed_on.day(),
            paper_sha256=self.paper_sha256.data or None,
            paper_upload=self.paper_upload.data or None,
            alone_reason=(self.alone_reason.data or "").strip(),
            alone_method=Method(self.alone_method.data) if self.alone_method.data else None,
            alone_reference=(self.alone_reference.data or "").strip(),
        )


class PartyForm(BaseForm):
    organisation = SelectField(_l("机构"), [REQUIRED])
    role = SelectField(_l("角色"), [REQUIRED])


class LineForm(BaseForm):
    service = SelectField(_l("服务"), [REQUIRED])
    pricing = SelectField(_l("计价方式"), choices=options(Pricing))
    fee = MoneyField(_l("每期固定费用"), text(24))
    unit_price = NumberField(_l("单价"), text(24), places=6)
    unit = StringField(_l("计量单位"), text(20))
    pay_period = SelectField(_l("计费周期"), choices=options(PeriodKind))
    expected_volume = NumberField(_l("每期预计用量"), text(16), places=0)

    @classmethod
    def of(cls, line: ContractService | None, services: list[tuple[str, str]]) -> "LineForm":
        given: dict[str, Any] = {"pricing": Pricing.UNIT_PRICE.value, "pay_period": PeriodKind.MONTH.value}
        if line is not None:
            given = {
                "service": line.service.code,
                "pricing": line.pricing.value,
                "pay_period": line.pay_period.value,
                "fee": line.fee_fen,
                "unit_price": line.unit_price,
                "unit": line.unit,
                "expected_volume": str(line.expected_volume) if line.expected_volume is not None else "",
            }
        form = cls(data=given)
        form.service.choices = [("", _("请选择")), *services]
        return form

    def facts(self, service: Any) -> LineFacts:
        volume = self.expected_volume.number()
        return LineFacts(
            service=service,
            pricing=Pricing(self.pricing.data),
            fee_fen=self.fee.fen(),
            unit_price=self.unit_price.number(),
            unit=self.unit.data or "",
            pay_period=PeriodKind(self.pay_period.data),
            expected_volume=int(volume) if volume is not None else None,
        )


class BandForm(Form):
    """One row of the band table: an empty bound with points is everything else."""

    bound = NumberField(_l("界限"), text(24), places=6)
    points = NumberField(_l("扣分"), text(6), places=0)


class LevelForm(BaseForm):
    indicator = SelectField(_l("指标"), [REQUIRED])
    comparison = SelectField(_l("要求"), choices=options(Comparison))
    target = NumberField(_l("约定值"), [REQUIRED, Length(max=24)], places=6)
    period = SelectField(_l("考核周期"), choices=options(PeriodKind))
    bands = FieldList(FormField(BandForm), _l("扣分档"), min_entries=BAND_ROWS, max_entries=BAND_ROWS)

    @classmethod
    def of(cls, level: AgreedLevel | None, indicators: list[tuple[str, str]]) -> "LevelForm":
        given: dict[str, Any] = {"period": PeriodKind.MONTH.value}
        if level is not None:
            given = {
                "indicator": level.indicator.code,
                "comparison": level.comparison.value,
                "target": level.target,
                "period": level.period.value,
                "bands": [{"bound": one.bound, "points": str(one.points)} for one in level.bands],
            }
        form = cls(data=given)
        form.indicator.choices = [("", _("请选择")), *indicators]
        return form

    def facts(self, indicator: Any) -> LevelFacts:
        target = self.target.number()
        assert target is not None  # noqa: S101 - the field is required
        return LevelFacts(
            indicator=indicator,
            comparison=Comparison(self.comparison.data),
            target=target,
            period=PeriodKind(self.period.data),
            bands=tuple(self._bands()),
        )

    def _bands(self) -> list[Band]:
        """Filled rows in order; a row with a bound but no points is refused rather than read as 0."""
        found = []
        for place, row in enumerate(self.bands, start=1):
            bound, points = row.form.bound.number(), row.form.points.number()
            if points is None and bound is not None:
                raise Refused(
                    Problem(_("第 %(n)s 档没有填写扣分。", n=place), remedy=_("不扣分请填 0。"), place="bands")
                )
            if points is not None:
                found.append(Band(bound, int(points)))
        return found


class DigestForm(BaseForm):
    """Confirms that the actor decides on the content he has read."""

    digest = SeenField()


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, *text(2000)[1:]])


class FileForm(BaseForm):
    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])
    purpose = StringField(_l("用途"), [REQUIRED, Length(max=200), no_control_characters])
