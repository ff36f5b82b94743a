"""Whether values look as if they were in another unit than the one that stands beside them."""

from typing import TYPE_CHECKING

from lncohort.extract.lab_tests import LAB_TESTS

if TYPE_CHECKING:
    import pandas as pd


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
        text when it is usual, or in no unit.
    """
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
