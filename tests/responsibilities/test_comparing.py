"""Two contents side by side: each kind of difference once, and none between equals."""

import copy

from app.responsibilities.comparing import Change, changes

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
