"""Cells are cleaned as one reads them one by one, however many of them differ."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lncohort.mapping.cells import BLANKS, LOOKED_AT, NOTHING, cleaned, days, told
from lncohort.mapping.model import SourceTable

PIECES = (
    "2019",
    "-03",
    "-05",
    "T",
    " ",
    "08:30",
    "上午",
    "8时",
    "年",
    "日",
    ".0",
    "000",
    "12",
    "0",
    "NA",
    "x",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join) | st.sampled_from(NOTHING)
CELLS = st.lists(st.none() | TEXTS, min_size=1, max_size=20)


def slowly_cleaned(kind, text, empty):
    """One cell, by the rule in words."""
    text = (text or "").strip(BLANKS)
    figures, _, zeros = text.rpartition(".")
    least = {"patient": 1, "whole": 1, "code": 4, "date": 4}.get(kind)
    is_long = least is not None and (len(figures.removeprefix("-")) >= least or figures == "0")
    if is_long and re.fullmatch("-?[0-9]+", figures) and re.fullmatch("0+", zeros):
        text = figures
    return "" if text in empty else text


def slowly_day(text):
    """The day of one cell, by the rule in words."""
    if len(text.encode()) <= 8:
        return text
    if text[10:11] in (" ", "T"):
        return text[:10]
    if re.fullmatch("[0-9]{12}([0-9]{2})?", text):
        return text[:8]
    text = re.sub(r"^([0-9]{5})\.[0-9]+$", r"\1", text)
    half = "(?:上午|下午|凌晨|早上|中午|晚上)?"
    return re.sub(rf"(?:[T ]+|(?<=日)){half} ?[0-9]{{1,2}}[:时点].*$", "", text)


def copies(cells, times):
    """The cells, each as often as that: few differ, then, among those that are looked at."""
    return pa.array(np.repeat(np.array(cells, dtype=object), times).tolist(), pa.string())


@given(
    CELLS, st.sampled_from(["text", "patient", "date", "code", "whole"]), st.sampled_from([1, 3])
)
def test_a_column_is_cleaned_as_each_of_its_cells(cells, kind, times):
    found = cleaned(kind, copies(cells, times), NOTHING).dictionary_decode().to_pylist()
    expected = [slowly_cleaned(kind, text, NOTHING) for text in cells for _ in range(times)]
    assert found == expected


@given(CELLS, st.sampled_from([1, 3]))
@example(["2019-03-05 08:30:00", "2019-03-05T08:30", "201903050830", "43529.354"], 1)
@example(["2019年3月5日 8时30分", "2019/3/5 上午 8:30", "20190305", "2019-03-05"], 1)
@example(["2019年3月5日08:30:00", "2019年3月5日下午3:30", "2019/3/5 晚上 8:30"], 1)
def test_the_day_of_a_column_is_that_of_each_of_its_cells(cells, times):
    texts = [(text or "").strip(BLANKS) for text in cells]
    found = days(copies(texts, times).dictionary_encode()).dictionary_decode().to_pylist()
    assert found == [slowly_day(text) for text in texts for _ in range(times)]


def test_texts_that_differ_beyond_the_first_rows_are_cleaned_too():
    first = [" 1.0 "] * LOOKED_AT
    last = [f" {i}.0" for i in range(LOOKED_AT)]
    for texts in (first + last, last + first):
        found = cleaned("patient", pa.array(texts), NOTHING).dictionary_decode().to_pylist()
        assert found == [text.strip().removesuffix(".0") for text in texts]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("A", "B", "A"), ("NULL", "B", "B"), (None, "B", "B"), ("none", "B", "B"), ("", " ", "")],
)
def test_a_part_is_told_by_its_first_column_in_which_something_stands(first, second, expected):
    table = SourceTable(
        name="lab",
        to="lab",
        source={"path": "a.parquet", "format": "parquet"},
        columns={"patient_id": "id", "sample_date": "at", "test": ["a", "b"], "result": "r"},
        values={"test": {"none": ""}},
    )
    batch = pa.record_batch({"a": pa.array([first], pa.string()), "b": pa.array([second])})
    assert told(table, "test", batch).dictionary_decode().to_pylist() == [expected]
