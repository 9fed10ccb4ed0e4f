"""Answers to what the negative lists ask: whoever an item asks has looked, and says what was looked at."""

from collections.abc import Mapping

from app.core.actors import Actor
from app.gates.kinds import Step
from app.negative_lists.answering import AnswerFacts, answer_all
from app.negative_lists.judging import ANSWER
from app.negative_lists.queries import ROLE_OF
from app.negative_lists.screening import look
from app.subjects.models import PartyRole, Subject

USUAL_NOTE = "已对照申报材料和有关文件逐条核对，没有清单所列情形。"
NOTES: Mapping[str, str] = {
    "NL-C01": "回报来自使用者付费和按服务水平考核的服务费，合同没有缺口补助、保底收益或可用性付费条款。",
    "NL-C04": "依据《市政公用服务特许经营办法》公开招标选定经营者，公平竞争审查表已存档。",
    "NL-C05": "独家安排有法定依据，采购公告和审查结论一并存档。",
    "NL-C06": "没有排他条款，符合条件的经营者可按公布的条件申请。",
    "NL-C08": "合同未给予财政奖补、税费减免或要素优惠。",
    "NL-C13": "服务范围限于话务、录单和回访，诉求的分办、审核和办理由职能部门负责。",
    "NL-C14": "派单规则按部门职责清单编制，职能部门的事项不派往街道和社区。",
    "NL-A08": "按年度预算支出，合同没有担保、回购、固定回报和其他融资安排。",
    "NL-A12": "自建部分为业务专用组件，省、市没有统一提供，已向数据主管处室核实。",
    "NL-A11": "重复的功能已从建设内容和概算中核减，核减表随批复留存。",
    "NL-A16": "已抽查询价记录、使用量统计和承诺函，与申报一致，未发现虚假材料。",
    "NL-B01": "购买内容均在本级政府购买服务指导性目录内，属技术性、辅助性服务。",
    "NL-B02": "行政决定由行政机关作出，企业只负责系统运行、客服和数据统计。",
    "NL-B04": "按月考核付费，没有由承接主体垫资筹资、回购、固定回报和应收账款质押的约定。",
    "NL-B15": "需求由三家单位论证并公示，评审因素未设地域和特定行业业绩，参数不指向特定产品。",
    "NL-D02": "本期检查和审计未发现受托方留存、使用、泄露或者对外提供数据，访问日志已抽查。",
    "NL-D09": "逐项对照“三定”规定和数据清单，个人信息均为办理事项所必需。",
    "NL-D14": "自行采集的为本项目业务过程数据，政务数据目录中没有同类共享数据。",
    "NL-D16": "有条件共享的均写明法律、行政法规条款，没有增设其他条件。",
    "NL-D19": "保密办已审查，不含国家秘密，系统不与涉密网络连接。",
}


def answer_open(subject: Subject, step: Step, people: Mapping[PartyRole, Actor]) -> None:
    """Answers every open question at a step by whoever is asked; a question to somebody who is not there stays open."""
    asked: dict[PartyRole, list[AnswerFacts]] = {}
    for one in look(subject, step).blocking:
        if ANSWER in one.missing:
            facts = AnswerFacts(one.entry.code, is_hit=False, note=NOTES.get(one.entry.code, USUAL_NOTE))
            asked.setdefault(ROLE_OF[one.item.asked], []).append(facts)
    for role, given in asked.items():
        if role in people:
            answer_all(people[role], subject, given)
