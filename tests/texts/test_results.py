"""Laboratory results: numbers, bounds, titres, grades, texts; one is never taken for another."""

import time
from decimal import Decimal as D
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.results import Kind, Reason, Result, read_result
from texts.forms import full_width


def number(value, **other):
    return Result("number", D(value), **other)


def censored(operator, value, **other):
    return Result("censored", D(value), operator, **other)


def titre(value, operator=None):
    return Result("titre", D(value), operator)


def grade(name, **other):
    return Result("grade", grade=name, **other)


def unknown(reason):
    return Result("unknown", reason=reason)


RESULTS = {
    "0.45": number("0.45"),
    "0,45": number("0.45"),
    " 12 ": number("12"),
    "5．2": number("5.2"),
    "0": number("0"),
    "1234.5": number("1234.5"),
    "1,234.5": number("1234.5"),
    "1.234,5": number("1234.5"),
    "1.2E3": number("1200"),
    "1.2e-3": number("0.0012"),
    "-1.2": number("-1.2"),
    "−1.2": number("-1.2"),
    "=5.0": number("5.0"),
    "5.2↑": number("5.2", flag="high"),
    "5.2 ↓": number("5.2", flag="low"),
    "↑5.2": number("5.2", flag="high"),
    "5.2↑↑": number("5.2", flag="high"),
    "3.1 H": number("3.1", flag="high"),
    "3.1(H)": number("3.1", flag="high"),
    "3.1 L": number("3.1", flag="low"),
    "3.1 偏低": number("3.1", flag="low"),
    "*3.1": number("3.1", flag="abnormal"),
    "3.1*": number("3.1", flag="abnormal"),
    "*3.1 H": number("3.1", flag="high"),
    "1.85(尿量1600ml)": number("1.85"),
    "1.85 g/24h 尿量:1.6L": number("1.85", unit="g/24h"),
    "1.85g/24h(24h尿量 1600 ml)": number("1.85", unit="g/24h"),
    "0.45 g/24h": number("0.45", unit="g/24h"),
    "0.45g/24小时": number("0.45", unit="g/24小时"),
    "80 umol/L": number("80", unit="umol/l"),
    "80µmol/L": number("80", unit="umol/l"),
    "0.5 mg/mmol": number("0.5", unit="mg/mmol"),
    "5.2 g/L ↑": number("5.2", unit="g/l", flag="high"),
    "5.2 ↑ g/L": number("5.2", unit="g/l", flag="high"),
    "5.2×10^9/L": number("5.2", unit="10^9/l"),
    "5.2*10^9/L": number("5.2", unit="10^9/l"),
    "1.2×10^3 IU/mL": number("1200", unit="iu/ml"),
    "60 ml/min/1.73m2": number("60", unit="ml/min/1.73m2"),
    "12.5%": number("12.5", unit="%"),
    "5.2(+)": number("5.2"),
    "0.85 (++++)": number("0.85"),
    "5.2(+, 4)": Result("unknown", reason="unknown_text"),
    "<0.05": censored("<", "0.05"),
    "＜0.05": censored("<", "0.05"),
    "< 0,05": censored("<", "0.05"),
    "≤0.05": censored("<=", "0.05"),
    "<=0.05": censored("<=", "0.05"),
    "≥5.0": censored(">=", "5.0"),
    ">1000": censored(">", "1000"),
    "小于0.05": censored("<", "0.05"),
    "大于等于5": censored(">=", "5"),
    "less than 0.05": censored("<", "0.05"),
    "<0.05 g/L": censored("<", "0.05", unit="g/l"),
    "<0.05↓": censored("<", "0.05", flag="low"),
    "1:320": titre(320),
    "1：320": titre(320),
    "1 : 320": titre(320),
    "<1:10": titre(10, "<"),
    "≥1:1280": titre(1280, ">="),
    "阳性 1:320": titre(320),
    "1:320(+)": titre(320),
    "+": grade("1+"),
    "++": grade("2+"),
    "+++": grade("3+"),
    "＋＋＋": grade("3+"),
    "++++": grade("4+"),
    "2+": grade("2+"),
    "+1": grade("1+"),
    "(+)": grade("1+"),
    "(-)": grade("negative"),
    "±": grade("trace"),
    "+-": grade("trace"),
    "微量": grade("trace"),
    "阴性": grade("negative"),
    "阴性(-)": grade("negative"),
    "negative": grade("negative"),
    "NEG": grade("negative"),
    "未检出": grade("negative"),
    "阳性": grade("positive"),
    "阳性(++)": grade("2+"),
    "弱阳性": grade("weakly positive"),
    "3+ ↑": grade("3+", flag="high"),
    "2+(1.0 g/L)": grade("2+"),
    "+(0.3-1.0)": grade("1+"),
    "neg (<0.1)": grade("negative"),
    "见报告": Result("text"),
    "溶血": Result("text"),
    "标本量不足": Result("text"),
    "第一次": Result("text"),
    "see report": Result("text"),
    "阴性(3+)": unknown("unknown_text"),
    "阴性(+)": Result("text"),
    "": Result("missing"),
    "  ": Result("missing"),
    "--": Result("missing"),
    "——": Result("missing"),
    "N/A": Result("missing"),
    "未测": Result("missing"),
    "NULL": Result("missing"),
    "-": unknown("ambiguous_sign"),
    "1,234": unknown("ambiguous_number"),
    "1.234": unknown("ambiguous_number"),
    "<1,234": unknown("ambiguous_number"),
    "1.2.3": unknown("ambiguous_number"),
    "3-5": unknown("range"),
    "3～5/HP": unknown("range"),
    "2019-03-05": unknown("range"),
    "1e99": unknown("out_of_range"),
    "1.85(1600ml)": unknown("unknown_text"),
    "约5": unknown("unknown_text"),
    "12.5 阳性": number("12.5"),
    "阴性 0.1": unknown("unknown_text"),
    "溶血2": unknown("unknown_text"),
    "1 234": unknown("unknown_text"),
    "5.2?": unknown("unknown_text"),
    "5.2 5.3": unknown("unknown_text"),
    "10²": unknown("unknown_text"),
    "①5.2": unknown("unknown_text"),
    "2:320": unknown("unknown_text"),
    "1:0": unknown("unknown_text"),
    ">3+": unknown("unknown_text"),
    "5.2 g/L 溶血": unknown("unknown_text"),
    "5.2 g/L 复查": number("5.2", unit="g/l"),
    "78（复查）": number("78"),
    "10.2(阳性)": number("10.2"),
    "100.5 阳性": number("100.5"),
    "5.6【高】": number("5.6", flag="high"),
    "2.5克/24小时": number("2.5", unit="克/24小时"),
    "阴性 <10": unknown("unknown_text"),
}


@pytest.mark.parametrize(("text", "expected"), RESULTS.items())
def test_result_of_a_text(text, expected):
    assert read_result(text) == expected
    assert read_result(full_width(text)) == expected


def test_missing_value_is_missing():
    assert read_result(None) == Result("missing")


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ".", "1.234"), ("0,4", ",", "0.4")],
)
def test_decimal_mark_of_the_column_settles_a_doubtful_number(text, mark, expected):
    assert read_result(text, mark) == number(expected)


def test_number_against_the_decimal_mark_of_the_column_is_unknown():
    assert read_result("0,45", ".") == unknown("ambiguous_number")


PIECES = st.sampled_from(list(RESULTS)) | st.text(max_size=3)


@given(st.text() | st.lists(PIECES, max_size=4).map("".join))
def test_any_text_is_read_without_an_error(text):
    found = read_result(text)
    assert found.kind in get_args(Kind)
    assert found.reason in (None, *get_args(Reason))
    assert (found.number is not None) == (found.kind in ("number", "censored", "titre"))
    assert (found.grade is not None) == (found.kind == "grade")
    assert (found.reason is not None) == (found.kind == "unknown")
    assert found.number is None or found.number.is_finite()


@given(
    st.decimals(0, 10**5, places=2),
    st.sampled_from(["", "<", ">=", "↑", "* "]),
    st.sampled_from(["", " H", "↓", " g/L", "mg/dl ↑"]),
)
def test_generated_number_comes_back(value, before, after):
    assert read_result(f"{before}{value}{after}").number == value


@given(
    st.sampled_from([text for text, row in RESULTS.items() if row.number is not None]),
    st.sampled_from(["约", "稀释", "?", "溶血", "kg?", "of 3", "±", "/"]),
)
def test_number_beside_an_unknown_word_is_no_number(text, word):
    assert read_result(text + word).number is None


@given(st.sampled_from([text for text, row in RESULTS.items() if row.grade is not None]))
def test_grade_is_never_a_number(text):
    found = read_result(text)
    assert found.number is None and found.unit is None


def test_long_text_is_read_at_once():
    started = time.process_time()
    for sign in ("*", "h", "↑ ", "1.", "g/", "(", "+", "1:", "<", "1-"):
        assert read_result(sign * 5000 + "x").number is None
    assert time.process_time() - started < 5
