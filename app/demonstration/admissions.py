"""Admissions of the demonstration: who operates is admitted first; one ran out, one is suspended, one was refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from app.admissions import actions, drafting, keeping
from app.admissions.drafting import CreditFacts, File, ProofFacts
from app.admissions.jobs import turn_admissions
from app.admissions.judging import Finding
from app.admissions.kinds import CATEGORY_KIND, Listing, Method, ProofKind
from app.admissions.models import Admission
from app.admissions.queries import authority_of, rules_for
from app.catalogues.queries import current
from app.core.clock import today
from app.core.db import db
from app.core.permissions import Role
from app.demonstration import files
from app.demonstration import organisations as places
from app.demonstration.contracts import ContractPlan
from app.demonstration.timeline import Days, Deed, Timeline
from app.demonstration.world import World

R, K = Role, ProofKind
# The category by which each kind of service is covered.
COVERING = {
    **dict.fromkeys(("application", "platform", "hotline", "maintenance"), "AC-APP"),
    **dict.fromkeys(("cloud", "network"), "AC-CLOUD"),
    "data": "AC-DATA",
    "security": "AC-SEC",
}
# What is shown for each category: certificate, level, people.
SHOWN: dict[str, tuple[tuple[ProofKind, int | None, int | None], ...]] = {
    "AC-APP": (
        *((K.MLPS_FILING, 3, None), (K.ISO_27001, None, None), (K.ITSS_OPERATION, None, None)),
        *((K.PEOPLE_OPERATION, None, 36), (K.PEOPLE_SECURITY, None, 8)),
    ),
    "AC-CLOUD": (
        *((K.MLPS_FILING, 3, None), (K.ISO_27001, None, None), (K.CLOUD_ASSESSMENT, None, None)),
        *((K.ITSS_OPERATION, None, None), (K.PEOPLE_OPERATION, None, 24), (K.PEOPLE_SECURITY, None, 8)),
    ),
    "AC-DATA": (
        *((K.MLPS_FILING, 3, None), (K.ISO_27001, None, None), (K.DATA_SECURITY, None, None)),
        *((K.PEOPLE_SECURITY, None, 6), (K.PEOPLE_DATA, None, 9)),
    ),
    "AC-SEC": ((K.ISO_27001, None, None), (K.SECURITY_SERVICE, None, None), (K.PEOPLE_SECURITY, None, 14)),
    "AC-BUILD": ((K.ISO_27001, None, None), (K.SYSTEMS_BUILDING, None, None), (K.PEOPLE_BUILDING, None, 42)),
    "AC-SUP": ((K.SUPERVISION, None, None), (K.PEOPLE_SUPERVISION, None, 12)),
    "AC-EVAL": ((K.TESTING, None, None), (K.PEOPLE_TESTING, None, 7)),
}
SAID = {
    "AR-103": "上一年度财务报告经会计师事务所审计，出具标准无保留意见；税款和社会保险费按月足额缴纳，附完税和缴费证明。",
    "AR-203": "近三年没有重大违法记录，没有发生较大以上网络安全和数据安全事件。",
    "AR-305": "应急预案经公司办公会审定；最近一次演练为双中心切换，业务在 28 分钟内恢复，附演练记录。",
    "AR-406": "近三年承担同类项目 5 项，年度考核均为良以上，附合同首页和考核结果。",
    "AR-602": "与本区划主管部门、项目单位、监理和测评单位没有股权和人员兼职关系；国有出资情况已在机构登记中披露。",
}
ISSUERS = {
    K.MLPS_FILING: "公安机关网络安全保卫部门",
    K.ISO_27001: "信息安全认证中心",
    K.CLOUD_ASSESSMENT: "云计算服务安全评估办公室",
}
SOURCE = "“信用中国”网站、中国政府采购网"
AUTHORITY = f"{places.AUTHORITY}:{places.PROVINCE}"


@dataclass(frozen=True)
class Wish:
    """A company, what it applies for, and what is its own: when a certificate ends, how long it is admitted."""

    company: str
    category: str
    begins: int = 16
    role: Role = R.OPERATOR_OFFICER
    runs_out: date | None = None
    months: int = 0
    refused: str = ""

    @property
    def key(self) -> str:
        return f"admission {self.company} {self.category} {self.begins}"


def tell_admissions(contracts: Iterable[ContractPlan], timeline: Timeline, days: Days) -> None:
    """Whoever operates is admitted for it in the first weeks; others, for what they do otherwise."""
    needed = {(one.operator, COVERING[line.service.name.category]) for one in contracts for line in one.lines}
    needed |= {(places.LINGLAN, code) for code in set(COVERING.values())}
    wishes = [Wish(company, category) for company, category in sorted(needed)]
    wishes += [
        Wish(places.SUIHENG, "AC-BUILD"),
        Wish(places.YUELAN, "AC-BUILD", months=12),
        Wish(places.SUPERVISOR, "AC-SUP", role=R.SUPERVISOR, runs_out=days.ago(12)),
        Wish(places.TESTER, "AC-EVAL", role=R.SUPERVISOR, refused="持证测评人员与社保缴纳记录不符，材料不实。"),
    ]
    for wish in wishes:
        _tell(wish, timeline, days)
    _afterwards(timeline, days)


def _tell(wish: Wish, timeline: Timeline, days: Days) -> None:
    """Applied for in one sitting, reviewed and decided in the days after."""
    random = Random(wish.key)
    first = wish.begins
    _apply(wish, timeline, days.nth(first), random)
    timeline.sitting(days.nth(first + 2), random, [partial(_review, wish)])
    timeline.sitting(days.nth(first + 3), random, [partial(_decide, wish)])


def _apply(wish: Wish, timeline: Timeline, day: date, random: Random) -> None:
    deeds: list[Deed] = [partial(_open, wish)]
    deeds += [partial(_show, wish, *one) for one in SHOWN[wish.category]]
    deeds += [partial(_say, wish), partial(_check_credit, wish), partial(_submit, wish)]
    timeline.sitting(day, random, deeds)


def _afterwards(timeline: Timeline, days: Days) -> None:
    """One is suspended, one applies again and waits, one is being written; the nights see to the rest."""
    again = Wish(places.TESTER, "AC-EVAL", begins=-1, role=R.SUPERVISOR)
    _apply(again, timeline, days.ago(3), Random(again.key))
    writing = Wish(places.SUIHENG, "AC-SEC", begins=-2)
    deeds: list[Deed] = [partial(_open, writing), *(partial(_show, writing, *one) for one in SHOWN["AC-SEC"][:2])]
    timeline.sitting(days.ago(2), Random(writing.key), deeds)
    timeline.sitting(days.ago(25), Random("suspension"), [partial(_suspend, Wish(places.SUIHENG, "AC-BUILD"))])
    for back in (250, 120, 60, 10, 1):
        timeline.at_night(days.ago(back), _turn)


# --- deeds -----------------------------------------------------------------------------------------------------------


def _admission(wish: Wish, world: World) -> Admission:
    return db.session.get_one(Admission, world.admissions[wish.key])


def _file(wish: Wish, name: str, world: World) -> File:
    code = _admission(wish, world).code
    made = files.paper(
        f"{name}.pdf", name, f"Demonstration paper {code}", f"No. {Random(code + name).randrange(10**8)}"
    )
    return File(upload=made.upload())


def _open(wish: Wish, world: World) -> None:
    found = authority_of(AUTHORITY)
    if found is None:
        raise LookupError(AUTHORITY)
    entry = current(CATEGORY_KIND, wish.category, today())
    made = drafting.open_application(world.acting(wish.company, wish.role), entry, *found)
    world.admissions[wish.key] = made.id


def _show(wish: Wish, kind: ProofKind, level: int | None, people: int | None, world: World) -> None:
    number = f"{kind.value.upper().replace('_', '-')}-{Random(wish.key + kind.value).randrange(10**6):06d}"
    ends = today() + timedelta(days=1400)
    # Of people it is their employment that counts: those certificates say no end.
    until = None if people else wish.runs_out or ends
    facts = ProofFacts(kind, number, ISSUERS.get(kind, "行业认证机构"), level, people, until)
    file = _file(wish, str(kind.label), world)
    drafting.add_proof(world.acting(wish.company, wish.role), _admission(wish, world), facts, file)


def _say(wish: Wish, world: World) -> None:
    admission, actor = _admission(wish, world), world.acting(wish.company, wish.role)
    for rule in rules_for(admission):
        if rule.method is Method.PERSON:
            file = _file(wish, rule.head.name.zh[:20], world) if rule.needs_file else File()
            drafting.say(actor, admission, rule.head.code, SAID[rule.head.code], file)


def _check_credit(wish: Wish, world: World) -> None:
    facts, file = CreditFacts(Listing.CLEAN, today(), SOURCE), _file(wish, "信用查询结果", world)
    drafting.record_credit(world.acting(wish.company, wish.role), _admission(wish, world), facts, file)


def _submit(wish: Wish, world: World) -> None:
    actions.submit(world.acting(wish.company, wish.role), _admission(wish, world), None)


def _review(wish: Wish, world: World) -> None:
    admission = _admission(wish, world)
    asked = [rule.head.code for rule in rules_for(admission) if rule.method is Method.PERSON]
    findings = {code: Finding(True) for code in asked}
    if wish.refused:
        findings["AR-406"] = Finding(False, wish.refused)
    opinion = wish.refused or "证书、人员和信用记录逐项核对一致，书面说明与证明材料相符。"
    facts = actions.ReviewFacts(not wish.refused, opinion, findings)
    officer = world.acting(places.AUTHORITY, R.AUTHORITY_OFFICER)
    actions.review(officer, admission, facts, admission.submissions[-1].sha256)


def _decide(wish: Wish, world: World) -> None:
    admission = _admission(wish, world)
    until = today() + timedelta(days=30 * wish.months) if wish.months else actions.last_day(admission)
    verdict = actions.Verdict(True, "符合本类别的全部准入条件，准予准入。", until)
    if wish.refused:
        verdict = actions.Verdict(False, f"不予准入：{wish.refused}可以在材料真实、条件具备后重新申请。")
    lead = world.acting(places.AUTHORITY, R.AUTHORITY_LEAD)
    actions.decide(lead, admission, verdict, admission.submissions[-1].sha256)


def _suspend(wish: Wish, world: World) -> None:
    admission = _admission(wish, world)
    reason = "承建项目现场人员与申报人员不一致，责令三十日内整改，期间暂停准入。"
    file = _file(wish, "现场检查记录", world)
    keeping.suspend(world.acting(places.AUTHORITY, R.AUTHORITY_LEAD), admission, reason, file)


def _turn(_world: World) -> None:
    turn_admissions()
