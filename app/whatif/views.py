"""The page 试算: a calculation on what is typed in; nothing is stored."""

import json

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.core.permissions import Permission, requires
from app.whatif.examples import EXAMPLES
from app.whatif.forms import WhatifForm
from app.whatif.kinds import KINDS, answer_text

bp = Blueprint("whatif", __name__)

LABELS = {
    "due": _l("期限推算"),
    "elapsed": _l("已用工作时间"),
    "availability": _l("可用率"),
    "budget": _l("错误预算"),
    "score": _l("考核计分"),
    "screen": _l("负面清单核查"),
}
HINTS = {
    "due": _l("由起点推算到期时间：minutes 为工作分钟，workdays 为工作日，days 为自然日，months 为月；起始日不计入。"),
    "elapsed": _l("两个时刻之间的工作分钟数，扣除暂停时间。"),
    "availability": _l(
        "由中断区间计算可用率，含与不含除外时间各一个；unmonitored 为无监测时段，按缺失处理，不算可用。"
    ),
    "budget": _l("由 good、bad 两个数，或者由中断区间，计算错误预算、已消耗的秒数和消耗速率；objective 为百分数。"),
    "score": _l(
        '按考核方案计算各期得分、等级和扣款；figures 里 null 为缺失，"-" 为合同不要求。'
        "scheme 可写产品自带方案的编码；at_risk 为整数（分）或费用的百分比（文字）。"
    ),
    "screen": _l(
        "按产品自带的负面清单逐条判定，不含在网上修订的规则；facts 按事实字典分组填写，没有写的事实按不明处理；"
        "answers 为人工回答（true 为命中），divisions 为所在区划及其上级的名称。"
    ),
}
MOST_INPUTS = 100  # of a list typed into the page


@bp.get("/whatif")
@requires(Permission.WHATIF_RUN)
def index() -> ResponseReturnValue:
    kind = request.args.get("kind", "due")
    if kind not in KINDS:
        raise NotFound
    return _page(WhatifForm(formdata=None, kind=kind, content=EXAMPLES[kind]), "")


@bp.post("/whatif")
@requires(Permission.WHATIF_RUN)
def compute() -> ResponseReturnValue:
    form = WhatifForm()
    if not form.validate_on_submit():
        return _page(form, ""), form.status
    try:
        found = answer_text(form.kind.data or "", form.content.data or "", say=_say, most=MOST_INPUTS)
    except Flaw as flaw:
        form.content.errors = [_say(flaw)]
        return _page(form, ""), form.status
    return _page(form, json.dumps(found, ensure_ascii=False, indent=2))


def _page(form: WhatifForm, found: str) -> str:
    kind = form.kind.data if form.kind.data in KINDS else "due"
    tabs = [{"key": name, "label": LABELS[name], "href": f"?kind={name}"} for name in KINDS]
    return render_template("whatif/index.html", form=form, kind=kind, hint=HINTS[kind], tabs=tabs, answer=found)


def _say(flaw: Flaw) -> str:
    return flaw.say(said)
