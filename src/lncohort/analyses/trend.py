"""Trend over ordered bands of an exposure: by rank, by the bands' medians, and what is no line."""

from dataclasses import dataclass

import pandas as pd

from lncohort.analyses.odds_ratios import Prepared, prepare
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, likelihood_ratio_p, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study


@dataclass(frozen=True)
class Scale:
    """What the bands are cut from.

    Attributes
    ----------
    values : Series of shape (n,)
        The dose or days of each user; of others it is not read.
    unit : float
        The odds ratio is of so many more.
    name : str
        The unit in words, such as ``1 mg/day``.
    scores : tuple of float
        The value that the study declares for each band of users, as its middle; or none.
    """

    values: pd.Series
    unit: float
    name: str
    scores: tuple[float, ...] = ()


def trend_rows(
    study: Study, patients: pd.DataFrame, analysis: str, exposure: str, contrast: str, scale: Scale
) -> list[dict]:
    """Trend of the odds over bands, "unknown" left out.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    analysis, contrast : str
        Where the rows stand in the table of estimates.
    exposure : str
        A categorical column of ``patients``, its categories in order, the unexposed first.
    scale : Scale
        The values behind the bands.

    Returns
    -------
    list of dict
        Level "trend": odds ratio per band, the bands scored 0, 1, 2, ..., crude and adjusted; its P
        is of the Wald test of the score. Adjusted only: level "trend by medians", the bands scored
        by the median of their users (0 for the unexposed), to two digits; and level "departure",
        the likelihood-ratio test of a coefficient for each band against the score 0, 1, 2, ....
        Where the study declares scores, because the last band has no middle: level "trend by
        scores", as by medians.

    Notes
    -----
    Breslow NE, Day NE. Statistical Methods in Cancer Research, vol. 1, IARC 1980, ch. 6.
    Greenland S. Epidemiology 1995;6:356 (medians).
    """
    ordered = [level for level in patients[exposure].cat.categories if level != "unknown"]
    scored = patients[patients[exposure].isin(ordered)]
    left_out = len(patients) - len(scored)
    notes = [f"{left_out} patients of unknown band left out"] if left_out else []
    place = {"contrast": contrast, "method": METHOD}
    counts = {"n": len(scored), "events": int(scored["response"].sum())}
    rows = []
    for model in ("crude", "adjusted"):
        prepared = prepare(study, scored, model == "adjusted")
        by_rank = {level: float(rank) for rank, level in enumerate(ordered)}
        fit, figures, why = _scored(prepared, exposure, by_rank, 1.0)
        told = [f"scores 0 to {len(ordered) - 1}", *notes, why]
        rows.append(
            row(
                analysis,
                "OR per band",
                model=model,
                level="trend",
                note="; ".join(part for part in told if part),
                **place,
                **counts,
                **figures,
            )
        )
    place |= {"model": "adjusted"}
    medians = _medians(scored, exposure, ordered, scale.values)
    sizes = scored[exposure].value_counts()
    withheld = {level for level in ordered[1:] if sizes[level] < study.info.min_cell}
    scorings = [("trend by medians", medians, withheld)]
    if scale.scores:
        declared = dict(zip(ordered, (0.0, *scale.scores), strict=True))
        scorings.append(("trend by scores", declared, set()))
    for level, scores, hidden in scorings:
        _, figures, why = _scored(prepared, exposure, scores, scale.unit)
        shown = ("withheld" if band in hidden else f"{x:g}" for band, x in scores.items())
        told = [f"scores {', '.join(shown)}", *notes, why]
        note = "; ".join(part for part in told if part)
        rows.append(
            row(analysis, f"OR per {scale.name}", level=level, note=note, **place, **figures)
        )
    return [*rows, _departure(prepared, exposure, ordered, fit, analysis, place)]


def _medians(
    scored: pd.DataFrame, exposure: str, ordered: list[str], values: pd.Series
) -> dict[str, float]:
    """The median of each band that has patients, to two digits; 0 for the unexposed."""
    found = {ordered[0]: 0.0}
    for level in ordered[1:]:
        own = values.loc[scored.index[scored[exposure] == level]]
        if len(own):
            found[level] = float(f"{float(own.median()):.2g}")
    return found


def _scored(
    prepared: Prepared, exposure: str, scores: dict[str, float], unit: float
) -> tuple[Fit | None, dict, str]:
    """The model of a score, its figures, and a note."""
    values = prepared.patients[exposure].astype(object).map(scores).astype(float) / unit
    score = values.rename("score").to_frame()
    try:
        fit = fit_logistic(
            with_intercept(score, prepared.covariates), prepared.patients["response"]
        )
    except NotEstimable as error:
        return None, {}, str(error)
    return fit, wald(*fit.contrast({"score": 1.0})), "; ".join(prepared.notes)


def _departure(
    prepared: Prepared, exposure: str, ordered: list[str], line: Fit | None, analysis: str, place
) -> dict:
    """The test of a coefficient for each band against those of the line."""
    bands = prepared.patients[exposure]
    present = [level for level in ordered if (bands == level).any()]
    shared = place | {"level": "departure"}
    shared["method"] = "likelihood-ratio test of a coefficient for each band against the score"
    if line is None or len(present) < 3:
        note = "not estimable: fewer than three bands, or no fit"
        return row(analysis, "P", note=note, **shared)
    indicators = pd.DataFrame({level: (bands == level).astype(float) for level in present[1:]})
    try:
        free = fit_logistic(
            with_intercept(indicators, prepared.covariates), prepared.patients["response"]
        )
    except NotEstimable as error:
        return row(analysis, "P", note=str(error), **shared)
    return row(analysis, "P", p_value=likelihood_ratio_p(free, line), **shared)
