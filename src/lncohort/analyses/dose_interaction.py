"""The dose of one drug among those given another and those not."""

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

MARGINAL = "average marginal effect among users, delta method"
USED, OTHER, DOSE, BOTH, DOSE_AND_OTHER = "exposed", "other", "dose", "both", "dose × other"


def dose_interaction_rows(
    study: Study, patients: pd.DataFrame, analysis: str, other: str
) -> list[dict]:
    """Odds ratio and risk per mg/day among users, with and without another drug.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with the column ``exposed``.
    analysis : str
        Where the rows stand in the table of estimates.
    other : str
        The other drug.

    Returns
    -------
    list of dict
        Adjusted: OR per mg/day and RD per mg/day at each level (with, without), the ratio of the
        two ORs at level "product". Users of unknown dose leave, with their count.

    Notes
    -----
    The model has use, dose among users (linear in the log odds), the other drug and its products
    with both. Marginal effects: Williams R. Stata J 2012;12:308.
    """
    dose = patients[f"{study.exposure.drug}_mean_daily_dose_mg"].where(patients["exposed"], 0.0)
    known = patients[dose.notna()]
    label, drug = study.drug(other).label, study.drug(study.exposure.drug).label
    # no counts: with those of all patients they would tell how few had an unknown dose
    place = {"model": "adjusted", "contrast": f"{drug} per mg/day × {label}"}
    names = {0.0: f"without {label}", 1.0: f"with {label}"}
    prepared = prepare(study, known, adjusted=True)
    kept = prepared.patients
    columns = pd.DataFrame(
        {
            USED: kept["exposed"].astype(float),
            OTHER: kept[f"{other}_use"].astype(float),
            DOSE: dose.loc[kept.index],
        }
    )
    columns[BOTH] = columns[USED] * columns[OTHER]
    columns[DOSE_AND_OTHER] = columns[DOSE] * columns[OTHER]
    notes = [f"{len(patients) - len(known)} patients of unknown dose left out"]
    note = "; ".join((notes if len(known) < len(patients) else []) + list(prepared.notes))
    try:
        fit = fit_logistic(with_intercept(columns, prepared.covariates), kept["response"])
    except NotEstimable as error:
        levels = {"OR per mg/day": names.values(), "ratio of ORs": ["product"]}
        return [
            row(analysis, measure, level=level, note=str(error), **place)
            for measure, found in levels.items()
            for level in found
        ]
    rows = []
    for given, level in names.items():
        figures = wald(*fit.contrast({DOSE: 1.0, DOSE_AND_OTHER: given}))
        shared = place | {"level": level, "note": note}
        rows.append(row(analysis, "OR per mg/day", method=METHOD, **shared, **figures))
        slope, se = _marginal(fit, given)
        figures = wald(slope, se, float)
        rows.append(row(analysis, "RD per mg/day", method=MARGINAL, **shared, **figures))
    figures = wald(*fit.contrast({DOSE_AND_OTHER: 1.0}))
    shared = place | {"level": "product", "note": note, "method": METHOD}
    return [*rows, row(analysis, "ratio of ORs", **shared, **figures)]


def _marginal(fit: Fit, given: float) -> tuple[float, float]:
    """Change of risk per mg/day, averaged over the users, all with or all without the other."""
    design = fit.design[fit.design[USED] == 1].copy()
    design[OTHER] = design[BOTH] = given
    design[DOSE_AND_OTHER] = design[DOSE] * given
    matrix = design.to_numpy()
    risk = expit(matrix @ fit.coefficients.to_numpy())
    spread = risk * (1 - risk)
    per_mg = fit.coefficients[DOSE] + given * fit.coefficients[DOSE_AND_OTHER]
    gradient = per_mg * (spread * (1 - 2 * risk)) @ matrix / len(matrix)
    gradient[design.columns.get_loc(DOSE)] += spread.mean()
    gradient[design.columns.get_loc(DOSE_AND_OTHER)] += given * spread.mean()
    variance = gradient @ fit.covariance.to_numpy() @ gradient
    return float(per_mg * spread.mean()), float(np.sqrt(variance))
