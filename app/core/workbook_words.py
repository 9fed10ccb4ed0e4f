"""What is wrong with a workbook as a whole, in words, and what to do about it."""

from flask_babel import lazy_gettext as _l

BOOK_WORDS = {
    "unreadable": (_l("工作簿已损坏或结构异常，无法读取。"), _l("请用表格软件打开后另存为 XLSX。")),
    "bomb": (_l("工作簿解压后过大。"), _l("请删除多余的工作表和格式，或拆分后报送。")),
    "encrypted": (_l("工作簿已加密。"), _l("请去掉密码后再上传。")),
    "macro": (_l("工作簿含有宏。"), _l("请另存为不含宏的 XLSX。")),
    "hidden": (_l("工作簿有隐藏的工作表“%(sheet)s”。"), _l("请取消隐藏或删除，只保留要报送的内容。")),
    "sheets": (_l("无法判断数据在哪张工作表：%(names)s。"), _l("请把数据放在名为“数据”的工作表。")),
    "merged": (_l("单元格 %(cell)s 是合并的。"), _l("请取消合并，每行每列各填一格。")),
    "far": (_l("单元格 %(cell)s 超出可填范围。"), _l("请删除表格以外的内容。")),
    "formula": (_l("单元格 %(cell)s 是没有计算结果的公式。"), _l("请用表格软件打开并保存一次，或粘贴为数值。")),
    "error_cell": (_l("单元格 %(cell)s 是错误值。"), _l("请改正公式或填写数值。")),
    "percent": (_l("单元格 %(cell)s 用了百分比格式。"), _l("请改为常规格式：99.95% 填 99.95。")),
    "too_costly": (_l("读取工作簿超过 %(seconds)s 秒或内存上限，已停止。"), _l("请精简或拆分后再上传。")),
    "no_sheet": (_l("缺少工作表：%(wanted)s。"), _l("请使用模板，不要改动工作表的名称；现有：%(names)s。")),
}
