"""How numbers are written."""

import math

import pytest

from lncohort.report import numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0432, "0.043"),
        (0.00096, "<0.001"),
        (1e-12, "<0.001"),
        (0.001, "0.001"),
        (0.9996, ">0.999"),
        (1.0, ">0.999"),
        (math.nan, "–"),
    ],
)
def test_p_has_three_decimals_and_is_never_zero_or_one(value, written):
    assert numbers.p_value(value) == written


def test_p_in_a_sentence_keeps_its_sign_and_does_not_break():
    assert numbers.p_phrase(0.0432) == "P\u00a0=\u00a00.043"
    assert numbers.p_phrase(0.0001) == "P\u00a0<\u00a00.001"


def test_a_ratio_stands_before_its_interval_with_an_en_dash():
    assert numbers.with_interval(2.8199, 1.8888, 4.2164) == "2.82 (1.89–4.22)"


def test_an_interval_with_a_negative_bound_says_to_and_has_a_true_minus_sign():
    written = numbers.with_interval(0.051, -0.021, 0.123, numbers.percent_of_risk)
    assert written == "5.1 (−2.1 to 12.3)"


def test_a_ratio_from_100_on_has_no_decimals():
    assert numbers.ratio(99.99) == "99.99"
    assert numbers.ratio(104.61) == "105"


def test_a_share_stands_with_its_denominator():
    assert numbers.share(62, 198) == "62/198 (31.3%)"
    assert numbers.share(0, 0) == "0/0"


def test_what_is_missing_is_a_dash():
    for form in (numbers.count, numbers.ratio, numbers.percent, numbers.quantity):
        assert form(math.nan) == "–"
    assert numbers.with_interval(math.nan, 1.0, 2.0) == "–"


def test_exported_numbers_have_ten_significant_digits():
    assert numbers.exported(0.12345678901234) == 0.123456789
    assert numbers.exported(123456789012.0) == 123456789000.0


def test_a_ratio_that_says_nothing_is_cut_short():
    assert numbers.ratio(9999.0) == "9,999"
    assert numbers.with_interval(2.0, 0.1, 1e80) == "2.00 (0.10–>9,999)"
