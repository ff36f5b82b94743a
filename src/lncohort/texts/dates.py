"""Which formats the dates of a column are in, told from its distinct texts; or what to ask."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lncohort.texts.date_formats import (
    COMPACT_TWO_DIGIT_YEAR,
    EXCEL_SERIAL,
    FORMATS,
    FORMATS_OF_TWO_DIGIT_YEARS,
    MONTH,
    YEARS,
    read_date,
)
from lncohort.texts.plain import one_width

Question = Literal["day_or_month", "two_digit_year", "month_or_two_digit_year", "utc_day"]
ZONE = re.compile(r"(?<=\d)(?:Z|[+-]\d{2}:?\d{2})$")
MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?Z$")
FIRST_SERIAL = 10000  # 1927-05-18; smaller numbers are rather counts, ages or codes


@dataclass(frozen=True)
class DateGuess:
    """The formats of a column of dates.

    Attributes
    ----------
    formats : tuple of str
        As :func:`lncohort.texts.date_formats.read_date` takes them, the commonest first; together
        they read ``share`` of the texts. A zone stands in them as it is written.
    share : Fraction
        Of the distinct texts that are not empty.
    questions : tuple of str
        What the texts do not tell:
        day_or_month: no text, or texts of both kinds, tell the order of ``03/05/2019``, or of
        ``05-03-19``, where the year may be first as well;
        two_digit_year: years have two digits;
        month_or_two_digit_year: ``201012`` may be December 2010 or 12 October 2020;
        utc_day: times are in UTC, so that the local day may be another.
    candidates : tuple of str
        The formats to choose from where a question keeps them out of ``formats``.
    """

    formats: tuple[str, ...] = ()
    share: Fraction = Fraction(0)
    questions: tuple[Question, ...] = ()
    candidates: tuple[str, ...] = ()


def guess_dates(
    texts: Iterable[str],
    *,
    two_digit_years: bool = False,
    years: tuple[int, int] = YEARS,
) -> DateGuess:
    """The formats that read most texts of a column, without guessing what they do not tell.

    The order of day and month is one for the whole column: a first part above 12 anywhere tells
    that the day comes first, a second part above 12 that the month does.

    Parameters
    ----------
    texts : iterable of str
        Distinct texts of a column, or a sample of them.
    two_digit_years : bool
        Whether two-digit years may be read; then 69 to 99 are of the last century.
    years : (int, int)
        The first and the last year that a date may have.
    """
    distinct = sorted({one_width(text) for text in texts} - {""})
    if not distinct:
        return DateGuess()
    fits = _fits(distinct, years)
    questions: list[Question] = []
    candidates: set[str] = set()
    for kept_out, question in (
        (_month_or_day(fits), "month_or_two_digit_year"),
        (set() if two_digit_years else _two_digits(fits), "two_digit_year"),
        (_unordered(fits), "day_or_month"),
    ):
        if kept_out & set(fits):
            questions.append(question)
            candidates |= kept_out
            fits = {format: read for format, read in fits.items() if format not in kept_out}
    formats, left = [], set(distinct)
    while fits:
        best = max(fits, key=lambda format: (len(fits[format] & left), _rank(format)))
        if not fits[best] & left:
            break
        formats.append(best)
        left -= fits.pop(best)
        fits = {format: read for format, read in fits.items() if not _speaks_against(best, format)}
    if any(format.endswith("Z") for format in formats) and any(
        text.endswith("Z") and not MIDNIGHT.search(text) for text in distinct
    ):
        questions.append("utc_day")
    return DateGuess(
        tuple(formats),
        Fraction(len(distinct) - len(left), len(distinct)),
        tuple(questions),
        tuple(sorted(candidates, key=_rank, reverse=True)),
    )


def _fits(texts: list[str], years: tuple[int, int]) -> dict[str, set[str]]:
    """The texts that each format reads; only formats that read some, and not in a wrong order."""
    by_form = defaultdict(list)
    for text in texts:
        by_form[re.sub(r"\d", "1", text)].append(text)
    fits = defaultdict(set)
    for form, same in by_form.items():
        zone = ZONE.search(form)
        for format in (*FORMATS, *FORMATS_OF_TWO_DIGIT_YEARS, MONTH, EXCEL_SERIAL):
            if zone and not format.endswith(("%M", "%S", "%n")):
                continue
            if read_date(form[: zone.start()] if zone else form, format).reason == "unknown_text":
                continue
            for text in same:
                written = format + (text[zone.start() :] if zone else "")
                if format == EXCEL_SERIAL and int(re.match(r"\d+", text)[0]) < FIRST_SERIAL:
                    continue
                if read_date(text, written, years).reason is None:
                    fits[written].add(text)
    return _in_one_order(fits)


def _swapped(format: str) -> str | None:
    """The format with day and month in the other order, where both are numbers behind each other."""
    match = re.match(r"%([dm])([/-])%([dm])\2%([Yy])", format)
    if match is None:
        return None
    return f"%{match[3]}{match[2]}%{match[1]}{match[2]}%{match[4]}" + format[match.end() :]


def _in_one_order(fits: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the formats of the order that the column as a whole speaks against."""
    ordered = [format for format in fits if _swapped(format)]
    told = {
        first: any(
            fits[format] - fits.get(_swapped(format), set())
            for format in ordered
            if format.startswith(first)
        )
        for first in ("%d", "%m")
    }
    if told["%d"] == told["%m"]:
        return fits
    wrong = "%m" if told["%d"] else "%d"
    return {
        format: read
        for format, read in fits.items()
        if not (_swapped(format) and format.startswith(wrong))
    }


def _speaks_against(chosen: str, other: str) -> bool:
    """Whether two formats with two-digit years have their parts in different orders."""
    parts = re.compile(r"(%[ymd])([-/.])%[ymd]\2%[ymd]")
    first, second = parts.match(chosen), parts.match(other)
    return bool(first and second) and first[2] == second[2] and first[0] != second[0]


def _unordered(fits: dict[str, set[str]]) -> set[str]:
    """Formats of more than one order, where the column leaves more than one."""
    ordered = {format for format in fits if _swapped(format)}
    found = ordered if len({format[:2] for format in ordered}) == 2 else set()
    alike = defaultdict(list)
    for format in fits:
        if re.match(r"%[ymd][-/.]", format) and "%y" in format:
            alike[re.sub("%[ymd]", "", format)].append(format)
    for formats in alike.values():
        most = max(len(fits[format]) for format in formats)
        best = {format for format in formats if len(fits[format]) == most}
        found |= best if len(best) > 1 else set()
    return found


def _month_or_day(fits: dict[str, set[str]]) -> set[str]:
    """``month`` and ``%y%m%d`` where six digits are as well one as the other."""
    month, day = fits.get(MONTH, set()), fits.get(COMPACT_TWO_DIGIT_YEAR, set())
    return {MONTH, COMPACT_TWO_DIGIT_YEAR} if month & day and len(day) >= len(month) else set()


def _two_digits(fits: dict[str, set[str]]) -> set[str]:
    """Formats with two-digit years, where they read texts that no other format reads."""
    short = {format for format in fits if "%y" in format}
    others = set().union(*(read for format, read in fits.items() if format not in short))
    return short if any(fits[format] - others for format in short) else set()


def _rank(format: str) -> int:
    """Formats in the order of their list; the first is greatest."""
    known = (*FORMATS, *FORMATS_OF_TWO_DIGIT_YEARS, MONTH, EXCEL_SERIAL)
    bare = next((name for name in known if name == ZONE.sub("", format)), format)
    return -known.index(bare) if bare in known else -len(known)
