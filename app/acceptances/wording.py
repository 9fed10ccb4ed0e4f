"""What stands against an act of acceptance or handover, in words."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from app.core.errors import Problem
from app.core.permissions import Permission
from app.projects.kinds import ProjectState

# How many items a line names before it only counts them.
SHOWN = 8


def not_the_client(act: Permission) -> Problem:
    return Problem(
        _("“%(act)s”不是您的机构的事项。", act=act.label),
        why=_("该事项由项目单位办理。"),
        remedy=_("如您也在该机构任职，请先切换身份。"),
    )


def suspended() -> Problem:
    """The same of acceptance and of handover."""
    return Problem(
        _("项目已暂停，现在不能办理。"),
        why=_("暂停期间不提交、不判定、不接收，也不作出结论；各方的期限停止计算。"),
        remedy=_("请等待主管部门恢复项目，恢复后从原处继续。"),
    )


def not_to_accept(state: ProjectState) -> Problem:
    if state is ProjectState.SUSPENDED:
        return suspended()
    return Problem(
        _("项目现在不能组织验收。"),
        why=_("项目是“%(state)s”；建设中组织初步验收，试运行中组织竣工验收。", state=state.label),
        remedy=_("请先完成前面的步骤。"),
    )


def still_open(code: str) -> Problem:
    return Problem(
        _("验收 %(code)s 还没有结论。", code=code),
        why=_("同一项目同时只进行一轮验收。"),
        remedy=_("请先完成该轮验收。"),
    )


def nobody_delivers() -> Problem:
    return Problem(
        _("项目还没有承建单位或运营企业。"),
        why=_("每个验收项都要有提交的单位，验收才有对象。"),
        remedy=_("请先完成采购，由成交单位加入项目。"),
    )


def flaws_of(requirement: str, standard: str) -> Iterator[Problem]:
    if not requirement.strip():
        yield Problem(_("请写明验收什么。"), place="requirement")
    if not standard.strip():
        yield Problem(_("请写明怎样算合格。"), place="standard")


def not_a_deliverer() -> Problem:
    return Problem(
        _("提交单位须是本项目的承建单位或运营企业。"),
        why=_("谁建设、谁运营，谁提交；管理方和监督方不能提交。"),
        remedy=_("请重新选择。"),
        place="deliverer",
    )


def judging_began() -> Problem:
    return Problem(
        _("本轮已开始判定，验收项不能再改。"),
        why=_("同一轮验收用同一把尺子：判定开始后不增、不改、不删。"),
        remedy=_("如确需调整，请作出不合格结论后在下一轮调整。"),
    )


def submitted_already(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项已有提交或意见，不能修改或删除。", n=number),
        why=_("提交的材料针对原来的要求，要求不能在提交之后改变。"),
        remedy=_("可以另外增加一项。"),
    )


def removal_without_reason() -> Problem:
    return Problem(
        _("请写明删除的理由。"),
        why=_("删除的事项和理由记入办理记录，供以后核对。"),
        remedy=_("填写理由后再删除。"),
        place="reason",
    )


def last_item() -> Problem:
    return Problem(_("这是最后一项，不能删除。"), why=_("没有验收项就无从验收。"), remedy=_("请先增加其他验收项。"))


def not_the_deliverer(name: str) -> Problem:
    return Problem(
        _("这一项由“%(name)s”提交。", name=name),
        why=_("每一项只由写明的单位提交。"),
        remedy=_("请由该单位办理。"),
    )


def passed_already(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项已判定合格，不需要再提交。", n=number),
        why=_("合格以后再换材料，会使判定失去依据。"),
        remedy=_("如需补充材料，请与项目单位联系。"),
    )


def newer_submission() -> Problem:
    return Problem(
        _("提交单位刚刚有新的提交，没有判定。"),
        why=_("判定须针对您看过的最新材料。"),
        remedy=_("请刷新页面，看过新材料后再判定。"),
    )


def nothing_to_judge() -> Problem:
    return Problem(
        _("这一项还没有提交，也没有上传判定依据。"),
        why=_("每个判定都要有据可查。"),
        remedy=_("请等待提交，或上传项目单位自己的测试、检查记录。"),
        place="file",
    )


def passed_without_evidence(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项没有证据材料，不能判定合格。", n=number),
        why=_("提交单位只写了说明，没有附材料；逐项验收须凭材料判定，事后才能核验。"),
        remedy=_("请提交单位附材料重新提交，或由项目单位上传自己的测试、检查记录。"),
        place="file",
    )


def concluded_already(code: str) -> Problem:
    return Problem(
        _("验收 %(code)s 已有结论。", code=code),
        why=_("结论作出后，验收项、材料和判定都不再改变。"),
        remedy=_("请刷新页面查看。"),
    )


def not_passed(number: int, requirement: str, judged: bool) -> Problem:
    return Problem(
        _("第 %(n)s 项未合格：%(text)s", n=number, text=requirement[:60]),
        why=_("最近一次判定为不合格。") if judged else _("还没有判定。"),
        remedy=_("请整改并判定合格后再作出合格结论，或作出不合格结论。"),
    )


def items_not_passed(numbers: Sequence[int]) -> Problem:
    return Problem(
        _("还有 %(n)s 项未合格", n=len(numbers)),
        why=_("第 %(listed)s 项。", listed=_listed(numbers)),
        remedy=_("逐项判定合格后才能作出合格结论。"),
    )


def no_evidence(number: int, requirement: str) -> Problem:
    return Problem(
        _("第 %(n)s 项判定合格，但没有证据材料：%(text)s", n=number, text=requirement[:60]),
        why=_("判定和所针对的提交都没有附材料。"),
        remedy=_("请凭材料重新判定。"),
    )


def items_without_evidence(numbers: Sequence[int]) -> Problem:
    return Problem(
        _("还有 %(n)s 项没有证据材料", n=len(numbers)),
        why=_("第 %(listed)s 项。", listed=_listed(numbers)),
        remedy=_("请凭材料重新判定。"),
    )


def no_opinion(number: int, requirement: str, is_outdated: bool) -> Problem:
    return Problem(
        _("第 %(n)s 项没有监理意见：%(text)s", n=number, text=requirement[:60]),
        why=_("监理意见早于最近一次提交。") if is_outdated else _("项目有监理单位，还没有对这一项出具意见。"),
        remedy=_("请监理单位出具意见后再作出合格结论。"),
    )


def items_without_opinion(numbers: Sequence[int]) -> Problem:
    return Problem(
        _("还有 %(n)s 项没有监理意见", n=len(numbers)),
        why=_("第 %(listed)s 项。", listed=_listed(numbers)),
        remedy=_("请监理单位出具意见后再作出合格结论。"),
    )


def nothing_to_opine_on(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项还没有提交任何材料，不能出具意见。", n=number),
        why=_("监理意见针对提交的材料；没有材料，意见没有对象。"),
        remedy=_("请等提交单位提交，或由项目单位附上自己的依据之后再出具。"),
    )


def against_unexplained(number: int) -> Problem:
    return Problem(
        _("监理单位不同意第 %(n)s 项，判定合格须写明不采纳的理由。", n=number),
        why=_("不采纳监理意见的理由与判定一并留存，并写入验收书。"),
        remedy=_("请写明理由；或判定不合格，由提交单位整改后再判。"),
        place="against",
    )


def passed_against(number: int, requirement: str) -> Problem:
    return Problem(
        _("第 %(n)s 项判定合格，监理单位不同意：%(text)s", n=number, text=requirement[:60]),
        why=_("监理不同意的项目，没有写明不采纳的理由，不能作出合格结论。"),
        remedy=_("请重新判定：写明不采纳监理意见的理由，或判定不合格。"),
    )


def items_passed_against(numbers: Sequence[int]) -> Problem:
    return Problem(
        _("还有 %(n)s 项判定合格而监理不同意，没有写明理由", n=len(numbers)),
        why=_("第 %(listed)s 项。", listed=_listed(numbers)),
        remedy=_("请重新判定：写明不采纳监理意见的理由，或判定不合格。"),
    )


def unfit_paper(name: str) -> Problem:
    return Problem(
        _("“%(name)s”不能证明这一项已经完成。", name=name),
        why=_("它是立项、采购或运营环节的材料，不是建设成果的证据。"),
        remedy=_("请附检测、测评、试运行记录、签收单等与这一项相符的材料。"),
        place="existing",
    )


def _listed(numbers: Sequence[int]) -> str:
    """The first ones by number; who wants all sees them in the table."""
    shown = str(_("、")).join(str(one) for one in numbers[:SHOWN])
    return str(_("%(first)s 等", first=shown)) if len(numbers) > SHOWN else shown


def something_changed() -> Problem:
    return Problem(
        _("内容与您看到的不一致，没有办理。"),
        why=_("在您阅读期间，有新的提交、意见或判定。"),
        remedy=_("请刷新页面，重新核对后再办理。"),
    )


# --- handover --------------------------------------------------------------------------------------------------------


def not_to_hand_over(state: ProjectState) -> Problem:
    if state is ProjectState.SUSPENDED:
        return suspended()
    return Problem(
        _("项目现在不能组织移交。"),
        why=_("项目是“%(state)s”；竣工验收合格后移交，运行维护类项目批准后移交。", state=state.label),
        remedy=_("请先完成前面的步骤。"),
    )


def handed_over_once(code: str) -> Problem:
    return Problem(
        _("移交 %(code)s 已经开始。", code=code), why=_("一个项目移交一次。"), remedy=_("请在该次移交中办理。")
    )


def nothing_listed() -> Problem:
    return Problem(_("移交事项目录是空的。"), why=_("移交清单由目录生成。"), remedy=_("请系统管理员载入移交事项目录。"))


def handover_concluded(code: str) -> Problem:
    return Problem(
        _("移交 %(code)s 已经完成。", code=code),
        why=_("移交完成后，清单和记录都不再改变。"),
        remedy=_("请刷新页面查看。"),
    )


def delivered_already(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项已有办理记录，不能修改或删除。", n=number),
        why=_("移交记录必须与当时的清单一致。"),
        remedy=_("可以另外增加一项。"),
    )


def not_the_turn(state: str, allowed: str) -> Problem:
    return Problem(
        _("这一项现在不能这样办理。"),
        why=_("现在是“%(state)s”，只有在“%(allowed)s”时才能办理。", state=state, allowed=allowed),
        remedy=_("请刷新页面查看最新状态。"),
    )


def no_take_over(number: int) -> Problem:
    return Problem(
        _("第 %(n)s 项不需要接管。", n=number), why=_("该项由项目单位接收即完成。"), remedy=_("请刷新页面查看。")
    )


def delivery_without_evidence() -> Problem:
    return Problem(
        _("提交移交须附交接材料。"),
        why=_("移交什么、多少、在哪里，须有清单或记录可查。"),
        remedy=_("请上传文件，或从贵方已有材料中选择。"),
        place="file",
    )


def items_not_arrived(numbers: Sequence[int]) -> Problem:
    return Problem(
        _("还有 %(n)s 项未移交完", n=len(numbers)),
        why=_("第 %(listed)s 项。", listed=_listed(numbers)),
        remedy=_("逐项提交、接收，需要接管的由运营企业接管。"),
    )


def not_arrived(number: int, text: str, state: str) -> Problem:
    return Problem(
        _("第 %(n)s 项未移交完：%(text)s", n=number, text=text[:60]),
        why=_("现在是“%(state)s”。", state=state),
        remedy=_("请各方办理完这一项。"),
    )
