"""What the texts of a column look like: of each kind of value, the share of its rows that are one."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from lncohort.mapping.biopsy_class import read_class
from lncohort.mapping.names import Names, dialysis_or_graft
from lncohort.mapping.orders import read_route
from lncohort.mapping.words import (
    NOT_CARRIED_OUT,
    PACK_WORDS,
    UNIT_WORDS,
    read_days,
    read_instrument,
    read_operator,
    read_order_type,
    read_quantity,
    read_score,
    read_sex,
    tells_certainty,
)
from lncohort.sources.profiling import ColumnProfile
from lncohort.texts.ages import read_age
from lncohort.texts.dates import DateGuess, guess_dates
from lncohort.texts.diagnoses import read_diagnoses
from lncohort.texts.directions import read_directions
from lncohort.texts.plain import plain
from lncohort.texts.reference_ranges import read_reference_range
from lncohort.texts.results import read_result
from lncohort.texts.strength import read_strength
from lncohort.texts.units import read_unit

LOOKED_AT = 200  # of a column's commonest texts
DATES_LOOKED_AT = 2_000
BEFORE_TIME = re.compile(r" ?(?:上午|下午|凌晨|早上|中午|晚上) ?|(?<=日)(?=\d)")
# A code without a dot has up to five signs, or a suffix: a number behind a letter may be a patient's.
ICD = re.compile(
    r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,6}|[0-9A-Z]{0,3})(?:X\d{3})?(?:[+†*‡ ]|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Column:
    """A column of a table, and what its texts look like.

    Attributes
    ----------
    profile : ColumnProfile
        Its commonest texts among others; they are looked at and never told.
    names : Names
        Names and code lists.
    """

    profile: ColumnProfile
    names: Names = field(repr=False)

    @property
    def name(self) -> str:
        """The header."""
        return self.profile.name

    @cached_property
    def _texts(self) -> list[tuple[str, int]]:
        return [(text.strip(), rows) for text, rows in self.profile.texts if text.strip()][
            :LOOKED_AT
        ]

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """The commonest texts."""
        return tuple(text for text, _ in self._texts)

    def share(self, is_one: Callable[[str], object]) -> float:
        """The share of rows, of those with a common text, whose text is one of a kind."""
        rows = sum(count for _, count in self._texts)
        fitting = sum(count for text, count in self._texts if is_one(text))
        return fitting / rows if rows else 0.0

    @cached_property
    def spread(self) -> tuple[str, ...]:
        """Texts from the commonest to the rarest: an identifier that all write alike is common."""
        texts = [text for text, _ in self.profile.texts if text.strip()]
        return tuple(texts[:: max(1, len(texts) // LOOKED_AT)])

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return self.profile.filled == 0

    @cached_property
    def dates(self) -> DateGuess:
        """The formats of its dates."""
        texts = (text.strip() for text, _ in self.profile.texts[:DATES_LOOKED_AT])
        return guess_dates([BEFORE_TIME.sub(" ", text) for text in texts if text])

    @cached_property
    def looks(self) -> dict[str, float]:
        """The share of its rows that are of each kind."""
        names = self.names
        return {
            "date": self._date_share,
            "number": self.share(lambda t: read_result(t, ".").kind in ("number", "censored")),
            "result": self.share(
                lambda t: read_result(t, ".").kind in ("number", "censored", "grade", "titre")
            ),
            "sex": self.share(lambda t: read_sex(t) is not None),
            "drug": self.share(lambda t: names.of_name("drug", t) is not None),
            "test": self.share(lambda t: names.of_name("lab", t) is not None),
            "diagnosis": self.share(self._is_diagnosis),
            "certainty": self.share(tells_certainty),
            "icd": self.share(lambda t: _is_icd(t)),
            "procedure": self.share(
                lambda t: names.of_name("procedure", t) or dialysis_or_graft(names, t)
            ),
            "directions": self.share(_is_directions),
            "frequency": self.share(_is_frequency),
            "amount": self.share(lambda t: _amount(t) is not None),
            "strength": self.share(lambda t: read_strength(t).reason is None),
            "route": self.share(lambda t: read_route(t) is not None),
            "packing": self.share(lambda t: plain(t) in (*UNIT_WORDS, *PACK_WORDS)),
            "days": self.share(lambda t: read_days(t, ".") is not None),
            "quantity": self.share(lambda t: read_quantity(t, ".")[0] is not None),
            "order_type": self.share(lambda t: read_order_type(t) is not None),
            "unit": self.share(is_unit),
            "range": self.share(lambda t: read_reference_range(t).reason is None),
            "specimen": self.share(_is_specimen),
            "status": self.share(_is_status),
            "operator": self.share(lambda t: read_operator(t) is not None or t == "="),
            "score": self.share(lambda t: read_score(t, ".") is not None),
            "class": self.share(lambda t: read_class(t) is not None),
            "instrument": self.share(lambda t: read_instrument(t) not in (None, "-")),
            "age": self.share(lambda t: read_age(t) is not None),
            "year": self.share(lambda t: t.isdecimal() and 1900 <= int(t) <= 2030),
        }

    @cached_property
    def _date_share(self) -> float:
        guess = self.dates
        if guess.formats == ("excel_serial",) and not self.share(
            lambda t: t.split(".")[0].isdecimal() and 25000 <= int(t.split(".")[0]) <= 50000
        ):
            return 0.0
        return float(guess.share) or (1.0 if guess.candidates else 0.0)

    def _is_diagnosis(self, text: str) -> bool:
        return any(
            self.names.of_name("diagnosis", part.text) is not None for part in read_diagnoses(text)
        )


def _is_icd(text: str) -> bool:
    return ICD.match(text.strip()) is not None


def _is_directions(text: str) -> bool:
    read = read_directions(text)
    return read.daily_amount is not None or read.as_needed or read.reason == "as_directed"


def _is_frequency(text: str) -> bool:
    read = read_directions(text)
    return read.takes_a_day is not None and read.amount is None


def _amount(text: str):
    read = read_directions(text)
    return read.amount if read.takes_a_day is None else None


UNITS = (
    "/l",
    "/dl",
    "/24h",
    "/min",
    "mg/g",
    "g/g",
    "mmol",
    "umol",
    "%",
    "iu",
    "/hp",
    "/ul",
    "ng/",
    "g/d",
)


def is_unit(text: str) -> bool:
    """Whether a text looks like a unit of a laboratory."""
    simple = read_unit(text) or ""
    return 0 < len(simple) <= 16 and any(sign in simple for sign in UNITS)


def _is_specimen(text: str) -> bool:
    simple = plain(text)
    words = ("血", "尿", "serum", "plasma", "blood", "urin", "粪", "便", "脑脊液", "csf", "骨髓")
    return len(simple) <= 12 and any(word in simple for word in words)


def _is_status(text: str) -> bool:
    words = (
        *NOT_CARRIED_OUT,
        "执行",
        "有效",
        "正常",
        "停止",
        "完成",
        "active",
        "completed",
        "发药",
    )
    return any(word in plain(text) for word in words)
