"""Standardised risks of each level, their differences and ratios."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from lncohort.analyses.odds_ratios import fit_levels
from lncohort.estimate.logistic import level_column
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.standardise import METHOD, standardised_risks
from lncohort.study import Study


def risk_rows(
    study: Study,
    patients: pd.DataFrame,
    analysis: str,
    exposure: str,
    reference: str,
    contrast: str,
) -> list[dict]:
    """Standardised risk of every level, with its difference and ratio to the reference.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population; those whom the model leaves out are not standardised over either.
    analysis, contrast : str
        Where the rows stand in the table of estimates.
    exposure, reference : str
        A categorical column of ``patients`` and one of its categories.
    """
    sizes = patients.groupby(exposure, observed=True)["response"].agg(["size", "sum"])
    place = {"model": "standardised", "contrast": contrast, "method": METHOD}

    def counts(level):
        return {"n": int(sizes.loc[level, "size"]), "events": int(sizes.loc[level, "sum"])}

    try:
        fit = fit_levels(study, patients, exposure, reference, adjusted=True)
    except NotEstimable as error:
        return [
            row(analysis, "risk", level=str(level), **place, **counts(level), note=str(error))
            for level in sizes.index
        ]
    levels = [x for x in sizes.index if level_column(x) in fit.coefficients]
    risks, covariance = standardised_risks(fit, [None, *levels])
    note = "; ".join(fit.notes)
    rows = [
        row(
            analysis,
            "risk",
            level=str(level),
            **place,
            **counts(level),
            note=f"not estimable: {fit.left_out[level]}",
        )
        for level in sizes.index
        if level in fit.left_out
    ]
    for i, level in enumerate([reference, *levels]):
        slope = risks[i] * (1 - risks[i])
        figures = wald(logit(risks[i]), np.sqrt(covariance[i, i]) / slope, expit)
        figures["p_value"] = np.nan
        rows.append(row(analysis, "risk", level=level, **place, **counts(level), **figures))
        rows[-1]["note"] = note
    for i, level in enumerate(levels, start=1):
        ends = [0, i]
        part = covariance[np.ix_(ends, ends)]
        difference, ratio = np.array([-1.0, 1.0]), np.array([-1 / risks[0], 1 / risks[i]])
        shared = place | counts(level) | {"level": level, "reference": reference, "note": note}
        rows.append(
            row(
                analysis,
                "RD",
                **shared,
                **wald(risks[i] - risks[0], np.sqrt(difference @ part @ difference), float),
            )
        )
        rows.append(
            row(
                analysis,
                "RR",
                **shared,
                **wald(np.log(risks[i] / risks[0]), np.sqrt(ratio @ part @ ratio)),
            )
        )
    return rows
