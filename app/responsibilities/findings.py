"""What is wrong with a responsibility list, all at once and explained: what blocks signing, what is only said."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from app.catalogues.wording import N_
from app.responsibilities.template import SIDE_OF_BEARER, Member, TemplateDuty

# A duty is named by so many characters of its text.
SHORT = 24
# Own duties that share so much of their pairs of characters with another may be the same (Dice, from 0 to 1).
ALIKE = 0.7
_SIDES = {"management": N_("管理方"), "operation": N_("运营方"), "supervision": N_("监督方")}
_RULE = N_("管理事项由管理方负责，建设运营事项由运营方承担，监督事项由独立的监督方承担。")


@dataclass(frozen=True)
class Line:
    """A duty as it is judged; `letters` are (organisation, letter), `code` is empty for a duty of the project's own."""

    number: int
    code: str
    bearer: str
    text: str
    letters: tuple[tuple[int, str], ...]
    deadline: str
    basis: str
    evidence: str
    evidence_words: str
    left_out: bool = False
    by_law: bool = False

    @property
    def side(self) -> str:
        return SIDE_OF_BEARER[self.bearer]

    def with_letter(self, *wanted: str) -> list[int]:
        return [key for key, letter in self.letters if letter in wanted]


@dataclass(frozen=True)
class Finding:
    """One finding: of which kind, whether it blocks signing, in words, and the lines it is about."""

    kind: str
    blocking: bool
    what: str
    why: str
    remedy: str
    lines: tuple[int, ...] = ()
    code: str = ""


def findings(lines: Sequence[Line], members: Sequence[Member], template: Sequence[TemplateDuty]) -> tuple[Finding, ...]:
    """Every finding, what blocks first, each group in the order of the list."""
    listed = [line for line in lines if not line.left_out]
    names = {member.key: member for member in members}
    found = [
        *(one for line in listed for one in _of_line(line, names)),
        *_missing(lines, template),
        *_idle(listed, members),
        *_twice(listed),
        *_alike(listed),
        *(one for line in lines if line.left_out and line.by_law for one in _left_out_law(line)),
    ]
    if not listed:
        found.append(_empty())
    return tuple(sorted(found, key=lambda one: not one.blocking))


def _of_line(line: Line, members: dict[int, Member]) -> Iterator[Finding]:
    yield from _accountable(line, members)
    yield from _wrong_side(line, members)
    yield from _strangers(line, members)
    yield from _both_a_and_c(line, members)
    yield from _undocumented(line)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _finding(kind: str, what: str, why: str, remedy: str, line: Line, blocking: bool = True) -> Finding:
    return Finding(kind, blocking, what, why, remedy, (line.number,), line.code)


def _accountable(line: Line, members: dict[int, Member]) -> Iterator[Finding]:
    bearing = line.with_letter("A")
    if not bearing:
        yield _finding(
            "no_accountable",
            N_("第 %(n)s 项“%(text)s”没有负责方（A）", n=line.number, text=_short(line.text)),
            N_("每项权责有且只有一个负责方，否则出了问题无人承担。"),
            N_("请为该项选定一个负责方（A）。"),
            line,
        )
    if len(set(bearing)) > 1:
        yield _finding(
            "two_accountable",
            N_("第 %(n)s 项“%(text)s”有 %(count)s 个负责方（A）：%(names)s", n=line.number, text=_short(line.text),
               count=len(set(bearing)), names=_names(bearing, members)),
            N_("每项权责有且只有一个负责方，多头负责等于无人负责。"),
            N_("请保留一个负责方（A），其余改为执行（R）或咨询（C）。"),
            line,
        )  # fmt: skip


def _names(keys: Sequence[int], members: dict[int, Member]) -> str:
    return _listed([members[key].name for key in dict.fromkeys(keys) if key in members])


def _listed(words: Sequence[str]) -> str:
    """Words in a row, in the reader's punctuation."""
    return reduce(lambda before, last: N_("%(before)s、%(last)s", before=before, last=last), words) if words else ""


def _wrong_side(line: Line, members: dict[int, Member]) -> Iterator[Finding]:
    for key, letter in line.letters:
        member = members.get(key)
        if letter not in {"A", "R"} or member is None or member.side == line.side:
            continue
        word = N_("负责方（A）") if letter == "A" else N_("执行方（R）")
        yield _finding(
            "accountable_side" if letter == "A" else "responsible_side",
            N_(
                "第 %(n)s 项“%(text)s”的%(word)s是%(held)s的%(name)s，应在%(side)s",
                n=line.number,
                text=_short(line.text),
                word=word,
                held=_SIDES[member.side],
                name=member.name,
                side=_SIDES[line.side],
            ),
            _RULE,
            N_("请改由%(side)s的机构承担，或把该机构改为咨询（C）、知会（I）。", side=_SIDES[line.side]),
            line,
        )


def _strangers(line: Line, members: dict[int, Member]) -> Iterator[Finding]:
    if any(key not in members for key, _letter in line.letters):
        yield _finding(
            "stranger",
            N_("第 %(n)s 项“%(text)s”由已不是当事方的机构承担", n=line.number, text=_short(line.text)),
            N_("只有当事方才能承担权责。"),
            N_("请改由现在的当事方承担，或重新加入该机构。"),
            line,
        )


def _both_a_and_c(line: Line, members: dict[int, Member]) -> Iterator[Finding]:
    both = [key for key in line.with_letter("A") if key in line.with_letter("C")]
    if both:
        yield _finding(
            "accountable_and_consulted",
            N_(
                "第 %(n)s 项“%(text)s”中，%(names)s 既是负责方（A）又是咨询方（C）",
                n=line.number,
                text=_short(line.text),
                names=_names(both, members),
            ),
            N_("负责方拿主意，咨询方提意见，同一机构不能向自己咨询。"),
            N_("请只保留一种。"),
            line,
        )


def _undocumented(line: Line) -> Iterator[Finding]:
    named = {"n": line.number, "text": _short(line.text)}
    if not line.evidence:
        yield _finding(
            "no_evidence",
            N_("第 %(n)s 项“%(text)s”没有写明以什么为证", **named),
            N_("没有证据形式的权责无法核查是否履行。"),
            N_("请选择系统记录或文件，并写明是什么。"),
            line,
        )
    elif not line.evidence_words:
        yield _finding(
            "evidence_unsaid",
            N_("第 %(n)s 项“%(text)s”只选了证据形式，没有写明是什么", **named),
            N_("写明名称后，检查时不会有争议。"),
            N_("请补写证据名称。"),
            line,
            blocking=False,
        )
    if not line.deadline:
        yield _finding(
            "no_deadline",
            N_("第 %(n)s 项“%(text)s”没有时限", **named),
            N_("没有时限的权责无法判断是否按时履行。"),
            N_("请补写时限，例如“每月 5 日前”。"),
            line,
            blocking=False,
        )
    if not line.code and not line.basis:
        yield _finding(
            "no_basis",
            N_("第 %(n)s 项“%(text)s”是自定事项，没有写依据", **named),
            N_("写明依据后，双方对这一事项的理解一致。"),
            N_("请补写依据，例如合同条款或会议纪要。"),
            line,
            blocking=False,
        )


def _missing(lines: Sequence[Line], template: Sequence[TemplateDuty]) -> Iterator[Finding]:
    """Duties of the template that the list neither has nor leaves out with a reason."""
    present = {line.code for line in lines}
    for duty in template:
        if duty.code not in present:
            yield Finding(
                "template_missing",
                True,
                N_("模板事项 %(code)s“%(text)s”不在清单中", code=duty.code, text=_short(duty.text)),
                N_("模板事项不适用时须写明理由，不能不声不响地略去。"),
                N_("请按模板补入；确实不适用的，补入后写明理由删减。"),
                (),
                duty.code,
            )


def _idle(listed: Sequence[Line], members: Sequence[Member]) -> Iterator[Finding]:
    busy = {key for line in listed for key in line.with_letter("A", "R")}
    for member in members:
        if member.key not in busy:
            yield Finding(
                "idle",
                True,
                N_("%(name)s 是当事方，但没有承担任何权责", name=member.name),
                N_("当事方须至少负责（A）或执行（R）一项，否则不应列为当事方。"),
                N_("请按模板补入，或为其分配权责。"),
            )


def _twice(listed: Sequence[Line]) -> Iterator[Finding]:
    """The same duty of the template on two lines, or two lines with the same words."""
    groups: dict[str, list[Line]] = {}
    for line in listed:
        for key in {line.code, _bare(line.text)} - {""}:
            groups.setdefault(key, []).append(line)
    said: set[tuple[int, ...]] = set()
    for group in groups.values():
        numbers = tuple(sorted(line.number for line in group))
        if len(numbers) < 2 or numbers in said:
            continue
        said.add(numbers)
        yield Finding(
            "twice",
            True,
            N_("第 %(n)s 项重复：%(text)s", n=_listed([str(number) for number in numbers]), text=_short(group[0].text)),
            N_("同一事项写了几遍，会有不同的负责方。"),
            N_("请只保留一项，其余删除或改写。"),
            numbers,
            group[0].code,
        )


def _alike(listed: Sequence[Line]) -> Iterator[Finding]:
    """An own duty that nearly says what another one says: two parties would answer for one thing."""
    texts = [(line, _bare(line.text)) for line in listed]
    pairs = [(line, text, {text[place : place + 2] for place in range(len(text) - 1)}) for line, text in texts]
    for place, (line, text, own) in enumerate(pairs):
        for before, other_text, other in pairs[:place]:
            if (line.code and before.code) or text == other_text or not own or not other:
                continue
            if 2 * len(own & other) >= ALIKE * (len(own) + len(other)):
                yield Finding(
                    "alike",
                    False,
                    N_(
                        "第 %(n)s 项“%(text)s”与第 %(other)s 项内容相近",
                        n=line.number,
                        text=_short(line.text),
                        other=before.number,
                    ),
                    N_("两项说的可能是同一件事，由不同的机构负责会互相推诿。"),
                    N_("请合并为一项，或写明两项的区别。"),
                    (line.number, before.number),
                    before.code,
                )


def _bare(text: str) -> str:
    """Words without blanks and punctuation: two spellings of the same."""
    return re.sub(r"[\W_]+", "", text).lower()


def _left_out_law(line: Line) -> Iterator[Finding]:
    yield _finding(
        "left_out_law",
        N_("第 %(n)s 项“%(text)s”有法律或文件依据，已写明理由删减", n=line.number, text=_short(line.text)),
        N_("删减只影响本清单，不免除依法应当履行的义务。"),
        N_("请双方在签署前核对理由。"),
        line,
        blocking=False,
    )


def nobody_operates(members: Sequence[Member], of_contract: bool) -> tuple[Finding, ...]:
    """No party builds or operates: what that side would bear lies with nobody, and nobody is there to sign for it."""
    if any(member.side == "operation" for member in members):
        return ()
    what = N_("项目还没有建设或运营方，清单没有对方可以签署。")
    remedy = N_("请先完成采购，或在项目中加入承建单位、运营企业，再按模板补入其权责。")
    if of_contract:
        what = N_("合同还没有乙方，清单没有对方可以签署。")
        remedy = N_("请先在合同中加入运营企业，再按模板补入其权责。")
    why = N_("建设、运营一方的事项没有机构承担；权责清单由管理方和建设、运营方双方签署才生效。")
    return (Finding("nobody_operates", True, what, why, remedy),)


def _empty() -> Finding:
    return Finding(
        "empty",
        True,
        N_("清单是空的"),
        N_("没有事项的清单不能约束任何一方。"),
        N_("请按模板补入，或添加自定事项。"),
    )
