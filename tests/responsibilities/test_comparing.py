"""Two contents side by side: each kind of difference once, and none between equals."""

import copy

from app.responsibilities.comparing import Change, Fate, beside, changes

OPERATOR = {"role": "operator", "code": "OP", "name": {"zh": "运营公司", "en": None}}


def duty(code="DU-001", **more):
    whole = {
        "entry": {"code": code} if code else None,
        "text": f"事项 {code}",
        "bearer": "operator",
        "phase": "operation",
        "deadline": "每月",
        "basis": "",
        "evidence": "record",
        "evidence_words": "月报",
        "letters": {"OP": "A"},
    }
    return {**whole, **more}


def content(*duties, left_out=(), parties=(OPERATOR,)):
    return {"parties": list(parties), "duties": list(duties), "left_out": list(left_out)}


def test_equal_contents_have_no_differences():
    assert changes(content(duty()), copy.deepcopy(content(duty()))) == []


def test_each_difference_is_named():
    cases = [
        (content(duty()), content(), [Change("DU-001", "duty", "事项 DU-001", "")]),
        (content(), content(duty("", text="自定")), [Change("自定", "duty", "", "自定")]),
        (content(duty()), content(duty(deadline="每周")), [Change("DU-001", "deadline", "每月", "每周")]),
        (content(duty()), content(duty(evidence=None)), [Change("DU-001", "evidence", "record", "")]),
        (
            content(duty()),
            content(duty(letters={"CL": "A", "OP": "R"})),
            [Change("DU-001", "letter", "", "A", "CL"), Change("DU-001", "letter", "A", "R", "OP")],
        ),
        (
            content(duty()),
            content(left_out=[{**duty(), "reason": "不适用"}]),
            [Change("DU-001", "left_out", "", "不适用")],
        ),
        (content(parties=()), content(), [Change("", "party", "", "operator", "OP")]),
        (content(), content(parties=()), [Change("", "party", "operator", "", "OP")]),
    ]
    for old, new, expected in cases:
        assert changes(old, new) == expected


def test_each_duty_has_its_fate_and_its_letters_before_and_after():
    client = {"role": "client", "code": "CL", "name": {"zh": "项目单位", "en": None}}
    out = {**duty("DU-004"), "reason": "不适用"}
    cases = [
        (content(duty()), content(duty()), Fate.SAME, [("A", "A")]),
        (content(), content(duty()), Fate.ADDED, [("", "A")]),
        (content(duty()), content(), Fate.REMOVED, [("A", "")]),
        (content(duty("DU-004")), content(left_out=[out]), Fate.LEFT_OUT, [("A", "")]),
        (content(left_out=[out]), content(duty("DU-004")), Fate.TAKEN_BACK, [("", "A")]),
        (content(left_out=[out]), content(left_out=[{**out, "reason": "另有约定"}]), Fate.CHANGED, [("", "")]),
        (content(duty()), content(duty(deadline="每周")), Fate.CHANGED, [("A", "A")]),
        (
            content(duty(), parties=(OPERATOR, client)),
            content(duty(letters={"CL": "A", "OP": "R"}), parties=(OPERATOR, client)),
            Fate.CHANGED,
            [("A", "R"), ("", "A")],
        ),
        (
            content(duty(entry={"code": "DU-001", "version": 1})),
            content(duty(entry={"code": "DU-001", "version": 2})),
            Fate.CHANGED,
            [("A", "A")],
        ),
    ]
    for old, new, fate, letters in cases:
        found = beside(old, new)
        assert [(one.fate, list(one.letters)) for one in found.duties] == [(fate, letters)]
        assert found.differs is (fate is not Fate.SAME)


def test_parties_that_came_went_or_changed_their_role_are_told():
    client = {"role": "client", "code": "CL", "name": {"zh": "项目单位", "en": None}}
    builder = {**OPERATOR, "role": "builder"}
    cases = [
        ((OPERATOR,), (OPERATOR, client), {"OP": Fate.SAME, "CL": Fate.ADDED}),
        ((OPERATOR, client), (client,), {"CL": Fate.SAME, "OP": Fate.REMOVED}),
        ((OPERATOR,), (OPERATOR, builder), {"OP": Fate.CHANGED}),
        ((), (), {}),
    ]
    for before, after, expected in cases:
        found = beside(content(parties=before), content(parties=after))
        assert {one.code: one.fate for one in found.parties} == expected


def test_a_letter_of_who_is_no_party_any_more_keeps_its_column():
    found = beside(content(duty(letters={"GONE": "R", "OP": "A"})), content(duty()))
    assert [(one.code, one.before, one.after) for one in found.parties] == [
        ("OP", ("operator",), ("operator",)),
        ("GONE", (), ()),
    ]
    assert found.duties[0].letters == (("A", "A"), ("R", ""))


def test_a_duty_that_went_keeps_its_place_and_none_of_the_same_words_is_hidden():
    old = content(*(duty(code, line=n) for n, code in enumerate(("DU-001", "DU-002", "DU-003"), 1)))
    new = content(duty("DU-001", line=1), duty("DU-003", line=3), duty("DU-009", line=4))
    assert [one.key for one in beside(old, new).duties] == ["DU-001", "DU-002", "DU-003", "DU-009"]
    twice = content(duty("", text="自定", line=1), duty("", text="自定", line=2, deadline="每周"))
    found = beside(twice, content(duty("", text="自定", line=1)))
    assert [(one.key, one.fate) for one in found.duties] == [("自定", Fate.SAME), ("自定 #2", Fate.REMOVED)]
