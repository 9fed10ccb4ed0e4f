"""A workbook of figures as the CSV text of its data sheet."""

from app.core.workbooks import BookFlaw, data_sheet
from app.figures.reading import FileFlaw


def sheet_as_csv(content: bytes) -> str:
    """The data sheet as CSV text; raises `FileFlaw` with what is wrong with the workbook."""
    try:
        return data_sheet(content)
    except BookFlaw as flaw:
        raise FileFlaw(flaw.code, **flaw.values) from flaw
