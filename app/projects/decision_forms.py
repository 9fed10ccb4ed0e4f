"""Shapes of input about the life of a project: opening, reasons, opinions, rulings with conditions."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from app.core.errors import Problem, Refused
from app.core.forms import BaseForm, DayField, NumberField, SeenField, no_control_characters, text
from app.core.listing import options_of
from app.gates.actions import ConditionFacts, Ruling
from app.gates.kinds import OpinionKind, Stance, Step, Verdict
from app.gates.opinions import OpinionFacts
from app.gates.queries import panel_at
from app.gates.wording import condition_owner, in_words
from app.gates.workflow import may_owe
from app.organisations.queries import active_organisations
from app.projects.kinds import ProjectState
from app.projects.models import Project
from app.projects.rulings import points_of
from app.subjects.models import Party
from app.subjects.queries import parties_of

REQUIRED = DataRequired(_l("请填写此项。"))
CONDITION_ROWS = 5
V = Verdict


class OpenForm(BaseForm):
    title = StringField(_l("项目名称"), [REQUIRED, Length(max=200), no_control_characters])
    practice = SelectField(_l("地方模式"), default="")
    planned = BooleanField(_l("只列入规划，暂不申报"))


class DigestForm(BaseForm):
    """Confirms that the actor acts on the content he has read."""

    digest = SeenField()


class PlainForm(BaseForm):
    """An act that needs nothing but the button."""


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("理由"), [REQUIRED, *text(2000)[1:]])


def _register() -> list[tuple[str, str]]:
    return [("", str(_("不在名册中"))), *((one.code, one.name) for one in active_organisations())]


def opined_step(project: Project) -> Step:
    """The decision that opinions are recorded for now."""
    return Step.EVALUATE if project.state is ProjectState.EVALUATING else Step.APPROVE


class OpinionForm(BaseForm):
    kind = SelectField(_l("意见来源"), choices=lambda: options_of(OpinionKind))
    giver_name = StringField(_l("姓名"), [REQUIRED, Length(max=60), no_control_characters])
    giver_code = SelectField(_l("名册中的单位"), choices=_register, default="")
    giver_organisation = StringField(_l("单位（不在名册中的）"), text(120))
    stance = RadioField(_l("结论"), [REQUIRED], choices=lambda: options_of(Stance))
    score = NumberField(_l("评分"), text(3), places=0)
    text = TextAreaField(_l("意见"), [REQUIRED, Length(max=4000), no_control_characters])
    file = FileField(_l("意见原件"))
    independent = BooleanField(_l("本人已声明与项目各方无利害关系"))

    @classmethod
    def of(cls, project: Project) -> "OpinionForm":
        """The form with a field for each criterion that the panel of the step scores, in place of one score."""
        panel = panel_at(project.subject, opined_step(project))
        fields: dict[str, Any] = {
            f"score_{one.code}": NumberField(
                _("%(name)s（满分 %(n)s）", name=in_words(one.name), n=one.most), text(3), places=0
            )
            for one in (panel.criteria if panel else ())
        }
        form: OpinionForm = type("OpinionForm", (cls,), fields)()
        return form

    def criteria(self) -> list[Any]:
        """The fields of its criteria, in their order."""
        return [field for field in self if field.name.startswith("score_")]

    def _scores(self) -> tuple[tuple[str, int], ...]:
        given = [(field.name.removeprefix("score_"), field.number()) for field in self.criteria()]
        return tuple((code, int(number)) for code, number in given if number is not None)

    def facts(self, project: Project) -> OpinionFacts:
        """For the decision that the authority takes next."""
        score = self.score.number()
        return OpinionFacts(
            step=opined_step(project),
            scores=self._scores(),
            kind=OpinionKind(self.kind.data),
            giver_name=self.giver_name.data or "",
            giver_organisation=self.giver_organisation.data or "",
            giver_code=self.giver_code.data or "",
            independent=bool(self.independent.data),
            stance=Stance(self.stance.data),
            score=int(score) if score is not None else None,
            text=self.text.data or "",
        )


class ConditionForm(Form):
    """One condition: what has to be done, by whom, until when; an unused row stays empty."""

    owner = SelectField(_l("责任单位"), validate_choice=False)
    due_on = DayField(_l("期限"), text(10))
    text = StringField(_l("条件"), text(2000))


class RulingForm(BaseForm):
    """A ruling on what was read; what must be said depends on the verdict."""

    verdict = RadioField(_l("决定"), [REQUIRED])
    reason = TextAreaField(_l("理由"), text(4000))
    notice = TextAreaField(_l("一次性告知"), text(8000))
    conditions = FieldList(FormField(ConditionForm), _l("条件"), min_entries=CONDITION_ROWS, max_entries=CONDITION_ROWS)
    approval_number = StringField(_l("批复文号"), text(100))
    digest = SeenField(validators=[Length(max=64)])

    @classmethod
    def of(cls, project: Project, verdicts: tuple[Verdict, ...], given: dict[str, Any] | None = None) -> "RulingForm":
        """The form with the verdicts that the act allows, and the project's parties as owners of conditions."""
        form = cls(data=given or {})
        form.verdict.choices = [(one.value, one.label) for one in verdicts]
        owners = [
            ("", _("请选择")),
            *((party.organisation.code, _named(party)) for party in parties_of(project.subject) if may_owe(party)),
        ]
        for row in form.conditions:
            row.form.owner.choices = list(dict(owners).items())
        return form

    def ruling(self, project: Project) -> Ruling:
        owners = {party.organisation.code: party.organisation_id for party in parties_of(project.subject)}
        verdict = V(self.verdict.data)
        return Ruling(
            verdict=verdict,
            reason=self.reason.data or "",
            notice=points_of((self.notice.data or "").splitlines()) if verdict is V.RETURNED else (),
            conditions=tuple(self._conditions(owners)),
        )

    def _conditions(self, owners: dict[str, int]) -> list[ConditionFacts]:
        """Filled rows in order; a row that is filled in part is refused rather than left out."""
        found, problems = [], []
        for number, row in enumerate(self.conditions, start=1):
            said, owner, due = row.form.text.data or "", row.form.owner.data or "", row.form.due_on.day()
            if not (said or owner or due):
                continue
            if not (said and owner and due):
                problems.append(_half(number))
                continue
            if owner not in owners:
                problems.append(condition_owner(number))
                continue
            found.append(ConditionFacts(text=said, owner_id=owners[owner], due_on=due))
        if problems:
            raise Refused(problems)
        return found


def _half(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项条件没有写全。", n=number),
        why=_("每项条件都要写明内容、责任单位和期限。"),
        remedy=_("请补全这一行，或把它清空。"),
        place="conditions",
    )


def _named(party: Party) -> str:
    return f"{party.organisation.name}（{party.role.label}）"


class ReturnForm(BaseForm):
    # What the system finds missing is told in any case; this is what the authority adds.
    notice = TextAreaField(_l("其他需要补正的事项"), text(8000))
    reason = TextAreaField(_l("退回理由"), [REQUIRED, *text(2000)[1:]])

    def points(self) -> tuple[str, ...]:
        return points_of((self.notice.data or "").splitlines())
