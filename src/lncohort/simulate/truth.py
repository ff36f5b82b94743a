"""The large-sample value of every estimand of a study, from independent batches."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lncohort.simulate.parameters import calibration

MEANING = (
    "The value to which the same analysis converges on very large extracts of this process: "
    "it is not a causal effect."
)
KEYS = ["analysis", "model", "contrast", "level", "reference", "measure"]
RATIOS = ("OR", "OR per band", "ratio of ORs", "RR", "HR", "S")
_DESCRIPTIVE = ("table1", "dose_coverage")  # of the extract at hand, not estimands
_MEASURES = (
    *RATIOS,
    "percent",
    "risk",
    "RD",
    "RERI",
    "AP",
    "1 - KM",
    "cumulative incidence",
    "cumulative incidence of competing events",
)


def estimands(estimates: pd.DataFrame) -> pd.DataFrame:
    """The estimands in a table of estimates, on the scale on which they are averaged.

    Parameters
    ----------
    estimates : DataFrame
        The estimates of one extract.

    Returns
    -------
    DataFrame
        Indexed by `KEYS`; columns value, ci_low, ci_high: logs for a ratio, as they are for
        anything else; NaN where there is none. Reference rows, counts and descriptions of the
        sample are left out.
    """
    kept = (
        estimates["measure"].isin(_MEASURES)
        & ~estimates["analysis"].isin(_DESCRIPTIVE)
        & (estimates["note"] != "reference")
        & (estimates["method"] != "MOVER")
    )
    rows = estimates[kept].set_index(KEYS)[["estimate", "ci_low", "ci_high"]].astype(float)
    rows = rows.rename(columns={"estimate": "value"})
    ratio = rows.index.get_level_values("measure").isin(RATIOS)
    rows[ratio] = np.log(rows[ratio].where(rows[ratio] > 0))
    # The risk of a regimen stands once beside each reference it is compared with.
    return rows[~rows.index.duplicated()]


def large_sample(batches: Sequence[pd.Series]) -> list[dict]:
    """Average the estimands of independent batches.

    Parameters
    ----------
    batches : sequence of Series
        The values that `estimands` returned for each batch, two or more of equal size.

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


def known_truth() -> pd.DataFrame:
    """The truth of the calibrated process, on the scale of `estimands`.

    Returns
    -------
    DataFrame
        Indexed by `KEYS`; columns truth, mc_se.
    """
    rows = pd.DataFrame(calibration()["truth"], columns=[*KEYS, "value", "mc_se"]).set_index(KEYS)
    ratio = rows.index.get_level_values("measure").isin(RATIOS)
    rows["value"] = np.where(ratio, np.log(rows["value"].where(ratio, 1.0)), rows["value"])
    return rows.rename(columns={"value": "truth"})
