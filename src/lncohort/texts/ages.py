"""An age as a text: the day of birth lies about so many days back."""

import re
from fractions import Fraction

from lncohort.texts.plain import plain

YEAR = Fraction(1461, 4)  # days
MONTH = YEAR / 12
OLDEST = 125
BEHIND = r"(?:^|(?<=[^\d.]) ?)"  # never in the middle of a number
AGE = re.compile(
    r"(?:(?P<years>\d{1,3}(?P<part>\.\d{1,4})?) ?(?:周?岁|years?(?: old)?|yrs?|y(?:/o)?)?)?"
    rf"(?:{BEHIND}(?P<months>\d{{1,2}}) ?(?:个?月|months?|mon?|m))?"
    rf"(?:{BEHIND}(?P<days>\d{{1,3}}) ?(?:天|日|days?|d))?"
)


def read_age(text: str) -> int | None:
    """How many days before the day on which it was told a person of an age was born, in the middle.

    Who is 34岁 may have turned it on that day or have a day to the next: the middle is half a year
    more. So it is of 6月 with half a month, and of 34岁5月; 34.5 is exact. A number alone is of years.

    Parameters
    ----------
    text
        As it stands in the extract: 34, 34岁, 34Y, 6个月, 1岁3月, 12天.

    Returns
    -------
    int or None
        None where the text is no age.
    """
    told = AGE.fullmatch(plain(text))
    if told is None or not any(told.group("years", "months", "days")):
        return None
    years = Fraction(told["years"] or 0)
    months, days = int(told["months"] or 0), int(told["days"] or 0)
    if years > OLDEST or (told["years"] and months > 11):
        return None
    if told["days"]:
        half = Fraction(0)
    elif told["months"]:
        half = MONTH / 2
    else:
        half = Fraction(0) if told["part"] else YEAR / 2
    return round(years * YEAR + months * MONTH + days + half)
