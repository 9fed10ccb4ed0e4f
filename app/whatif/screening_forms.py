"""The form `screen`: facts in, every item of the negative lists with what it comes to, judged as production judges."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.calendars.calendar_fields import listed, mapping
from app.calendars.flaws import Flaw, below
from app.catalogues.wording import N_
from app.conditions.facts import FACTS, Fact, FactType, Value
from app.conditions.jurisdiction import NATIONAL, in_force_at
from app.negative_lists.judging import UNRECORDED, blocks, case_of, judge
from app.negative_lists.packaged_items import PackagedItem, items_under
from app.practices.packaged_practices import packaged_choice
from app.whatif import fields

KEYS = ("lists", "facts", "answers", "exemptions", "divisions", "practice")
NOT_APPLICABLE = "not_applicable"
# Said with every answer: the rules are those that come with the product, not what an authority has published since.
PACKAGED = "packaged"
MOST_CODES = 500
# The largest number that the evaluator holds.
LARGEST = 2**63 - 1


def screen(form: Mapping[str, Any]) -> dict[str, Any]:
    """Every item of the lists that are named (all, where none is), over facts by their section: `project.estimate` is
    `{"project": {"estimate": …}}`. An item about a contract applies where the section `contract` is given, one about a
    project where `project` is; `divisions` names the region and all above it, `answers` what people found (true is a
    hit), `exemptions` the items that are exempted, `practice` the provincial practice that was chosen."""
    mapping(form, "", KEYS, required=("facts",))
    facts = _facts(form["facts"])
    practice = _text(form.get("practice", ""), "practice")
    items = items_under(practice)
    codes = {item.head.code for item in items}
    chosen = _chosen(form, items)
    answers = {code: fields.flag(value, below("answers", code)) for code, value in _known(form, codes).items()}
    exempted = set(_codes(form, "exemptions", codes))
    divisions = tuple(_texts(form.get("divisions", []), "divisions"))
    brought = packaged_choice(practice) if practice else NATIONAL
    found = in_force_at(items, divisions, brought, lambda item: item.head, lambda item: item.list)
    here = {item.head.code for item in found.rules}
    lines = []
    for item in chosen:
        code = item.head.code
        if code in here and item.subject in form["facts"]:
            lines.append(_judged(item, facts, answers.get(code), code in exempted))
        else:
            lines.append(_line(item, NOT_APPLICABLE, (), replaced_by=found.beaten.get(code)))
    counted = {name: sum(line["outcome"] == name for line in lines) for name in ("hit", "unknown", "clear")}
    return {"rules": PACKAGED, "items": lines, **counted, "blocking": sum(line["blocks"] for line in lines)}


def _judged(item: PackagedItem, facts: Mapping[str, Value], answer: bool | None, is_exempted: bool) -> dict[str, Any]:
    truth = item.condition.judge(facts) if item.condition else None
    found = judge(case_of(item.method, item.severity, truth, answer, is_exempted))
    line = _line(item, found.outcome, found.missing)
    # To whom it is new, what the product does not record yet is unknown like everything that he did not say.
    return {**line, "outcome": "unknown", "unrecorded": True} if found.outcome == UNRECORDED else line


def _line(item: PackagedItem, outcome: str, missing: tuple[str, ...], replaced_by: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "code": item.head.code,
        "list": item.list,
        "text": item.head.name.zh,
        "severity": item.severity,
        "outcome": outcome,
        "missing": list(missing),
        "blocks": blocks(item.severity, outcome),
        "citation": item.head.citation,
        "status": item.head.status.value,
        "remedy": item.remedy.zh,
    }
    if item.question is not None:
        made["question"] = item.question.zh
    if replaced_by:
        made["replaced_by"] = replaced_by
    return made


# --- what is given ---------------------------------------------------------------------------------------------------


def _chosen(form: Mapping[str, Any], items: Sequence[PackagedItem]) -> list[PackagedItem]:
    lists = {item.list for item in items}
    wanted = _codes(form, "lists", lists) if "lists" in form else sorted(lists)
    return [item for item in items if item.list in wanted]


def _facts(value: object) -> dict[str, Value]:
    sections = mapping(value, "facts", {name.split(".")[0] for name in FACTS})
    found: dict[str, Value] = {}
    for section, inner in sections.items():
        path = below("facts", section)
        known = {name.partition(".")[2]: fact for name, fact in FACTS.items() if name.startswith(f"{section}.")}
        for key, one in mapping(inner, path, known).items():
            # Nothing is known of what is null: it is as if it had not been said.
            if one is not None:
                found[known[key].name] = _value(known[key], one, below(path, key))
    return found


def _value(fact: Fact, value: object, path: str) -> Value:
    if fact.type is FactType.FLAG:
        return fields.flag(value, path)
    if fact.type in (FactType.WHOLE, FactType.MONEY):
        number = fields.whole(value, path)
        if number > LARGEST:
            raise Flaw(N_("数字太大。"), path)
        return number
    if fact.type is FactType.CODES:
        return tuple(_texts(value, path))
    text = _text(value, path)
    if fact.type is FactType.DAY and text:
        return fields.day(text, path).isoformat()
    return text


def _known(form: Mapping[str, Any], codes: set[str]) -> Mapping[str, Any]:
    return mapping(form.get("answers", {}), "answers", codes)


def _codes(form: Mapping[str, Any], key: str, known: set[str]) -> list[str]:
    found = _texts(form.get(key, []), key)
    for place, code in enumerate(found):
        if code not in known:
            raise Flaw(N_("没有这个编码；现有：%(codes)s。"), below(key, place), codes="、".join(sorted(known))[:400])
    return found


def _texts(value: object, path: str) -> list[str]:
    items = listed(value, path)
    if len(items) > MOST_CODES:
        raise Flaw(N_("一次最多 %(most)s 项。"), path, most=MOST_CODES)
    return [_text(item, below(path, place)) for place, item in enumerate(items)]


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise Flaw(N_("应为文字。"), path)
    return value
