"""Shapes: what a value looks like, and nothing of the value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.shape import LONGEST, shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ZYYY-07", "AAAA-99"),
        ("2019-03-05 08:30", "9999-99-99 99:99"),
        ("他克莫司 0.5mg", "汉汉汉汉 9.9AA"),
        ("ＦＫ５０６", "AA999"),
        ("Müller\tx", "AAAAAA A"),
        ("a\x00\x1b[31m", "A??[99A"),
        ("", ""),
        ("1" * 30, "9" * 24),
    ],
)
def test_shape_of_a_value(text, expected):
    assert shape(text) == expected


@given(st.text())
def test_shape_holds_no_letter_or_digit_of_the_value(text):
    found = shape(text)
    assert len(found) == min(len(text), LONGEST)
    assert not {sign for sign in found if sign.isalnum()} - set("A9汉")
    assert found.isprintable()


@given(st.text(st.characters(categories=["Nd"]), max_size=24))
def test_values_of_one_shape_are_not_told_apart(digits):
    assert shape(digits) == "9" * len(digits)
