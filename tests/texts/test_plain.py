"""Plain texts: forms of one sign are made equal, other signs are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.plain import one_width, plain
from texts.forms import full_width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("０．５ｍｇ　ＢＩＤ", "0.5mg bid"),
        ("  a \t\n b\u00a0c ", "a b c"),
        ("1–2～3", "1-2~3"),
        ("2×5 µg μg ㎎", "2*5 ug ug mg"),
        ("①½²", "①½²"),
        ("a\u200bb\ufeff", "ab"),
        ("＜0.05≦", "<0.05≤"),
    ],
)
def test_plain_text(text, expected):
    assert plain(text) == expected


def test_one_width_keeps_capitals():
    assert one_width("Ｍ３２　X") == "M32 X"


@given(st.text(st.characters(codec="ascii")))
def test_full_width_is_half_width(text):
    assert plain(full_width(text)) == plain(text)


@given(st.text())
def test_plain_text_is_plain(text):
    assert plain(plain(text)) == plain(text)
