"""A dosing text as an amount a take, takes a day and a daily amount; or unknown, with the reason."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lncohort.texts.dosing_words import (
    ENGLISH_NUMBERS,
    LATIN_TAKES,
    TELLING,
    UNITS,
    WEEKDAY,
    WORD,
)
from lncohort.texts.numbers import DecimalMark, read_number
from lncohort.texts.plain import plain

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

COUNTED_UNITS = ("tablet", "capsule", "pill", "sachet", "ampoule")
MILLIGRAMS = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
CHINESE = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2}
FRACTION_SIGNS = {"½": "5", "¼": "25", "¾": "75"}
NOT_UNDERSTOOD: dict[str, Reason] = {"range": "range", "doubtful": "ambiguous_word"}
MOST_TAKES_A_DAY = 24
UNIT_OF = re.compile("|".join(f"(?P<{unit}>{words})" for unit, words in UNITS.items()))
GLUED = re.compile(
    r"\d ?(?:mg|ug|mcg|ml|g|t|tabs?|caps?)(?=(?:q[dn]|[bt]id|q[io]d|q\d{1,2}h|prn|po)(?![a-z]))"
)
PIECES = re.compile(
    r"\d{1,6}(?:[.,]\d{1,6})?|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九半]"
)


@dataclass(frozen=True)
class Directions:
    """What a dosing text says. All numbers are exact.

    Attributes
    ----------
    amount : Fraction or None
        A take, in ``unit``; none where it is not told, or where the takes of a day differ.
    unit : str or None
        mg, ml, tablet, capsule, pill, sachet or ampoule; g and µg are turned into mg.
    takes_a_day : Fraction or None
        2 for ``bid``, 1/2 for every other day, 1/7 for once a week.
    takes_a_month : Fraction or None
        For monthly doses: months are not all of one length, so they have no takes a day.
    daily_amount : Fraction or None
        In ``unit`` a day; none as well where the drug is taken as needed, once, or by the month.
    days : int or None
        How long it is to be taken, where the text says so.
    as_needed, single : bool
        Taken as needed; taken once in all.
    mg_a_unit : Fraction or None
        Where an amount is told in both ways, ``1mg(2粒)`` or ``0.5mg*2粒``, what one unit must
        hold for the two to agree: believe the text only where the product does.
    route : str or None
        oral, iv, im, sc, sublingual or topical.
    reason : str or None
        Why the text is not understood; empty where it says nothing of taking the drug. Then
        everything else is unknown.
    """

    amount: Fraction | None = None
    unit: str | None = None
    takes_a_day: Fraction | None = None
    takes_a_month: Fraction | None = None
    daily_amount: Fraction | None = None
    days: int | None = None
    as_needed: bool = False
    single: bool = False
    mg_a_unit: Fraction | None = None
    route: str | None = None
    reason: Reason | None = None


class _NotUnderstood(Exception):
    def __init__(self, reason: Reason):
        self.reason = reason


@dataclass(frozen=True)
class _Word:
    kind: str
    text: str


def read_directions(text: str | None, decimal_mark: DecimalMark | None = None) -> Directions:
    """What a dosing text says; nothing is guessed.

    A text counts only where every word of it is known: one unknown word may change the dose. So
    ranges, doses by body weight, tapers and ``as directed`` are unknown, as are texts whose words
    contradict each other (``1mg qd 每日两次``). An amount or a frequency alone is read too; where
    they stand in columns of their own, join them with blanks: ``0.5`` + ``mg`` + ``bid``.

    Parameters
    ----------
    text : str or None
        As it stands in the extract: English, Latin or Chinese, full or half width.
    decimal_mark : "." or ",", optional
        The decimal mark of the column; without it ``1.000 mg`` is not certain and so unknown.

    Returns
    -------
    Directions
        With a reason where the text is not understood.
    """
    simple = _simple(text or "")
    if not simple.strip(" .,;-/"):
        return Directions(reason="empty")
    try:
        found = _Reading(_words(simple), decimal_mark).directions()
        return found if found != Directions() else Directions(reason="empty")
    except _NotUnderstood as failure:
        telling = (reason for reason, words in TELLING.items() if words.search(simple))
        return Directions(reason=next(telling, failure.reason))


def _simple(text: str) -> str:
    """A text with fractions as decimals, dotted Latin as words, small English numbers as digits."""
    text = plain(text).replace("(s)", "s")
    text = GLUED.sub(r"\g<0> ", text)
    text = re.sub(
        rf"(?<![\d.,/])(\d*) ?([{''.join(FRACTION_SIGNS)}])(?!\d)",
        lambda number: f"{number[1] or 0}.{FRACTION_SIGNS[number[2]]}",
        text,
    )
    text = re.sub(r"^\.(?=\d)", "0.", text)
    text = re.sub(
        r"(?<![a-z\d])(?:[a-z]\.)+[a-z](?![a-z])\.?",
        lambda dotted: dotted[0].replace(".", ""),
        text,
    )
    text = re.sub(
        rf"(?<![a-z])(?:{'|'.join(ENGLISH_NUMBERS)})(?![a-z])",
        lambda word: str(ENGLISH_NUMBERS[word[0]]),
        text,
    )
    return re.sub(r"([\u3400-\u9fff]) ", r"\1", text)


def _words(text: str) -> list[_Word]:
    """The words of a text, without those that carry no dose.

    Raises
    ------
    _NotUnderstood
        Where a part of the text is no word known.
    """
    found, place = [], 0
    while place < len(text):
        match = WORD.match(text, place)
        if match is None:
            raise _NotUnderstood("unknown_word")
        if match.lastgroup in NOT_UNDERSTOOD:
            raise _NotUnderstood(NOT_UNDERSTOOD[match.lastgroup])
        if match.lastgroup == "bare_number" and place > 0:
            raise _NotUnderstood("unknown_word")
        if match.lastgroup not in ("separator", "harmless"):
            found.append(_Word(match.lastgroup, match[0]))
        place = match.end()
    return found


class _Reading:
    """One text being read: each kind of word is taken out of it and must agree with the others."""

    def __init__(self, words: list[_Word], decimal_mark: DecimalMark | None):
        self.words = words
        self.decimal_mark = decimal_mark
        self.mg_a_unit: Fraction | None = None

    def directions(self) -> Directions:
        route = self._one({word.kind[6:] for word in self._take("route_")})
        as_needed = bool(self._take("as_needed"))
        single = bool(self._take("single"))
        at_one_go = bool(self._take("at_one_go"))
        divided = self._one({self._parts(word.text) for word in self._take("divided")})
        days = self._days()
        rate, month_rate = self._rates()
        amounts, period, slots = self._amounts(rate)
        unit = self._one({unit for _, unit in amounts})
        takes = self._agree(rate, slots, divided)
        if at_one_go and takes != 1 and not (period == 1 and takes is None):
            raise _NotUnderstood("ambiguous_word")
        if divided and period != 1:
            raise _NotUnderstood("ambiguous_word")
        if period and takes is not None and takes != Fraction(1, period) and not divided:
            raise _NotUnderstood("contradiction")
        if single and (takes or month_rate or period or days):
            raise _NotUnderstood("contradiction")
        if month_rate and (takes or period):
            raise _NotUnderstood("contradiction")
        total = sum((amount for amount, _ in amounts), Fraction(0)) if amounts else None
        if total == 0:
            raise _NotUnderstood("impossible")
        if period:
            amount, daily = (total / takes / period if takes else None), total / period
        elif len(amounts) > 1:
            same = len({amount for amount, _ in amounts}) == 1
            amount, daily = (amounts[0][0] if same else None), total
        else:
            amount = total
            daily = total * takes if total is not None and takes else None
        return Directions(
            amount=amount,
            unit=unit,
            takes_a_day=takes,
            takes_a_month=month_rate,
            daily_amount=None if as_needed or single else daily,
            days=days,
            as_needed=as_needed,
            single=single,
            mg_a_unit=self.mg_a_unit,
            route=route,
        )

    def _take(self, kind: str) -> list[_Word]:
        """The words whose kind begins so, taken out of the text."""
        taken = [word for word in self.words if word.kind.startswith(kind)]
        self.words = [word for word in self.words if not word.kind.startswith(kind)]
        return taken

    @staticmethod
    def _one(values: set):
        if len(values) > 1:
            raise _NotUnderstood("contradiction")
        return values.pop() if values else None

    def _number(self, text: str) -> Fraction:
        if text in ("半", "half", "half a"):
            return Fraction(1, 2)
        if "十" in text:
            tens, units = text.split("十")
            return Fraction(10 * CHINESE.get(tens, 1) + CHINESE.get(units, 0))
        if text in CHINESE:
            return Fraction(CHINESE[text])
        if "/" in text:
            return sum((Fraction(part) for part in text.split()), Fraction(0))
        number = read_number(text, self.decimal_mark)
        if number is None:
            raise _NotUnderstood("ambiguous_number")
        return Fraction(number)

    def _count(self, text: str) -> int:
        """The one whole number in a text, 1 where there is none."""
        numbers = [self._number(piece) for piece in PIECES.findall(text)] or [Fraction(1)]
        if len(numbers) > 1 or numbers[0].denominator != 1 or numbers[0] < 1:
            raise _NotUnderstood("impossible")
        return int(numbers[0])

    def _parts(self, text: str) -> int:
        """The takes that a day's total is divided into: ``分2次``, ``早晚分服``."""
        return {"早晚": 2, "早中": 3}.get(text[:2]) or self._count(text)

    def _days(self) -> int | None:
        """How long: ``共7天``, ``d1-3``, or ``7天`` as the last word after a frequency."""
        told = {
            self._count(word.text.removeprefix("d1-")) * _days_in(word.text)
            for word in self._take("days")
        }
        bare = [place for place, word in enumerate(self.words) if word.kind == "bare_days"]
        if bare:
            frequency = any(word.kind.startswith(("takes", "every", "slot")) for word in self.words)
            if bare != [len(self.words) - 1] or not frequency:
                raise _NotUnderstood("ambiguous_word")
            word = self.words.pop()
            told.add(self._count(word.text) * _days_in(word.text))
        return self._one(told)

    def _rates(self) -> tuple[Fraction | None, Fraction | None]:
        """Takes a day and takes a month, as the words of frequency tell them."""
        apart = [word for word in self.words if word.kind == "takes_apart"]
        if apart and not any(word.kind == "amount" for word in self.words):
            raise _NotUnderstood("ambiguous_word")
        by_day, by_month = set(), set()
        for word in self._take("every_hours"):
            hours = PIECES.findall(word.text.replace("1次", "").replace("一次", ""))
            by_day.add(Fraction(24, self._count(hours[0] if hours else "")))
        for word in self._take("every_days"):
            number = re.search(r"[^a-z ].*?(?= ?[a-z]|$)", word.text)[0]
            every = self._count(number)
            unit = word.text[word.text.index(number) + len(number) :].strip()
            if re.search("周|星期", number):
                every *= 7
            if unit.startswith("m"):
                by_month.add(Fraction(1, every))
            else:
                by_day.add(Fraction(1, every * (7 if unit.startswith("w") else 1)))
        for word in self._take("weekdays"):
            days = re.sub("每|周|星期", "", word.text)
            by_day.add(Fraction(len(set(re.findall(WEEKDAY, days))), 7))
        for word in self._take("takes"):
            times, every, month = self._takes(word)
            (by_month if month else by_day).add(Fraction(times, every))
        by_day |= {Fraction(1) for _ in self._take("every_day")}
        by_month |= {Fraction(1) for _ in self._take("monthly")}
        if by_day and by_month:
            raise _NotUnderstood("contradiction")
        rate = self._one(by_day)
        if rate is not None and rate > MOST_TAKES_A_DAY:
            raise _NotUnderstood("impossible")
        return rate, self._one(by_month)

    def _takes(self, word: _Word) -> tuple[int, int, bool]:
        """How often, in how many days, or months where the last is true."""
        text = word.text
        if word.kind == "takes_latin":
            return *LATIN_TAKES[re.sub("[1一]次$", "", text)], False
        if word.kind == "takes_english":
            named = {"once": 1, "twice": 2, "thrice": 3}
            times = named.get(re.match("[a-z]*", text)[0]) or self._count(text)
            period = re.search(r"(day|daily|d|week|weekly|wk|month|monthly)$", text)[0]
            return times, 7 if period[0] == "w" else 1, period[0] == "m"
        month = bool(re.search("月|month", text))
        week = bool(re.search("周|星期|礼拜|w", text))
        turned = re.fullmatch(r"(.+?) ?次(?:/|每).*", text)
        if turned:
            return self._count(turned[1]), 7 if week else 1, month
        every, times = re.fullmatch(
            r"每?(.*?) ?(?:日|天|周|星期|礼拜|个?月)(.+?) ?次", text
        ).groups()
        return self._count(times), self._count(every) * (7 if week else 1), month

    def _amounts(
        self, rate: Fraction | None
    ) -> tuple[list[tuple[Fraction, str | None]], int | None, int | None]:
        """The amounts with their units, the days they are the total of, and the parts of the day.

        More than one amount is told only by parts of the day: ``早1片晚半片``, ``2mg am 1mg pm``,
        ``1-0-1``.
        """
        period, kinds, amounts, slots = None, "", [], []
        words, place = self.words, 0
        while place < len(words):
            word = words[place]
            following = words[place + 1].kind if place + 1 < len(words) else ""
            if word.kind in ("period_label", "total_label", "take_label"):
                if not following.startswith("amount") or period:
                    raise _NotUnderstood("ambiguous_word")
                if word.kind != "take_label":
                    period = 7 if re.search("周|星期|礼拜", word.text) else 1
            elif word.kind in ("amount", "bare_number"):
                amount, unit, days = self._amount(word.text)
                if days and period not in (None, days):
                    raise _NotUnderstood("contradiction")
                period = days or period
                amounts.append((amount, unit))
                kinds += "A"
            elif word.kind == "amount_twice":
                amounts.append((self._amount_twice(word.text), "mg"))
                kinds += "A"
            elif word.kind == "parts_of_day":
                if len(words) > 1:
                    raise _NotUnderstood("contradiction")
                return self._parts_of_day(word.text, rate)
            elif word.kind.startswith("slot_"):
                if not (kinds.endswith("S") and slots[-1] == word.kind):
                    slots.append(word.kind)
                    kinds += "S"
            else:
                kinds += {"each": "E", "each_once": "O", "plus": "+"}[word.kind]
            place += 1
        if len(set(slots)) < len(slots) or (period and len(slots) > 1):
            raise _NotUnderstood("contradiction")
        return self._by_slots(kinds, amounts, len(slots), rate), period, len(slots) or None

    @staticmethod
    def _by_slots(kinds: str, amounts: list, slots: int, rate: Fraction | None) -> list:
        """The amounts of a day, one for each part of the day where they are told by parts."""
        if re.fullmatch(r"A?|S+|SA(\+?SA)*|AS(\+?AS)*|A?S+O|S+OA", kinds):
            return amounts
        if re.fullmatch(r"S+EA", kinds):
            return amounts
        if re.fullmatch(r"AS+|S+A", kinds):
            if rate == slots:
                return amounts
            raise _NotUnderstood("ambiguous_word")
        raise _NotUnderstood("contradiction")

    def _amount_twice(self, text: str) -> Fraction:
        """An amount told as mg and in units, in mg: ``1mg(2粒)``, ``2粒(1mg)``, ``0.5mg*2粒``."""
        told = [self._amount(part)[:2] for part in re.split(r" ?[(*x] ?", text.rstrip(")"))]
        masses = [amount for amount, unit in told if unit == "mg"]
        counts = [amount for amount, unit in told if unit in COUNTED_UNITS]
        if len(masses) != 1 or len(counts) != 1 or 0 in (*masses, *counts):
            raise _NotUnderstood("contradiction")
        is_product = "(" not in text
        mg_a_unit = masses[0] if is_product else masses[0] / counts[0]
        if self.mg_a_unit not in (None, mg_a_unit):
            raise _NotUnderstood("contradiction")
        self.mg_a_unit = mg_a_unit
        return mg_a_unit * counts[0]

    def _amount(self, text: str) -> tuple[Fraction, str | None, int | None]:
        """An amount, its unit, and the days that it is the total of."""
        over = re.search(r"/ ?(?:(日|天|d|day)|周|w|week)$| (?:per|a|each) (day)$", text)
        days = None if over is None else 1 if over[1] or over[2] else 7
        text = re.sub(
            r" ?/ ?(?:次|日|天|周|dose|day|week|d|w)$| (?:per|a|each) (?:day|dose)$", "", text
        )
        half = text.endswith("半") and len(text) > 1
        text = text.removesuffix("半") if half else text
        number = re.match(rf"(?:\d{{1,3}} )?\d/[234]|half(?: a(?= ))?|(?:{PIECES.pattern})", text)[
            0
        ]
        unit_text = text[len(number) :].strip()
        unit = UNIT_OF.fullmatch(unit_text).lastgroup if unit_text else None
        if "/" in number and unit not in COUNTED_UNITS:
            raise _NotUnderstood("ambiguous_number")
        amount = self._number(number) + (Fraction(1, 2) if half else 0)
        return *self._in_unit(amount, unit), days

    def _in_unit(self, amount: Fraction, unit: str | None) -> tuple[Fraction, str | None]:
        """The amount in mg where it is a mass; counted units come in simple fractions.

        ``1.2片`` may be a second item ``2片``, and ``1,2片`` one or two: both are unknown.
        """
        if unit in MILLIGRAMS:
            return amount * MILLIGRAMS[unit], "mg"
        if unit in COUNTED_UNITS and amount > 1 and (amount * 12).denominator != 1:
            raise _NotUnderstood("ambiguous_number")
        return amount, unit

    def _parts_of_day(self, text: str, rate: Fraction | None):
        """``1-0-1`` and ``1-0-1-1``: morning, noon, evening and night, with or without a unit."""
        pattern = r"((?:[\d.,/]+-){2,3}[\d.,/]+) ?(.*)"
        numbers, unit_text = re.fullmatch(pattern, text).groups()
        unit = UNIT_OF.fullmatch(unit_text).lastgroup if unit_text else None
        amounts = [self._in_unit(self._number(part), unit) for part in numbers.split("-")]
        taken = [amount for amount in amounts if amount[0]]
        if not taken:
            raise _NotUnderstood("impossible")
        return taken, None, len(taken)

    @staticmethod
    def _agree(rate: Fraction | None, slots: int | None, divided: int | None) -> Fraction | None:
        """Takes a day, where the words of frequency, parts of the day and division agree."""
        told = {Fraction(number) for number in (rate, slots, divided) if number is not None}
        return _Reading._one(told)


def _days_in(text: str) -> int:
    return 7 if re.search("周|星期|w", text) else 1
