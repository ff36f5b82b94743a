"""A table as it is displayed: the same cells in the page and in its CSV file."""

from collections.abc import Sequence
from dataclasses import dataclass

from lncohort.exported_csv import csv_of_rows


@dataclass(frozen=True)
class Row:
    """A line of a table.

    Attributes
    ----------
    cells : tuple of str
        The first is the head of the row.
    heading : bool
        A line that names the group under it; it has one cell, or one for each column.
    link : str
        Anchor of the page to which its head leads.
    """

    cells: tuple[str, ...]
    heading: bool = False
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Attributes
    ----------
    name : str
        Of its file under ``tables/`` and of its anchor in the page.
    caption : str
    columns : tuple of str
        Heads; the first is that of the row heads, the others stand over numbers.
    rows : tuple of Row
    notes : tuple of str
        Footnotes.
    words : int
        How many of the last columns hold words, not numbers.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    words: int = 0

    def groups(self) -> list[list[Row]]:
        """The rows in groups, each starting with its heading if it has one."""
        found: list[list[Row]] = [[]]
        for row in self.rows:
            if row.heading and found[-1]:
                found.append([])
            found[-1].append(row)
        return found

    def csv(self) -> str:
        """The displayed cells as CSV; a group's name stands before each of its rows."""
        grouped = any(row.heading for row in self.rows)
        lines = [(["group"] if grouped else []) + list(self.columns)]
        group = ""
        for row in self.rows:
            if row.heading:
                group = row.cells[0]
                if len(row.cells) > 1:
                    lines.append([group, "", *row.cells[1:]])
            else:
                lines.append(([group] if grouped else []) + list(row.cells))
        return csv_of_rows(lines)


def heading(*cells: str) -> Row:
    """A line that names the group under it."""
    return Row(cells, heading=True)


def rows_of(cells: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """Plain lines."""
    return tuple(Row(tuple(line)) for line in cells)
