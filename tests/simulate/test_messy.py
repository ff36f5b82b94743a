"""The messy folder: the same seed gives the same, and nothing of it is what it seems."""

import json

import openpyxl
import pytest

from lncohort.errors import UserError
from lncohort.extract.extract import Extract
from lncohort.simulate.messy import simulate_messy


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("messy") / "hospital"
    simulate_messy(60, 3, out)
    return out


def test_text_files_and_key_are_those_of_the_seed(folder, tmp_path):
    again = tmp_path / "again"
    simulate_messy(60, 3, again)
    for path in folder.rglob("*"):
        if path.suffix in (".csv", ".txt", ".json", ".parquet") and not path.is_symlink():
            assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes(), path.name


def test_the_truth_meets_the_contract(folder):
    Extract.open(folder / "truth")


def test_the_key_lies_outside_what_the_hospital_hands_over(folder):
    assert {path.name for path in folder.iterdir()} >= {"raw", "truth", "answer_key.json"}
    assert not list((folder / "raw").glob("*.json"))


def test_files_are_encoded_as_hospital_systems_do(folder):
    raw = folder / "raw"
    assert (raw / "病案号合并对照.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (raw / "门诊处方_2016年以后.txt").read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    with pytest.raises(UnicodeDecodeError):
        (raw / "检验结果.csv").read_text(encoding="utf-8")
    assert "肌酐" in (raw / "检验结果.csv").read_bytes().decode("gb18030")
    assert (raw / "空表.csv").stat().st_size == 0
    assert (raw / "旧系统备份.csv").is_symlink()


def test_the_last_line_is_cut_off(folder):
    last = (folder / "raw" / "检验结果.csv").read_bytes().rsplit(b"\r\n", 1)[1]
    assert last.count(b",") == 1


def test_sheets_have_a_title_above_and_a_count_below(folder):
    book = openpyxl.load_workbook(folder / "raw" / "出入院记录.xlsx")
    assert len(book.sheetnames) == 2
    for sheet in book:
        assert sheet["A1"].value == "住院病人出入院记录"
        assert sheet.cell(sheet.max_row, 1).value == "合计"
        assert sheet.cell(sheet.max_row, 2).value == sheet.max_row - 4


def test_the_key_counts_each_table(folder):
    key = json.loads((folder / "answer_key.json").read_text(encoding="utf-8"))
    for table in key["tables"].values():
        lost = sum(rows for reasons in table["not_used"].values() for rows in reasons.values())
        assert table["read"] == table["used"] + lost


def test_a_folder_that_holds_something_is_not_overwritten(folder):
    with pytest.raises(UserError, match="is not empty"):
        simulate_messy(60, 3, folder)
