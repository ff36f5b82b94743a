"""Equal texts have equal numbers, over all batches, and other texts have others."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lncohort.mapping.numbering import Numbering

TEXTS = st.sampled_from(["", "a", "b", "c", "ab", "尿"])


def columns(rows, parts):
    """The parts of rows, as a table hands them out."""
    return [
        pa.array([row[part] for row in rows], pa.string()).dictionary_encode()
        for part in range(parts)
    ]


@given(st.data(), st.integers(1, 4))
def test_a_number_stands_for_the_texts_of_its_row(data, parts):
    row = st.tuples(*[TEXTS] * parts)
    batches = data.draw(st.lists(st.lists(row, max_size=12), max_size=4))
    numbering, seen = Numbering(), []
    for rows in batches:
        seen += zip(rows, numbering.of(columns(rows, parts)).to_pylist(), strict=True)
    texts = numbering.texts
    assert len(set(texts)) == len(texts)
    for row, number in seen:
        assert (number is None) == (row == ("",))
        assert number is None or texts[number] == row


def test_numbers_are_given_in_the_order_in_which_texts_are_met():
    numbering = Numbering()
    assert numbering.of(columns([("b",), ("a",), ("b",)], 1)).to_pylist() == [0, 1, 0]
    assert numbering.of(columns([("c",), ("",), ("a",)], 1)).to_pylist() == [2, None, 1]


def test_parts_of_very_many_texts_are_told_apart():
    rows = [
        (f"a{i}", f"b{i % 7919}", f"c{i % 6007}", f"d{i}", f"e{i % 5003}") for i in range(20_000)
    ]
    numbering = Numbering()
    assert numbering.of(columns(rows + rows, 5)).to_pylist() == [*range(20_000)] * 2
