"""Codes of sex: words are read, numbers are asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.codings import SEX_NUMBERS, guess_sexes
from texts.forms import full_width


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("F", "female"),
        ("female", "female"),
        (" Female ", "female"),
        ("女", "female"),
        ("女性", "female"),
        ("Ｆ", "female"),
        ("weiblich", "female"),
        ("Féminin", "female"),
        ("M", "male"),
        ("男", "male"),
        ("Männlich", "male"),
        ("未知", None),
        ("", None),
        ("U", None),
        ("未说明的性别", None),
        ("1-男", "male"),
        ("2.女性", "female"),
        ("1男", "male"),
        ("女（2）", "female"),
        ("男/M", "male"),
        ("9-未说明的性别", None),
    ],
)
def test_sex_of_a_word(text, meaning):
    found = guess_sexes([text])
    assert (found.meaning, found.not_read, found.candidates) == ({text: meaning}, (), ())


@pytest.mark.parametrize(
    ("texts", "candidates"),
    [
        (["1", "2"], SEX_NUMBERS[:1]),
        (["0", "1", "2", "9"], SEX_NUMBERS[:1]),
        (["0", "1"], SEX_NUMBERS),
        (["1"], SEX_NUMBERS),
        (["01", "02"], SEX_NUMBERS[:1]),
        (["1.0", "2.0"], SEX_NUMBERS[:1]),
        (["１", "２"], SEX_NUMBERS[:1]),
    ],
)
def test_numbers_are_a_question(texts, candidates):
    found = guess_sexes(texts)
    assert (found.meaning, found.not_read, found.candidates) == ({}, (), candidates)


def test_numbers_of_no_coding_and_other_words_are_not_read():
    found = guess_sexes(["F", "7", "1", "xx"])
    assert found.meaning == {"F": "female"}
    assert found.not_read == ("1", "7", "xx")
    assert found.candidates == ()
    assert guess_sexes(["9"]).not_read == ("9",)


@pytest.mark.parametrize("text", ["男/女", "M/F", "1-其", "男-未知", "F-2-x", "男 女"])
def test_words_that_differ_are_no_sex(text):
    found = guess_sexes([text])
    assert (found.meaning, found.not_read) == ({}, (text,))


@given(st.lists(st.text() | st.sampled_from(["0", "1", "2", "F", "男", ""])))
def test_every_text_is_read_or_asked_or_told(texts):
    found = guess_sexes(texts)
    left = set(texts) - set(found.meaning) - set(found.not_read)
    assert not left or found.candidates
    assert not set(found.meaning) & set(found.not_read)


@given(st.sampled_from(["F", "male", "1", "unknown"]))
def test_full_width_means_what_half_width_means(text):
    narrow, wide = guess_sexes([text]), guess_sexes([full_width(text)])
    assert list(narrow.meaning.values()) == list(wide.meaning.values())
    assert narrow.candidates == wide.candidates
