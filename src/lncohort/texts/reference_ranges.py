"""A reference range as text: its lower and upper bound."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lncohort.texts.numbers import WRITTEN, DecimalMark, read_number
from lncohort.texts.plain import plain
from lncohort.texts.results import OPERATORS, UNIT_PART

SIGNS = "|".join(map(re.escape, OPERATORS))
UNIT = rf"(?: ?/?{UNIT_PART}(?: ?[/.·*] ?{UNIT_PART})*)?"
BETWEEN = re.compile(rf"(?P<low>-?{WRITTEN}){UNIT} ?(?:--?|~~?|至|to) ?(?P<high>-?{WRITTEN}){UNIT}")
ONE_SIDED = re.compile(rf"(?P<operator>{SIGNS}) ?(?P<bound>-?{WRITTEN}){UNIT}")


@dataclass(frozen=True)
class ReferenceRange:
    """The bounds of what a laboratory calls normal; none where a side is open.

    Attributes
    ----------
    low, high : Decimal or None
        In the unit of the result.
    reason : str or None
        Why the text is not understood. Then both bounds are unknown.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    reason: Literal["empty", "ambiguous_number", "impossible", "unknown_text"] | None = None


def read_reference_range(
    text: str | None, decimal_mark: DecimalMark | None = None
) -> ReferenceRange:
    """The bounds in a text such as ``41-81``, ``41～81``, ``0.00--0.15``, ``<0.15``, ``>=60``.

    Ranges that depend on sex or age (``男:57-97 女:41-73``) and words (``阴性``) are unknown. A lower
    bound above the upper one is impossible.
    """
    simple = plain(text or "")
    if len(simple) > 2 and (simple[0], simple[-1]) in (("(", ")"), ("[", "]")):
        simple = simple[1:-1].strip()
    if not simple.strip("-/ "):
        return ReferenceRange(reason="empty")
    between, one_sided = BETWEEN.fullmatch(simple), ONE_SIDED.fullmatch(simple)
    if between:
        low, high = (_signed(between[side], decimal_mark) for side in ("low", "high"))
        if low is None or high is None:
            return ReferenceRange(reason="ambiguous_number")
        if low > high:
            return ReferenceRange(reason="impossible")
        return ReferenceRange(low, high)
    if one_sided:
        bound = _signed(one_sided["bound"], decimal_mark)
        if bound is None:
            return ReferenceRange(reason="ambiguous_number")
        below = OPERATORS[one_sided["operator"]] in ("<", "<=")
        return ReferenceRange(high=bound) if below else ReferenceRange(low=bound)
    return ReferenceRange(reason="unknown_text")


def _signed(text: str, decimal_mark: DecimalMark | None) -> Decimal | None:
    number = read_number(text.removeprefix("-"), decimal_mark)
    return -number if number is not None and text.startswith("-") else number
