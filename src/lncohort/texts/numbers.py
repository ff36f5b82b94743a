"""Numbers as people write them: which mark is the decimal mark, and when that cannot be told."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

DecimalMark = Literal[".", ","]

WRITTEN = r"\d{1,15}(?:[.,]\d{1,15})*"
PLAIN = {".": re.compile(r"\d+(?:\.\d+)?"), ",": re.compile(r"\d+(?:,\d+)?")}
GROUPED = {
    ".": re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"),
    ",": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?"),
}
DOUBTFUL = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def read_number(text: str, decimal_mark: DecimalMark | None = None) -> Decimal | None:
    """The number that a text without blanks and sign stands for, or none where it is not certain.

    Parameters
    ----------
    text : str
        Digits with points and commas, as ``0.45``, ``0,45``, ``1,234.5``.
    decimal_mark : "." or ",", optional
        The decimal mark of the column. Without it ``1,234`` and ``1.234`` are not certain: either
        mark may part thousands. ``0,125``, ``12,5`` and ``1.234,5`` are certain.
    """
    if not text.isascii() or (decimal_mark is None and DOUBTFUL.fullmatch(text)):
        return None
    for mark in (decimal_mark,) if decimal_mark else (".", ","):
        if PLAIN[mark].fullmatch(text) or GROUPED[mark].fullmatch(text):
            return Decimal(text.replace("," if mark == "." else ".", "").replace(mark, "."))
    return None


def decimal_mark_of(texts: Iterable[str]) -> DecimalMark | None:
    """The decimal mark of a column, where its texts tell it and none speaks against.

    A mark is told by a number that can be read in one way only: ``0.45``, ``12,5``, ``1,234.5``.
    """
    seen: set[DecimalMark] = set()
    for text in texts:
        for number in re.findall(rf"(?<![\d.,]){WRITTEN}(?![\d.,])", text):
            if not number.isdecimal() and not DOUBTFUL.fullmatch(number):
                seen |= {
                    mark
                    for mark in (".", ",")
                    if mark in number and read_number(number, mark) is not None
                }
    return seen.pop() if len(seen) == 1 else None
