"""Whether values look as if they were in another unit than the one that stands beside them."""

from typing import TYPE_CHECKING

from lncohort.extract.lab_tests import LAB_TESTS

if TYPE_CHECKING:
    import pandas as pd

# What stands below the stroke of a unit, and of what it makes the amount.
IN_EACH = {
    **dict.fromkeys(("24h", "d", "day"), "day"),
    **dict.fromkeys(("l", "dl", "ml", "ul"), "volume"),
    **dict.fromkeys(("hpf", "lpf"), "field"),
    **dict.fromkeys(("g", "mg", "mmol", "mol"), "amount"),
}


def is_another_quantity(test: str, unit: str | None) -> bool:
    """Whether a unit measures something else than a test is: mg/L of urine is no amount in 24 hours.

    Parameters
    ----------
    test : str
        A test of the contract.
    unit : str or None
        As it was given; of one that is not known it cannot be told.
    """
    own = {_in_each(name) for name in LAB_TESTS[test].factors}
    return _in_each(unit) not in (None, *own)


def _in_each(unit: str | None) -> str | None:
    _, stroke, below = plain_unit(unit).rpartition("/")
    return IN_EACH.get(below) if stroke else None


def looks_like(test: str, unit: str | None, median_given: float) -> str:
    """The unit that values look like when it is not theirs.

    Parameters
    ----------
    test : str
        A test of the contract.
    unit : str or None
        As it was given.
    median_given : float
        The median of the values as they were given.

    Returns
    -------
    str
        A unit in which the median would be a usual one, where in the given unit it is not; empty
        text when it is usual, or in no unit, and where the unit given is of another quantity.
    """
    if is_another_quantity(test, unit):
        return ""
    known = LAB_TESTS[test]
    low, high = known.usual
    own = next(
        (f for name, f in known.factors.items() if plain_unit(name) == plain_unit(unit)), None
    )
    if own is not None and low <= median_given * own <= high:
        return ""
    return next(
        (name for name, factor in known.factors.items() if low <= median_given * factor <= high), ""
    )


def units_to_doubt(seen: "pd.DataFrame", min_patients: int) -> list[str]:
    """Each test and unit whose values look like another, in words.

    Parameters
    ----------
    seen : DataFrame
        As the SQL table ``lab_unit_seen``.
    min_rows : int
        A unit that fewer have may be no unit, and is not told.
    """
    told = []
    for row in seen[seen["patient_count"] >= min_patients].itertuples():
        other = looks_like(row.test, row.unit, row.median_given)
        if other:
            told.append(f"{row.test} in {row.unit or 'no unit'} looks like {other}")
    return told


def plain_unit(unit: str | None) -> str:
    """A unit as the SQL compares it: small letters, no blanks, micro as u."""
    return "".join((unit or "").lower().replace("µ", "u").replace("μ", "u").split())
