"""Identifiers of patients: what trimming blanks or losing leading zeros would confuse."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lncohort.texts.plain import one_width


@dataclass(frozen=True)
class Identifiers:
    """What would happen to the identifiers of a column: counts only, no values.

    Attributes
    ----------
    distinct : int
        How many there are as they stand.
    with_leading_zeros : int
        How many have leading zeros.
    collide_when_trimmed : int
        How many fall together with another once blanks and full width are gone.
    collide_without_zeros : int
        How many then fall together with another once leading zeros are gone too, as they are
        where a spreadsheet took identifiers for numbers.
    """

    distinct: int
    with_leading_zeros: int
    collide_when_trimmed: int
    collide_without_zeros: int


def trimmed_identifier(text: str) -> str:
    """An identifier in half width without outer blanks; leading zeros and capitals are kept."""
    return one_width(text)


def look_at_identifiers(texts: Iterable[str]) -> Identifiers:
    """Whether the distinct identifiers of a column would collide after trimming."""
    distinct = set(texts)
    trimmed = [trimmed_identifier(text) for text in distinct]
    return Identifiers(
        distinct=len(distinct),
        with_leading_zeros=sum(text.startswith("0") for text in trimmed),
        collide_when_trimmed=_colliding(trimmed),
        collide_without_zeros=_colliding(text.lstrip("0") for text in set(trimmed)),
    )


def _colliding(texts: Iterable[str]) -> int:
    return sum(count for count in Counter(texts).values() if count > 1)
