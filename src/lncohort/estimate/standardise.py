"""Risks standardised to the cohort (g-computation)."""

import numpy as np
from scipy.special import expit

from lncohort.estimate.logistic import Fit, level_column

METHOD = "logistic model standardised to the cohort, delta method"


def standardised_risks(fit: Fit, levels: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """Risk of the whole model population, had everyone had each level.

    Parameters
    ----------
    fit
        A model whose exposure columns are named by :func:`level_column`.
    levels
        Levels, None for the reference.

    Returns
    -------
    risks : array of shape (k,)
    covariance : array of shape (k, k)
        By the delta method, the covariates held as they are.

    Notes
    -----
    Hernán MA, Robins JM. Causal Inference: What If, 2020, ch. 13; Muller CJ, MacLehose RF. Int J
    Epidemiol 2014;43:962.
    """
    exposure = [name for name in fit.design.columns if name.startswith(level_column(""))]
    matrix = fit.design.to_numpy(dtype=float).copy()
    places = [fit.design.columns.get_loc(name) for name in exposure]
    risks, gradients = [], []
    for level in levels:
        matrix[:, places] = 0.0
        if level is not None:
            matrix[:, fit.design.columns.get_loc(level_column(level))] = 1.0
        predicted = expit(matrix @ fit.coefficients.to_numpy())
        risks.append(predicted.mean())
        gradients.append((predicted * (1 - predicted)) @ matrix / len(matrix))
    gradient = np.vstack(gradients)
    return np.array(risks), gradient @ fit.covariance.to_numpy() @ gradient.T
