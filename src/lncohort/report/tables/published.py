"""Published figures beside ours."""

import math
from dataclasses import dataclass

import pandas as pd

from lncohort.report import numbers
from lncohort.report.rows import counted, estimated, pick
from lncohort.report.tables.table import Table, rows_of
from lncohort.report.words import capital

LEVEL_OF_P = 0.05


@dataclass(frozen=True)
class Beside:
    """A published fact and the row of the estimates that stands beside it (None without one)."""

    fact: object
    row: object | None


def beside(results) -> list[Beside]:
    """Each published fact with our estimate of it, adjusted where there is one."""
    published = results.study.published
    return (
        [Beside(fact, _ours(results.estimates, fact)) for fact in published.facts]
        if published
        else []
    )


def _ours(estimates: pd.DataFrame, fact):
    found = pick(estimates, analysis=fact.analysis, level=fact.level, measure=fact.measure)
    adjusted = pick(found, model="adjusted")
    return next((found if adjusted.empty else adjusted).itertuples(index=False), None)


def published(results) -> Table | None:
    """Every published figure, ours, and whether they agree."""
    pairs = beside(results)
    if not pairs:
        return None
    min_cell = results.study.info.min_cell
    cells = [
        (capital(pair.fact.name), _theirs(pair.fact), _written(pair, min_cell), agreement(pair))
        for pair in pairs
    ]
    return Table(
        "published",
        f"{results.study.published.short} beside this cohort",
        ("Figure", results.study.published.short, "This cohort", "Agreement"),
        rows_of(cells),
        (
            "A ratio agrees when the published value lies inside our 95% interval; P values "
            "agree when both are below, or both are not below, 0.05.",
        ),
        words=1,
    )


def _theirs(fact) -> str:
    if fact.value is None:
        return fact.p_value or numbers.NONE
    if fact.ci is not None:
        return numbers.with_interval(fact.value, *fact.ci)
    return numbers.count(fact.value) if fact.measure == "count" else numbers.ratio(fact.value)


def _written(pair: Beside, min_cell: int) -> str:
    fact, row = pair.fact, pair.row
    if row is None:
        return numbers.NONE
    if fact.value is None:
        return numbers.p_value(row.p_value)
    if fact.measure == "count":
        return counted(row.estimate, row.note, min_cell)
    return estimated(row)


def agreement(pair: Beside) -> str:
    """Whether a published figure and ours agree, in words."""
    fact, row = pair.fact, pair.row
    if row is None:
        return "no estimate of ours"
    if fact.value is None:
        return _agreement_of_p(fact.p_value, row.p_value)
    if numbers.is_missing(row.estimate):
        return "not estimable here"
    if fact.measure == "count":
        more = round(row.estimate - fact.value)
        return "the same" if more == 0 else f"{abs(more)} {'more' if more > 0 else 'fewer'} here"
    if numbers.is_missing(row.ci_low) or numbers.is_missing(row.ci_high):
        return "no interval of ours"
    if row.ci_low <= fact.value <= row.ci_high:
        return "agrees: inside our interval"
    if fact.ci and fact.ci[0] <= row.ci_high and row.ci_low <= fact.ci[1]:
        return "in part: the intervals overlap"
    return "does not agree"


def _agreement_of_p(theirs: str, ours: float) -> str:
    if math.isnan(ours):
        return "not estimable here"
    bound = float(theirs.lstrip("<>="))
    low = bound <= LEVEL_OF_P if theirs.startswith("<") else bound < LEVEL_OF_P
    if low == (ours < LEVEL_OF_P):
        return f"agrees: both {'below' if low else 'not below'} {LEVEL_OF_P}"
    return f"does not agree: {'ours is not' if low else 'ours is'} below {LEVEL_OF_P}"
