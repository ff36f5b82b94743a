"""The numbers of a dosing text: digits, Chinese numerals, fractions; and why a text is unknown."""

import re
from fractions import Fraction
from typing import Literal, NamedTuple

from lncohort.texts.numbers import DecimalMark, read_number

Reason = Literal[
    "empty",
    "as_directed",
    "changing_dose",
    "range",
    "by_body_size",
    "ambiguous_number",
    "ambiguous_word",
    "contradiction",
    "impossible",
    "unknown_word",
]
CHINESE = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2}
PIECES = re.compile(
    r"\d{1,6}(?:[.,]\d{1,6})?|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九半]"
)


class NotUnderstood(Exception):
    """A text that is unknown, and why."""

    def __init__(self, reason: Reason):
        self.reason = reason


class Word(NamedTuple):
    """A word of a dosing text, of one of the kinds of :mod:`lncohort.texts.dosing_words`."""

    kind: str
    text: str


def the_one(values: set):
    """The one value that the words of a text tell; None where there is none.

    Raises
    ------
    NotUnderstood
        Where they tell several.
    """
    if len(values) > 1:
        raise NotUnderstood("contradiction")
    return next(iter(values), None)


def number_of(text: str, decimal_mark: DecimalMark | None) -> Fraction:
    """The number that a piece of a dosing text stands for.

    Raises
    ------
    NotUnderstood
        Where it is not certain.
    """
    if text in ("半", "half", "half a"):
        return Fraction(1, 2)
    if "十" in text:
        tens, units = text.split("十")
        return Fraction(10 * CHINESE.get(tens, 1) + CHINESE.get(units, 0))
    if text in CHINESE:
        return Fraction(CHINESE[text])
    if "/" in text:
        return sum((Fraction(part) for part in text.split()), Fraction(0))
    number = read_number(text, decimal_mark)
    if number is None:
        raise NotUnderstood("ambiguous_number")
    return Fraction(number)


def count_of(text: str, decimal_mark: DecimalMark | None) -> int:
    """The one whole number in a text, 1 where there is none.

    Raises
    ------
    NotUnderstood
        Where there are several, or it is none.
    """
    numbers = [number_of(piece, decimal_mark) for piece in PIECES.findall(text)] or [Fraction(1)]
    if len(numbers) > 1 or numbers[0].denominator != 1 or numbers[0] < 1:
        raise NotUnderstood("impossible")
    return int(numbers[0])
