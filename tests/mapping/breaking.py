"""A hospital in which each patient has values of their own, and ways to break its tables."""

import csv
import io
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from mapping.hospital import TABLES

HEADERS = {
    **{"id": "患者编号", "sex": "性别", "born": "出生日期", "no": "医嘱号", "drug": "药品名称"},
    **{"strength": "规格", "directions": "用法用量", "route": "给药途径", "start": "开始日期"},
    **{"end": "停止日期", "days": "天数", "quantity": "数量", "of": "数量单位", "status": "状态"},
    **{"test": "检验项目", "specimen": "标本", "at": "采样时间", "result": "结果", "unit": "单位"},
    **{"range": "参考范围", "text": "诊断名称", "icd": "ICD编码", "on": "诊断日期"},
}
COLUMNS = {
    name: {role: HEADERS[column] for role, column in TABLES[name].items()}
    for name in ("patient", "prescription", "lab", "diagnosis")
}

PATIENTS = 8
NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a\nb", "a\0b", "[/red]", "\x1b[31mx", "{}"),
    *("1e400", "-1e400", "NaN", "inf", "9" * 400, "1e999999999", "1e-400", "99999999999999999999"),
    *("'; DROP TABLE patient; --", '"', '""', "1/0", "-", "", " ", "\u3000", "null", "true", "½"),
    *("²", "①", "١٢٣", "𝟙", "00000", "2015-02-30", "9999-12-31", "0001-01-01", "10000-01-01"),
    *("20150230", "42062.99", "<", "≥", "<<5", "5 - 3", "1:320", "+++", "x" * 5000, "0,5", "1.234"),
    *(
        "2015-02",
        "１２",
        "肌酐",
        "他克莫司",
        "阴性",
        "1mg bid",
        "每日两次",
        "女",
        "M32.1",
        "\u202e5",
    ),
)
NAMES = st.sampled_from([*NASTY, "id", "patient_id", "source_row", "列", "a b", "select", "x;y"])


@dataclass(frozen=True, repr=False)
class Grid:
    """A table of a hospital: names of columns, and rows of texts."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def hospital() -> dict[str, Grid]:
    """Tables of patients each of whom has identifiers, words and results that nobody else has."""
    people = [f"KQX{i:05d}" for i in range(1, PATIENTS + 1)]
    rows = {
        "patient": [
            (who, "女" if i % 3 else "男", f"19{50 + i}-03-{i + 1:02}")
            for i, who in enumerate(people)
        ],
        "prescription": [
            row
            for i, who in enumerate(people)
            for row in (
                _order(
                    who, f"{i}1", "他克莫司胶囊", "0.5mg*50粒", "1mg bid", f"2015-03-{i + 1:02}"
                ),
                _order(who, f"{i}2", f"自制kqx{i}号", "5mg", "5mg qd", "2015-04-01"),
            )
        ],
        "lab": [
            row
            for i, who in enumerate(people)
            for row in (
                (who, "肌酐", "血清", f"2015-02-{i + 1:02} 08:00", f"{70 + i}", "umol/L", "41-81"),
                (who, "白蛋白", "血清", "2015-02-20", f"见kqx{i}报告", "g/L", "40-55"),
                (who, f"kqx{i}抗体", "血清", "2015-02-21", "1:320", "", ""),
            )
        ],
        "diagnosis": [
            row
            for i, who in enumerate(people)
            for row in (
                (who, "狼疮性肾炎", "M32.1+N08.5*", "2015-01-02"),
                (who, f"kqx{i}综合征", "", "2015-01-03"),
            )
        ],
    }
    return {name: Grid(tuple(COLUMNS[name].values()), tuple(of)) for name, of in rows.items()}


def _order(who, number, drug, strength, directions, start):
    return (who, number, drug, strength, directions, "口服", start, "", "", "1", "盒", "已执行")


@st.composite
def broken_grids(draw, grid: Grid) -> Grid:
    """A table after up to three breakages of its columns and cells; its rows keep one width."""
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(grid.names) - 1))
        how = draw(st.sampled_from(BREAKAGES))
        grid = how(draw, grid, place)
    return grid


def _drop(draw, grid, place):
    if len(grid.names) == 1:
        return grid
    rows = (row[:place] + row[place + 1 :] for row in grid.rows)
    return Grid(grid.names[:place] + grid.names[place + 1 :], tuple(rows))


def _rename(draw, grid, place):
    return replace(grid, names=(*grid.names[:place], draw(NAMES), *grid.names[place + 1 :]))


def _duplicate_column(draw, grid, place):
    rows = ((*row, row[place]) for row in grid.rows)
    return Grid((*grid.names, grid.names[place]), tuple(rows))


def _swap(draw, grid, place):
    other = draw(st.integers(0, len(grid.names) - 1))
    names = list(grid.names)
    names[place], names[other] = names[other], names[place]
    return replace(grid, names=tuple(names))


def _retype(draw, grid, place):
    values = draw(st.lists(st.sampled_from(NASTY), min_size=1, max_size=4))
    rows = (
        (*row[:place], values[at % len(values)], *row[place + 1 :])
        for at, row in enumerate(grid.rows)
    )
    return replace(grid, rows=tuple(rows))


def _spoil_a_cell(draw, grid, place):
    if not grid.rows:
        return grid
    at = draw(st.integers(0, len(grid.rows) - 1))
    text = draw(st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"])))
    row = (*grid.rows[at][:place], text, *grid.rows[at][place + 1 :])
    return replace(grid, rows=(*grid.rows[:at], row, *grid.rows[at + 1 :]))


def _cut_rows(draw, grid, place):
    return replace(grid, rows=grid.rows[: draw(st.integers(0, len(grid.rows)))])


def _duplicate_rows(draw, grid, place):
    return replace(grid, rows=grid.rows * draw(st.integers(2, 4)))


BREAKAGES = (
    *(_drop, _rename, _duplicate_column, _swap, _retype, _retype, _spoil_a_cell, _spoil_a_cell),
    *(_cut_rows, _duplicate_rows),
)


@dataclass(frozen=True, repr=False)
class Written:
    """A file of a table, how a mapping says that it is read, and its rows as a plain reader has them.

    ``rows`` is None where only the file itself can tell.
    """

    name: str
    content: bytes
    source: dict
    rows: int | None


@st.composite
def files(draw, name: str, grid: Grid) -> Written:
    """A table written in any of the kinds of files that are read."""
    return draw(
        draw(st.sampled_from([_text, _text, _text, _parquet, _workbook, _sqlite, _duckdb]))(
            name, grid
        )
    )


@st.composite
def _text(draw, name: str, grid: Grid) -> Written:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([grid.names, *grid.rows])
    content = draw(_damaged(text.getvalue()))
    source = {"path": f"{name}.csv", "format": "text", "encoding": encoding}
    source |= {"delimiter": delimiter, "quote": '"', "header_row": 1}
    read = [row for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if row]
    return Written(f"{name}.csv", content.encode(encoding), source, max(len(read) - 1, 0))


@st.composite
def _damaged(draw, text: str) -> str:
    """A text as it was, cut off, with a row too short or too long, or with a stray quote."""
    lines = text.split('"\n"')
    match draw(
        st.sampled_from(
            ["whole", "whole", "cut", "short", "long", "quote", "nul", "crlf", "headless"]
        )
    ):
        case "cut":
            return text[: draw(st.integers(0, len(text)))]
        case "short":
            at = draw(st.integers(0, len(lines) - 1))
            lines[at] = lines[at][: len(lines[at]) // 2].rpartition('"')[0] or lines[at]
        case "long":
            at = draw(st.integers(0, len(lines) - 1))
            lines[at] += '","more'
        case "quote":
            at = draw(st.integers(0, len(text)))
            return text[:at] + '"' + text[at:]
        case "nul":
            at = draw(st.integers(0, len(text)))
            return text[:at] + "\0" + text[at:]
        case "headless":
            return text.partition('"\n')[2]
        case "crlf":
            return text.replace('"\n', '"\r\n')
    return '"\n"'.join(lines)


ODD_COLUMNS = (
    lambda n: pa.array([[1, None]] * n, pa.list_(pa.int64())),
    lambda n: pa.array([{"a": 1, "b": "x"}] * n),
    lambda n: pa.array([Decimal("1.50")] * n, pa.decimal128(38, 10)),
    lambda n: pa.array([b"\xff\x00kqx%d" % i for i in range(n)], pa.binary()),
    lambda n: pa.array([datetime(2015, 2, 1, tzinfo=UTC)] * n, pa.timestamp("ns", "UTC")),
    lambda n: pa.array([float("nan")] * n, pa.float64()),
    lambda n: pa.array([float("inf")] * n, pa.float32()),
    lambda n: pa.array([True] * n),
    lambda n: pa.array([date(2015, 2, 1)] * n),
    lambda n: pa.array([1 << 62] * n, pa.uint64()),
    lambda n: pa.nulls(n),
    lambda n: pa.array(["肌酐"] * n).dictionary_encode(),
    lambda n: pa.array([3_600] * n, pa.duration("s")),
    lambda n: pa.array([1] * n, pa.time32("s")),
)


@st.composite
def _parquet(draw, name: str, grid: Grid) -> Written:
    columns = list(map(list, zip(*grid.rows, strict=True))) or [[] for _ in grid.names]
    arrays = [pa.array(column, pa.string()) for column in columns]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(arrays) - 1))
        arrays[at] = draw(st.sampled_from(ODD_COLUMNS))(len(grid.rows))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(grid.names)), sink)
    content = sink.getvalue()
    source = {"path": f"{name}.parquet", "format": "parquet"}
    if draw(st.integers(0, 9)) == 0:
        return Written(source["path"], content[: draw(st.integers(0, len(content)))], source, None)
    return Written(source["path"], content, source, len(grid.rows))


ODD_CELLS = (
    None,
    1,
    1.5,
    float(2**60),
    True,
    datetime(2015, 2, 1, 8),
    date(2015, 2, 1),
    "=1+1",
    "#N/A",
)


@st.composite
def _workbook(draw, name: str, grid: Grid) -> Written:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    rows = [[_of_a_cell(text) for text in row] for row in (grid.names, *grid.rows)]
    for _ in range(draw(st.integers(0, 3))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD_CELLS))
    for row in rows:
        sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    source = {"path": f"{name}.xlsx", "format": "excel", "table": "数据", "header_row": 1}
    return Written(source["path"], sink.getvalue(), source, None)


def _of_a_cell(text: str) -> str:
    """A text without the signs that no cell can hold."""
    return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)


@st.composite
def _sqlite(draw, name: str, grid: Grid) -> Written:
    odd = draw(st.sampled_from([None, 1, 1.5, b"\xff", float("inf"), 1 << 62]))
    names = _distinct(grid.names)
    with closing(sqlite3.connect(":memory:")) as connection:
        quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in names)
        connection.execute(f"CREATE TABLE t ({quoted})")
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO t VALUES ({marks})", grid.rows)
        if grid.rows and draw(st.booleans()):
            connection.execute(f"INSERT INTO t VALUES ({marks})", [odd] * len(names))
        rows = connection.execute("SELECT COUNT(*) FROM t").fetchone()[0]
        connection.commit()
        content = connection.serialize()
    return Written(
        f"{name}.db", content, {"path": f"{name}.db", "format": "sqlite", "table": "t"}, rows
    )


def _duckdb(name: str, grid: Grid) -> st.SearchStrategy[Written]:
    return st.builds(lambda: _duckdb_file(name, grid))


def _duckdb_file(name: str, grid: Grid) -> Written:
    table = pa.table(
        [pa.array([row[i] for row in grid.rows], pa.string()) for i in range(len(grid.names))],
        names=list(_distinct(grid.names)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.duckdb"
        with duckdb.connect(path) as connection:
            connection.from_arrow(table).create("t")
        content = path.read_bytes()
    source = {"path": f"{name}.duckdb", "format": "duckdb", "table": "main.t"}
    return Written(source["path"], content, source, len(grid.rows))


def _distinct(names) -> tuple[str, ...]:
    """Names that a database takes: distinct in any case, none empty, and without a zero byte."""
    taken, found = set(), []
    for at, name in enumerate(names):
        name = name.replace("\0", "") or "empty"
        name = name if name.casefold() not in taken else f"{name}_{at}"
        taken.add(name.casefold())
        found.append(name)
    return tuple(found)
