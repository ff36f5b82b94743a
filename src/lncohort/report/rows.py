"""Reading the estimates table: which rows, and how their counts are written."""

import math

import pandas as pd

from lncohort.report import numbers
from lncohort.report.suppress import COMPLEMENT, SMALL
from lncohort.study import Study


def pick(estimates: pd.DataFrame, **wanted) -> pd.DataFrame:
    """The rows whose columns have the wanted values, in the order of the table."""
    chosen = pd.Series(True, index=estimates.index)
    for column, value in wanted.items():
        chosen &= estimates[column] == value
    return estimates[chosen]


def one(estimates: pd.DataFrame, **wanted):
    """The only row with the wanted values as a named tuple, or None when there is none.

    Raises
    ------
    ValueError
        When more than one row fits: the wanted values do not name an estimate.
    """
    found = pick(estimates, **wanted)
    if len(found) > 1:
        raise ValueError(f"{len(found)} estimates fit {wanted}")
    return next(found.itertuples(index=False), None)


def first(estimates: pd.DataFrame, **wanted):
    """The first row with the wanted values as a named tuple, or None when there is none."""
    return next(pick(estimates, **wanted).itertuples(index=False), None)


def levels(rows: pd.DataFrame, column: str = "level") -> list[str]:
    """The levels of some rows, or what another column holds, each once, in their order."""
    return list(dict.fromkeys(rows[column]))


def analysis_of(study: Study, kind: str) -> str | None:
    """The name of the study's first analysis of a kind."""
    return next((a.name for a in study.analyses if a.kind == kind), None)


def counted(value: float, note: str, min_cell: int) -> str:
    """Write a count that may have been suppressed."""
    if not numbers.is_missing(value):
        return numbers.count(value)
    if SMALL in note:
        return f"<{min_cell}"
    return numbers.WITHHELD if COMPLEMENT in note else numbers.NONE


def responses(row, min_cell: int) -> str:
    """Responses among patients: ``62/198 (31.3%)``, ``<5/23``, ``withheld``."""
    if row is None:
        return numbers.NONE
    if not math.isnan(row.n) and not math.isnan(row.events):
        return numbers.share(row.events, row.n)
    events = counted(row.events, row.note, min_cell)
    return events if math.isnan(row.n) else f"{events}/{numbers.count(row.n)}"


def estimated(row, form=numbers.ratio) -> str:
    """An estimate with its interval; ``1 (reference)``; or why there is none."""
    if row is None:
        return numbers.NONE
    if row.note.startswith("reference"):
        return "1 (reference)"
    if not numbers.is_missing(row.estimate):
        return numbers.with_interval(row.estimate, row.ci_low, row.ci_high, form)
    if SMALL in row.note or COMPLEMENT in row.note:
        return numbers.WITHHELD
    return "not estimable" if row.note.startswith("not estimable") else numbers.NONE
