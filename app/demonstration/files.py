"""Small valid files that people of the demonstration attach: notes, service lists, certificates, papers of projects."""

import csv
import io
from dataclasses import dataclass
from random import Random

from werkzeug.datastructures import FileStorage

from app.demonstration.terms import LinePlan


@dataclass(frozen=True)
class Attachment:
    """A file before it is uploaded."""

    file_name: str
    content: bytes
    purpose: str

    def upload(self) -> FileStorage:
        return FileStorage(stream=io.BytesIO(self.content), filename=self.file_name)


def minutes(title: str, random: Random) -> Attachment:
    """Minutes of a negotiation as plain text."""
    lines = (
        "采购合同磋商纪要（演示材料）",
        f"合同：{title}",
        f"纪要编号：CS-{random.randint(1000, 9999)}",
        "一、双方核对了服务目录、计量单位和预计用量，无异议。",
        "二、可用率按约定服务时间计算，经批准的计划内维护时段除外。",
        "三、数据返还与销毁、账号移交按退出条款执行。",
    )
    return Attachment("磋商纪要.txt", "\n".join(lines).encode(), "磋商纪要")


def service_list(lines: tuple[LinePlan, ...]) -> Attachment:
    """The service catalogue as a table, with a byte order mark for spreadsheets."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["序号", "服务", "计价", "费用（元）或单价（元）", "单位", "预计用量"])
    for number, line in enumerate(lines, start=1):
        price = line.unit_price if line.fee_fen is None else line.fee_fen // 100
        writer.writerow(
            [number, line.service.name.zh, line.pricing.value, price, line.service.name.unit, line.volume or ""]
        )
    return Attachment("服务目录.csv", stream.getvalue().encode("utf-8-sig"), "服务目录与报价")


def award(code: str, random: Random) -> Attachment:
    """A one-page award notice."""
    words = (
        "NOTICE OF AWARD (demonstration)",
        f"Procurement no. {code}-{random.randint(100, 999)}",
        "Valid for 30 days",
    )
    return paper("中标通知书.pdf", "中标（成交）通知书", *words)


def paper(file_name: str, purpose: str, *words: str) -> Attachment:
    """A one-page PDF, in letters that every reader of PDF has."""
    shown = " ".join(f"({word}) Tj 0 -24 Td" for word in _escaped(words))
    stream = f"BT /F1 14 Tf 72 760 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return Attachment(file_name, _pdf(objects), purpose)


def _escaped(words: tuple[str, ...]) -> list[str]:
    return [word.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for word in words]


def _pdf(objects: tuple[str, ...]) -> bytes:
    """Objects, their table of places, and the trailer that finds it."""
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}"
    return content + tail.encode("ascii")
