"""Sheets of Excel and OpenDocument workbooks."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import python_calamine

from lncohort.errors import UserError
from lncohort.sources.counts import Counts
from lncohort.sources.layout import Header, find_header, footer_rows, header_of
from lncohort.sources.spec import SourceSpec

ROWS_LOOKED_AT, BATCH_ROWS = 500, 20_000
WHOLE = 2**53  # above it, not every whole number is a double


def sheets(path: Path) -> list[str]:
    """The names of the sheets of a workbook, in its order.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    with _workbook(path) as workbook:
        return list(workbook.sheet_names)


def sheet_layout(path: Path, name: str, sheet: str) -> tuple[SourceSpec, Header]:
    """How a sheet is read, from its first and last rows."""
    first, last = _ends(path, sheet)
    index = find_header(first)
    header = header_of(first, index)
    last = last[0 if index is None or len(first) == ROWS_LOOKED_AT else index + 1 :]
    spec = SourceSpec(
        path=name,
        format="excel",
        table=sheet,
        header_row=None if index is None else index + 1,
        footer_rows=footer_rows(last, len(header.names), cut_off=False),
    )
    return spec, header


class Sheet:
    """A sheet whose rows can be read as Arrow batches of text, as often as asked.

    A workbook is held in memory whole, as its format asks; a sheet has at most 1,048,576 rows.
    """

    def __init__(self, path: Path, spec: SourceSpec):
        self.path, self.spec = path, spec
        first, _ = _ends(path, spec.table)
        index = None if spec.header_row is None else spec.header_row - 1
        if index is not None and index >= len(first):
            raise UserError(
                f"{spec.label}: header_row: {spec.header_row}; expected a row among the first "
                f"{len(first)} of the sheet."
            )
        self.names = header_of(first, index).names
        self.schema = pa.schema([(column, pa.string()) for column in self.names])

    def batches(self, counts: Counts) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
        """Batches of rows, each with the numbers of its rows; blank rows have none.

        Dates are ISO, whole numbers have no decimals, an empty cell is missing.
        """
        width, number = len(self.names), 1
        with _workbook(self.path) as workbook:
            rows = _rows(self.path, workbook, self.spec.table)
            below = list(islice(rows, self.spec.header_row or 0, None))
        below = [cells for cells in below if any(cell is not None for cell in cells)]
        counts.footer = min(self.spec.footer_rows, len(below))
        below = below[: len(below) - counts.footer]
        for start in range(0, len(below), BATCH_ROWS):
            part = below[start : start + BATCH_ROWS]
            columns = zip(
                *[(*cells, *[None] * (width - len(cells)))[:width] for cells in part], strict=True
            )
            arrays = [pa.array(column, pa.string()) for column in columns]
            yield (
                pa.record_batch(arrays, schema=self.schema),
                np.arange(number, number + len(part)),
            )
            number += len(part)


def _ends(path: Path, sheet: str) -> tuple[list, list]:
    """The first and the last rows of a sheet, as text."""
    with _workbook(path) as workbook:
        rows = list(_rows(path, workbook, sheet))
    return rows[:ROWS_LOOKED_AT], rows[-ROWS_LOOKED_AT:]


def _workbook(path: Path):
    try:
        return python_calamine.load_workbook(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        found = "needs a password" if "Password" in type(error).__name__ else "is damaged"
        raise UserError(
            f"{path.name}: cannot be read as a workbook; it {found}. Open it in Excel, and save "
            "it as .xlsx without a password."
        ) from error


def _rows(path: Path, workbook, sheet: str) -> Iterator[list[str | None]]:
    try:
        found = workbook.get_sheet_by_name(sheet)
    except python_calamine.CalamineError as error:
        raise UserError(
            f"{path.name}: no sheet {sheet}; found {', '.join(workbook.sheet_names)}. Correct the key "
            "table."
        ) from error
    for cells in found.iter_rows():
        yield [_text(cell) for cell in cells]


def _text(cell) -> str | None:
    """A cell as text, without loss."""
    match cell:
        case "":
            return None
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < WHOLE:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return repr(cell)
