"""How often a drug is taken: the words of frequency of a dosing text."""

import re
from fractions import Fraction

from lncohort.texts.dosing_numbers import PIECES, NotUnderstood, Word, count_of, the_one
from lncohort.texts.dosing_words import LATIN_TAKES, WEEKDAY
from lncohort.texts.numbers import DecimalMark

MOST_TAKES_A_DAY = 24
FEWEST_HOURS_BETWEEN = 3  # of hours that a ward writes; (2-3) are no hours of two takes


def rates_of(
    words: list[Word], decimal_mark: DecimalMark | None
) -> tuple[Fraction | None, Fraction | None]:
    """Takes a day and takes a month, as the words of frequency tell them.

    Hours of the day, ``q12h(8-20)``, say no more than the frequency before them, and must be as
    many as it has takes.

    Parameters
    ----------
    words
        Of the text; those of other kinds are passed over.
    decimal_mark
        Of the column.

    Raises
    ------
    NotUnderstood
        Where the words contradict each other, or tell no frequency that there can be.
    """
    by_day, by_month = set(), set()
    for kind, text in words:
        if kind == "every_hours":
            hours = PIECES.findall(text.replace("1次", "").replace("一次", ""))
            by_day.add(Fraction(24, count_of(hours[0] if hours else "", decimal_mark)))
        elif kind == "every_days":
            rate, is_monthly = _every_days(text, decimal_mark)
            (by_month if is_monthly else by_day).add(rate)
        elif kind == "weekdays":
            days = re.sub("每|周|星期", "", text)
            by_day.add(Fraction(len(set(re.findall(WEEKDAY, days))), 7))
        elif kind.startswith("takes"):
            times, every, is_monthly = _takes(kind, text, decimal_mark)
            (by_month if is_monthly else by_day).add(Fraction(times, every))
        elif kind == "every_day":
            by_day.add(Fraction(1))
        elif kind == "monthly":
            by_month.add(Fraction(1))
    if by_day and by_month:
        raise NotUnderstood("contradiction")
    rate = the_one(by_day)
    if rate is not None and rate > MOST_TAKES_A_DAY:
        raise NotUnderstood("impossible")
    for kind, text in words:
        if kind == "hours_of_day":
            _agree_with_hours(text, rate)
    return rate, the_one(by_month)


def _every_days(text: str, decimal_mark: DecimalMark | None) -> tuple[Fraction, bool]:
    """``q3d``, ``每4周``: takes a day, or a month where the last is true."""
    number = re.search(r"[^a-z ].*?(?= ?[a-z]|$)", text)[0]
    every = count_of(number, decimal_mark)
    unit = text[text.index(number) + len(number) :].strip()
    if re.search("周|星期", number):
        every *= 7
    if unit.startswith("m"):
        return Fraction(1, every), True
    return Fraction(1, every * (7 if unit.startswith("w") else 1)), False


def _takes(kind: str, text: str, decimal_mark: DecimalMark | None) -> tuple[int, int, bool]:
    """How often, in how many days, or months where the last is true."""
    if kind == "takes_latin":
        return *LATIN_TAKES[re.sub("[1一]次$", "", text)], False
    if kind == "takes_slash":
        return int(text[0]), 7 if re.search("周|w", text) else 1, "月" in text
    if kind == "takes_english":
        named = {"once": 1, "twice": 2, "thrice": 3}
        times = named.get(re.match("[a-z]*", text)[0]) or count_of(text, decimal_mark)
        period = re.search(r"(day|daily|d|week|weekly|wk|month|monthly)$", text)[0]
        return times, 7 if period[0] == "w" else 1, period[0] == "m"
    month = bool(re.search("月|month", text))
    week = bool(re.search("周|星期|礼拜|w", text))
    turned = re.fullmatch(r"(.+?) ?次(?:/|每).*", text)
    if turned:
        return count_of(turned[1], decimal_mark), 7 if week else 1, month
    every, times = re.fullmatch(r"每?(.*?) ?(?:日|天|周|星期|礼拜|个?月)(.+?) ?次", text).groups()
    days = count_of(every, decimal_mark) * (7 if week else 1)
    return count_of(times, decimal_mark), days, month


def _agree_with_hours(text: str, rate: Fraction | None) -> None:
    """Refuse hours of the day that are not as many as the takes, or no hours of takes."""
    hours = [int(hour) for hour in re.findall(r"(\d{1,2})(?::\d\d|点半?)?", text)]
    apart = [later - earlier for earlier, later in zip(hours, hours[1:], strict=False)]
    if rate is None or max(hours) > 24 or any(gap < FEWEST_HOURS_BETWEEN for gap in apart):
        raise NotUnderstood("range")
    if len(hours) != max(rate, 1):
        raise NotUnderstood("contradiction")
