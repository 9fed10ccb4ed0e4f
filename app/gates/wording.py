"""Gates in words: why an input is not met, how far its source was verified, what stands against a decision."""

from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app.catalogues.models import STATUS_LABELS
from app.catalogues.queries import said
from app.catalogues.reading import Bilingual, Head, Status
from app.conditions.facts import FACTS
from app.conditions.gathering import word_of
from app.core.errors import Problem
from app.gates.checking import InputLine
from app.gates.gate_file import Criterion, Gate

# How decisions name what they are about: a version of a declaration by its number, a registered paper by its kind.
DECLARATION, DOCUMENT, CHANGE = "declaration", "document", "change"
TONES = {Status.READ: "good", Status.EXCERPT: "good", Status.UNVERIFIED: "warn", Status.PROPOSED: "info"}


def in_words(text: Bilingual) -> str:
    """In the reader's language."""
    return text.said_in(str(get_locale() or "zh"))


def source_tag(status: Status) -> tuple[str, str]:
    """Word and tone of how far a source was verified; only what was read may look like law."""
    return str(STATUS_LABELS[status]), TONES.get(status, "neutral")


def source_in_words(head: Head) -> str:
    """The source of a rule; what is not law says so with it."""
    if not head.citation:
        return str(_("产品默认值，不是法规要求"))
    if head.status.is_law:
        return head.citation
    return str(
        _("%(citation)s（%(status)s，不作为法规引用）", citation=head.citation, status=STATUS_LABELS[head.status])
    )


def about_in_words(about: str) -> str:
    """What a decision is about, in the reader's language: it is kept without one. A code stands as it is."""
    kind, _slash, rest = about.partition("/")
    if kind == DECLARATION and rest.isdigit():
        return str(_("申报书第 %(n)s 版", n=rest))
    if kind == CHANGE and rest.isdigit():
        return str(_("建设期调整第 %(n)s 号", n=rest))
    if kind == DOCUMENT:
        paper, _slash, number = rest.partition("/")
        return " ".join(part for part in (word_of("project.documents", paper), number) if part)
    return about


def fact_names(names: tuple[str, ...]) -> str:
    return str(_("、")).join(said(FACTS[name].label) for name in names)


def not_met(gate: Gate, line: InputLine) -> Problem:
    """One input that keeps a step closed: which gate asks for it, on whose authority, and what to do."""
    return Problem(
        in_words(line.words),
        why=why_not_met(gate, line),
        remedy=in_words(line.input.remedy),
        article=source_in_words(gate.head),
        place=line.input.place,
    )


def why_not_met(gate: Gate, line: InputLine) -> str:
    name = in_words(gate.head.name)
    if line.missing:
        return str(
            _(
                "%(code)s %(name)s：尚无记录（%(facts)s）。",
                code=gate.head.code,
                name=name,
                facts=fact_names(line.missing),
            )
        )
    return str(_("%(code)s %(name)s：现有记录不满足。", code=gate.head.code, name=name))


# --- what stands against a decision ----------------------------------------------------------------------------------


def same_person(step: Any) -> Problem:
    return Problem(
        _("您不能作出“%(step)s”的决定。", step=step),
        why=_("提请决定的人就是您；提请与决定须由不同的人办理（四眼原则）。"),
        remedy=_("请由本机构其他有权人员决定。"),
    )


def same_organisation(step: Any) -> Problem:
    return Problem(
        _("“%(step)s”不能由提请单位自己决定。", step=step),
        why=_("该环节由主管部门决定，提请单位不得兼作决定单位。"),
        remedy=_("请由主管部门办理。"),
    )


def not_decider(step: Any, role: Any) -> Problem:
    return Problem(
        _("“%(step)s”不是您的机构决定的事项。", step=step),
        why=_("该环节由%(role)s决定。", role=role),
        remedy=_("如您也在该机构任职，请先切换身份。"),
    )


def reason_missing() -> Problem:
    return Problem(
        _("请写明理由。"), why=_("退回或不予通过须书面说明理由。"), remedy=_("填写理由后再提交。"), place="reason"
    )


def against_experts() -> Problem:
    return Problem(
        _("本轮专家都不同意，通过须书面说明理由。"),
        why=_("不采纳专家意见的理由与决定一并留存。"),
        remedy=_("请写明理由；或退回补正、不予通过。"),
        place="reason",
    )


def notice_missing() -> Problem:
    return Problem(
        _("请列出需要补正的全部内容。"),
        why=_("退回时须一次性告知。"),
        remedy=_("逐条写明缺什么、怎样补。"),
        place="notice",
    )


def conditions_missing() -> Problem:
    return Problem(
        _("附条件通过须至少写明一项条件。"), remedy=_("写明条件、责任单位和期限，或改为通过。"), place="conditions"
    )


def conditions_unfit() -> Problem:
    return Problem(_("只有附条件通过才能附条件。"), remedy=_("请删除条件，或改为附条件通过。"), place="conditions")


def nobody_accepts() -> Problem:
    return Problem(
        _("没有主管部门可以核销条件。"),
        why=_("条件落实后须由主管部门核销，本事项的当事方中没有主管部门。"),
        remedy=_("请改为通过或退回。"),
        place="conditions",
    )


def condition_text(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项条件没有写明内容，或超过 2000 字。", n=number), remedy=_("请写明要做到什么。"), place="conditions"
    )


def condition_due(number: int, due_on: date) -> Problem:
    return Problem(
        _("第 %(n)s 项条件的期限 %(day)s 不在今天之后。", n=number, day=due_on.isoformat()),
        remedy=_("请填写今天之后的日期。"),
        place="conditions",
    )


def condition_owner(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项条件的责任单位不是能报送落实情况的当事方。", n=number),
        why=_("责任单位须是本事项的当事方，并有人员可以报送；监督方只监督，不落实条件。"),
        remedy=_("请改为项目单位、承建单位或运营企业。"),
        place="conditions",
    )


# --- opinions and obligations ----------------------------------------------------------------------------------------


def opinion_twice(name: str) -> Problem:
    return Problem(
        _("%(name)s 在本轮已经登记过意见。", name=name),
        why=_("一位评审人在一轮中只计一份意见。"),
        remedy=_("请核对姓名和单位；确为同名的另一人的，请在姓名后注明，例如“许明远（电子所）”。"),
        place="giver_name",
    )


def independence_unstated() -> Problem:
    return Problem(
        _("还没有登记“与各方无利害关系”的声明。"),
        why=_("专家和咨询评估机构须独立于项目各方，意见才能作为审批依据。"),
        remedy=_("请由本人声明后勾选；不能声明的，不登记为专家或咨询评估意见。"),
        place="independent",
    )


def of_a_party(name: str) -> Problem:
    return Problem(
        _("“%(name)s”是本项目的当事方，其人员不能作为独立专家。", name=name),
        why=_("专家和咨询评估机构须独立于项目各方。"),
        remedy=_("请改请与各方无利害关系的专家；所写简称不是该单位的，请写全称；部门的书面意见请以“有关部门”登记。"),
        place="giver_organisation",
    )


def of_its_group(name: str) -> Problem:
    return Problem(
        _("该单位与本项目当事方“%(name)s”有控股关系，其人员不能作为独立专家。", name=name),
        why=_("专家和咨询评估机构须独立于项目各方。"),
        remedy=_("请改请与各方无利害关系的专家。"),
        place="giver_organisation",
    )


def namesake(name: str, party: str) -> Problem:
    return Problem(
        _("“%(name)s”与当事方“%(party)s”的人员同名，不能确认其独立。", name=name, party=party),
        why=_("当事方的现任和曾任人员都不能作为独立专家。"),
        remedy=_("确属同名的，请从名册选择其单位，并附本人签字的意见和声明原件。"),
        place="giver_name",
    )


def no_opinions_here(step: Any) -> Problem:
    return Problem(
        _("“%(step)s”不征求评审意见。", step=step), remedy=_("评审意见只在主管部门决定的环节登记。"), place="step"
    )


def opinion_empty(place: str) -> Problem:
    return Problem(_("请填写评审人、单位和意见。"), remedy=_("三项都要写明。"), place=place)


def score_out_of_range() -> Problem:
    return Problem(_("评分须在 0 到 100 之间。"), remedy=_("没有评分的，请留空。"), place="score")


def score_wanted(most: int) -> Problem:
    return Problem(
        _("请填写 0 到 %(most)s 分的评分。", most=most),
        why=_("本环节的闸门要求专家评分，没有评分的意见不能计入。"),
        remedy=_("请按专家本人的评分填写。"),
        place="score",
    )


def criterion_unscored(one: Criterion) -> Problem:
    return Problem(
        _("“%(name)s”须评 0 到 %(most)s 分。", name=in_words(one.name), most=one.most),
        why=_("本环节的闸门要求专家逐项评分，缺一项不能计入。"),
        remedy=_("请按专家本人的评分填写。"),
        place=f"score_{one.code}",
    )


def stands_still(since: date) -> Problem:
    return Problem(
        _("项目已于 %(day)s 暂停，暂停期间不受理批复条件的报送和核销。", day=since.isoformat()),
        why=_("暂停期间期限停止计算；恢复后，期限按暂停的工作日顺延。"),
        remedy=_("请等主管部门恢复项目后再办理。"),
    )


def own_report() -> Problem:
    return Problem(
        _("您报送了这项条件的落实情况，不能自己核销。"),
        why=_("报送与核销须由不同的人办理（四眼原则）。"),
        remedy=_("请由主管部门其他经办核销。"),
    )


def report_empty() -> Problem:
    return Problem(_("请写明条件是怎样落实的。"), remedy=_("填写后再报送。"), place="text")
