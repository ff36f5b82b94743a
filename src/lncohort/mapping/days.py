"""The day that a text of a hospital's table stands for, in the formats that its table has."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from lncohort.texts.date_formats import MONTH, ReadDate, read_date

# Tried where a table names no format: each can be read in one way only.
UNMISTAKABLE = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d-%b-%Y", MONTH)
PROBLEMS = {
    "impossible_date": "impossible_date",
    "out_of_range": "year_out_of_range",
    "unknown_text": "unreadable_date",
    "empty": "unreadable_date",
}


class Day(NamedTuple):
    """A day, or why there is none."""

    day: date | None
    problem: str | None


def read_day(text: str, formats: Sequence[str], day_of_month: int | None) -> Day:
    """The day of a text.

    Parameters
    ----------
    text
        The part of a date that tells the day: the time of day is cut off before.
    formats
        Of the table, tried in their order; the unmistakable ones where it names none.
    day_of_month
        The day that a month alone stands for; None: a month is no day.
    """
    read = [read_date(text, format) for format in formats or UNMISTAKABLE]
    best = min(read, key=_rank)
    if best.day is not None:
        return Day(best.day, None)
    if best.month is not None:
        if day_of_month is None:
            return Day(None, "day_unknown")
        return Day(date(*best.month, day_of_month), None)
    return Day(None, PROBLEMS[best.reason])


def _rank(read: ReadDate) -> int:
    """A day before a month, and a reason that tells something before one that does not."""
    if read.day is not None:
        return 0
    if read.month is not None:
        return 1
    return 3 if read.reason in ("unknown_text", "empty") else 2
