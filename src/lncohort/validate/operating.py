"""Operating characteristics: bias and coverage of the study's estimates over many cohorts."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd

from lncohort.analyses import estimate_all
from lncohort.simulate.cohort import simulated_cohort
from lncohort.simulate.truth import estimands, known_truth
from lncohort.study import Study

_Z = 1.959963984540054  # half the width of a 95 % interval in standard errors


def operating_characteristics(
    study: Study, cohorts: int, patients: int, seed: int, processes: int = 2
) -> pd.DataFrame:
    """Simulate, build and estimate many cohorts, and compare the estimates with the truth.

    Parameters
    ----------
    study : Study
        Its analyses whose truth is known are judged; leave some out to save time.
    cohorts : int
        Number of cohorts, two or more.
    patients : int
        Patients of each extract.
    seed : int
        The cohorts have the seeds `seed`, `seed` + 1 and so on.
    processes : int
        Cohorts worked on side by side; the result does not depend on it.

    Returns
    -------
    DataFrame
        See `summarise`.
    """
    truth = known_truth()
    known = truth.index.get_level_values("analysis")
    judged = tuple(analysis for analysis in study.analyses if analysis.name in known)
    study = study.model_copy(update={"analyses": judged})
    with ProcessPoolExecutor(processes) as pool:
        seeds = range(seed, seed + cohorts)
        found = list(pool.map(partial(_estimands, study, patients), seeds))
    return summarise(found, truth)


def summarise(found: Sequence[pd.DataFrame], truth: pd.DataFrame) -> pd.DataFrame:
    """Bias and coverage of repeated estimates (Morris, White & Crowther 2019, table 6).

    Parameters
    ----------
    found : sequence of DataFrame
        What `estimands` returned for each cohort.
    truth : DataFrame
        Columns truth and mc_se, with the same index.

    Returns
    -------
    DataFrame
        One row for each estimand whose truth is known, indexed by its keys. Ratios are on the log
        scale. Columns: truth; cohorts (in which it could be estimated); mean; bias (mean - truth);
        bias_mc_se (with the Monte Carlo error of the truth); z (bias / bias_mc_se); empirical_se
        (standard deviation of the estimates); mean_se (root mean square of the standard errors
        that the intervals imply); coverage (percent of the 95 % intervals that hold the truth)
        and coverage_mc_se.
    """
    stacked = pd.concat(found, keys=range(len(found)), names=["cohort"])
    stacked = stacked[np.isfinite(stacked["value"])]
    keys = [name for name in stacked.index.names if name != "cohort"]
    stacked = stacked.join(truth, how="inner")
    has_interval = np.isfinite(stacked["ci_low"]) & np.isfinite(stacked["ci_high"])
    inside = stacked["truth"].between(stacked["ci_low"], stacked["ci_high"]).astype(float)
    stacked["inside"] = inside.where(has_interval)
    stacked["variance"] = ((stacked["ci_high"] - stacked["ci_low"]) / (2 * _Z)) ** 2
    groups = stacked.groupby(level=keys, sort=False)
    cohorts = groups["value"].count()
    empirical_se = groups["value"].std(ddof=1)
    mean, true_value = groups["value"].mean(), groups["truth"].first()
    bias_mc_se = np.sqrt(empirical_se**2 / cohorts + groups["mc_se"].first() ** 2)
    coverage = groups["inside"].mean()
    return pd.DataFrame(
        {
            "truth": true_value,
            "cohorts": cohorts,
            "mean": mean,
            "bias": mean - true_value,
            "bias_mc_se": bias_mc_se,
            "z": (mean - true_value) / bias_mc_se,
            "empirical_se": empirical_se,
            "mean_se": np.sqrt(groups["variance"].mean()),
            "coverage": 100 * coverage,
            "coverage_mc_se": 100 * np.sqrt(coverage * (1 - coverage) / cohorts),
        }
    )


def _estimands(study: Study, patients: int, seed: int) -> pd.DataFrame:
    cohort = simulated_cohort(study, patients, seed)
    return estimands(estimate_all(study, cohort.analysis_set, cohort.person_time))
