"""A dosing text as an amount a take, takes a day and a daily amount; or unknown, with the reason."""

import re
from dataclasses import dataclass
from fractions import Fraction

from lncohort.texts.dosing_amounts import Amounts
from lncohort.texts.dosing_numbers import NotUnderstood, Reason, Word, count_of, the_one
from lncohort.texts.dosing_rates import rates_of
from lncohort.texts.dosing_words import AS_NEEDED, ENGLISH_NUMBERS, TELLING, WORD
from lncohort.texts.numbers import DecimalMark
from lncohort.texts.plain import plain

FRACTION_SIGNS = {"½": "5", "¼": "25", "¾": "75"}
NOT_UNDERSTOOD: dict[str, Reason] = {"range": "range", "doubtful": "ambiguous_word"}
WITHOUT_DOSE = ("separator", "harmless", "day_of_parts")
FREQUENCY = ("every", "weekdays", "takes", "monthly", "hours_of_day")
GLUED = re.compile(
    r"\d ?(?:mg|ug|mcg|ml|g|t|tabs?|caps?)(?=(?:q[dn]|[bt]id|q[io]d|q\d{1,2}h|prn|po)(?![a-z]))"
)
# As prescribing programs write: 2 capsules (1 mg total) by mouth 2 (two) times daily.
TOTAL = re.compile(r"(\(\d[\d.,]* ?[um]?c?g) total\)")
TOLD_AGAIN = re.compile(r"(?<![\d.,])(\d+) \(\1\)")
# As some wards write how often: 1/隔日, 1/晚, 1/12小时.
ONCE_IN = re.compile(
    r"(?<![\d.,])[1一] ?/ ?(?:(隔[日天周])|([早晨晚]|睡前|\d{1,2} ?(?:小时|h(?![a-z]))))"
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
        everything else is unknown, but for as_needed.
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
        found = _reading(_words(simple), decimal_mark)
        return found if found != Directions() else Directions(reason="empty")
    except NotUnderstood as failure:
        telling = (reason for reason, words in TELLING.items() if words.search(simple))
        as_needed = AS_NEEDED.search(simple) is not None
        return Directions(reason=next(telling, failure.reason), as_needed=as_needed)


def _simple(text: str) -> str:
    """A text with fractions as decimals, dotted Latin as words, small English numbers as digits."""
    text = plain(text).replace("(s)", "s")
    text = GLUED.sub(r"\g<0> ", text)
    text = ONCE_IN.sub(lambda often: f" {often[1] or '每' + often[2]}", text)
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
    text = TOLD_AGAIN.sub(r"\1", TOTAL.sub(r"\1)", text))
    return re.sub(r"([\u3400-\u9fff]) ", r"\1", text)


def _words(text: str) -> list[Word]:
    """The words of a text, without those that carry no dose.

    Raises
    ------
    NotUnderstood
        Where a part of the text is no word known.
    """
    found, place = [], 0
    while place < len(text):
        match = WORD.match(text, place)
        if match is None:
            raise NotUnderstood("unknown_word")
        if match.lastgroup in NOT_UNDERSTOOD:
            raise NotUnderstood(NOT_UNDERSTOOD[match.lastgroup])
        if match.lastgroup == "bare_number" and place > 0:
            raise NotUnderstood("unknown_word")
        if match.lastgroup not in WITHOUT_DOSE:
            found.append(Word(match.lastgroup, match[0]))
        place = match.end()
    return found


class _Words:
    """The words of a text, of which each kind is taken out in turn."""

    def __init__(self, words: list[Word]):
        self.left = words

    def take(self, *kinds: str) -> list[Word]:
        """The words whose kind begins so, taken out of the text."""
        taken = [word for word in self.left if word.kind.startswith(kinds)]
        self.left = [word for word in self.left if not word.kind.startswith(kinds)]
        return taken


def _reading(found: list[Word], decimal_mark: DecimalMark | None) -> Directions:
    """What the words say together; each must agree with the others."""
    words = _Words(found)
    route = the_one({word.kind[6:] for word in words.take("route_")})
    as_needed = bool(words.take("as_needed"))
    single = bool(words.take("single"))
    at_one_go = bool(words.take("at_one_go"))
    divided = the_one({_parts(word.text, decimal_mark) for word in words.take("divided")})
    days = _days(words, decimal_mark)
    rate, month_rate = rates_of(words.take(*FREQUENCY), decimal_mark)
    if any(word.kind == "takes_apart" for word in found) and not any(
        word.kind == "amount" for word in found
    ):
        raise NotUnderstood("ambiguous_word")
    amounts = Amounts(words.left, rate, decimal_mark)
    period, told = amounts.period, amounts.told
    unit = the_one({unit for _, unit in told})
    takes = the_one(
        {Fraction(number) for number in (rate, amounts.slots, divided) if number is not None}
    )
    if at_one_go and (takes is None or takes > 1) and not (period == 1 and takes is None):
        raise NotUnderstood("ambiguous_word")
    if divided and period != 1:
        raise NotUnderstood("ambiguous_word")
    if period and takes is not None and takes != Fraction(1, period) and not divided:
        raise NotUnderstood("contradiction")
    if single and (takes or month_rate or period or days):
        raise NotUnderstood("contradiction")
    if month_rate and (takes or period):
        raise NotUnderstood("contradiction")
    total = sum((amount for amount, _ in told), Fraction(0)) if told else None
    if total == 0:
        raise NotUnderstood("impossible")
    if period:
        amount, daily = (total / takes / period if takes else None), total / period
    elif len(told) > 1:
        same = len({amount for amount, _ in told}) == 1
        amount, daily = (told[0][0] if same else None), total
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
        mg_a_unit=amounts.mg_a_unit,
        route=route,
    )


def _parts(text: str, decimal_mark: DecimalMark | None) -> int:
    """The takes that a day's total is divided into: ``分2次``, ``早晚分服``."""
    return {"早晚": 2, "早中": 3}.get(text[:2]) or count_of(text, decimal_mark)


def _days(words: _Words, decimal_mark: DecimalMark | None) -> int | None:
    """How long: ``共7天``, ``d1-3``, or ``7天`` as the last word after a frequency."""
    told = {
        count_of(word.text.removeprefix("d1-"), decimal_mark) * _days_in(word.text)
        for word in words.take("days")
    }
    bare = [place for place, word in enumerate(words.left) if word.kind == "bare_days"]
    if bare:
        frequency = any(word.kind.startswith(("takes", "every", "slot")) for word in words.left)
        if bare != [len(words.left) - 1] or not frequency:
            raise NotUnderstood("ambiguous_word")
        word = words.left.pop()
        told.add(count_of(word.text, decimal_mark) * _days_in(word.text))
    return the_one(told)


def _days_in(text: str) -> int:
    return 7 if re.search("周|星期|w", text) else 1
