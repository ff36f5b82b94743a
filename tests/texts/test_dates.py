"""Formats of a column: told from all its texts; what they do not tell is asked."""

import time
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.date_formats import EXCEL_SERIAL, FORMATS, MONTH, read_date
from lncohort.texts.dates import DateGuess, guess_dates


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2019-03-05", "2020-1-2", "", " "], ("%Y-%m-%d",)),
        (["2019/3/5"], ("%Y/%m/%d",)),
        (["2019.03.05"], ("%Y.%m.%d",)),
        (["20190305"], ("%Y%m%d",)),
        (["20190305083000"], ("%Y%m%d%H%M%S",)),
        (["2019年3月5日"], ("%Y年%m月%d日",)),
        (["05.03.2019"], ("%d.%m.%Y",)),
        (["5-Mar-2019"], ("%d-%b-%Y",)),
        (["43529", "43530.5"], (EXCEL_SERIAL,)),
        (["2019-03", "2019年3月"], (MONTH,)),
        (["201903", "201912"], (MONTH,)),
        (["03/05/2019", "13/05/2019"], ("%d/%m/%Y",)),
        (["03/05/2019", "05/13/2019"], ("%m/%d/%Y",)),
        (["03/05/2019 8:30", "13/05/2019"], ("%d/%m/%Y", "%d/%m/%Y %H:%M")),
        (["2019/3/5 8:30", "2019/3/6 9:30", "2019/3/5"], ("%Y/%m/%d %H:%M", "%Y/%m/%d")),
        (["2019-03-05 08:30:00"], ("%Y-%m-%d %H:%M:%S",)),
        (["2019-03-05T08:30:00+08:00"], ("%Y-%m-%dT%H:%M:%S+08:00",)),
        (["2019-03-05T00:00:00Z"], ("%Y-%m-%dT%H:%M:%SZ",)),
    ],
)
def test_formats_that_read_every_text(texts, formats):
    assert guess_dates(texts) == DateGuess(formats, share=1)


BOTH = ("%d/%m/%Y", "%m/%d/%Y")


@pytest.mark.parametrize(
    ("texts", "questions", "candidates"),
    [
        (["03/05/2019", "01/02/2019"], ("day_or_month",), BOTH),
        (["13/05/2019", "05/13/2019"], ("day_or_month",), BOTH),
        (["19-03-05"], ("two_digit_year",), ("%y-%m-%d", "%d-%m-%y")),
        (["25/3/19"], ("two_digit_year",), ("%y/%m/%d", "%d/%m/%y")),
        (["201012"], ("month_or_two_digit_year",), ("%y%m%d", "month")),
        (["190331"], ("two_digit_year",), ("%y%m%d",)),
        (["hello"], (), ()),
        (["1", "2", "60"], (), ()),
        (["2019-02-31"], (), ()),
        ([], (), ()),
    ],
)
def test_what_the_texts_do_not_tell_is_asked(texts, questions, candidates):
    assert guess_dates(texts) == DateGuess(questions=questions, candidates=candidates)


def test_two_digit_years_are_read_when_told():
    texts = ["25/3/19", "5/3/19", "6/3/19", "45/3/19"]  # the last could only have its year first
    found = guess_dates(texts, two_digit_years=True)
    assert (found.formats, found.share) == (("%d/%m/%y",), Fraction(3, 4))
    assert guess_dates(["05-03-19"], two_digit_years=True) == DateGuess(
        questions=("day_or_month",), candidates=("%y-%m-%d", "%d-%m-%y", "%m-%d-%y")
    )


def test_times_in_utc_are_asked_about():
    found = guess_dates(["2019-03-04T16:00:00Z"])
    assert found.formats == ("%Y-%m-%dT%H:%M:%SZ",)
    assert found.questions == ("utc_day",)


def test_share_counts_the_texts_that_are_no_dates():
    found = guess_dates(["2019-03-05", "2019-03-06", "未知", "2019-02-31"])
    assert (found.formats, found.share) == (("%Y-%m-%d",), 0.5)


def test_day_and_month_are_never_read_in_two_orders():
    texts = [f"{day:02d}/{month:02d}/2019" for day in range(1, 29) for month in range(1, 13)]
    found = guess_dates(texts)
    assert (found.formats, found.share) == (("%d/%m/%Y",), 1)


NOT_ALIKE = [format for format in FORMATS if not format.startswith(("%d/", "%m/", "%d-%m", "%m-"))]


@given(
    st.lists(st.dates(date(1950, 1, 1), date(2050, 12, 31)), min_size=1, max_size=5),
    st.sampled_from(NOT_ALIKE),
)
def test_guessed_formats_read_the_days_that_were_written(days, format):
    texts = {
        datetime(day.year, day.month, day.day, 13, 45, 10).strftime(format.replace("%n", "5")): day
        for day in days
    }
    found = guess_dates(texts)
    assert found.share == 1
    for text, day in texts.items():
        assert {read_date(text, guessed).day for guessed in found.formats} <= {day, None}


@given(st.lists(st.text() | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", fullmatch=True)))
def test_any_texts_are_guessed_without_an_error(texts):
    found = guess_dates(texts)
    assert 0 <= found.share <= 1
    assert not set(found.formats) & set(found.candidates)


def test_five_thousand_texts_within_two_seconds():
    first = date(2000, 1, 1)
    texts = [f"{first + timedelta(n)}" for n in range(5000)]
    started = time.process_time()
    assert guess_dates(texts) == DateGuess(("%Y-%m-%d",), share=1)
    assert time.process_time() - started < 2
