"""Formats of dates: the same day here and in DuckDB, and no day that is not in the text."""

from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.texts.date_formats import (
    EXCEL_SERIAL,
    FORMATS,
    FORMATS_OF_TWO_DIGIT_YEARS,
    MONTH,
    MONTHS,
    UNIX_DAYS,
    UNIX_SECONDS,
    ReadDate,
    is_format,
    pattern_of,
    read_date,
)
from texts.forms import full_width

DAY = ReadDate(date(2019, 3, 5))
UNKNOWN = ReadDate(reason="unknown_text")
IMPOSSIBLE = ReadDate(reason="impossible_date")
OUT_OF_RANGE = ReadDate(reason="out_of_range")


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("2019-03-05", "%Y-%m-%d", DAY),
        ("2019-3-5", "%Y-%m-%d", DAY),
        (" 2019-03-05 ", "%Y-%m-%d", DAY),
        ("2019/3/5", "%Y/%m/%d", DAY),
        ("2019.03.05", "%Y.%m.%d", DAY),
        ("20190305", "%Y%m%d", DAY),
        ("20190305083000", "%Y%m%d%H%M%S", DAY),
        ("2019年3月5日", "%Y年%m月%d日", DAY),
        ("2019年3月5日 8时30分", "%Y年%m月%d日 %H时%M分", DAY),
        ("05.03.2019", "%d.%m.%Y", DAY),
        ("05/03/2019", "%d/%m/%Y", DAY),
        ("03/05/2019", "%m/%d/%Y", DAY),
        ("5-Mar-2019", "%d-%b-%Y", DAY),
        ("05-MAR-2019", "%d-%b-%Y", DAY),
        ("5 March 2019", "%d %B %Y", DAY),
        ("Mar 5, 2019", "%b %d, %Y", DAY),
        ("2019-03-05 08:30:00", "%Y-%m-%d %H:%M:%S", DAY),
        ("2019/3/5 8:30", "%Y/%m/%d %H:%M", DAY),
        ("2019-03-05T23:30:00Z", "%Y-%m-%dT%H:%M:%SZ", DAY),
        ("2019-03-05T23:30:00+08:00", "%Y-%m-%dT%H:%M:%S+08:00", DAY),
        ("2019-03-05T00:30:00.123+08:00", "%Y-%m-%dT%H:%M:%S.%n+08:00", DAY),
        ("3/5/2019 8:30:00 pm", "%m/%d/%Y %I:%M:%S %p", DAY),
        ("05/03/19", "%d/%m/%y", DAY),
        ("05/03/69", "%d/%m/%y", ReadDate(date(1969, 3, 5))),
        ("43529", EXCEL_SERIAL, DAY),
        ("43529.0", EXCEL_SERIAL, DAY),
        ("43529.99", EXCEL_SERIAL, DAY),
        ("43529,5", EXCEL_SERIAL, DAY),
        ("1", EXCEL_SERIAL, ReadDate(date(1900, 1, 1))),
        ("59", EXCEL_SERIAL, ReadDate(date(1900, 2, 28))),
        ("60", EXCEL_SERIAL, IMPOSSIBLE),
        ("61", EXCEL_SERIAL, ReadDate(date(1900, 3, 1))),
        ("0", EXCEL_SERIAL, IMPOSSIBLE),
        ("99999", EXCEL_SERIAL, OUT_OF_RANGE),
        ("-43529", EXCEL_SERIAL, UNKNOWN),
        ("17960", UNIX_DAYS, DAY),
        ("17960.5", UNIX_DAYS, DAY),
        ("-1", UNIX_DAYS, ReadDate(date(1969, 12, 31))),
        ("99999", UNIX_DAYS, OUT_OF_RANGE),
        ("2019-03-05", UNIX_DAYS, UNKNOWN),
        ("1551744000", UNIX_SECONDS, DAY),
        ("1551830399.75", UNIX_SECONDS, DAY),
        ("0", UNIX_SECONDS, ReadDate(date(1970, 1, 1))),
        ("-1", UNIX_SECONDS, ReadDate(date(1969, 12, 31))),
        ("-86400", UNIX_SECONDS, ReadDate(date(1969, 12, 31))),
        ("-86401", UNIX_SECONDS, ReadDate(date(1969, 12, 30))),
        ("9999999999", UNIX_SECONDS, OUT_OF_RANGE),
        ("2019-03-05", UNIX_SECONDS, UNKNOWN),
        ("2019-03", MONTH, ReadDate(month=(2019, 3))),
        ("2019年3月", MONTH, ReadDate(month=(2019, 3))),
        ("2019/3", MONTH, ReadDate(month=(2019, 3))),
        ("201903", MONTH, ReadDate(month=(2019, 3))),
        ("2019-13", MONTH, IMPOSSIBLE),
        ("20193", MONTH, UNKNOWN),
        ("2019-03-05", MONTH, UNKNOWN),
        ("2019-02-31", "%Y-%m-%d", IMPOSSIBLE),
        ("2019-02-29", "%Y-%m-%d", IMPOSSIBLE),
        ("2020-02-29", "%Y-%m-%d", ReadDate(date(2020, 2, 29))),
        ("2019-00-05", "%Y-%m-%d", IMPOSSIBLE),
        ("1019-03-05", "%Y-%m-%d", OUT_OF_RANGE),
        ("9999-12-31", "%Y-%m-%d", OUT_OF_RANGE),
        ("2019035", "%Y%m%d", UNKNOWN),
        ("19-03-05", "%Y-%m-%d", UNKNOWN),
        ("2019-03-05x", "%Y-%m-%d", UNKNOWN),
        ("2019-03-05 25:00", "%Y-%m-%d %H:%M", UNKNOWN),
        ("٢٠١٩-03-05", "%Y-%m-%d", UNKNOWN),
        ("", "%Y-%m-%d", ReadDate(reason="empty")),
        (None, "%Y-%m-%d", ReadDate(reason="empty")),
    ],
)
def test_day_of_a_text(text, format, expected):
    assert read_date(text, format) == expected
    if text:
        assert read_date(full_width(text), format) == expected


def test_years_outside_the_given_are_out_of_range():
    assert read_date("1931-01-01", "%Y-%m-%d", years=(1950, 2030)) == OUT_OF_RANGE


ALL = (*FORMATS, *FORMATS_OF_TWO_DIGIT_YEARS)
MOMENTS = [
    datetime(2019, 3, 5, 8, 30, 7, 120000),
    datetime(1999, 12, 31, 23, 59, 59),
    datetime(2020, 2, 29, 0, 0),
]


def written(moment, format):
    return moment.strftime(format.replace("%n", f"{moment.microsecond:06d}"))


def test_duckdb_reads_the_same_day():
    rows = [
        (written(moment, format), format, pattern_of(format), moment.date())
        for format in ALL
        for moment in MOMENTS
    ]
    with duckdb.connect() as connection:
        for text, format, pattern, day in rows:
            assert read_date(text, format).day == day, (text, format)
            read = connection.execute(
                "select regexp_full_match($1, $3), try_strptime($1, $2)::date",
                [text, format, pattern],
            ).fetchone()
            assert read == (True, day), (text, format)


def test_duckdb_reads_zones_and_months_as_they_are_written():
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/New_York'")
        for text, format in (
            ("2019-03-05T00:30:00+08:00", "%Y-%m-%dT%H:%M:%S+08:00"),
            ("2019-03-05T23:30:00Z", "%Y-%m-%dT%H:%M:%SZ"),
        ):
            assert connection.execute(
                "select regexp_full_match($1, $3), try_strptime($1, $2)::date",
                [text, format, pattern_of(format)],
            ).fetchone() == (True, date(2019, 3, 5))
        for text in ("2019-03", "2019/3", "2019.03", "2019年3月", "201903"):
            assert read_date(text, MONTH).month == (2019, 3)
            assert connection.execute(
                "select regexp_full_match($1, $3), try_strptime($1, $2)::date",
                [text, list(MONTHS), pattern_of(MONTH)],
            ).fetchone() == (True, date(2019, 3, 1))


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)), st.sampled_from(ALL))
def test_written_day_comes_back(day, format):
    assert read_date(written(datetime(day.year, day.month, day.day), format), format).day == day


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)), st.sampled_from(["", ".0", ".75"]))
def test_serial_day_comes_back(day, fraction):
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    assert read_date(f"{serial}{fraction}", EXCEL_SERIAL).day == day


@given(st.text(), st.sampled_from([*ALL, MONTH, EXCEL_SERIAL, UNIX_SECONDS, UNIX_DAYS]))
def test_any_text_is_read_without_an_error(text, format):
    found = read_date(text, format)
    assert (found.reason is None) == (found.day is not None or found.month is not None)


@pytest.mark.parametrize(
    "format", [*FORMATS, *FORMATS_OF_TWO_DIGIT_YEARS, MONTH, EXCEL_SERIAL, UNIX_SECONDS, UNIX_DAYS]
)
def test_every_format_that_is_guessed_is_one(format):
    assert is_format(format)


@pytest.mark.parametrize(
    "text", ["", "%Y", "%Y-%m", "%d.%m", "%Y-%Q-%d", "%d%d%m%Y", "(%d.%m.%Y", "DD.MM.YYYY"]
)
def test_a_text_that_tells_no_day_is_no_format(text):
    assert not is_format(text)
