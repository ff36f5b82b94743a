"""Rows have one hash exactly where their texts agree, in whatever table or batch they are."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lncohort.mapping.likeness import likeness

TEXT = st.sampled_from(["", "a", "b", "ab", "5", "5.0", "尿"])
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12)


def of(rows, parts=("test", "result", "unit")):
    """The hash of each row."""
    columns = zip(*rows, strict=True)
    texts = {
        part: pa.array(column, pa.string()).dictionary_encode()
        for part, column in zip(parts, columns, strict=True)
    }
    return likeness(texts, len(rows)).tolist()


@given(ROWS)
def test_rows_have_one_hash_where_all_their_texts_agree(rows):
    hashes = of(rows)
    assert len(set(zip(rows, hashes, strict=True))) == len(set(rows)) == len(set(hashes))


@given(ROWS)
def test_a_row_has_its_hash_in_any_batch_and_order_of_columns(rows):
    assert of(rows) == [of([row])[0] for row in rows]
    assert of(rows) == of([row[::-1] for row in rows], ("unit", "result", "test"))


def test_a_table_with_another_column_has_other_hashes():
    assert of([("a", "b")], ("test", "result")) != of([("a", "b", "")])
