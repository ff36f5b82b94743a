"""The bias that maximum likelihood has in small samples, to first order."""

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.analyses.odds_ratios import fit_levels, model_population, with_exposure
from lncohort.estimate.logistic import Fit, level_column
from lncohort.simulate.cohort import simulated_cohort
from lncohort.study import Study
from lncohort.study.model import Analysis

LARGE = 50_000  # patients of the cohort whose design stands for the population's


def first_order_bias(fit: Fit) -> pd.Series:
    """Bias of the coefficients of a logistic model, of order 1/n.

    Parameters
    ----------
    fit
        A fitted model of n patients.

    Returns
    -------
    Series
        Expected coefficient less its true value, by column of the design; it falls as 1/n.

    Notes
    -----
    Cordeiro GM, McCullagh P. J R Stat Soc B 1991;53:629, section 4: the weighted regression of
    h (p - 1/2) / w on the design, with p the fitted risks, w = p (1 - p) and h the leverages.
    """
    matrix, covariance = fit.design.to_numpy(dtype=float), fit.covariance.to_numpy()
    risk = expit(matrix @ fit.coefficients.to_numpy())
    leverage = risk * (1 - risk) * np.einsum("ij,jk,ik->i", matrix, covariance, matrix)
    bias = covariance @ (matrix.T @ (leverage * (risk - 0.5)))
    return pd.Series(bias, index=fit.coefficients.index)


def expected_bias(study: Study, places: pd.DataFrame, patients: int, seed: int) -> pd.Series:
    """Small-sample bias of adjusted log odds ratios in extracts of a size.

    Parameters
    ----------
    study
        The study that is judged.
    places
        Columns analysis and level: the odds ratios wanted.
    patients
        Patients of each extract.
    seed
        Of the one large extract whose patients stand for the population.

    Returns
    -------
    Series
        Log odds, in the order of ``places``.
    """
    cohort = simulated_cohort(study, LARGE, seed)
    population = model_population(study, with_exposure(study, cohort.analysis_set))
    analyses = {analysis.name: analysis for analysis in study.analyses}
    bias = {}
    for name in places["analysis"].unique():
        exposure, reference = _exposure(study, analyses[name])
        fit = fit_levels(study, population, exposure, reference, adjusted=True)
        bias[name] = first_order_bias(fit) * LARGE / patients
    return pd.Series(
        [bias[place.analysis][level_column(place.level)] for place in places.itertuples()],
        index=places.index,
    )


def _exposure(study: Study, analysis: Analysis) -> tuple[str, str]:
    """The column of the exposure of an analysis, and its reference."""
    if analysis.kind == "joint":
        return "regimen", study.regimen_label([analysis.reference])
    return analysis.kind, "never"
