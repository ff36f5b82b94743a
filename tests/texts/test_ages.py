"""How long ago a person of an age was born."""

import pytest

from lncohort.texts.ages import read_age


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("34岁", 34.5),
        ("34", 34.5),
        (" ３４ 岁 ", 34.5),
        ("34周岁", 34.5),
        ("34Y", 34.5),
        ("34 years", 34.5),
        ("34.5", 34.5),
        ("34.0", 34.0),
        ("0岁", 0.5),
        ("6月", 6.5 / 12),
        ("6个月", 6.5 / 12),
        ("18M", 18.5 / 12),
        ("1岁3月", 15.5 / 12),
        ("1岁3个月12天", (15 + 12 / 30.4375) / 12),
        ("12天", 12 / 365.25),
    ],
)
def test_the_birth_is_put_in_the_middle_of_what_an_age_leaves_open(text, years):
    assert abs(read_age(text) - years * 365.25) <= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "岁",
        "成人",
        "34-40",
        ">89",
        "34岁13月",
        "340",
        "20150305",
        "1980-01-02",
        "34岁左右",
        "-3",
    ]
    + ["3 4", "34 5", "3m4"],
)
def test_what_is_no_age_is_none(text):
    assert read_age(text) is None
