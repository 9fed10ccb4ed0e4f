"""The fields of every kind of rule that is edited on the web: one table for each, from which its form is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.admissions.kinds import CATEGORY_KIND, RULE_KIND, Topic
from app.admissions.kinds import Method as AdmissionMethod
from app.catalogues.reading import Status
from app.catalogues.wording import N_
from app.core.db import LabelledEnum
from app.core.permissions import Role, Side
from app.gates.gate_file import GATE_KIND
from app.gates.kinds import Body, Phase, Step
from app.negative_lists.item_file import LIST_KIND, Asked, Judged, Method
from app.negative_lists.judging import ITEM_KIND
from app.negative_lists.kinds import Level, Severity
from app.practices.practice_file import PRACTICE_KIND, SECTIONS
from app.projects.kinds import DocumentKind
from app.responsibilities.duty_file import DUTY_KIND, Bearer, EvidenceKind
from app.rulebook.entries import Field, Shape
from app.services.models import ServiceCategory
from app.subjects.models import PartyRole

S = Shape


@dataclass(frozen=True)
class Section:
    """Fields that belong together, under one heading."""

    title: str
    fields: tuple[Field, ...]


def _labelled(kind: type[LabelledEnum]) -> tuple[tuple[str, Any], ...]:
    return tuple((one.value, one.label) for one in kind)


_STATUS = (
    (Status.READ.value, N_("已核原文")),
    (Status.EXCERPT.value, N_("已核节录")),
    (Status.UNVERIFIED.value, N_("待核实")),
    (Status.DEFAULT.value, N_("默认")),
    (Status.PROPOSED.value, N_("研究主张")),
)
_RULES = (
    (ITEM_KIND, N_("负面清单条目")),
    (LIST_KIND, N_("负面清单")),
    (GATE_KIND, N_("闸门")),
    (DUTY_KIND, N_("权责事项")),
    ("indicator", N_("指标")),
    ("scheme", N_("考核方案")),
    ("payment_ladder", N_("付款办法")),
)
_BASIS = Section(
    N_("依据与适用范围"),
    (
        Field("status", N_("来源核实"), S.CHOICE, N_("只有已核原文和节录的显示为法规依据。"), _STATUS),
        Field("citation", N_("依据文件"), S.TEXT, N_("写明文件名称、文号和条款；产品默认值可以不写。")),
        Field("jurisdiction", N_("适用地域"), S.LINE, N_("全国，或行政区划名称，多个用顿号分开；不填即全国。")),
        Field("overlays", N_("取代的条目"), S.ENTRY, N_("地方条目在适用地域内取代哪一条；不取代的不选。")),
        Field("practice", N_("地方模式"), S.LINE, N_("只在选用某一地方模式时适用的，填其编码，例如 PM-GD。")),
        Field("valid_until", N_("失效日期"), S.DAY, N_("自何日起不再适用，填最后一天；长期有效的不填。")),
    ),
)


def _naming(name: str, *more: Field) -> Section:
    """What an entry is called. The code of an entry that exists is not changed."""
    code = Field("code", N_("编码"), S.LINE, N_("不含空格，不超过 80 个字符；发布后不再改变。"))
    return Section(N_("名称"), (code, Field("name", name, S.PAIR_TEXT), *more))


_LIST = (_naming(N_("清单名称"), Field("purpose", N_("清单用途"), S.PAIR_TEXT)), _BASIS)

_ITEM = (
    _naming(
        N_("条目内容"),
        Field("list", N_("所属清单"), S.ENTRY, of=LIST_KIND),
        Field("severity", N_("严重程度"), S.CHOICE, choices=_labelled(Severity)),
    ),
    Section(
        N_("怎样判断"),
        (
            Field(
                "subject",
                N_("判断对象"),
                S.CHOICE,
                choices=((Judged.PROJECT.value, N_("项目")), (Judged.CONTRACT.value, N_("合同"))),
            ),
            Field(
                "method",
                N_("判断方式"),
                S.CHOICE,
                choices=(
                    (Method.MACHINE.value, N_("系统按登记的事实判断")),
                    (Method.BOTH.value, N_("系统先判断，需要时由人回答")),
                    (Method.PERSON.value, N_("由人回答")),
                ),
            ),
            Field("gates", N_("在哪些闸门判断"), S.SEVERAL, of=GATE_KIND),
            Field("condition", N_("条件"), S.CONDITION, N_("条件成立即命中；系统先判断、再由人回答的，成立时才提问。")),
            Field("question", N_("须回答的问题"), S.PAIR_TEXT, N_("由人回答的条目须写明问题；系统判断的不写。")),
            Field(
                "asked",
                N_("由谁回答"),
                S.CHOICE,
                choices=((Asked.CLIENT.value, N_("项目单位")), (Asked.AUTHORITY.value, N_("主管部门"))),
            ),
            Field("remedy", N_("办法"), S.PAIR_TEXT, N_("命中后怎样改正。")),
            Field(
                "exempted_by",
                N_("豁免由谁审批"),
                S.CHOICE,
                N_("只有“限制”条目可以豁免；不选即由本事项的主管部门审批。"),
                _labelled(Level),
            ),
            Field("exempted_status", N_("审批层级的来源核实"), S.CHOICE, N_("没有单独核实的不填。"), _STATUS),
        ),
    ),
    _BASIS,
)

_INPUT = (
    Field("code", N_("要件编码"), S.LINE),
    Field("name", N_("要件名称"), S.PAIR, N_("写成已经具备的样子。")),
    Field("missing", N_("缺时提示"), S.PAIR),
    Field("unknown", N_("尚不能判断时的提示"), S.PAIR),
    Field("condition", N_("条件"), S.CONDITION, N_("条件成立即满足；事实不足时按不满足处理。")),
    Field("remedy", N_("怎样补正"), S.PAIR_TEXT),
    Field("place", N_("办理页面"), S.LINE, N_("补正时打开的页面，例如 declaration、documents。")),
)
_PANEL = (
    Field("least", N_("至少几位专家"), S.WHOLE),
    Field("max", N_("满分"), S.WHOLE),
    Field("pass", N_("平均不低于几分为通过"), S.WHOLE),
    Field(
        "criteria",
        N_("专家评分项"),
        S.ROWS,
        rows=(
            Field("code", N_("评分项编码"), S.LINE),
            Field("name", N_("评分项名称"), S.PAIR),
            Field("max", N_("最高分"), S.WHOLE),
        ),
    ),
)
_GATE = (
    _naming(
        N_("闸门名称"),
        Field("phase", N_("阶段"), S.CHOICE, choices=_labelled(Phase)),
        Field("step", N_("环节"), S.CHOICE, choices=_labelled(Step)),
        Field("after", N_("在哪些闸门之后"), S.SEVERAL, of=GATE_KIND),
    ),
    Section(
        N_("要求与决定"),
        (
            Field("requirement", N_("要求"), S.PAIR_TEXT),
            Field("on_fail", N_("不满足时"), S.PAIR_TEXT),
            Field("decider", N_("由谁决定"), S.CHOICE, choices=tuple((one.value, one.label) for one in Role)),
            Field("workdays", N_("决定时限（工作日）"), S.WHOLE, N_("没有规定的不填。")),
            Field("opinions", N_("专家评审意见份数"), S.WHOLE, N_("决定前至少要有几份；不要求的不填。")),
        ),
    ),
    Section(
        N_("会签与评审"),
        (
            Field(
                "countersign",
                N_("须会签的部门"),
                S.ORDERED,
                N_("决定前按所列次序依次会签；不需要的不选。"),
                _labelled(Body),
            ),
            Field("sign_workdays", N_("每个部门的会签时限（工作日）"), S.WHOLE),
            Field("panel", N_("专家评分"), S.INSIDE, rows=_PANEL),
        ),
    ),
    Section(N_("要件"), (Field("inputs", N_("要件"), S.ROWS, rows=_INPUT, stays=True),)),
    _BASIS,
)

_DUTY = (
    _naming(
        N_("权责事项"),
        Field("phase", N_("阶段"), S.CHOICE, choices=_labelled(Phase)),
        Field(
            "bearer",
            N_("责任方"),
            S.CHOICE,
            choices=(
                (Bearer.MANAGER.value, N_("主管部门")),
                (Bearer.AGENCY.value, N_("项目单位")),
                (Bearer.FINANCE.value, N_("财政部门")),
                (Bearer.BUILDER.value, N_("承建单位")),
                (Bearer.OPERATOR.value, N_("运营企业")),
                (Bearer.SUPERVISOR.value, N_("监督方")),
            ),
        ),
        Field("deadline", N_("时限"), S.PAIR),
    ),
    Section(
        N_("证据与指标"),
        (
            Field(
                "evidence",
                N_("证据形式"),
                S.CHOICE,
                choices=((EvidenceKind.RECORD.value, N_("系统记录")), (EvidenceKind.DOCUMENT.value, N_("文件"))),
            ),
            Field("evidence_words", N_("证据名称"), S.PAIR),
            Field("documents", N_("作为证据的材料"), S.SEVERAL, choices=_labelled(DocumentKind)),
            Field("indicators", N_("对应指标"), S.SEVERAL, of="indicator"),
        ),
    ),
    _BASIS,
)

_ADMISSION_RULE = (
    _naming(
        N_("准入条件"),
        Field("topic", N_("条件类别"), S.CHOICE, choices=_labelled(Topic)),
        Field("categories", N_("适用的准入类别"), S.SEVERAL, N_("不选即适用于全部类别。"), of=CATEGORY_KIND),
    ),
    Section(
        N_("怎样判断"),
        (
            Field("method", N_("判断方式"), S.CHOICE, choices=_labelled(AdmissionMethod)),
            Field("condition", N_("准入时的条件"), S.CONDITION, N_("条件成立即符合。")),
            Field("keeps", N_("准入后须持续成立的条件"), S.CONDITION, N_("每天复核；只在准入时判断的不写。")),
            Field("question", N_("须回答的问题"), S.PAIR_TEXT, N_("由人审查的条件须写明问题；系统判断的不写。")),
            Field("needs_file", N_("须上传证明文件"), S.FLAG),
            Field("remedy", N_("怎样补正"), S.PAIR_TEXT),
        ),
    ),
    _BASIS,
)
_ADMISSION_CATEGORY = (
    _naming(
        N_("准入类别"),
        Field("role", N_("承担的角色"), S.CHOICE, choices=_labelled(PartyRole)),
        Field("services", N_("覆盖的服务类别"), S.SEVERAL, choices=_labelled(ServiceCategory)),
        Field("max_years", N_("准入年限（年）"), S.WHOLE),
        Field("remind_days", N_("到期前提醒天数"), S.WHOLE),
    ),
    _BASIS,
)

_PARTY = (
    Field(
        "role", N_("当事方角色"), S.CHOICE, N_("在项目中有当事方角色的选；其他的只选所在一方。"), _labelled(PartyRole)
    ),
    Field("side", N_("所在一方"), S.CHOICE, choices=tuple((one.value, one.label) for one in Side)),
    Field("name", N_("称谓"), S.PAIR),
    Field("does", N_("承担的职责"), S.PAIR_TEXT),
)
_FEATURE = (
    Field("code", N_("特色编码"), S.LINE),
    Field("name", N_("特色名称"), S.PAIR),
    Field("text", N_("特色内容"), S.PAIR_TEXT),
    Field("citation", N_("依据文件"), S.TEXT),
    Field("status", N_("来源核实"), S.CHOICE, choices=_STATUS),
    Field("awaits", N_("等待的功能"), S.PAIR_TEXT, N_("尚未由规则实现的部分，写明等待什么。")),
    Field("parts", N_("组成部分"), S.ROWS, rows=(Field("name", N_("部分名称"), S.PAIR),)),
    Field(
        "through",
        N_("由哪条规则实现"),
        S.ROWS,
        rows=(Field("kind", N_("规则种类"), S.CHOICE, choices=_RULES), Field("code", N_("规则编码"), S.LINE)),
    ),
)


def _switched(key: str, label: str) -> Field:
    """What a practice adds and leaves out of one kind."""
    kind = SECTIONS[key]
    out = (Field("code", N_("不适用的条目"), S.ENTRY, of=kind), Field("reason", N_("不适用的理由"), S.PAIR_TEXT))
    added = Field("add", N_("增加适用"), S.SEVERAL, of=kind)
    return Field(key, label, S.INSIDE, rows=(added, Field("leave_out", N_("不适用的规则"), S.ROWS, rows=out)))


_PRACTICE = (
    _naming(N_("模式名称"), Field("home", N_("所在地"), S.LINE), Field("summary", N_("模式概述"), S.PAIR_TEXT)),
    Section(N_("参与各方"), (Field("parties", N_("参与方"), S.ROWS, rows=_PARTY, stays=True),)),
    Section(
        N_("适用的规则"),
        (
            _switched("negative_lists", N_("负面清单")),
            _switched("negative_items", N_("负面清单条目")),
            _switched("gates", N_("闸门")),
            _switched("duties", N_("权责事项")),
            _switched("indicators", N_("指标")),
            _switched("schemes", N_("考核方案")),
            _switched("payments", N_("付款办法")),
        ),
    ),
    Section(N_("特色"), (Field("features", N_("特色"), S.ROWS, rows=_FEATURE),)),
    _BASIS,
)

# In the order in which the page offers them.
EDITABLE: Mapping[str, tuple[Section, ...]] = {
    ITEM_KIND: _ITEM,
    LIST_KIND: _LIST,
    GATE_KIND: _GATE,
    DUTY_KIND: _DUTY,
    RULE_KIND: _ADMISSION_RULE,
    CATEGORY_KIND: _ADMISSION_CATEGORY,
    PRACTICE_KIND: _PRACTICE,
}


def fields_of(kind: str) -> Sequence[Field]:
    """Every field of a kind, in the order of its form."""
    return tuple(field for section in EDITABLE[kind] for field in section.fields)
