"""Where the table lies in a file: its header, and lines above and below that are no data."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SOURCE_ROW = "source_row"
TOTAL = re.compile(
    r"\s*(合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|制表|打印|导出|备注|注\s*[::]).*"
    r"|\s*((grand\s+|sub)?total|sum|summe|gesamt|totale|totaal|end of (file|report))\b.*"
    r"|\s*共\s*\d+\s*(条|行|例|人).*|\s*\(?\d+ rows?( affected)?\)?\s*|\s*[-=*_]{3,}\s*",
    re.IGNORECASE | re.DOTALL,
)
NUMBER = re.compile(r"\s*[<>≤≥]?\s*[-+]?\d[\d.,:/\s年月日T-]*(%|E[-+]?\d+)?\s*", re.IGNORECASE)

# Groups of tests that are others in another fluid: creatinine of urine is none of serum.
FLUIDS = ("尿", "urin", "脑脊液", "csf", "胸水", "腹水", "透析液", "引流")

Row = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """Names of the columns, and where they stand among the rows that were looked at.

    ``index`` is None where the file has no names; ``notes`` tell what was made of them.
    """

    index: int | None
    names: tuple[str, ...]
    notes: tuple[str, ...]


def usual_width(rows: Sequence[Row]) -> int:
    """The commonest number of fields of the rows; the larger of two as common."""
    widths = Counter(len(row) for row in rows if filled(row))
    return max(widths, key=lambda width: (widths[width], width), default=0)


def filled(row: Row) -> int:
    """How many cells hold something."""
    return sum(1 for cell in row if cell is not None and cell.strip())


def find_header(rows: Sequence[Row]) -> int | None:
    """Which of the first rows of a file names the columns.

    It is the first row of which more than half the columns are filled, since titles fill a cell
    or two. It is data, and there are no names, where a third of its cells or more (but not all:
    that is a header written twice) stand in the same column below, where one is like those below but
    for its figures (P0017 above P0018), or where it holds numbers or dates and nowhere names a column
    of numbers with a text. So it is where it holds numbers and a
    quote that is not closed runs over its end, into the first row of data. Where names stand in two
    rows, the groups of the first over the second, it is the second.

    Parameters
    ----------
    rows
        The first rows of the file, blank ones among them.

    Returns
    -------
    int or None
        Index among the rows.
    """
    width = _used_width(rows)
    candidates = (index for index, row in enumerate(rows) if 2 * filled(row) > width)
    index = next(candidates, None)
    if index is None:
        return None
    if is_group_of_names(rows, index):
        return index + 1
    below = [row for row in rows[index + 1 :] if filled(row)]
    cells = [(cell, _column(below, column)) for column, cell in enumerate(rows[index]) if cell]
    again = sum(1 for cell, values in cells if cell in values)
    if 0 < again < len(cells) and 3 * again >= len(cells):
        return None
    if again < len(cells) and any(_is_like(cell, values) for cell, values in cells):
        return None
    names_numbers = any(
        values and not _is_number(cell) and all(map(_is_number, values)) for cell, values in cells
    )
    holds_numbers = any(_is_number(cell) for cell, _ in cells)
    runs_over = any("\n" in cell or "\r" in cell for cell, _ in cells)
    return None if holds_numbers and (runs_over or not names_numbers) else index


def is_group_of_names(rows: Sequence[Row], index: int) -> bool:
    """Whether a row has names, and groups of names that stand in the row below it.

    The row below begins blank, as the cells above its blanks reach down to it; it fills every other
    column, with texts, and the names above are blank behind a group.
    """
    if index + 1 >= len(rows):
        return False
    above, below = rows[index], rows[index + 1]
    if len(above) != len(below) or not filled(above[:1]) or filled(below[:1]):
        return False
    pairs = [(bool(a and a.strip()), b) for a, b in zip(above, below, strict=True)]
    under_blank = [b for has_name, b in pairs if not has_name]
    names = [b for _, b in pairs if b and b.strip()]
    return (
        0 < len(under_blank) < len(names)
        and all(b and b.strip() for b in under_blank)
        and not any(map(_is_number, names))
    )


def _joined(above: Row, below: Row) -> list[str]:
    """The names of two rows: of a group only where it tells the fluid, or names are alike without it."""
    names, group = [" ".join((cell or "").split()) for cell in below], ""
    found = []
    for name, over in zip(names, above, strict=True):
        group = " ".join((over or "").split()) or group
        is_needed = names.count(name) > 1 or any(word in group.lower() for word in FLUIDS)
        found.append(group if not name else f"{group} {name}" if is_needed else name)
    return found


def _is_like(cell: str, values: Sequence[str]) -> bool:
    """Whether a text with figures, and no number, is that of half the others but for the figures."""
    if _is_number(cell) or not any(sign.isdecimal() for sign in cell):
        return False
    form = re.sub(r"\d", "9", cell)
    return 0 < len(values) <= 2 * sum(re.sub(r"\d", "9", value) == form for value in values)


def _column(rows: Sequence[Row], column: int) -> list[str]:
    cells = [row[column] for row in rows if column < len(row)]
    return [cell for cell in cells if cell is not None and cell.strip()]


def _used_width(rows: Sequence[Row]) -> int:
    """Columns up to the last that any row of the usual width fills."""
    width = usual_width(rows)
    used = [
        max(column for column, cell in enumerate(row) if cell and cell.strip()) + 1
        for row in rows
        if len(row) == width and filled(row)
    ]
    return max(used, default=0)


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None


def header_of(rows: Sequence[Row], index: int | None) -> Header:
    """The columns' names, distinct and none blank.

    Names are told apart without regard to case, as DuckDB does. Where more than half of the rows
    have more fields than there are names, the rest are numbered; blank names beyond the width of
    as many rows are left out.
    """
    below = [row for row in (rows if index is None else rows[index + 1 :]) if filled(row)]
    cells = [] if index is None else [" ".join((cell or "").split()) for cell in rows[index]]
    if index and is_group_of_names(rows, index - 1):
        cells = _joined(rows[index - 1], rows[index])
    width = usual_width(below)
    if cells and 2 * sum(1 for row in below if len(row) == width) <= len(below):
        width = len(cells)
    while len(cells) > max(width, 1) and not cells[-1]:
        cells.pop()
    notes = [] if index is not None else ["no row names the columns; they are numbered"]
    blank = [place for place, cell in enumerate(cells, start=1) if not cell]
    if blank:
        notes.append(f"{len(blank)} columns have no name (the first is column {blank[0]})")
    if index is not None and width > len(cells):
        notes.append(f"the rows have {width} fields, the header {len(cells)}")
    cells += [""] * (width - len(cells))
    names = distinct_names([cell or f"column_{at}" for at, cell in enumerate(cells, start=1)])
    repeated = sum(1 for name, cell in zip(names, cells, strict=True) if cell and name != cell)
    if repeated:
        notes.append(f"{repeated} names of columns were repeated and got a number")
    return Header(index, names, tuple(notes))


def distinct_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, a repeated one (and ``source_row``, which is ours) with a number."""
    own, taken, names = {cell.casefold() for cell in cells}, {SOURCE_ROW}, []
    for cell in cells:
        name, count = cell, 1
        while name.casefold() in taken or (count > 1 and name.casefold() in own):
            count += 1
            name = f"{cell}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def footer_rows(rows: Sequence[Row], width: int, cut_off: bool) -> int:
    """How many of the last rows are no data: totals, notes, lone cells; blank ones do not count.

    A lone cell that looks like the others of its column is what is left of a row, and no footer.

    Parameters
    ----------
    rows
        The last rows of the file.
    width
        Number of columns.
    cut_off
        Whether the last row does not end with the end of a line: a lone cell there may be the
        rest of a row, so only words tell it to be a footer.
    """
    count = 0
    for place, row in enumerate(reversed(rows)):
        cells = [cell for cell in row if cell is not None and cell.strip()]
        if not cells:
            continue
        is_total = TOTAL.fullmatch(cells[0]) and 2 * len(cells) <= width + 1
        is_lone = width >= 3 and len(cells) == 1 and not (cut_off and place == 0)
        if not is_total and not (is_lone and not _is_usual(row, width, rows)):
            break
        count += 1
    return count


def _is_usual(row: Row, width: int, rows: Sequence[Row]) -> bool:
    """Whether a lone cell has the shape of another in its column, or the beginning of one."""
    column, cell = next((at, cell) for at, cell in enumerate(row) if cell and cell.strip())
    others = _column([other for other in rows if 2 * filled(other) > width], column)
    return any(_shape(other).startswith(_shape(cell)) for other in others)


def _shape(cell: str) -> str:
    """A text with each run of digits, Chinese characters and other letters as one of them."""
    shape = re.sub(r"[\u4e00-\u9fff]+", "_", re.sub(r"\d+", "9", cell))
    return re.sub(r"[^\W\d_]+", "A", shape)
