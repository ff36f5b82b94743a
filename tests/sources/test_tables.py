"""Parquet, DuckDB and SQLite: every value as text, without loss, and the file only read."""

import sqlite3
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, content_hash, find_tables
from sources.reading import read

TABLE = pa.table(
    {
        "patient_id": [1001.0, None, 1002.0],
        "day": [date(2020, 1, 2), None, date(2021, 2, 3)],
        "at": [datetime(2020, 1, 2), datetime(2020, 1, 2, 3, 4, 5, 600), None],
        "value": [0.1, 1e20, float("nan")],
        "exact": pa.array([Decimal("1.50"), None, Decimal("2.00")]),
        "flag": [True, False, None],
        "text": ["", " x", "肌酐"],
    }
)
TEXTS = [
    ("1001", "2020-01-02", "2020-01-02 00:00:00", "0.1", "1.50", "true", ""),
    (None, None, "2020-01-02 03:04:05.000600", "1e+20", None, "false", " x"),
    ("1002", "2021-02-03", None, "nan", "2.00", None, "肌酐"),
]
ODD = 'odd "name"; drop'


def test_a_parquet_file_and_a_folder_of_parts_are_read(tmp_path):
    pq.write_table(TABLE, tmp_path / "lab.parquet")
    (tmp_path / "parts").mkdir()
    pq.write_table(TABLE.slice(0, 2), tmp_path / "parts" / "part-0.parquet")
    pq.write_table(TABLE.slice(2), tmp_path / "parts" / "part-1.parquet")
    (tmp_path / "parts" / "_SUCCESS").touch()
    for table in find_tables(tmp_path):
        assert table.columns == tuple(TABLE.column_names)
        rows, numbers, counts = read(tmp_path, table.spec)
        assert (rows, numbers, counts.read) == (TEXTS, [1, 2, 3], 3)


def test_parts_of_other_tables_are_tables_of_their_own(tmp_path):
    (tmp_path / "parts").mkdir()
    pq.write_table(TABLE, tmp_path / "parts" / "part-0.parquet")
    pq.write_table(TABLE.select(["text"]), tmp_path / "parts" / "part-1.parquet")
    found = [(table.spec.path, table.columns) for table in find_tables(tmp_path)]
    assert found == [
        ("parts/part-0.parquet", tuple(TABLE.column_names)),
        ("parts/part-1.parquet", ("text",)),
    ]


def test_damaged_pages_are_an_error_when_the_rows_are_read(tmp_path):
    path = tmp_path / "lab.parquet"
    pq.write_table(pa.table({"a": [str(i) for i in range(1000)]}), path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[20:400] = b"\xff" * 380
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"lab\.parquet: cannot be read as Parquet"):
        read(tmp_path, SourceSpec(path="lab.parquet", format="parquet"))


def test_names_that_differ_by_case_and_our_own_are_made_distinct(tmp_path):
    pq.write_table(pa.table({"id": [1], "ID": [2], "source_row": [3]}), tmp_path / "t.parquet")
    (table,) = find_tables(tmp_path)
    assert table.columns == ("id", "ID_2", "source_row_2")
    assert read(tmp_path, table.spec)[0] == [("1", "2", "3")]


def test_tables_of_a_duckdb_file_are_read_only(tmp_path):
    with duckdb.connect(tmp_path / "h.duckdb") as connection:
        connection.from_arrow(TABLE).create("lab")
        connection.from_arrow(TABLE).create(f'"{ODD.replace(chr(34), chr(34) * 2)}"')
    before = content_hash(tmp_path, SourceSpec(path="h.duckdb", format="duckdb", table="x"))
    lab, odd = find_tables(tmp_path)
    assert (lab.spec.table, odd.spec.table) == ("main.lab", f"main.{ODD}")
    for table in (lab, odd):
        rows, numbers, counts = read(tmp_path, table.spec)
        assert (rows, numbers, counts.read) == (TEXTS, [1, 2, 3], 3)
    assert content_hash(tmp_path, lab.spec) == before


def test_tables_of_an_sqlite_file_are_read(tmp_path):
    with sqlite3.connect(tmp_path / "h.db") as connection:
        name = '"' + ODD.replace('"', '""') + '"'
        connection.execute(f"CREATE TABLE {name} (id, value REAL, note TEXT, raw BLOB)")
        rows = [(1, 2.0, "肌酐", b"\x01\xff"), ("007", 0.1, None, None), (2**60, 1e20, "", b"")]
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
    connection.close()
    (table,) = find_tables(tmp_path)
    assert (table.spec.format, table.spec.table) == ("sqlite", ODD)
    assert table.columns == ("id", "value", "note", "raw")
    rows, numbers, _ = read(tmp_path, table.spec)
    assert rows == [
        ("1", "2", "肌酐", "01ff"),
        ("007", "0.1", None, None),
        (str(2**60), "1e+20", "", ""),
    ]
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize(("form", "name"), [("duckdb", "main.lab"), ("sqlite", "lab")])
def test_a_table_that_is_not_there_is_an_error(tmp_path, form, name):
    if form == "duckdb":
        duckdb.connect(tmp_path / "h").close()
    else:
        connection = sqlite3.connect(tmp_path / "h")
        connection.execute("CREATE TABLE other (id)")
        connection.close()
    with pytest.raises(UserError, match=f"no table {name}; found"):
        read(tmp_path, SourceSpec(path="h", format=form, table=name))


def test_the_hash_changes_with_the_content_only(tmp_path):
    path = tmp_path / "lab.csv"
    spec = SourceSpec(path="lab.csv", format="text", encoding="utf-8", delimiter=",", quote='"')
    path.write_text("a\n1\n")
    first = content_hash(tmp_path, spec)
    path.write_text("a\n2\n")
    assert content_hash(tmp_path, spec) != first
    path.write_text("a\n1\n")
    assert content_hash(tmp_path, spec) == first
