"""Cells are cleaned as one reads them one by one, however many of them differ."""

import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lncohort.mapping.cells import (
    BLANKS,
    NOTHING,
    before_numbers,
    cleaned,
    days,
    plain_numbers,
    told,
    told_days,
)
from lncohort.mapping.model import SourceTable
from lncohort.mapping.words import read_operator

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


def column(cells):
    """The cells of a column."""
    return pa.array(cells, pa.string())


@given(CELLS, st.sampled_from(["text", "patient", "date", "code", "whole"]))
def test_a_column_is_cleaned_as_each_of_its_cells(cells, kind):
    found = cleaned(kind, column(cells), NOTHING).dictionary_decode().to_pylist()
    assert found == [slowly_cleaned(kind, text, NOTHING) for text in cells]


@given(CELLS)
@example(["2019-03-05 08:30:00", "2019-03-05T08:30", "201903050830", "43529.354"])
@example(["2019年3月5日 8时30分", "2019/3/5 上午 8:30", "20190305", "2019-03-05"])
@example(["2019年3月5日08:30:00", "2019年3月5日下午3:30", "2019/3/5 晚上 8:30"])
def test_the_day_of_a_column_is_that_of_each_of_its_cells(cells):
    texts = [(text or "").strip(BLANKS) for text in cells]
    day, _ = days(column(texts).dictionary_encode())
    assert day.dictionary_decode().to_pylist() == [slowly_day(text) for text in texts]


def told_of(cells, **more):
    """Day and rest of each cell of a column of dates."""
    table = SourceTable(
        name="stay",
        to="encounter",
        source={"path": "a.parquet", "format": "parquet"},
        columns={"patient_id": "id", "start_date": "at"},
        **more,
    )
    parts = told_days(table, "start_date", pa.record_batch({"at": column(cells)}))
    return list(zip(*(part.dictionary_decode().to_pylist() for part in parts), strict=True))


ISO = st.builds(
    "{}-0{}-0{}{}".format,
    st.integers(1990, 2024),
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(["", " 08:30", "T08:30:00", " 08:30 ", " ", "  8:30", "0 8:30", "日"]),
)


@given(st.lists(st.none() | ISO, min_size=1, max_size=8), CELLS)
@example(["2019-03-05 08:30", "", "2019-03-05"], ["2019/3/5"])
def test_dates_of_one_form_are_parted_as_among_others(cells, others):
    assert told_of(cells) == told_of([*cells, "5.3.2019"])[:-1]
    assert told_of(cells) == told_of([*cells, *others])[: len(cells)]


@given(ISO | TEXTS, ISO | TEXTS)
@example("2019-03-05 08:30", "2019-03-05  08:30 ")
@example("2019/3/5 8:30", "2019/3/5 8:31")
def test_day_and_rest_tell_dates_apart_that_differ_in_more_than_blanks(first, second):
    one, other = told_of([first, second])
    clean = [slowly_cleaned("date", text, NOTHING) for text in (first, second)]
    if clean[0] == clean[1]:
        assert one == other
    if one == other:
        assert clean[0].replace(" ", "") == clean[1].replace(" ", "")


def test_a_date_that_the_mapping_calls_nothing_is_none_with_its_time_too():
    cells = ["1900-01-01 00:00:00", "2019-03-05 08:30:00"]
    found = told_of(cells, values={"start_date": {"1900-01-01 00:00:00": ""}})
    assert found == [("", ""), ("2019-03-05", "08:30:00")]


@given(
    st.lists(st.text(st.sampled_from("<>=≤ 0.5５，小于等e"), max_size=6), min_size=1, max_size=12)
)
@example(["<0.05", "≤ 5", "小于等于５", "163.4", "4171756", "=", ""])
def test_an_operator_before_a_number_is_read_as_without_it(texts):
    found = before_numbers(column(texts).dictionary_encode(), ["4171756"])
    for text, before in zip(texts, found.dictionary_decode().to_pylist(), strict=True):
        assert read_operator(before) == read_operator(text)
        assert before == "4171756" or not any(sign.isdigit() for sign in before)


NUMBERS = st.from_regex(r"-?[0-9]{0,13}(\.[0-9]{0,9})?", fullmatch=True)


@given(st.lists(NUMBERS | TEXTS, min_size=1, max_size=20), st.sampled_from([".", ","]))
@example(
    ["1.5", ".5", "5.", "-0", "1e5", "+5", "163.39999389648438", "1234567890123", "12", ""], "."
)
@example(["1.5", "5", "1,5"], ",")
def test_a_plain_number_is_its_value_and_any_other_text_stays(texts, mark):
    values, others = plain_numbers(column(texts).dictionary_encode(), mark, ["12"])
    for text, value, other in zip(
        texts, values.to_pylist(), others.dictionary_decode().to_pylist(), strict=True
    ):
        whole, _, fraction = text.removeprefix("-").partition(".")
        figures = whole + fraction
        is_plain = (
            figures.isdigit()
            and len(whole) <= 12
            and (mark == "." or "." not in text)
            and text != "12"
        )
        assert other == ("" if is_plain else text)
        expected = float(round(Decimal(text), 6)) if is_plain else None
        assert value == (pytest.approx(expected, rel=1e-15) if is_plain else None)


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
