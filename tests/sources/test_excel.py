"""Sheets of workbooks: dates as dates, whole numbers as such, titles and footers apart."""

from datetime import date, datetime, time

import openpyxl
import pytest

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, find_tables
from sources.reading import read


def write(path, sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)


def test_every_sheet_is_a_table_and_values_are_text_without_loss(tmp_path):
    rows = [
        ["编号", "date", "time", "value", "flag", "text"],
        ["007", date(2020, 1, 2), time(8, 30), 12345.0, True, " x\ny "],
        ["008", datetime(2020, 1, 2, 3, 4, 5), None, 0.1, False, "=not a formula"[1:]],
    ]
    write(tmp_path / "lab.xlsx", {"检验": rows, "other": [["a", "b"], [1, 2]], "none": []})
    lab, other, none = find_tables(tmp_path)
    assert (lab.spec.table, other.spec.table) == ("检验", "other")
    assert lab.columns == ("编号", "date", "time", "value", "flag", "text")
    assert "no rows" in none.problem
    found, numbers, counts = read(tmp_path, lab.spec)
    assert found == [
        ("007", "2020-01-02", "08:30:00", "12345", "true", " x\ny "),
        ("008", "2020-01-02 03:04:05", None, "0.1", "false", "not a formula"),
    ]
    assert (numbers, counts.read, counts.handed_out) == ([1, 2], 2, 2)


def test_titles_merged_cells_blank_rows_and_footers_are_no_data(tmp_path):
    path = tmp_path / "lab.xlsx"
    data = [[f"P{i}", i, "mg"] for i in range(30)]
    write(path, {"s": [["某医院"], [], ["id", "n", "unit"], *data, [], ["合计", 435, None]]})
    workbook = openpyxl.load_workbook(path)
    workbook["s"].merge_cells("A1:C1")
    workbook.save(path)
    (table,) = find_tables(path)
    assert (table.spec.header_row, table.spec.footer_rows) == (3, 1)
    found, _, counts = read(tmp_path, table.spec)
    assert found == [(f"P{i}", str(i), "mg") for i in range(30)]
    assert (counts.read, counts.footer) == (30, 1)


def test_a_cell_beyond_the_columns_is_not_lost(tmp_path):
    write(tmp_path / "lab.xlsx", {"s": [["id", "n"], ["P1", 1], ["P2", 2, "stray"]]})
    (table,) = find_tables(tmp_path)
    found, _, counts = read(tmp_path, table.spec)
    assert found == [("P1", "1", None), ("P2", "2", "stray")]


def test_a_sheet_that_is_not_there_is_an_error(tmp_path):
    write(tmp_path / "lab.xlsx", {"s": [["id", "n"], ["P1", 1]]})
    spec = SourceSpec(path="lab.xlsx", format="excel", table="t", header_row=1)
    with pytest.raises(UserError, match="no sheet t; found s"):
        read(tmp_path, spec)
