"""The list of calculations by name, and how one input or an array of them is answered."""

from collections.abc import Callable, Mapping
from typing import Any

from app.calendars.flaws import Flaw
from app.catalogues.wording import N_
from app.whatif import availability_forms, score_forms, screening_forms, strict_json, working_time_forms
from app.whatif.rules import RulesOn, packaged_rules

KINDS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "due": working_time_forms.due,
    "elapsed": working_time_forms.elapsed,
    "availability": availability_forms.availability,
    "budget": availability_forms.budget,
    "score": score_forms.score,
    "screen": screening_forms.screen,
}
# The kind that asks for rules of a day; the others ask for nothing but their input.
SCREEN = "screen"

# Enough for any table a person pastes; a batch of long spans must not hold a web worker.
MOST_INPUTS = 1_000

Say = Callable[[Flaw], str]


def answer(
    kind: str, payload: Any, say: Say = str, most: int | None = MOST_INPUTS, rules: RulesOn = packaged_rules
) -> Any:
    """The answer to one input, or the list of answers to a list; a bad input of a list is `{"error": …}` in its place.

    A single bad input raises `Flaw`. `say` puts a refusal into words (a page passes its translation); `most` bounds
    the length of a list; `rules` are those that a screening is judged by.
    """
    if kind not in KINDS:
        raise Flaw(N_("没有名为 %(kind)s 的试算；现有：%(kinds)s。"), kind=kind[:80], kinds="、".join(sorted(KINDS)))
    if not isinstance(payload, list):
        return _answer_one(kind, payload, rules)
    if most is not None and len(payload) > most:
        raise Flaw(N_("一次最多 %(most)s 项。"), most=most)
    return [_answer_or_error(kind, item, say, rules) for item in payload]


def answer_text(
    kind: str, text: str | bytes, say: Say = str, most: int | None = MOST_INPUTS, rules: RulesOn = packaged_rules
) -> Any:
    """The same for a JSON text."""
    return answer(kind, strict_json.loads(text), say, most, rules)


def _answer_one(kind: str, item: Any, rules: RulesOn) -> dict[str, Any]:
    strict_json.clean(item)
    if not isinstance(item, dict):
        raise Flaw(N_("输入应为 JSON 对象，或者对象的数组。"))
    return screening_forms.screen(item, rules) if kind == SCREEN else KINDS[kind](item)


def _answer_or_error(kind: str, item: Any, say: Say, rules: RulesOn) -> dict[str, Any]:
    try:
        return _answer_one(kind, item, rules)
    except Flaw as flaw:
        return {"error": say(flaw)}
