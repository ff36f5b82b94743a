"""How much of a drug is taken: the amounts of a dosing text, and the parts of the day they are for."""

import re
from fractions import Fraction

from lncohort.texts.dosing_numbers import PIECES, NotUnderstood, Word, number_of
from lncohort.texts.dosing_words import UNITS
from lncohort.texts.numbers import DecimalMark

COUNTED_UNITS = ("tablet", "capsule", "pill", "sachet", "ampoule")
MILLIGRAMS = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
UNIT_OF = re.compile("|".join(f"(?P<{unit}>{words})" for unit, words in UNITS.items()))


class Amounts:
    """The amounts of one text being read.

    Attributes
    ----------
    told : list of (Fraction, str or None)
        Each with its unit.
    period : int or None
        The days that they are the total of.
    slots : int or None
        The parts of the day.
    mg_a_unit : Fraction or None
        As in :class:`lncohort.texts.directions.Directions`.
    """

    def __init__(self, words: list[Word], rate: Fraction | None, decimal_mark: DecimalMark | None):
        self.decimal_mark = decimal_mark
        self.mg_a_unit: Fraction | None = None
        self.told, self.period, self.slots = self._amounts(words, rate)

    def _amounts(
        self, words: list[Word], rate: Fraction | None
    ) -> tuple[list[tuple[Fraction, str | None]], int | None, int | None]:
        """The amounts with their units, the days they are the total of, and the parts of the day.

        More than one amount is told only by parts of the day: ``早1片晚半片``, ``2mg am 1mg pm``,
        ``1-0-1``.
        """
        period, kinds, amounts, slots = None, "", [], []
        place = 0
        while place < len(words):
            word = words[place]
            following = words[place + 1].kind if place + 1 < len(words) else ""
            if word.kind in ("period_label", "total_label", "take_label"):
                if not following.startswith("amount") or period:
                    raise NotUnderstood("ambiguous_word")
                if word.kind != "take_label":
                    period = 7 if re.search("周|星期|礼拜", word.text) else 1
            elif word.kind in ("amount", "bare_number"):
                amount, unit, days = self._amount(word.text)
                if days and period not in (None, days):
                    raise NotUnderstood("contradiction")
                period = days or period
                amounts.append((amount, unit))
                kinds += "A"
            elif word.kind == "amount_twice":
                amounts.append((self._amount_twice(word.text), "mg"))
                kinds += "A"
            elif word.kind == "parts_of_day":
                if len(words) > 1:
                    raise NotUnderstood("contradiction")
                return self._parts_of_day(word.text, rate)
            elif word.kind.startswith("slot_"):
                if not (kinds.endswith("S") and slots[-1] == word.kind):
                    slots.append(word.kind)
                    kinds += "S"
            else:
                kinds += {"each": "E", "each_once": "O", "plus": "+"}[word.kind]
            place += 1
        if len(set(slots)) < len(slots) or (period and len(slots) > 1):
            raise NotUnderstood("contradiction")
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
            raise NotUnderstood("ambiguous_word")
        raise NotUnderstood("contradiction")

    def _amount_twice(self, text: str) -> Fraction:
        """An amount told as mg and in units, in mg: ``1mg(2粒)``, ``2粒(1mg)``, ``0.5mg*2粒``."""
        told = [self._amount(part)[:2] for part in re.split(r" ?[(*x] ?", text.rstrip(")"))]
        masses = [amount for amount, unit in told if unit == "mg"]
        counts = [amount for amount, unit in told if unit in COUNTED_UNITS]
        if len(masses) != 1 or len(counts) != 1 or 0 in (*masses, *counts):
            raise NotUnderstood("contradiction")
        is_product = "(" not in text
        mg_a_unit = masses[0] if is_product else masses[0] / counts[0]
        if self.mg_a_unit not in (None, mg_a_unit):
            raise NotUnderstood("contradiction")
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
            raise NotUnderstood("ambiguous_number")
        amount = number_of(number, self.decimal_mark) + (Fraction(1, 2) if half else 0)
        return *self._in_unit(amount, unit), days

    def _in_unit(self, amount: Fraction, unit: str | None) -> tuple[Fraction, str | None]:
        """The amount in mg where it is a mass; counted units come in simple fractions.

        ``1.2片`` may be a second item ``2片``, and ``1,2片`` one or two: both are unknown.
        """
        if unit in MILLIGRAMS:
            return amount * MILLIGRAMS[unit], "mg"
        if unit in COUNTED_UNITS and amount > 1 and (amount * 12).denominator != 1:
            raise NotUnderstood("ambiguous_number")
        return amount, unit

    def _parts_of_day(self, text: str, rate: Fraction | None):
        """``1-0-1`` and ``1-0-1-1``: morning, noon, evening and night, with or without a unit."""
        pattern = r"((?:[\d.,/]+-){2,3}[\d.,/]+) ?(.*)"
        numbers, unit_text = re.fullmatch(pattern, text).groups()
        unit = UNIT_OF.fullmatch(unit_text).lastgroup if unit_text else None
        amounts = [
            self._in_unit(number_of(part, self.decimal_mark), unit) for part in numbers.split("-")
        ]
        taken = [amount for amount in amounts if amount[0]]
        if not taken:
            raise NotUnderstood("impossible")
        return taken, None, len(taken)
