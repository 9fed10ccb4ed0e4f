"""The form `screen`: facts in, every item of the negative lists with what it comes to, judged as production judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.calendars.calendar_fields import mapping
from app.calendars.flaws import Flaw, below
from app.catalogues.wording import N_
from app.conditions.facts import Value
from app.conditions.jurisdiction import in_force_at
from app.negative_lists.judging import ITEM_KIND, UNRECORDED, blocks, case_of, judge
from app.practices.packaged_practices import KIND as PRACTICE_KIND
from app.whatif import fields
from app.whatif.fact_fields import facts, nearest, text, texts, unlisted
from app.whatif.gathered import Gathering
from app.whatif.rules import REGION_KIND, Judged, Rules, RulesOn, packaged_rules, versions_used

KEYS = ("lists", "facts", "answers", "exemptions", "divisions", "practice", "on")
NOT_APPLICABLE = "not_applicable"
MACHINE = "machine"
# What an item comes to, and what is missing for it.
Told = tuple[str, tuple[str, ...]]


@dataclass
class Given:
    """What a form says, read and held against the rules."""

    practice: str = ""
    divisions: tuple[str, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)
    items: tuple[Judged, ...] = ()
    chosen: Sequence[Judged] = ()
    answers: Mapping[str, bool] = field(default_factory=dict)
    exempted: frozenset[str] = frozenset()


def screen(form: Mapping[str, Any], rules_on: RulesOn = packaged_rules) -> dict[str, Any]:
    """Every item of the lists that are named (all, where none is), over facts by their section: `project.estimate` is
    `{"project": {"estimate": …}}`. An item about a contract applies where the section `contract` is given, one about a
    project where `project` is; `divisions` names the region and all above it, nearest first, `answers` what people
    found (true is a hit), `exemptions` the items that are exempted, `practice` the provincial practice that was chosen,
    `on` the day whose rules are asked for. What no rule knows is refused, never passed over."""
    mapping(form, "", KEYS, required=("facts",))
    rules = rules_on(fields.day(form["on"], "on") if "on" in form else None)
    given = _given(form, rules)
    items, values, answers, exempted = given.items, given.facts, given.answers, given.exempted
    found = in_force_at(
        items, given.divisions, rules.chosen(given.practice), lambda item: item.head, lambda item: item.list
    )
    here = {item.head.code for item in found.rules}

    def told(item: Judged) -> Told:
        code = item.head.code
        if code not in here or item.subject not in form["facts"]:
            return NOT_APPLICABLE, ()
        truth = item.condition.judge(values) if item.condition else None
        judged = judge(case_of(item.method, item.severity, truth, answers.get(code), code in exempted))
        return judged.outcome, judged.missing

    lines = [_line(item, told(item), found.beaten, rules) for item in given.chosen]
    counted = {name: sum(line["outcome"] == name for line in lines) for name in ("hit", "unknown", "clear")}
    answered = {"items": lines, **counted, "blocking": sum(line["blocks"] for line in lines)}
    return {**_basis(rules, given), **answered}


def _basis(rules: Rules, given: Given) -> dict[str, Any]:
    """By which rules it was judged; of published ones every version that was used."""
    made: dict[str, Any] = {"rules": rules.name}
    if rules.day is not None:
        used = [(ITEM_KIND, item.head.code) for item in given.chosen]
        used += [(PRACTICE_KIND, given.practice)] if given.practice else []
        used += [(REGION_KIND, code) for code in rules.trees] if given.divisions else []
        made |= {"on": rules.day.isoformat(), "versions": versions_used(rules, used)}
    return made


def _line(item: Judged, told: Told, beaten: Mapping[str, str], rules: Rules) -> dict[str, Any]:
    outcome, missing = told
    code = item.head.code
    made: dict[str, Any] = {
        "code": code,
        "list": item.list,
        "text": item.head.name.zh,
        "text_en": item.head.name.en,
        "severity": str(item.severity),
        # To whom it is new, what the product does not record yet is unknown like everything that he did not say.
        "outcome": "unknown" if outcome == UNRECORDED else outcome,
        "missing": list(missing),
        "blocks": blocks(item.severity, outcome),
        "citation": item.head.citation,
        "status": item.head.status.value,
        "remedy": item.remedy.zh,
        "remedy_en": item.remedy.en,
    }
    if rules.day is not None:
        made["version"] = rules.versions[ITEM_KIND, code]
    if item.question is not None:
        made |= {"question": item.question.zh, "question_en": item.question.en}
    if outcome == NOT_APPLICABLE and code in beaten:
        made["replaced_by"] = beaten[code]
    if outcome == UNRECORDED:
        made["unrecorded"] = True
    return made


# --- what is given ---------------------------------------------------------------------------------------------------


def _given(form: Mapping[str, Any], rules: Rules) -> Given:
    """Everything that is wrong is said at once; which items there are is known once the practice is."""
    given, gathering = Given(), Gathering()
    with gathering.keeping():
        given.practice = _practice(form, rules)
    with gathering.keeping():
        given.divisions = _divisions(form, rules)
    with gathering.keeping():
        given.facts = facts(form["facts"], rules)
    if given.practice or not form.get("practice"):
        given.items = rules.under(given.practice)
        by_code = {item.head.code: item for item in given.items}
        with gathering.keeping():
            given.chosen = _chosen(form, given.items, rules.comma)
        with gathering.keeping():
            given.answers = _answers(form, by_code)
        with gathering.keeping():
            given.exempted = frozenset(_codes(form, "exemptions", by_code, rules.comma))
    gathering.finish()
    return given


def _practice(form: Mapping[str, Any], rules: Rules) -> str:
    code = text(form.get("practice", ""), "practice")
    if code and code not in rules.practices:
        raise unlisted(code, "practice", {one: one for one in rules.practices}, rules.comma)
    return code


def _divisions(form: Mapping[str, Any], rules: Rules) -> tuple[str, ...]:
    """Names of divisions; where no division is known at all, it cannot be said that one is wrong."""
    names = texts(form.get("divisions", []), "divisions")
    gathering = Gathering()
    for place, name in enumerate(names if rules.places else ()):
        with gathering.keeping():
            _known_place(name, below("divisions", place), rules)
    gathering.finish()
    return tuple(names)


def _known_place(name: str, path: str, rules: Rules) -> None:
    if name in rules.places:
        return
    near = nearest(name, sorted(rules.places))
    if not near:
        raise Flaw(N_("“%(given)s”不在行政区划中，请写全称，例如“广东省”。"), path, given=name[:80])
    told = rules.comma.join(near)
    raise Flaw(N_("“%(given)s”不在行政区划中，最接近的是：%(near)s。"), path, given=name[:80], near=told)


def _chosen(form: Mapping[str, Any], items: Sequence[Judged], comma: str) -> list[Judged]:
    lists = {item.list for item in items}
    wanted = _codes(form, "lists", lists, comma) if "lists" in form else sorted(lists)
    if not wanted:
        raise Flaw(N_("请至少写一份清单；不写 lists 就判定全部清单。"), "lists")
    return [item for item in items if item.list in wanted]


def _answers(form: Mapping[str, Any], items: Mapping[str, Judged]) -> dict[str, bool]:
    found, gathering = {}, Gathering()
    for code, value in mapping(form.get("answers", {}), "answers", items).items():
        path = below("answers", code)
        with gathering.keeping():
            if items[code].method == MACHINE:
                raise Flaw(N_("这一条由系统按事实判断，没有要回答的问题。"), path)
            found[code] = fields.flag(value, path)
    gathering.finish()
    return found


def _codes(form: Mapping[str, Any], key: str, known: Mapping[str, object] | set[str], comma: str) -> list[str]:
    found, gathering = texts(form.get(key, []), key), Gathering()
    for place, code in enumerate(found):
        with gathering.keeping():
            if code not in known:
                raise unlisted(code, below(key, place), {one: one for one in sorted(known)}, comma)
    gathering.finish()
    return found
