"""No cell of an exported CSV file is run by the spreadsheet that opens it."""

import csv
import io

import pandas as pd
import pytest

from lncohort.exported_csv import csv_of_frame, csv_of_rows, neutral
from lncohort.report.tables.table import Table, heading, rows_of


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", "-0.2 (-1 to 2)"]
)
def test_a_formula_stands_behind_a_quote(text):
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("cell", ["-0.25", "+3", "-1e-05", "1 = 1", "", "−0.25", -0.25, None])
def test_numbers_and_other_texts_stay(cell):
    assert neutral(cell) == cell


def test_every_cell_and_name_of_a_frame_is_neutral_and_numbers_are_numbers():
    table = pd.DataFrame(
        {"=n": [-0.25, 2.0], "level": pd.Categorical(["-x", "y"]), "note": ["@a", None]}
    )
    rows = list(csv.reader(io.StringIO(csv_of_frame(table))))
    assert rows == [["'=n", "level", "note"], ["-0.25", "'-x", "'@a"], ["2.0", "y", ""]]


def test_every_cell_of_a_displayed_table_is_neutral():
    table = Table("t", "", ("+head", "n"), (heading("=group"), *rows_of([["@row", "-1"]])))
    assert table.csv() == "group,'+head,n\n'=group,'@row,-1\n"
    assert csv_of_rows([["\t=1"]]) == "'\t=1\n"
