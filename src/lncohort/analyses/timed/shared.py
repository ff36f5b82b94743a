"""What the analyses that respect time have in common."""

import numpy as np
import pandas as pd

from lncohort.estimate.cox import CoxFit
from lncohort.estimate.hazard_curves import RiskCurves
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study.model import Analysis

RESPONSE, COMPETING = 1, 2
STARTED, NOT_STARTED = "started", "not started"
CENSORED = "death and kidney failure censored"
COMPETE = "death and kidney failure compete"
LOST = ("observation_end",)  # the other reasons are the end of the study
DAYS_OF_USE = 30  # a hazard ratio along the days covered is told per so many


def hazard_ratio(fit: CoxFit, column: str) -> dict:
    """Hazard ratio of a column, with its Wald interval and P."""
    return wald(fit.coefficients[column], float(np.sqrt(fit.covariance.loc[column, column])))


def told(*notes: str) -> str:
    """Notes as one, those that are empty left out."""
    return "; ".join(note for note in notes if note)


def failed_samples(failed: int, analysis: Analysis) -> str:
    """How many bootstrap samples gave no estimate, if any."""
    return f"{failed} of {analysis.replicates} bootstrap samples not estimable" if failed else ""


def bootstrap_freedom(failed: int, analysis: Analysis) -> int:
    """Degrees of freedom of a standard deviation of the bootstrap samples that gave an estimate."""
    return (analysis.replicates or 0) - failed - 1


def risk_difference_rows(
    analysis: Analysis, risks: RiskCurves, width: int, place: dict, arms: dict
) -> list[dict]:
    """The differences of risks at the days that an analysis names, by the errors of the bootstrap."""
    found = risks.contrasts[risks.contrasts["measure"] == "risk difference"]
    found = found[(found["time"] * width).isin(analysis.days)]
    freedom = bootstrap_freedom(risks.failed, analysis)
    return [
        row(
            analysis.name,
            "RD",
            **(place | {"contrast": f"day {point.time * width}"}),
            **arms,
            **wald(point.estimate, point.se, float, freedom),
        )
        for point in found.itertuples()
    ]


def weight_rows(analysis: str, model: str, level: str, distribution: pd.DataFrame) -> list[dict]:
    """How weights are spread: mean, quantiles and effective sample size.

    ``distribution`` is as :func:`lncohort.estimate.inverse_probability.weight_distribution` gives
    it. The least and the largest weight are those of single patients and are not told.
    """
    spread = distribution.loc["all"]
    quantiles = [name for name in spread.index if name.startswith("q")]
    place = {"model": model, "level": level}
    return [
        row(analysis, "weight", float(spread[name]), contrast=name, **place)
        for name in ("mean", *quantiles)
    ] + [row(analysis, "effective sample size", float(spread["ess"]), **place)]


def refuse_one_sided(events: pd.Series, groups: pd.Series) -> None:
    """Refuse a contrast of two groups of which one is empty or without an event.

    Raises
    ------
    NotEstimable
    """
    counts = events.groupby(groups.astype(bool)).sum().reindex([True, False], fill_value=0)
    if not counts.all():
        raise NotEstimable("not estimable: no response in one of the groups")
