"""Identifiers: what trimming or lost zeros would confuse is counted before it happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.identifiers import Identifiers, look_at_identifiers, trimmed_identifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" 00123 ", "00123"), ("\u300000123", "00123"), ("００１２３", "00123"), ("zY1", "zY1")],
)
def test_trimming_keeps_zeros_and_capitals(text, expected):
    assert trimmed_identifier(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2"], Identifiers(2, 0, 0, 0)),
        (["1", "1 ", "2"], Identifiers(3, 0, 2, 0)),
        (["001", "1", "2"], Identifiers(3, 1, 0, 2)),
        (["001", " 001", "01", "1"], Identifiers(4, 3, 2, 3)),
        (["1", "1", "1"], Identifiers(1, 0, 0, 0)),
        (["０1", "01"], Identifiers(2, 2, 2, 0)),
        ([], Identifiers(0, 0, 0, 0)),
    ],
)
def test_collisions_are_counted(texts, expected):
    assert look_at_identifiers(texts) == expected


@given(st.lists(st.text(max_size=4)))
def test_no_collision_means_that_trimming_keeps_identifiers_apart(texts):
    found = look_at_identifiers(texts)
    apart = len({trimmed_identifier(text) for text in texts}) == len(set(texts))
    assert (found.collide_when_trimmed == 0) == apart
