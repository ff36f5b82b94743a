"""The one shape of every estimate: a row of one table."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = (
    "analysis",
    "model",
    "contrast",
    "level",
    "reference",
    "measure",
    "estimate",
    "ci_low",
    "ci_high",
    "p_value",
    "n",
    "events",
    "method",
    "note",
)
NUMBERS = ("estimate", "ci_low", "ci_high", "p_value", "n", "events")
Z = float(stats.norm.ppf(0.975))


class NotEstimable(Exception):
    """The data hold no finite estimate; the message says why."""


def row(analysis: str, measure: str, estimate: float = math.nan, **others) -> dict:
    """One estimate; what does not apply is empty text or NaN."""
    unknown = set(others) - set(COLUMNS)
    if unknown:
        raise TypeError(f"no such column of the estimates: {sorted(unknown)}")
    blank = {c: math.nan if c in NUMBERS else "" for c in COLUMNS}
    return blank | others | {"analysis": analysis, "measure": measure, "estimate": estimate}


def wald(beta: float, se: float, transform=np.exp, freedom: float = math.inf) -> dict:
    """Estimate, 95 % interval and two-sided P of one coefficient, from one pivot.

    ``freedom`` are the degrees of freedom of a standard error that is itself uncertain: one less
    than the samples of a bootstrap, whose deviation it is.

    Without a standard error above 0 there is neither interval nor P: a width of zero would claim
    that the coefficient is known. Nor are there where a limit is larger than any number: the
    data say nothing of the coefficient then.
    """
    if not se > 0:
        return {"estimate": float(transform(beta))}
    pivot = stats.norm if math.isinf(freedom) else stats.t(freedom)
    spread = float(pivot.ppf(0.975)) * se
    with np.errstate(over="ignore"):
        estimate, low, high = (float(transform(x)) for x in (beta, beta - spread, beta + spread))
    if not math.isfinite(high):
        return {"estimate": estimate}
    p_value = float(2 * pivot.sf(abs(beta / se)))
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "p_value": p_value}


def as_estimates(rows: Iterable[dict]) -> pd.DataFrame:
    """The table of estimates, in the order in which the rows were made."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    return table.astype(dict.fromkeys(NUMBERS, float))
