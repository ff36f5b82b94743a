"""Codes of people: sex, yes and no, and identifiers that blanks or zeros may confuse."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lncohort.texts.plain import one_width, plain

SEXES = {
    "female": (
        "f", "female", "woman", "girl", "女", "女性", "女士", "w", "weiblich", "frau", "femme", "feminin",
        "féminin", "femenino", "mujer", "femminile", "donna", "feminino", "vrouw", "k", "kvinna", "nő",
    ),
    "male": (
        "m", "male", "man", "boy", "男", "男性", "先生", "männlich", "mann", "homme", "masculin",
        "masculino", "hombre", "maschile", "uomo", "h", "man", "férfi",
    ),
}  # fmt: skip
ANSWERS = {
    "yes": (
        "yes", "y", "true", "t", "是", "有", "阳性", "对", "ja", "j", "oui", "o", "si", "sí", "sì", "sim", "√",
    ),
    "no": ("no", "n", "false", "f", "否", "无", "没有", "阴性", "不是", "nein", "non", "não", "nee", "×", "*"),
}  # fmt: skip
UNKNOWN = {
    "", "-", "--", "/", "?", "unknown", "unk", "u", "na", "n/a", "nan", "null", "none", "未知", "不详", "不明",
    "未说明", "未说明的性别", "未知的性别", "其他", "other", "divers", "unbekannt", "inconnu",
}  # fmt: skip
"""Codes that say that nothing is known."""

# Numeric codings in use, the commonest first. GB/T 2261.1 and ISO 5218 have 1 male, 2 female.
SEX_CODINGS = (
    {"1": "male", "2": "female"},
    {"0": "female", "1": "male"},
    {"0": "male", "1": "female"},
)
OTHER_SEX_CODES = {"0", "9"}  # unknown and not told in GB/T 2261.1 and ISO 5218
ANSWER_CODINGS = ({"0": "no", "1": "yes"}, {"1": "yes", "2": "no"})


@dataclass(frozen=True)
class Coding:
    """What the codes of a column stand for.

    Attributes
    ----------
    values : dict of str to str or None
        Each distinct text, with female or male, yes or no, or none where it says that nothing is
        known.
    unread : tuple of str
        Texts that stand for nothing known here.
    questions : tuple of dict
        For numeric codes, the codings that they may be: one of them must be told.
    """

    values: dict[str, str | None]
    unread: tuple[str, ...] = ()
    questions: tuple[dict[str, str], ...] = ()


def guess_sexes(texts: Iterable[str]) -> Coding:
    """What the sexes of a column are coded as; numbers are only asked about, never guessed."""
    return _guess(texts, SEXES, SEX_CODINGS, OTHER_SEX_CODES)


def guess_answers(texts: Iterable[str]) -> Coding:
    """What the yes and no of a column are coded as; numbers are only asked about."""
    return _guess(texts, ANSWERS, ANSWER_CODINGS, {"9"})


def identifier(text: str) -> str:
    """An identifier without outer blanks and full width; its leading zeros are part of it."""
    return one_width(text)


@dataclass(frozen=True)
class Identifiers:
    """What would happen to the identifiers of a column.

    Attributes
    ----------
    distinct : int
        How many there are as they stand.
    collide_trimmed : int
        How many fall together with another once blanks and full width are gone.
    collide_without_zeros : int
        How many fall together with another once their leading zeros are gone as well, as they
        are where a spreadsheet took them for numbers.
    leading_zeros : int
        How many have leading zeros.
    """

    distinct: int
    collide_trimmed: int
    collide_without_zeros: int
    leading_zeros: int


def look_at_identifiers(texts: Iterable[str]) -> Identifiers:
    """Whether the identifiers of a column would collide after trimming; counts only, no values."""
    distinct = set(texts)
    trimmed = {text: identifier(text) for text in distinct}
    return Identifiers(
        distinct=len(distinct),
        collide_trimmed=_colliding(trimmed.values()),
        collide_without_zeros=_colliding(text.lstrip("0") for text in set(trimmed.values())),
        leading_zeros=sum(text.startswith("0") for text in trimmed.values()),
    )


def _colliding(texts: Iterable[str]) -> int:
    return sum(count for count in Counter(texts).values() if count > 1)


def _guess(
    texts: Iterable[str],
    words: dict[str, tuple[str, ...]],
    codings: tuple[dict[str, str], ...],
    other_codes: set[Literal["0", "9"]],
) -> Coding:
    """Words are read; digits become questions, whole columns at a time."""
    meaning = {word: name for name, known in words.items() for word in known}
    values: dict[str, str | None] = {}
    numbers, unread = {}, []
    for text in sorted(set(texts)):
        code = plain(text)
        if code in UNKNOWN:
            values[text] = None
        elif code in meaning:
            values[text] = meaning[code]
        elif code.isascii() and code.removesuffix(".0").isdigit():
            numbers[text] = code.removesuffix(".0")
        else:
            unread.append(text)
    used = set(numbers.values())
    fitting = tuple(
        coding
        for coding in codings
        if used and used - set(coding) <= other_codes and used & set(coding)
    )
    if used and not fitting:
        unread.extend(numbers)
    return Coding(values, tuple(sorted(unread)), fitting)
