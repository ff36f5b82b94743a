"""CSV files for people: no cell is a formula to the spreadsheet that opens it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import pandas as pd

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def neutral(value):
    """A cell as it is, or behind a quote (') where a spreadsheet would run it; -0.25 is a number."""
    is_formula = isinstance(value, str) and value[:1] in FORMULA_BEGINS
    return f"'{value}" if is_formula and not NUMBER.fullmatch(value) else value


def csv_of_rows(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells, the names of the columns first, as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(neutral, row) for row in rows)
    return text.getvalue()


def csv_of_frame(table: pd.DataFrame, float_format: str | None = None) -> str:
    """A table without its index as CSV; floats by a format of %, where one is given."""
    words = table.select_dtypes(exclude=["number", "bool"]).columns
    shown = table.assign(**{name: table[name].astype(object).map(neutral) for name in words})
    return shown.rename(columns=neutral).to_csv(
        index=False, lineterminator="\n", float_format=float_format
    )
