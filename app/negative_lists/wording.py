"""Screening in words: what stands against a step, what is missing, what is refused about answers and exemptions."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _

from app.conditions.facts import FACTS
from app.core.errors import Problem
from app.gates.wording import fact_names, in_words, source_in_words
from app.negative_lists.item_file import Asked, Item
from app.negative_lists.judging import ANSWER
from app.negative_lists.kinds import Level, Outcome


def standing_against(item: Item, outcome: Outcome, missing: Iterable[str], href: str = "") -> Problem:
    """One item that keeps a step closed."""
    what = _("负面清单 %(code)s：%(text)s", code=item.head.code, text=in_words(item.head.name))
    return Problem(
        what,
        why=why_closed(item, outcome, missing),
        remedy=remedy(item, outcome, missing),
        article=source_in_words(item.head),
        place=item.head.code,
        href=href,
    )


def why_closed(item: Item, outcome: Outcome, missing: Iterable[str]) -> str:
    if outcome is Outcome.HIT:
        return str(_("命中“%(severity)s”条目。", severity=item.severity.label))
    if outcome is Outcome.UNRECORDED:
        return str(_("系统还没有登记%(facts)s的地方，不能判断，也不算未命中。", facts=fact_names(tuple(missing))))
    missed = missing_words(item, missing)
    return str(_("“%(severity)s”条目不能判断：%(missing)s。", severity=item.severity.label, missing=missed))


def remedy(item: Item, outcome: Outcome, missing: Iterable[str]) -> str:
    """For a hit what the list says; for what cannot be told, where to record it or who answers."""
    if outcome is Outcome.HIT:
        return in_words(item.remedy)
    if outcome is Outcome.UNRECORDED:
        return str(_("请在系统外核对；确有所列情形的，先行处理：%(remedy)s", remedy=in_words(item.remedy)))
    listed = tuple(missing)
    if ANSWER in listed:
        return str(_("请由%(who)s在“负面清单”页回答。", who=asked_words(item.asked)))
    sources = source_words(listed)
    if not sources:
        return str(_("请联系系统管理员检查该条目的条件。"))
    return str(_("请补充登记，见：%(sources)s。", sources=_("、").join(sources)))


def missing_words(item: Item, missing: Iterable[str]) -> str:
    """What is missing, by its words: an answer, facts, or a condition that could not be evaluated."""
    listed = tuple(missing)
    facts = tuple(name for name in listed if name in FACTS)
    if ANSWER in listed:
        return str(_("等待%(who)s回答问题", who=asked_words(item.asked)))
    if facts:
        return str(_("没有登记%(facts)s", facts=fact_names(facts)))
    return str(_("条件无法计算"))


def source_words(names: Iterable[str]) -> list[str]:
    """The records in which missing facts are kept, each once."""
    found = dict.fromkeys(FACTS[name].source for name in names if name in FACTS)
    return [str(_(getattr(source, "msgid", source))) for source in found]


def asked_words(asked: Asked) -> str:
    return str(_("项目单位") if asked is Asked.CLIENT else _("主管部门"))


# --- answers ---------------------------------------------------------------------------------------------------------


def no_such_item(code: str) -> Problem:
    return Problem(
        _("负面清单条目 %(code)s 今天不在生效。", code=code), remedy=_("请刷新页面，选择现行条目。"), place="item"
    )


def no_question(code: str) -> Problem:
    return Problem(
        _("条目 %(code)s 由系统按登记的事实判断，没有需要回答的问题。", code=code),
        remedy=_("如事实登记有误，请到相应记录中更正。"),
        place="item",
    )


def another_kind(code: str) -> Problem:
    return Problem(
        _("条目 %(code)s 不适用于这类事项。", code=code), remedy=_("请从该事项的“负面清单”页进入。"), place="item"
    )


def not_asked(asked: Asked) -> Problem:
    return Problem(
        _("这个问题不由您的机构回答。"),
        why=_("该条目由%(who)s回答。", who=asked_words(asked)),
        remedy=_("如您也在该机构任职，请先切换身份。"),
    )


def nothing_answered() -> Problem:
    return Problem(_("没有选择任何回答。"), remedy=_("请至少回答一个问题；其余的可以以后再答。"))


def note_missing() -> Problem:
    return Problem(_("请写明核对了什么、依据是什么。"), remedy=_("填写说明后再提交，不超过 2000 字。"), place="note")


# --- runs ------------------------------------------------------------------------------------------------------------


def no_such_step(step: object, kind: object) -> Problem:
    return Problem(
        _("“%(step)s”不是%(kind)s的环节。", step=step, kind=kind), remedy=_("请选择列出的环节。"), place="step"
    )


def not_management() -> Problem:
    return Problem(
        _("核查由项目单位或者主管部门运行。"),
        why=_("您的机构在该事项中不是管理方。"),
        remedy=_("您可以在页面上查看现状；如您也在管理方任职，请先切换身份。"),
    )


# --- exemptions ------------------------------------------------------------------------------------------------------


def not_the_client() -> Problem:
    return Problem(
        _("豁免由项目单位申请。"),
        why=_("您的机构不是该事项的项目单位。"),
        remedy=_("如您也在该机构任职，请先切换身份。"),
    )


def never_exempted(item: Item) -> Problem:
    return Problem(
        _("“%(severity)s”条目不能豁免。", severity=item.severity.label),
        why=_("只有“限制”条目可以申请豁免。"),
        remedy=in_words(item.remedy),
        article=source_in_words(item.head),
        place="item",
    )


def nothing_to_exempt(code: str) -> Problem:
    return Problem(
        _("条目 %(code)s 现在没有命中，也没有不明，不需要豁免。", code=code),
        remedy=_("如情况有变化，请先更正登记的事实。"),
        place="item",
    )


def already_open(code: str, state: object) -> Problem:
    return Problem(
        _("该条目已有豁免 %(code)s（%(state)s）。", code=code, state=state),
        why=_("一个条目同时只有一项待审批或有效的豁免。"),
        remedy=_("请等待审批，或在其结束后再申请。"),
        place="item",
    )


def nobody_decides() -> Problem:
    return Problem(
        _("没有可以审批豁免的主管部门。"),
        why=_("该条目的豁免由本事项的主管部门审批，而当事方中没有主管部门。"),
        remedy=_("请先消除命中的情形，或将主管部门列为当事方。"),
    )


def nobody_of_level(item: Item) -> Problem:
    return Problem(
        _("没有可以审批这项豁免的%(level)s。", level=item.exempted_by.label),
        why=_(
            "条目 %(code)s 的豁免须由%(level)s审批；本地区及上级地区还没有登记，或者只有申请单位自己。",
            code=item.head.code,
            level=item.exempted_by.label,
        ),
        remedy=_("请先消除命中的情形，或请系统管理员登记负责本地区的上级主管部门。"),
    )


def parties_are_fixed(name: str) -> Problem:
    return Problem(
        _("%(name)s 不能参与本事项的豁免审批。", name=name),
        why=_("本事项的当事方已经固定，不能再请其他机构审批。"),
        remedy=_("请退回修改后再申请，或先消除命中的情形。"),
    )


def level_words(level: Level) -> str:
    """Who exempts, in a sentence of its own."""
    words = {
        Level.AUTHORITY: _("由本事项的主管部门审批"),
        Level.CITY: _("由市级以上主管部门审批"),
        Level.PROVINCE: _("由省级主管部门审批"),
    }
    return str(words[level])


def reason_missing(place: str = "reason") -> Problem:
    return Problem(_("请写明理由。"), remedy=_("填写理由后再提交，不超过 2000 字。"), place=place)


def evidence_missing() -> Problem:
    return Problem(
        _("请上传证明材料。"), why=_("没有证据的豁免申请不予受理。"), remedy=_("选择文件后再提交。"), place="file"
    )


def end_out_of_range(latest: date) -> Problem:
    return Problem(
        _("截止日须在今天之后，且不晚于 %(day)s。", day=latest.isoformat()),
        why=_("豁免必须有期限，最长两年。"),
        remedy=_("请改填截止日。"),
        place="wanted_until",
    )


def granted_end_out_of_range(latest: date) -> Problem:
    return Problem(
        _("批准的截止日须在今天之后，且不晚于申请的 %(day)s。", day=latest.isoformat()),
        why=_("批准的期限不能长于申请的期限。"),
        remedy=_("请改填截止日，或不同意后由项目单位重新申请。"),
        place="valid_until",
    )


def no_longer_restricted() -> Problem:
    return Problem(
        _("该条目现行版本已不是“限制”条目。"),
        why=_("申请之后，清单条目的严重程度有变化。"),
        remedy=_("请不同意本申请，并按现行清单办理。"),
    )


def own_request() -> Problem:
    return Problem(
        _("不能审批本人申请的豁免。"),
        why=_("申请与审批须由两个机构的两个人办理（四眼原则）。"),
        remedy=_("请由审批机构的其他负责人审批。"),
    )


def acted_for_client() -> Problem:
    return Problem(
        _("您曾代表项目单位办理本事项，不能审批它的豁免。"),
        why=_("提出项目的人不得放行负面清单，变更任职后也不例外。"),
        remedy=_("请由审批机构的其他负责人审批。"),
    )
