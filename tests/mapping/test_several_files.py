"""A table in several files is mapped as if it were in one."""

import csv

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lncohort.errors import UserError
from lncohort.mapping.extract import map_extract
from lncohort.mapping.guess import guess_folder, mapping_source
from lncohort.mapping.loader import load_mapping
from lncohort.sources import find_tables
from mapping.hospital import ORDER, RESULT, TABLES, mapped, reasons, write_hospital, write_table

ORDERS = [
    ORDER | {"no": "1"},
    ORDER | {"no": "2", "start": "2015-05-01", "quantity": "2"},
    ORDER | {"no": "2", "start": "2015-05-01", "quantity": "-2"},
    ORDER | {"no": "1"},
    ORDER | {"no": "3", "start": "2015-06-01", "directions": "遵医嘱"},
    ORDER | {"no": "4", "id": "P2", "start": "2015-03-01"},
    ORDER | {"no": "5", "id": "P9"},
]


def split(folder, name, rows, cuts, orders):
    """Write rows over several files, and take the file with all of them away."""
    (folder / f"{name}.csv").unlink()
    ends = [*sorted(cuts), len(rows)]
    for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        columns = sorted(TABLES[name].values(), reverse=orders[number % len(orders)])
        write_table(folder, f"{name}_{number:02}", rows[start:end], columns)


@given(
    st.lists(st.integers(0, len(ORDERS)), max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=3),
)
@settings(max_examples=8)
def test_refunds_copies_and_numbers_do_not_see_the_borders_of_files(tmp_path_factory, cuts, orders):
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    one = mapped(whole, prescription=ORDERS)
    assert {"copy_of_a_row", "refund", "refunded"} <= reasons(one, "prescription").keys()
    file = write_hospital(parts, prescription=ORDERS)
    split(parts, "prescription", ORDERS, cuts, orders)
    file.write_text(file.read_text().replace('"prescription.csv"', '"prescription_*.csv"'))
    many = map_extract(file, refuse=False)
    assert many.account.reasons == one.account.reasons
    for table in ("prescription", "lab", "patient", "observation_period"):
        files = [found.folder / f"{table}.parquet" for found in (one, many)]
        assert pq.read_table(files[0]).equals(pq.read_table(files[1]))
    (row,) = [row for row in many.account.tables if row["name"] == "prescription"]
    assert (row["read"], row["source"]) == (len(ORDERS), "prescription_*.csv")


def test_a_new_file_that_fits_is_read_and_an_unchanged_folder_is_not(tmp_path):
    file = write_hospital(tmp_path, {"lab": {"source": SOURCE}})
    (tmp_path / "lab.csv").rename(tmp_path / "lab_1.csv")
    assert not map_extract(file, refuse=False).was_unchanged
    assert map_extract(file, refuse=False).was_unchanged
    write_table(tmp_path, "lab_2", [RESULT | {"at": "2015-04-01"}] * 2, TABLES["lab"].values())
    found = map_extract(file, refuse=False)
    assert not found.was_unchanged
    assert pq.read_table(found.folder / "lab.parquet").num_rows == 2
    assert reasons(found, "lab") == {"copy_of_a_row": 1}


SOURCE = {"path": "lab_*.csv", "format": "text", "encoding": "utf-8", "delimiter": ","}
SOURCE |= {"quote": '"', "header_row": 1}


def test_a_file_without_a_column_is_refused_by_its_name(tmp_path):
    file = write_hospital(tmp_path, {"lab": {"source": SOURCE}})
    (tmp_path / "lab.csv").rename(tmp_path / "lab_1.csv")
    for number in (2, 3):
        write_table(
            tmp_path, f"lab_{number}", [], ["id", "at", "specimen", "test", "unit", "range"]
        )
    (tmp_path / "lab_4.csv").write_text((tmp_path / "lab_1.csv").read_text().replace(",", ";"))
    with pytest.raises(UserError) as refused:
        map_extract(file, refuse=False)
    first, second = str(refused.value).splitlines()
    assert first.startswith("lab_2.csv and 1 more files: column result: not there")
    assert second.startswith("lab_4.csv: column id, test") and "delimiter = ';'" in second


def test_a_folder_is_not_written_over_one_of_many_files(tmp_path):
    file = write_hospital(tmp_path, {"lab": {"source": SOURCE}})
    (tmp_path / "lab.csv").rename(tmp_path / "lab_1.csv")
    with pytest.raises(UserError, match=r"lab_1\.csv"):
        map_extract(file, tmp_path / "lab_1.csv", refuse=False)


def test_months_of_results_are_guessed_as_one_table_and_load_as_such(tmp_path):
    header = ["病案号", "检验项目", "结果", "单位", "采样时间"]
    patients = [[f"000{n}", "女", "1980/3/5"] for n in range(100, 160)]
    write(tmp_path, "患者.csv", ["病案号", "性别", "出生日期"], patients)
    days = {"201501": "2015-01-05", "201502": "2015-02-05", "201601": "05/13/2016"}
    for month, day in days.items():
        rows = [[number, "肌酐", "88", "umol/L", day] for number, *_ in patients]
        write(tmp_path, f"检验_{month}.csv", header, rows)
    write(tmp_path, "检验_201602.csv", header[:-1] + ["报告时间"], [])
    guess = guess_folder(tmp_path, find_tables(tmp_path))
    (lab,) = [table for table in guess.tables if table.target == "lab"]
    assert lab.date_formats == ("%Y-%m-%d", "%m/%d/%Y")  # of the last file, too
    (tmp_path / "mapping.toml").write_text(mapping_source(guess, "h", ".") + MORE)
    (table,) = load_mapping(tmp_path / "mapping.toml").of("lab")
    assert table.source.path == ("检验_201501.csv", "检验_201502.csv", "检验_201601.csv")


MORE = """
[[table]]
name = "prescription"
to = "prescription"
source = { path = "x", format = "parquet" }
columns = { patient_id = "id", drug = "d", start_date = "s" }
"""


def write(folder, name, header, rows):
    with open(folder / name, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
