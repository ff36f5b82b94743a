"""A profile counts exactly what it looked at, and shows shapes and no texts."""

from collections import Counter

import duckdb
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lncohort.sources import profile
from lncohort.sources.profiling import SAMPLE_ROWS


def profile_of(*files, **most):
    with duckdb.connect() as connection:
        tables = [
            pa.table({"x": pa.array(values, pa.string()), "source_row": range(len(values))})
            for values in files
        ]
        (column,) = profile([connection.from_arrow(table) for table in tables], **most)
    return column


def test_shapes_hold_no_letter_or_digit_of_a_value():
    column = profile_of(["AB-12", "CD-34", "Zoë 7", "张三", None, "", "  "])
    assert column.shapes == (("AA-99", 2), ("Aaa 9", 1), ("字字", 1))
    assert (column.rows, column.filled, column.distinct) == (7, 4, 4)
    assert "AB-12" not in repr(column) and "张三" not in repr(column)


@given(st.lists(st.none() | st.sampled_from(["a", "b", "cc", " ", "", "肌酐"]), min_size=1))
def test_counts_are_those_of_a_plain_count(values):
    column = profile_of(values, texts=2)
    filled = Counter(value for value in values if value is not None and value.strip())
    expected = sorted(filled.items(), key=lambda item: (-item[1], item[0]))[:2]
    assert column.texts == tuple(expected)
    assert (column.filled, column.distinct) == (filled.total(), len(filled))


def test_only_the_first_rows_are_looked_at():
    column = profile_of(["a"] * SAMPLE_ROWS + ["b"] * 10)
    assert (column.rows, column.texts) == (SAMPLE_ROWS, (("a", SAMPLE_ROWS),))


def test_every_file_of_a_table_is_looked_at():
    column = profile_of(["a"] * SAMPLE_ROWS, ["b"])
    assert dict(column.texts) == {"a": SAMPLE_ROWS // 2, "b": 1}
