"""What misclassified use and an unmeasured confounder could make of the main comparison."""

import numpy as np
import pandas as pd

from lncohort.estimate.bias_analysis import (
    Bias,
    Distribution,
    ExposureMisclassification,
    Simulation,
    UnmeasuredConfounder,
    probabilistic_bias_analysis,
)
from lncohort.estimate.rows import NotEstimable, row
from lncohort.study.model import Analysis, BiasAssumptions

DRAWS = 10_000
OBSERVED, SYSTEMATIC, TOTAL = "observed", "bias alone", "bias and random error"


def bias_rows(patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    """Crude odds ratio of ever against never use, corrected by drawn bias parameters.

    Each parameter is drawn evenly between the two numbers of the study file.

    Parameters
    ----------
    patients : DataFrame of shape (n, columns)
        The model population, with ``exposed`` and ``response``.
    analysis : Analysis
        With its assumptions and ``seed``.

    Returns
    -------
    list of dict
        By bias (``contrast``): the observed odds ratio, and the median of the corrected ones with
        their 2.5th and 97.5th percentile, by the drawn parameters alone and with random error. They
        give no P. Model "crude": the rows fall to the same disclosure control as the table that
        they are made of.

    Notes
    -----
    Lash TL, Fox MP, Fink AK. Applying Quantitative Bias Analysis to Epidemiologic Data, 2009.
    """
    used, responded = patients["exposed"].astype(bool), patients["response"].astype(bool)
    table = np.array(
        [
            [(used & responded).sum(), (~used & responded).sum()],
            [(used & ~responded).sum(), (~used & ~responded).sum()],
        ],
        dtype=float,
    )
    rows = []
    for name, bias in _biases(analysis.assumptions).items():
        place = {"model": "crude", "contrast": name, "reference": "never", "level": "ever"}
        method = f"probabilistic bias analysis, {DRAWS:,} draws (seed {analysis.seed})"
        try:
            found = probabilistic_bias_analysis(table, bias, "OR", seed=analysis.seed, draws=DRAWS)
        except NotEstimable as error:
            rows.append(row(analysis.name, f"OR, {TOTAL}", note=str(error), **place))
            continue
        rows.append(row(analysis.name, f"OR, {OBSERVED}", found.observed, **place))
        for kind, simulated in ((SYSTEMATIC, found.systematic), (TOTAL, found.total)):
            figures = {"estimate": simulated.median, "ci_low": simulated.low}
            figures |= {"ci_high": simulated.high, "note": _impossible(simulated)}
            rows.append(row(analysis.name, f"OR, {kind}", method=method, **place, **figures))
    return rows


def _biases(assumptions: BiasAssumptions) -> dict[str, Bias]:
    """The biases whose parameters are given."""
    given = {
        key: Distribution("uniform", tuple(values))
        for key, values in assumptions.model_dump(exclude_none=True).items()
    }
    found: dict[str, Bias] = {}
    if "sensitivity" in given:
        found["misclassified use"] = ExposureMisclassification(
            given["sensitivity"], given["specificity"]
        )
    if "confounder_risk_ratio" in given:
        found["unmeasured confounder"] = UnmeasuredConfounder(
            given["confounder_in_users"],
            given["confounder_in_others"],
            given["confounder_risk_ratio"],
        )
    return found


def _impossible(simulated: Simulation) -> str:
    if not simulated.impossible:
        return ""
    return f"{100 * simulated.impossible / DRAWS:.0f} % of the draws contradict the data"
