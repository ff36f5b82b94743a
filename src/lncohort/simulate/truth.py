"""The large-sample value of every estimand of a study, from independent batches."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MEANING = (
    "The value to which the same analysis converges on very large extracts of this process: "
    "it is not a causal effect."
)
KEYS = ["analysis", "model", "contrast", "level", "reference", "measure"]
RATIOS = ("OR", "OR per band", "ratio of ORs", "RR", "HR", "S")
_DESCRIPTIVE = ("table1", "dose_coverage")  # of the extract at hand, not estimands
_MEASURES = (*RATIOS, "percent", "risk", "RD", "RERI", "AP", "1 - KM", "cumulative incidence")


def estimands(estimates: pd.DataFrame) -> pd.Series:
    """The estimands in a table of estimates, on the scale on which they are averaged.

    Parameters
    ----------
    estimates : DataFrame
        The estimates of one extract.

    Returns
    -------
    Series
        Indexed by `KEYS`: the log of a ratio, the value of anything else; NaN where it could not
        be estimated. Reference rows, counts and descriptions of the sample are left out.
    """
    kept = (
        estimates["measure"].isin(_MEASURES)
        & ~estimates["analysis"].isin(_DESCRIPTIVE)
        & (estimates["note"] != "reference")
        & (estimates["method"] != "MOVER")
    )
    rows = estimates[kept].set_index(KEYS)
    value = rows["estimate"].astype(float)
    ratio = value.index.get_level_values("measure").isin(RATIOS)
    with np.errstate(divide="ignore", invalid="ignore"):
        return value.where(~ratio, np.log(value.where(value > 0)))


def large_sample(batches: Sequence[pd.Series]) -> list[dict]:
    """Average the estimands of independent batches.

    Parameters
    ----------
    batches : sequence of Series
        What `estimands` returned for each batch, two or more of equal size.

    Returns
    -------
    list of dict
        One for each estimand that every batch could estimate: the keys, `value` (a ratio is the
        geometric mean) and `mc_se`, the Monte Carlo standard error of the value, or, for a ratio,
        of its log.
    """
    table = pd.concat(batches, axis=1)
    table = table[np.isfinite(table).all(axis=1)]
    mean = table.mean(axis=1)
    error = table.std(axis=1, ddof=1) / np.sqrt(table.shape[1])
    rows = []
    for key in table.index:
        named = dict(zip(KEYS, key, strict=True))
        value = np.exp(mean[key]) if named["measure"] in RATIOS else mean[key]
        rows.append(named | {"value": float(f"{value:.5g}"), "mc_se": float(f"{error[key]:.2g}")})
    return rows
