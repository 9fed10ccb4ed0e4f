"""The certificate and the list on paper: from the sealed content only, the same bytes every time, in Chinese."""

import io
import json

import docx
import pytest

from app.acceptances.certificate import acceptance_sheet
from app.acceptances.documents import acceptance_docx, acceptance_pdf, handover_docx, handover_pdf
from app.core.canonical import digest_both
from app.core.db import db
from app.core.errors import Refused
from app.gates.kinds import Stance, Step
from tests.acceptances import room
from tests.acceptances.test_handover import conclude

pytestmark = pytest.mark.sqlite_only


def words_of(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_certificate_says_every_item_with_its_result(w, acceptance):
    item = acceptance.items[0]
    room.submitted(w, item, room.paper("测试报告.pdf"))
    room.actions.opine(w.actor("supervisor"), item, Stance.AMEND, "建议补充压测。")
    room.all_judged(w, acceptance, 2)
    room.concluded(w, acceptance, passed=False)
    text = words_of(acceptance_docx(acceptance))
    for said in (
        "履约验收书",
        acceptance.code,
        "测试报告.pdf",
        "建议补充压测",
        "不合格",
        "网上申报",
        "云上运营有限公司",
    ):
        assert said in text, said
    assert acceptance_pdf(acceptance) == acceptance_pdf(acceptance)
    assert acceptance_pdf(acceptance).startswith(b"%PDF")
    assert acceptance_docx(acceptance) == acceptance_docx(acceptance)


def test_a_failed_round_says_so_across_every_page(w, acceptance):
    room.all_judged(w, acceptance, 1)
    room.concluded(w, acceptance, passed=False)
    content = json.loads(acceptance.content)
    sheet = acceptance_sheet(content, digest_both(acceptance.content.encode()))
    assert sheet.mark == "验收不合格"


def test_what_was_changed_behind_the_digest_is_not_printed(w, acceptance):
    room.all_judged(w, acceptance)
    room.concluded(w, acceptance)
    with db.session.no_autoflush:
        acceptance.content = acceptance.content.replace("合格", "优秀")
        with pytest.raises(Refused):
            acceptance_pdf(acceptance)
        db.session.expire(acceptance)


def test_the_list_of_a_handover_says_every_deed(w, handover, contracted):
    room.all_arrived(w, handover)
    room.ready(w, handover.project, Step.HAND_OVER)
    conclude(w, handover)
    text = words_of(handover_docx(handover))
    for said in ("移交清单", "源代码", "已接管", "清点无误", handover.code):
        assert said in text, said
    assert handover_pdf(handover) == handover_pdf(handover)
