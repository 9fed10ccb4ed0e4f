"""The page 试算: a calculation on what is typed in, by the rules in force here; nothing is stored."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from app.calendars.flaws import Flaw
from app.catalogues.queries import said
from app.core.permissions import Permission, requires
from app.whatif import pages, queries
from app.whatif.examples import EXAMPLES
from app.whatif.forms import WhatifForm
from app.whatif.gathered import each
from app.whatif.kinds import KINDS, SCREEN, answer_text
from app.whatif.lines import line_of

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
        "按本系统今天生效的负面清单逐条判定，含在网上发布的条目和地方模式，结果写明每条规则的版本；on 可写另一天。"
        "facts 按事实字典分组填写，没有写的事实按不明处理；answers 为人工回答（true 为命中），"
        "practice 为地方模式的编码，divisions 为所在区划及其上级的全称，由近及远。"
    ),
}
MOST_INPUTS = 100  # of a list typed into the page


@bp.get("/whatif")
@requires(Permission.WHATIF_RUN)
def index() -> ResponseReturnValue:
    kind = request.args.get("kind", "due")
    if kind not in KINDS:
        raise NotFound
    return _page(WhatifForm(formdata=None, kind=kind, content=EXAMPLES[kind]))


@bp.post("/whatif")
@requires(Permission.WHATIF_RUN)
def compute() -> ResponseReturnValue:
    form = WhatifForm()
    if not form.validate_on_submit():
        return _page(form), form.status
    kind, content = form.kind.data or "", form.content.data or ""
    try:
        found = answer_text(kind, content, say=_say, most=MOST_INPUTS, rules=queries.published())
    except Flaw as flaw:
        return _refused(form, content, flaw), form.status
    return _page(form, found)


def _refused(form: WhatifForm, content: str, flaw: Flaw) -> str:
    """What was typed, with everything that is wrong with it; several refusals are listed above it."""
    in_order = sorted(each(flaw), key=lambda one: line_of(content, one.path) or 0)
    flaws = [_at_its_line(content, one) for one in in_order]
    form.content.errors = flaws if len(flaws) == 1 else [_("有 %(n)s 处需要更正", n=len(flaws))]
    return _page(form, flaws=flaws if len(flaws) > 1 else ())


def _page(form: WhatifForm, found: Any = None, flaws: Sequence[str] = ()) -> str:
    kind = form.kind.data if form.kind.data in KINDS else "due"
    return render_template(
        "whatif/index.html",
        form=form,
        kind=kind,
        hint=HINTS[kind],
        tabs=[{"key": name, "label": LABELS[name], "href": f"?kind={name}"} for name in KINDS],
        flaws=flaws,
        answer=json.dumps(found, ensure_ascii=False, indent=2) if found is not None else "",
        wrong=pages.wrong_ones(found),
        screened=pages.screened(found) if kind == SCREEN and found is not None else [],
    )


def _at_its_line(content: str, flaw: Flaw) -> str:
    """The refusal with the line of the text that it is about."""
    line = line_of(content, flaw.path)
    return str(_("第 %(line)s 行：%(text)s", line=line, text=_say(flaw))) if line else _say(flaw)


def _say(flaw: Flaw) -> str:
    return flaw.say(said)
