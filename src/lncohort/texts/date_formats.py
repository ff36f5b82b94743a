"""Named formats of dates as texts, and the day that a text stands for in them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from lncohort.texts.plain import one_width

DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TWO_DIGIT_YEARS = (
    "%y-%m-%d", "%y/%m/%d", "%y.%m.%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y",
    "%d-%b-%y", "%d %b %y",
)  # fmt: skip
TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%n", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%n", " %I:%M %p",
    " %I:%M:%S %p",
)  # fmt: skip
COMPACT = ("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S")
CHINESE_TIMES = ("%Y年%m月%d日 %H时%M分", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H时%M分%S秒")
COMPACT_TWO_DIGIT_YEAR = "%y%m%d"
EXCEL_SERIAL = "excel_serial"
UNIX_SECONDS = "unix_seconds"
UNIX_DAYS = "unix_days"
MONTH = "month"
MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y年%m月", "%Y%m")

FORMATS = (
    *COMPACT,
    *CHINESE_TIMES,
    *(day + time for day in DAYS for time in TIMES),
)
FORMATS_OF_TWO_DIGIT_YEARS = (
    COMPACT_TWO_DIGIT_YEAR,
    *(day + time for day in TWO_DIGIT_YEARS for time in TIMES),
)

MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
PIECES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "b": rf"(?P<b>{'|'.join(name[:3] for name in MONTH_NAMES)})",
    "B": rf"(?P<b>{'|'.join(MONTH_NAMES)})",
    "H": r"(?:[01]?\d|2[0-3])",
    "I": r"(?:0?[1-9]|1[0-2])",
    "M": r"[0-5]?\d",
    "S": r"[0-5]?\d",
    "n": r"\d{1,9}",
    "p": r"[ap]m",
}
TWO_DIGITS = {
    "m": r"(?P<m>\d{2})",
    "d": r"(?P<d>\d{2})",
    "H": r"(?:[01]\d|2[0-3])",
    "M": r"[0-5]\d",
}
SERIAL_PATTERN = r"(?P<serial>\d{1,5})(?:[.,]\d{1,15})?"
SINCE_1970_PATTERN = r"(?P<since_1970>-?\d{1,5})(?:\.\d{1,9})?"
SECONDS_PATTERN = r"(?P<seconds>-?\d{1,10})(?:\.\d{1,9})?"
MONTH_PATTERN = r"(?P<Y>\d{4})(?:[-/.](?P<m>\d{1,2})|年(?P<chinese>\d{1,2})月|(?P<compact>\d{2}))"
YEARS = (1900, 2100)
A_DAY = 86_400  # seconds


@dataclass(frozen=True)
class ReadDate:
    """What a date text stands for.

    Attributes
    ----------
    day : date or None
        The day as it is written: a time of day and a zone do not move it.
    month : (int, int) or None
        Year and month, where the text tells no day.
    reason : str or None
        Why there is neither.
    """

    day: date | None = None
    month: tuple[int, int] | None = None
    reason: Literal["empty", "impossible_date", "out_of_range", "unknown_text"] | None = None


def read_date(text: str | None, format: str, years: tuple[int, int] = YEARS) -> ReadDate:
    """The day that a text stands for in a format.

    Parameters
    ----------
    text : str or None
        As it stands in the extract; outer blanks and full width do not matter.
    format : str
        As DuckDB's ``try_strptime`` reads it; or ``excel_serial``, days of the 1900 system, with or
        without a fraction; or ``unix_seconds`` or ``unix_days`` since 1970 began; or ``month``, any of
        ``MONTHS``.
    years : (int, int)
        The first and the last year that a date may have.

    Notes
    -----
    ``try_strptime`` alone is more lenient: it reads ``2019035`` as ``%Y%m%d`` and ``19-03-05`` as year
    19. A text has the format only where :func:`pattern_of` matches it as a whole.
    """
    simple = one_width(text or "")
    if not simple:
        return ReadDate(reason="empty")
    match = _compiled(format).fullmatch(simple)
    if match is None:
        return ReadDate(reason="unknown_text")
    parts = match.groupdict()
    if parts.get("serial"):
        return _within(_of_serial(int(parts["serial"])), years)
    if parts.get("since_1970"):
        return _within(date(1970, 1, 1) + timedelta(int(parts["since_1970"])), years)
    if parts.get("seconds"):
        return _within(date(1970, 1, 1) + timedelta(int(parts["seconds"]) // A_DAY), years)
    year, month = _year(parts), _month(parts)
    if not years[0] <= year <= years[1]:
        return ReadDate(reason="out_of_range")
    if not 1 <= month <= 12:
        return ReadDate(reason="impossible_date")
    if format == MONTH:
        return ReadDate(month=(year, month))
    try:
        return ReadDate(date(year, month, int(parts["d"])))
    except ValueError:
        return ReadDate(reason="impossible_date")


@cache
def pattern_of(format: str) -> str:
    """The regular expression, of RE2 as well, that a text of a format matches as a whole."""
    if format == EXCEL_SERIAL:
        return SERIAL_PATTERN
    if format == UNIX_DAYS:
        return SINCE_1970_PATTERN
    if format == UNIX_SECONDS:
        return SECONDS_PATTERN
    if format == MONTH:
        return MONTH_PATTERN
    pieces = {**PIECES, **TWO_DIGITS} if re.match("%[Yy]%m", format) else PIECES
    written = re.split(r"%([A-Za-z])", format)
    return "(?i)" + "".join(
        pieces[part] if place % 2 else part.replace(".", "[.]").replace("+", "[+]")
        for place, part in enumerate(written)
    )


def is_format(format: str) -> bool:
    """Whether a text is a format that :func:`read_date` knows, and tells a day or a month."""
    try:
        told = set(_compiled(format).groupindex)
    except (KeyError, re.error):
        return False
    return format in (EXCEL_SERIAL, UNIX_SECONDS, UNIX_DAYS, MONTH) or (
        "d" in told and bool(told & {"Y", "y"}) and bool(told & {"m", "b"})
    )


@cache
def _compiled(format: str) -> re.Pattern:
    return re.compile(pattern_of(format), re.ASCII)


def _of_serial(serial: int) -> date | None:
    """A day of Excel's 1900 system, which counts a 29 February 1900 (60) that never was."""
    if serial in (0, 60):
        return None
    return date(1899, 12, 31 if serial < 60 else 30) + timedelta(serial)


def _within(day: date | None, years: tuple[int, int]) -> ReadDate:
    if day is None:
        return ReadDate(reason="impossible_date")
    return ReadDate(day) if years[0] <= day.year <= years[1] else ReadDate(reason="out_of_range")


def _year(parts: dict[str, str | None]) -> int:
    """The year; two digits as DuckDB and POSIX take them: 69 to 99 are 1969 to 1999."""
    if parts.get("Y"):
        return int(parts["Y"])
    two = int(parts["y"])
    return two + (1900 if two >= 69 else 2000)


def _month(parts: dict[str, str | None]) -> int:
    if parts.get("b"):
        return 1 + [name[:3] for name in MONTH_NAMES].index(parts["b"][:3].lower())
    return int(parts["m"] or parts["chinese"] or parts["compact"])
