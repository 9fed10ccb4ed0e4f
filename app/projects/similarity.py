"""How alike a proposal is to what exists: a score of 0 to 100 made of fields, and the passages that stand in both.

A score depends on the two texts alone, never on what else is on the ledger, so that it can be explained and repeated.
A text that is empty on one side is not compared; a quarter of its weight then counts as unlike, so that two equal names
alone do not make a hundred, and the match says which fields were compared.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import pairwise

from rapidfuzz import fuzz, process

NAME, FUNCTIONS, PURPOSE, DATA, CATEGORY, REGION = "name", "functions", "purpose", "data", "category", "region"
# What a field counts for; what a project does weighs as much as what it is called. Together 100.
WEIGHTS: Mapping[str, int] = {NAME: 35, FUNCTIONS: 35, PURPOSE: 15, DATA: 10, CATEGORY: 3, REGION: 2}
TEXTS = (NAME, FUNCTIONS, PURPOSE, DATA)

# Words that nearly every project uses: left out of what is compared, longer ones first. Of a name they count a quarter.
FILLERS = tuple(
    sorted(
        (
            *("信息化", "数字化", "智能化", "一体化", "电子政务", "信息系统", "应用系统", "管理系统", "服务系统"),
            *("系统", "平台", "建设", "项目", "工程", "应用", "软件", "升级", "改造", "新建", "扩建", "改建", "运维"),
            *(
                "运行维护",
                "运营",
                "服务",
                "管理",
                "综合",
                "智慧",
                "智能",
                "数字",
                "信息",
                "采购",
                "开发",
                "一期",
                "二期",
            ),
            *("三期", "四期", "五期", "有限公司", "实现", "提供", "支持", "通过", "进行", "相关", "以及", "能够"),
            *("主要", "功能", "模块", "子系统", "工作", "业务", "全市", "全省", "全区", "全县", "本市", "本区", "我市"),
        ),
        key=len,
        reverse=True,
    )
)
FILLER_PART = 0.25
UNKNOWN_PART = 0.25
# A run shorter than this is a chance; one that is made of filler words says nothing.
SHORTEST_RUN = 4
# Texts are compared up to here, so that an endless one costs no more than a long one.
LONGEST = 8000
PLACES_EACH = 8
# How many are compared in full after a first look at all of them.
BY_NAME, BY_TEXT = 40, 120
# Pairs of characters that stand in more than this part of a large ledger tell nothing apart.
COMMON = 0.1

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Years, versions, phases and list numbers; other numbers stay, for some are names (12345, 110).
_NUMBERS = re.compile(
    r"(?:19|20)\d\d年?|v?\d+(?:\.\d+)+|第?[一二三四五六七八九十\d]+期|\b\d{1,2}\b|[一二三四五六七八九十]、"
)


@dataclass(frozen=True)
class Work:
    """What is compared of a project or service. `region` is the path of its region, `key` whatever names it."""

    key: str
    name: str
    purpose: str = ""
    functions: str = ""
    data: str = ""
    category: str = ""
    region: str = ""


@dataclass(frozen=True)
class Prepared:
    """A work made ready once: its name with and without filler words and places, its texts cut into stretches."""

    work: Work
    core: str
    ordered: str
    whole: str
    stretches: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Passage:
    """A run of characters that stands in a field of the proposal and in the same field of the other, from–until."""

    field: str
    begin: int
    end: int
    other_begin: int
    other_end: int


@dataclass(frozen=True)
class Match:
    """How alike another work is: `percent` by compared field, weighed together in `score`."""

    work: Work
    score: int
    percent: Mapping[str, int]
    passages: tuple[Passage, ...] = ()


@dataclass
class Corpus:
    """Everything that a proposal is compared with, prepared once. `index`: where a pair of characters stands."""

    works: tuple[Prepared, ...] = ()
    places: frozenset[str] = frozenset()
    cores: list[str] = field(default_factory=list)
    ordered: list[str] = field(default_factory=list)
    index: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        return len(self.works) <= 4 * BY_NAME


# --- preparing -------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Full and half width, capitals and small letters are one; every character keeps its place."""
    wide = text[:LONGEST].translate(_WIDE)
    small = wide.lower()
    return small if len(small) == len(wide) else wide


def prepare(work: Work, places: frozenset[str] = frozenset()) -> Prepared:
    """`places` are names of regions, which are no part of what a project is."""
    whole = "".join(_WORD.findall(_NUMBERS.sub(" ", fold(work.name))))
    core = _without_fillers(_without_places(whole, places)).replace(" ", "")
    texts = ((FUNCTIONS, work.functions), (PURPOSE, work.purpose), (DATA, work.data))
    stretches = {name: _stretches(text) for name, text in texts}
    return Prepared(work, core or whole, "".join(sorted(core or whole)), whole, stretches)


def _without_fillers(text: str) -> str:
    for word in FILLERS:
        text = text.replace(word, " ")
    return text


def _without_places(text: str, places: frozenset[str]) -> str:
    if not places:
        return text
    longest, kept, at = max(map(len, places)), [], 0
    while at < len(text):
        size = next((size for size in range(longest, 1, -1) if text[at : at + size] in places), 0)
        if not size:
            kept.append(text[at])
        at += size or 1
    return "".join(kept)


def _stretches(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(_WORD.findall(_without_fillers(_NUMBERS.sub(" ", fold(text)))))


def pairs(stretches: Iterable[str]) -> set[str]:
    """The pairs of neighbouring characters; a stretch of one character stands for itself."""
    found: set[str] = set()
    for stretch in stretches:
        found.update(first + second for first, second in pairwise(stretch))
        if len(stretch) == 1:
            found.add(stretch)
    return found


def corpus_of(works: Iterable[Work], places: frozenset[str] = frozenset(), known: Corpus | None = None) -> Corpus:
    """Prepares everything; what `known` holds with the very same texts is taken from there."""
    listed = tuple(works)
    same = known if known is not None and known.places == places else Corpus()
    if listed and listed == tuple(one.work for one in same.works):
        return same
    before = {one.work: one for one in same.works}
    made = Corpus(tuple(before.get(one) or prepare(one, places) for one in listed), places)
    made.cores = [one.core for one in made.works]
    made.ordered = [one.ordered for one in made.works]
    for place, one in enumerate(made.works):
        for pair in _all_pairs(one):
            made.index.setdefault(pair, []).append(place)
    return made


def _all_pairs(one: Prepared) -> set[str]:
    return pairs(stretch for name in (FUNCTIONS, PURPOSE, DATA) for stretch in one.stretches[name])


# --- comparing -------------------------------------------------------------------------------------------------------


def nearest(proposal: Prepared, corpus: Corpus, limit: int = 10) -> list[Match]:
    """The works most alike, best first, with the passages that stand in both."""
    rows = range(len(corpus.works)) if corpus.is_small else _promising(proposal, corpus)
    found = [compare(proposal, corpus.works[row]) for row in rows]
    best = nlargest(limit, found, key=lambda one: (one.score, one.percent[NAME], one.work.key))
    return [Match(one.work, one.score, one.percent, passages(proposal.work, one.work)) for one in best]


def _promising(proposal: Prepared, corpus: Corpus) -> list[int]:
    """Rows worth comparing in full: alike in name whichever way one looks, or sharing rare pairs in their texts."""
    found: set[int] = set()
    for asked, listed, scorer in (
        (proposal.core, corpus.cores, fuzz.ratio),
        (proposal.ordered, corpus.ordered, fuzz.ratio),
        (proposal.core, corpus.cores, fuzz.partial_ratio),
    ):
        found.update(row for _text, _score, row in process.extract(asked, listed, scorer=scorer, limit=BY_NAME))
    shared: Counter[int] = Counter()
    for pair in _all_pairs(proposal):
        rows = corpus.index.get(pair, ())
        if len(rows) <= COMMON * len(corpus.works):
            shared.update(rows)
    found.update(row for row, _count in nlargest(BY_TEXT, shared.items(), key=lambda one: (one[1], -one[0])))
    return sorted(found)


def compare(proposal: Prepared, other: Prepared) -> Match:
    """The score of one pair, without passages."""
    parts = {NAME: _name_part(proposal, other)}
    for name in (FUNCTIONS, PURPOSE, DATA):
        mine, theirs = pairs(proposal.stretches[name]), pairs(other.stretches[name])
        if mine and theirs:
            parts[name] = _text_part(mine, theirs)
    if proposal.work.category and other.work.category:
        parts[CATEGORY] = float(proposal.work.category == other.work.category)
    if proposal.work.region and other.work.region:
        parts[REGION] = _region_part(proposal.work.region, other.work.region)
    unknown = sum(WEIGHTS[name] for name in TEXTS if name not in parts)
    weight = sum(WEIGHTS[name] for name in parts) + UNKNOWN_PART * unknown
    score = sum(WEIGHTS[name] * part for name, part in parts.items()) * 100 / weight
    return Match(other.work, _whole(score), {name: _whole(part * 100) for name, part in parts.items()})


def _whole(value: float) -> int:
    return int(value + 0.5)


def _name_part(proposal: Prepared, other: Prepared) -> float:
    """Alike as written, with words in another order, or one inside the other; filler words count a quarter."""
    core = max(
        fuzz.ratio(proposal.core, other.core),
        0.9 * fuzz.ratio(proposal.ordered, other.ordered),
        0.9 * fuzz.partial_ratio(proposal.core, other.core)
        if min(len(proposal.core), len(other.core)) >= SHORTEST_RUN
        else 0.0,
    )
    return ((1 - FILLER_PART) * core + FILLER_PART * fuzz.ratio(proposal.whole, other.whole)) / 100


def _text_part(mine: set[str], theirs: set[str]) -> float:
    """Half: how much of the proposal stands there already. Half: how much of both together is shared."""
    shared = len(mine & theirs)
    return 0.5 * shared / len(mine) + shared / (len(mine) + len(theirs))


def _region_part(mine: str, theirs: str) -> float:
    """The same region, or one above the other: full; else the part of the way they share."""
    one, two = mine.strip("/").split("/"), theirs.strip("/").split("/")
    common = next((place for place, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), None)
    return 1.0 if common is None else common / max(len(one), len(two))


# --- passages --------------------------------------------------------------------------------------------------------


def passages(proposal: Work, other: Work) -> tuple[Passage, ...]:
    """The longest common runs of each text field, in the order of the proposal."""
    return tuple(
        Passage(name, *run) for name in TEXTS for run in common_runs(getattr(proposal, name), getattr(other, name))
    )


def common_runs(mine: str, theirs: str) -> list[tuple[int, int, int, int]]:
    """Runs of at least four Chinese characters in both, none inside another, as begin and end in each."""
    one, two = fold(mine), fold(theirs)
    starts: dict[str, list[int]] = {}
    for place in range(len(two) - SHORTEST_RUN + 1):
        listed = starts.setdefault(two[place : place + SHORTEST_RUN], [])
        if len(listed) < PLACES_EACH:
            listed.append(place)
    found, at = [], 0
    while at <= len(one) - SHORTEST_RUN:
        places = starts.get(one[at : at + SHORTEST_RUN], ())
        size, other = max(((_run(one, two, at, place), place) for place in places), default=(0, 0))
        begin, end = _trimmed(one, at, at + size)
        if _says_something(one[begin:end]):
            found.append((begin, end, other + begin - at, other + end - at))
        at += max(size, 1)
    return found


def _run(one: str, two: str, at: int, other: int) -> int:
    size, longest = SHORTEST_RUN, min(len(one) - at, len(two) - other)
    while size < longest and one[at + size] == two[other + size]:
        size += 1
    return size


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    """Without blanks and punctuation at its ends."""
    while begin < end and not text[begin].isalnum():
        begin += 1
    while begin < end and not text[end - 1].isalnum():
        end -= 1
    return begin, end


def _says_something(run: str) -> bool:
    return len(_HAN.findall(run)) >= SHORTEST_RUN and len(_without_fillers(run).replace(" ", "")) > 1


def pieces(text: str, spans: Sequence[tuple[int, int]], around: int = 24) -> list[tuple[str, bool]]:
    """The text cut for display: alike or not; what lies far from anything alike is left out as “…”."""
    found: list[tuple[str, bool]] = []
    at = 0
    for begin, end in sorted(spans):
        if begin < at:
            continue
        found.append((_between(text[at:begin], around, first=not found), False))
        found.append((text[begin:end], True))
        at = end
    rest = text[at:]
    found.append((rest if len(rest) <= around else f"{rest[:around]}…", False))
    return [(piece, alike) for piece, alike in found if piece]


def _between(text: str, around: int, first: bool) -> str:
    if first:
        return text if len(text) <= around else f"…{text[-around:]}"
    return text if len(text) <= 2 * around else f"{text[:around]}…{text[-around:]}"
