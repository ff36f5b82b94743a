"""Operating characteristics: bias, errors, coverage and power of estimates over many cohorts."""

import numpy as np
import pandas as pd

from lncohort.estimate.rows import Z

NULL = 0.0  # of a difference, and of the log of a ratio
NO_NULL = ("percent", "risk", "1 - KM", "cumulative incidence")  # measures without a null


def summarise(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Performance of repeated estimates, each with its Monte Carlo error.

    Parameters
    ----------
    found : DataFrame
        Indexed by cohort and the keys of an estimand; columns value, ci_low, ci_high, ratios on
        the log scale.
    truth : DataFrame
        Columns truth and mc_se, indexed by the keys.

    Returns
    -------
    DataFrame
        One row for each estimand whose truth is known, indexed by its keys. Columns: truth;
        truth_mc_se; cohorts (in which it could be estimated); intervals (cohorts with a 95 %
        interval); mean; bias (mean - truth) and bias_mc_se (with the Monte Carlo error of the
        truth); z (bias / bias_mc_se); empirical_se (standard deviation of the estimates) and
        empirical_se_mc_se; mean_se (root mean square of the standard errors that the intervals
        imply) and mean_se_mc_se; coverage (percent of the intervals that hold the truth) and
        coverage_mc_se; rejected (percent of the intervals that leave out no effect: the type I
        error where the truth is none, the power elsewhere; NaN for a measure without a null) and
        rejected_mc_se.

    Notes
    -----
    Morris TP, White IR, Crowther MJ. Stat Med 2019;38:2074, table 6.
    """
    keys = [name for name in found.index.names if name != "cohort"]
    stacked = found[np.isfinite(found["value"])].join(truth, how="inner")
    has_interval = np.isfinite(stacked["ci_low"]) & np.isfinite(stacked["ci_high"])
    inside = stacked["truth"].between(stacked["ci_low"], stacked["ci_high"]).astype(float)
    stacked["inside"] = inside.where(has_interval)
    excludes = (stacked["ci_low"] > NULL) | (stacked["ci_high"] < NULL)
    tested = has_interval & ~stacked.index.get_level_values("measure").str.startswith(NO_NULL)
    stacked["excludes"] = excludes.astype(float).where(tested)
    stacked["variance"] = ((stacked["ci_high"] - stacked["ci_low"]) / (2 * Z)) ** 2
    groups = stacked.groupby(level=keys, sort=False)
    cohorts, intervals = groups["value"].count(), groups["inside"].count()
    empirical_se = groups["value"].std(ddof=1)
    mean, true_value = groups["value"].mean(), groups["truth"].first()
    truth_mc_se = groups["mc_se"].first()
    bias_mc_se = np.sqrt(empirical_se**2 / cohorts + truth_mc_se**2)
    mean_se = np.sqrt(groups["variance"].mean())
    spread = groups["variance"].var(ddof=1)
    return pd.DataFrame(
        {
            "truth": true_value,
            "truth_mc_se": truth_mc_se,
            "cohorts": cohorts,
            "intervals": intervals,
            "mean": mean,
            "bias": mean - true_value,
            "bias_mc_se": bias_mc_se,
            "z": (mean - true_value) / bias_mc_se,
            "empirical_se": empirical_se,
            "empirical_se_mc_se": empirical_se / np.sqrt(2 * (cohorts - 1)),
            "mean_se": mean_se,
            "mean_se_mc_se": np.sqrt(spread / (4 * intervals * mean_se**2)),
            **_share("coverage", groups["inside"]),
            **_share("rejected", groups["excludes"]),
        }
    )


def _share(name: str, groups) -> dict[str, pd.Series]:
    """A percentage of cohorts, with its Monte Carlo error."""
    share = groups.mean()
    return {
        name: 100 * share,
        f"{name}_mc_se": 100 * np.sqrt(share * (1 - share) / groups.count()),
    }
