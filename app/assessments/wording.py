"""What a stored result says in the reader's language: its sentences, names, standings, periods, times and amounts."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from app.assessments.breakdown import Loss, Row
from app.assessments.differences import Change
from app.core.formats import fmt
from app.core.periods import BadPeriod, Period, PeriodKind
from app.indicators.scheme_terms import Aim

Tag = tuple[str, str]


def say(stored: Mapping[str, Any] | None) -> str:
    """A stored sentence: its msgid with its values, which may be sentences or names themselves."""
    if not stored:
        return ""
    values = {key: _value(value) for key, value in stored.get("values", {}).items()}
    return str(_(stored["msgid"], **values))


def _value(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return say(value) if "msgid" in value else named(value)


def plainly(sentence: str, result: Mapping[str, Any]) -> str:
    """A sentence with the names of services and of items that people judge in place of their codes."""
    for service in result["services"]:
        sentence = sentence.replace(service["service"], named(service["name"]))
        for item in service["items"]:
            if item["function"] == "qualitative":
                sentence = sentence.replace(item["code"], named(item["name"]))
    return sentence


def named(stored: Mapping[str, str] | None) -> str:
    """A name that is kept in both languages."""
    if not stored:
        return ""
    return stored["en"] if str(get_locale()) == "en" and stored.get("en") else stored["zh"]


def number(text: str | None, places: int | None = None) -> str:
    """A stored decimal as pages write it; nothing stored is an em dash, never 0."""
    return fmt.decimal(Decimal(text), places) if text is not None else fmt.MISSING


def scored(text: str | None, places: int = 2) -> str:
    """A score with as many decimals as the scheme gives it."""
    return number(text, places)


def period_word(text: str) -> str:
    """2026年9月, 2026年第3季度, 2026年; what is no period stays as it is."""
    try:
        period = Period(text)
    except BadPeriod:
        return text
    day = period.first_day
    if period.kind is PeriodKind.MONTH:
        return str(_("%(year)s年%(month)s月", year=day.year, month=day.month))
    if period.kind is PeriodKind.QUARTER:
        return str(_("%(year)s年第%(n)s季度", year=day.year, n=(day.month + 2) // 3))
    return str(_("%(year)s年", year=day.year)) if period.kind is PeriodKind.YEAR else text


def duration(seconds: str | int | None) -> str:
    """719 小时 55 分; under an hour with seconds."""
    if seconds is None:
        return fmt.MISSING
    whole = int(Decimal(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return str(_("%(h)s 小时 %(m)s 分", h=f"{hours:,}", m=minutes) if minutes else _("%(h)s 小时", h=f"{hours:,}"))
    if minutes:
        return str(_("%(m)s 分 %(s)s 秒", m=minutes, s=left) if left else _("%(m)s 分", m=minutes))
    return str(_("%(s)s 秒", s=left))


def target_words(target: Mapping[str, str] | None) -> str:
    """≥ 99.9, ≤ 4."""
    if not target:
        return ""
    return f"{'≥' if target['comparison'] == 'at_least' else '≤'} {number(target['value'])}"


def aim_words(aim: Aim | None) -> str:
    """≥ 99.9, ≤ 1, 5 – 10."""
    if aim is None or (aim.at_least is None and aim.at_most is None):
        return ""
    if aim.at_least is not None and aim.at_most is not None:
        return f"{fmt.decimal(aim.at_least)} – {fmt.decimal(aim.at_most)}"
    return f"≥ {fmt.decimal(aim.at_least)}" if aim.at_least is not None else f"≤ {fmt.decimal(aim.at_most)}"


def standing_of(item: Mapping[str, Any]) -> Tag:
    """Word and tone of what came of an item: the ways of having no score are told apart."""
    effect, state = item["effect"], item["state"]
    if effect == "counted":
        return _judged(item)
    if effect == "held":
        return str(_("缺数据，暂缓") if state == "missing" else _("样本太小，暂缓")), "warn"
    if effect == "zero":
        return str(_("缺数据，计 0 分")), "bad"
    if state == "missing":
        return str(_("缺数据，不计入")), "warn"
    return str(_("样本太小，不计入") if state == "small" else _("不适用")), "muted"


def _judged(item: Mapping[str, Any]) -> Tag:
    if not item["failed"]:
        return str(_("满分")), "good"
    if item["repeated"]:
        return str(_("连续失分")), "bad"
    nothing = item.get("score") is not None and Decimal(item["score"]) == 0
    return (str(_("得 0 分")), "bad") if nothing else (str(_("失分")), "warn")


def source_word(kind: str) -> str:
    """Where the value of an item comes from."""
    words = {
        "figure": _("报送的数据"),
        "events": _("由状态事件算出"),
        "derived": _("由其他数据算出"),
        "opinions": _("评分人打分"),
        "none": _("没有数据"),
    }
    return str(words.get(kind, kind))


def exclusion_words(one: Mapping[str, Any]) -> str:
    """When, why, and how it was decided."""
    causes = {
        "announced_maintenance": _("公告维护"),
        "agency_caused": _("管理方原因"),
        "force_majeure": _("不可抗力"),
        "regulators_order": _("监管要求"),
        "third_party": _("第三方原因"),
    }
    states = {"claimed": _("待裁定"), "granted": _("准予除外"), "refused": _("不予除外")}
    return str(
        _(
            "%(begin)s 至 %(end)s，%(cause)s，%(state)s",
            begin=fmt.moment(datetime.fromisoformat(one["from"])),
            end=fmt.moment(datetime.fromisoformat(one["until"])),
            cause=causes.get(one["cause"], one["cause"]),
            state=states.get(one["state"], one["state"]),
        )
    )


def loss_words(loss: Loss) -> str:
    """What an item lost and against what, in one line."""
    row = loss.row
    if row.effect == "zero":
        return str(_("应报未报，按方案规则计 0 分"))
    said = _against_target(row)
    return str(_("%(said)s；上期同样未达标，失分加倍", said=said)) if row.item["repeated"] else said


def _against_target(row: Row) -> str:
    score = scored(row.score)
    if row.value is None:
        return str(_("得 %(score)s 分", score=score))
    said = _("实际 %(value)s，得 %(score)s 分", value=valued(row), score=score)
    agreed = agreed_words(row)
    return str(_("%(said)s；%(agreed)s", said=said, agreed=agreed)) if agreed else str(said)


def agreed_words(row: Row) -> str:
    """Whether the level in the contract is kept: the scheme may ask for more than the contract for the whole score."""
    if row.meets is None:
        return ""
    target = target_words(row.target)
    return str(_("达到合同约定 %(t)s", t=target) if row.meets else _("未达到合同约定 %(t)s", t=target))


def outage_words(row: Row) -> str:
    """What happened behind an availability, and what of it may still be taken out."""
    seen = row.source.get("availability")
    if not seen or not seen["outages"]:
        return ""
    longest = number(seen["longest_minutes"]) if seen["longest_minutes"] is not None else fmt.MISSING
    said = _("中断 %(n)s 次，最长 %(longest)s 分钟", n=seen["outages"], longest=longest)
    pending = sum(one["state"] == "claimed" for one in seen["exclusions"])
    return str(_("%(said)s；%(n)s 个除外申报待裁定", said=said, n=pending)) if pending else str(said)


def valued(row: Row) -> str:
    """The value with its unit."""
    if row.value is None:
        return fmt.MISSING
    unit = named(row.unit)
    return f"{number(row.value)} {unit}".strip()


# --- what changed between two editions -------------------------------------------------------------------------------


def change_words(change: Change) -> dict[str, str]:
    """One change as components/diff.html draws it."""
    what = _field(change.field)
    where = " · ".join(part for part in (named(change.service), named(change.item) or change.code) if part)
    return {
        "field": f"{where} · {what}" if where else what,
        "old": _said(change.field, change.old),
        "new": _said(change.field, change.new),
    }


def _field(name: str) -> str:
    words = {
        "total": _("总分"),
        "grade": _("等级"),
        "points": _("扣分"),
        "net_fen": _("扣款（元）"),
        "provisional": _("暂定"),
        "vetoes": _("一票否决"),
        "value": _("数值"),
        "standing": _("结果"),
        "score": _("得分"),
        "availability": _("可用率（剔除除外后，%）"),
        "evidence": _("数据来源"),
    }
    return str(words[name])


def _said(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name == "net_fen":
        return fmt.money(value)
    if name == "standing":
        return standing_of(value)[0]
    if name == "provisional":
        return str(_("是") if value else _("否"))
    if name in {"total", "score"}:
        return scored(value)
    if name in {"points", "value", "availability"}:
        return number(value)
    return named(value) if isinstance(value, Mapping) else str(value)
