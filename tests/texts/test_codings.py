"""Codes of sex and of yes and no: words are read, numbers are asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.codings import (
    ANSWER_NUMBERS,
    SEX_NUMBERS,
    guess_answers,
    guess_sexes,
    read_number_code,
)
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
    ],
)
def test_sex_of_a_word(text, meaning):
    found = guess_sexes([text])
    assert (found.meaning, found.not_read, found.candidates) == ({text: meaning}, (), ())


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("是", "yes"), ("Y", "yes"), ("TRUE", "yes"), ("有", "yes"), ("否", "no"), ("无", "no"),
     ("n", "no"), ("nein", "no"), ("不详", None)],
)  # fmt: skip
def test_answer_of_a_word(text, meaning):
    assert guess_answers([text]).meaning == {text: meaning}


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


def test_answers_in_numbers_are_a_question():
    assert guess_answers(["0", "1"]).candidates == ANSWER_NUMBERS[:1]
    assert guess_answers(["1"]).candidates == ANSWER_NUMBERS


def test_numbers_of_no_coding_and_other_words_are_not_read():
    found = guess_sexes(["F", "7", "1", "xx"])
    assert found.meaning == {"F": "female"}
    assert found.not_read == ("1", "7", "xx")
    assert found.candidates == ()
    assert guess_sexes(["9"]).not_read == ("9",)


def test_number_is_read_once_its_coding_is_told():
    assert read_number_code("2", SEX_NUMBERS[0]) == "female"
    assert read_number_code("01", SEX_NUMBERS[0]) == "male"
    assert read_number_code("9", SEX_NUMBERS[0]) is None
    assert read_number_code("x", SEX_NUMBERS[0]) is None


@given(st.lists(st.text() | st.sampled_from(["0", "1", "2", "F", "男", ""])))
def test_every_text_is_read_or_asked_or_told(texts):
    for guess in (guess_sexes, guess_answers):
        found = guess(texts)
        left = set(texts) - set(found.meaning) - set(found.not_read)
        assert not left or found.candidates
        assert not set(found.meaning) & set(found.not_read)


@given(st.sampled_from(["F", "male", "y", "no", "1", "unknown"]))
def test_full_width_means_what_half_width_means(text):
    for guess in (guess_sexes, guess_answers):
        narrow, wide = guess([text]), guess([full_width(text)])
        assert list(narrow.meaning.values()) == list(wide.meaning.values())
        assert narrow.candidates == wide.candidates
