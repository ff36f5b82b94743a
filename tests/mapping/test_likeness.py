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


def test_texts_that_differ_in_one_sign_anywhere_have_other_hashes():
    whole = "0123456789" * 4
    texts = [whole[:cut] for cut in range(41)]
    texts += [whole[:place] + "x" + whole[place + 1 :] for place in range(40)]
    texts += ["a" * 8 + "b" * 8, "b" * 8 + "a" * 8, "b" * 16]
    texts += [whole[:7] + "y" + whole[8:15] + "y" + whole[16:], whole + "\0", whole + "\0\0", "\0"]
    assert len(set(of([(text,) for text in texts], ("test",)))) == len(set(texts))


def test_no_rows_have_no_hashes():
    assert likeness({"test": pa.array([], pa.string()).dictionary_encode()}, 0).tolist() == []


def test_a_table_with_another_column_has_other_hashes():
    assert of([("a", "b")], ("test", "result")) != of([("a", "b", "")])
