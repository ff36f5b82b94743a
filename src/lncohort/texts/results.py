"""A laboratory result as a number, a bound, a titre, a grade or a text; never one for another."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from lncohort.texts.numbers import WRITTEN, DecimalMark, read_number
from lncohort.texts.plain import plain

Kind = Literal["number", "censored", "titre", "grade", "text", "missing", "unknown"]
Reason = Literal["ambiguous_number", "ambiguous_sign", "range", "out_of_range", "unknown_text"]
Operator = Literal["<", "<=", ">", ">="]

OPERATORS: dict[str, Operator] = {
    "<=": "<=", "=<": "<=", "≤": "<=", "小于等于": "<=", "小于或等于": "<=",
    ">=": ">=", "=>": ">=", "≥": ">=", "大于等于": ">=", "大于或等于": ">=",
    "<": "<", "小于": "<", "低于": "<", "less than": "<", "below": "<",
    ">": ">", "大于": ">", "高于": ">", "greater than": ">", "above": ">",
}  # fmt: skip
MISSING = {
    "", "--", "---", "----", "/", "//", ".", "na", "n/a", "nan", "null", "none", "nd", "未测", "未查",
    "未做", "缺失", "missing", "not done", "not available", "(null)", "\\n",
}  # fmt: skip
GRADES = {
    "negative": "阴性|阴|未检出|negative|neg|not detected|-",
    "trace": "微量|痕量|trace|tr|±|[+]-|[+]/-|-[+]",
    "weakly positive": "弱阳性|弱阳|weakly positive|weak positive|weak pos",
    "positive": "阳性|阳|positive|pos",
    "1+": r"[+]|1[+]|[+]1",
    "2+": r"[+]{2}|2[+]|[+]2",
    "3+": r"[+]{3}|3[+]|[+]3",
    "4+": r"[+]{4}|4[+]|[+]4",
}
# One sign each: repeated signs are repeated flags, so that no text can be split in many ways.
FLAGS = {
    "high": "↑|high|h|偏高|高",
    "low": "↓|low|l|偏低|低",
    "abnormal": "[*](?! ?10)|!|异常|abnormal",
}
UNIT_PART = (
    r"(?:24 ?hr?|24小时|24 ?hours?|[*]?10(?:\^|[*]|e)\d{1,2}|1[.]73 ?m(?:2|²)|m(?:2|²)|%|‰|copies|gcr|cr"
    r"|mosm|osm|meq|eq|[kmunpf]?(?:mol|iu|u|g|l)|dl|day|days|d|hpf?|lpf?|hr?|min|sec|s|mmhg|kpa"
    r"|[cm]m|ratio|微克|毫克|克|毫升|分升|升|微摩尔|毫摩尔|个|天|日|小时|秒|分)"
)
FLAG = "|".join(f"(?P<{name}>{words})" for name, words in FLAGS.items())
PLAIN_FLAG = "|".join(FLAGS.values())
# What a laboratory writes behind a number that says no other thing than the number, as how much
# urine there was.
VOLUME = r"(?:24 ?(?:h|小时))?尿?量[:=为]? ?\d{1,4}(?:\.\d{1,3})? ?(?:ml|l|毫升|升)"
REMARK = rf"{VOLUME}|已?复查|已?复核|弱?阳性|阴性|可疑|\((?:[+]{{1,4}}|-|±)\)"
BESIDE = rf"(?:[(\[【]?(?:{PLAIN_FLAG})[)\]】]? ?|[(\[【]?(?:{REMARK})[)\]】]? ?)*"
NUMBER = re.compile(
    rf"(?P<before>(?:(?:{PLAIN_FLAG}) ?)*?)(?P<operator>{'|'.join(map(re.escape, OPERATORS))}|=)? ?"
    rf"(?P<sign>[-+](?=\d))?(?P<number>{WRITTEN})"
    r"(?:e(?P<exponent>[-+]?\d{1,2})| ?[*] ?10\^(?P<power>-?\d{1,2})(?! ?/))?"
    rf" ?(?P<after>{BESIDE})"
    rf"(?P<unit>/?{UNIT_PART}(?: ?[/.·*] ?{UNIT_PART})*)?"
    rf" ?(?P<last>{BESIDE})"
)
GRADE = re.compile(
    r"[(\[]?(?:" + "|".join(f"(?P<g{n}>{words})" for n, words in enumerate(GRADES.values())) + ")"
    rf"[)\]]?(?P<flag>(?: ?(?:{PLAIN_FLAG}))*)(?: ?\((?P<beside>[^()]*)\))?"
)
TITRE = re.compile(
    rf"(?:(?:阳性|positive|[*↑]) ?)?[(]?(?P<operator>{'|'.join(map(re.escape, OPERATORS))})? ?"
    r"1 ?: ?(?P<titre>\d{1,7})[)]? ?(?P<last>[(]?(?:阳性|positive|[+]|[↑↓*])[)]?)?"
)
RANGE = re.compile(rf"{WRITTEN} ?(?:-|~|至|to) ?{WRITTEN}.*")
LARGEST_EXPONENT = 15


@dataclass(frozen=True)
class Result:
    """What a result text says.

    Attributes
    ----------
    kind : str
        number; censored: below or above a bound; titre: ``1:320``; grade: of a dipstick or a
        qualitative test; text: words without a number (``见报告``, ``溶血``); missing; unknown.
    number : Decimal or None
        Of a number or a bound; of a titre what stands behind ``1:``.
    operator : str or None
        <, <=, > or >=, for what is censored.
    grade : str or None
        negative, trace, weakly positive, positive, 1+ to 4+. Never turned into an amount, even
        where an amount stands beside it: ``2+(1.0 g/L)`` is a grade.
    unit : str or None
        The unit inside the text, in small letters without blanks; micro is u.
    flag : str or None
        high, low or abnormal, as the laboratory marked it. A lone L is low, not litre.
    reason : str or None
        Why a text with a number in it is not understood.
    """

    kind: Kind
    number: Decimal | None = None
    operator: Operator | None = None
    grade: str | None = None
    unit: str | None = None
    flag: str | None = None
    reason: Reason | None = None


def read_result(text: str | None, decimal_mark: DecimalMark | None = None) -> Result:
    """What a result text says; a text with a number that is not understood whole is unknown.

    Parameters
    ----------
    text : str or None
        As it stands in the extract: ``<0.05``, ``5.2↑``, ``0.45 g/24h``, ``+++``, ``1:320``, ``见报告``.
    decimal_mark : "." or ",", optional
        The decimal mark of the column, as :func:`lncohort.texts.numbers.decimal_mark_of` tells it;
        without it ``1,234`` and ``1.234`` are not certain and so unknown.
    """
    simple = plain(text or "")
    if simple in MISSING:
        return Result("missing")
    if simple == "-":  # a negative dipstick in one hospital, no result in another
        return Result("unknown", reason="ambiguous_sign")
    for read in (_titre, _grade, _number):
        found = read(simple, decimal_mark)
        if found is not None:
            return found
    if RANGE.fullmatch(simple):
        return Result("unknown", reason="range")
    if any(sign.isdigit() for sign in simple):
        return Result("unknown", reason="unknown_text")
    return Result("text")


def _titre(text: str, _: DecimalMark | None) -> Result | None:
    match = TITRE.fullmatch(text)
    if match is None or int(match["titre"]) == 0:
        return None
    operator = OPERATORS.get(match["operator"])
    return Result("titre", number=Decimal(match["titre"]), operator=operator)


def _grade(text: str, decimal_mark: DecimalMark | None) -> Result | None:
    match = GRADE.fullmatch(text)
    if match is None:
        return None
    grade = next(name for n, name in enumerate(GRADES) if match[f"g{n}"])
    beside = match["beside"]
    if beside:
        other = _grade(beside, decimal_mark)
        if other is None and not NUMBER.fullmatch(beside) and not RANGE.fullmatch(beside):
            return None
        if other is not None and other.grade != grade:
            if grade != "positive" or other.grade in ("negative", "trace"):
                return None
            grade = other.grade
    return Result("grade", grade=grade, flag=_flag(match["flag"]))


def _number(text: str, decimal_mark: DecimalMark | None) -> Result | None:
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    number = read_number(match["number"], decimal_mark)
    if number is None:
        return Result("unknown", reason="ambiguous_number")
    exponent = int(match["exponent"] or match["power"] or 0)
    if abs(exponent) > LARGEST_EXPONENT:
        return Result("unknown", reason="out_of_range")
    number = number.scaleb(exponent) * (-1 if match["sign"] == "-" else 1)
    operator = OPERATORS.get(match["operator"])
    unit = (match["unit"] or "").replace(" ", "").removeprefix("*") or None
    return Result(
        "censored" if operator else "number",
        number=number,
        operator=operator,
        unit=unit,
        flag=_flag(match["before"] + " " + match["after"] + " " + match["last"]),
    )


def _flag(text: str) -> str | None:
    """The flag that a laboratory set; high and low go before abnormal."""
    found = {match.lastgroup for match in re.finditer(FLAG, re.sub(VOLUME, " ", text))}
    return next((name for name in FLAGS if name in found), None)
