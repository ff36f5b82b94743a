"""Codes of sex in several languages; numbers are asked about, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lncohort.texts.plain import plain

SEXES = {
    "female": (
        "f", "female", "woman", "girl", "女", "女性", "女士", "w", "weiblich", "frau", "femme", "féminin",
        "feminin", "femenino", "mujer", "femminile", "donna", "feminino", "vrouw",
    ),
    "male": (
        "m", "male", "man", "boy", "男", "男性", "先生", "männlich", "mann", "homme", "masculin", "masculino",
        "hombre", "maschile", "uomo",
    ),
}  # fmt: skip
NOT_KNOWN = {
    "", "-", "--", "/", "?", "unknown", "unk", "u", "na", "n/a", "nan", "null", "none", "未知", "不详", "不明",
    "未说明", "未说明的性别", "未知的性别", "其他", "other", "divers", "unbekannt", "inconnu",
}  # fmt: skip

MEANINGS = {word: name for name, known in SEXES.items() for word in known} | dict.fromkeys(
    NOT_KNOWN
)

# Numeric codings in use. GB/T 2261.1 and ISO 5218 have 1 male, 2 female, 0 and 9 not known.
SEX_NUMBERS = (
    {"1": "male", "2": "female", "0": None, "9": None},
    {"0": "female", "1": "male", "9": None},
    {"0": "male", "1": "female", "9": None},
)

Numbers = dict[str, str | None]


@dataclass(frozen=True)
class Coding:
    """What the codes of a column stand for.

    Attributes
    ----------
    meaning : dict
        female or male of each text that is read; none where it says that nothing is known, or
        that it is neither.
    not_read : tuple of str
        Texts that are no code known here.
    candidates : tuple of dict
        For columns of numbers, the codings that they may be in; which one has to be told.
    """

    meaning: dict[str, str | None]
    not_read: tuple[str, ...] = ()
    candidates: tuple[Numbers, ...] = ()


def guess_sexes(texts: Iterable[str]) -> Coding:
    """What the distinct texts of a column of sexes stand for."""
    distinct = {text: _word(plain(text)) for text in sorted(set(texts))}
    numbers = {text: _number(code) for text, code in distinct.items() if _number(code)}
    used = set(numbers.values())
    candidates = tuple(
        coding
        for coding in SEX_NUMBERS
        if used <= set(coding) and any(coding[number] for number in used)
    )
    return Coding(
        meaning={text: MEANINGS[code] for text, code in distinct.items() if code in MEANINGS},
        not_read=tuple(
            text
            for text, code in distinct.items()
            if code not in MEANINGS and not (candidates and text in numbers)
        ),
        candidates=candidates,
    )


def _word(text: str) -> str:
    """The word of a code with its number or its letter: 1-男, 男(1), 女/F; other texts as they are.

    Words that mean different things are none.
    """
    words = re.findall(r"[^\W\d_]+", text)
    meant = {MEANINGS.get(word, word) for word in words}
    return words[0] if text not in MEANINGS and len(meant) == 1 else text


def _number(code: str) -> str | None:
    """A whole number without leading zeros and without the ``.0`` of a spreadsheet."""
    whole = code.removesuffix(".0")
    return (whole.lstrip("0") or "0") if whole.isascii() and whole.isdecimal() else None
