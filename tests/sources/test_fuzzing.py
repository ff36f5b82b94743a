"""Whatever stands in a file: rows are counted as a plain CSV reader counts them, or it is told."""

import csv
import io

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from lncohort.errors import UserError
from lncohort.sources import SourceSpec, find_tables, open_rows
from lncohort.sources.counts import NEVER_CLOSED
from sources.reading import read

PIECES = st.sampled_from(
    ["a", "7", "肌", ",", ",", '"', '"', '""', "\n", "\n", "\r\n", " ", "\0", "="]
)
WIDTH = 3
FIRST = "1,2,3\n" * 50  # more rows of the usual width than any text adds


def counted_plainly(text):
    """Rows of the usual width and other rows, by Python's reader; blank lines are no rows."""
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return [row for row in rows if len(row) == WIDTH], [row for row in rows if len(row) != WIDTH]


@given(st.lists(PIECES, max_size=40).map("".join))
def test_rows_are_counted_as_a_plain_reader_counts_them(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("fuzz") / "t.csv"
    path.write_bytes(("x,y,z\n" + FIRST + text).encode())
    spec = SourceSpec(
        path="t.csv", format="text", encoding="utf-8", delimiter=",", quote='"', header_row=1
    )
    good, bad = counted_plainly(FIRST + text)
    rows, numbers, counts = read(path.parent, spec)
    never_closed = counts.damaged[NEVER_CLOSED]
    assert counts.read == len(good) + len(bad) == counts.handed_out + counts.damaged.total()
    assert never_closed <= 1
    if not never_closed:
        assert [[cell or "" for cell in row] for row in rows] == good
    assert numbers == sorted(set(numbers)) and all(1 <= n <= counts.read for n in numbers)


@given(
    content=st.binary(max_size=300) | st.lists(PIECES, max_size=60).map(lambda x: "".join(x).encode()),
    start=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"a,b,c\n1,2,3\n"]),
    name=st.sampled_from(["t.csv", "t.txt", "t.tsv", "t.csv.gz", "t.xlsx", "t.xls", "t.ods", "t.parquet", "t.db"]),
)  # fmt: skip
def test_no_content_of_a_file_stops_the_search(tmp_path_factory, content, start, name):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / name).write_bytes(start + content)
    for table in find_tables(folder):
        assert (table.spec is None) != (table.problem is None)
        if table.spec is None:
            continue
        with duckdb.connect() as connection:
            try:
                with open_rows(connection, folder, table.spec) as rows:
                    handed_out = rows.relation.fetchall()
                    assert rows.counts.handed_out == len(handed_out)
            except UserError as error:
                assert table.path in str(error)
