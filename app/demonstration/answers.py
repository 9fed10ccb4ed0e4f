"""Answers to what the negative lists ask: whoever an item asks has looked, and says what was looked at."""

from collections.abc import Mapping

from app.core.actors import Actor
from app.gates.kinds import Step
from app.negative_lists import actions
from app.negative_lists.actions import AnswerFacts
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
    "NL-C07": "实施方案已由制定机关完成公平竞争审查，审查表编号已在方案中载明。",
    "NL-C08": "合同未给予财政奖补、税费减免或要素优惠。",
    "NL-C13": "服务范围限于话务、录单和回访，诉求的分办、审核和办理由职能部门负责。",
    "NL-C14": "派单规则按部门职责清单编制，职能部门的事项不派往街道和社区。",
    "NL-A08": "按年度预算支出，合同没有担保、回购、固定回报和其他融资安排。",
    "NL-A12": "自建部分为业务专用组件，省、市没有统一提供，已向数据主管处室核实。",
    "NL-A16": "合计数大于估算是因新增国产化适配，已附说明和询价记录，未发现虚假材料。",
}


def answer_open(subject: Subject, step: Step, people: Mapping[PartyRole, Actor]) -> None:
    """Answers every open question at a step by whoever is asked; a question to somebody who is not there stays open."""
    for one in look(subject, step).blocking:
        actor = people.get(ROLE_OF[one.item.asked]) if ANSWER in one.missing else None
        if actor is not None:
            facts = AnswerFacts(one.entry.code, is_hit=False, note=NOTES.get(one.entry.code, USUAL_NOTE))
            actions.answer(actor, subject, facts)
