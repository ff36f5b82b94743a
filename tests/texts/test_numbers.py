"""Numbers: one meaning, or none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.numbers import decimal_mark_of, read_number


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("5", None, "5"),
        ("0.45", None, "0.45"),
        ("0,45", None, "0.45"),
        ("0,450", None, "0.450"),
        ("12,5", None, "12.5"),
        ("1234.567", None, "1234.567"),
        ("1,234.5", None, "1234.5"),
        ("1.234,5", None, "1234.5"),
        ("1,234,567", None, "1234567"),
        ("1,234", None, None),
        ("1.234", None, None),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ".", "1.234"),
        ("1.234", ",", "1234"),
        ("0,45", ".", None),
        ("0.45", ",", None),
        ("1,23,456", None, None),
        ("1.2.3", None, None),
        ("٣", None, None),
        ("", None, None),
        ("-1", None, None),
    ],
)
def test_number_of_a_text(text, mark, expected):
    assert read_number(text, mark) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["0.45", "1.234", "<0.05"], "."),
        (["0,45 g", "1.234"], ","),
        (["1,234.5", "7"], "."),
        (["0.45", "0,45"], None),
        (["1.234", "2.345"], None),
        (["1", "阴性"], None),
        (["2019.03.05"], None),
    ],
)
def test_decimal_mark_of_a_column(texts, mark):
    assert decimal_mark_of(texts) == mark


@given(st.decimals(0, 10**6, places=2), st.sampled_from([".", ","]))
def test_number_comes_back_however_it_is_grouped(number, mark):
    grouped = f"{number:,}"
    if mark == ",":
        grouped = grouped.translate(str.maketrans(",.", ".,"))
    assert read_number(grouped, mark) == number
    assert read_number(grouped) == number


@given(st.text(), st.sampled_from([None, ".", ","]))
def test_any_text_is_read_without_an_error(text, mark):
    assert read_number(text, mark) is None or text[0].isdecimal()
