"""Figures of time to response."""

import pandas as pd

from lncohort.report.figures.colours import NEUTRAL, drug_colours
from lncohort.report.figures.curves import draw_curves
from lncohort.report.figures.drawing import Drawing
from lncohort.report.numbers import percent_of_risk
from lncohort.report.rows import analysis_of, levels, pick
from lncohort.report.words import capital, exposure_label


def cumulative_incidence(results, wide: bool) -> Drawing | None:
    """Cumulative incidence of the response, death and kidney failure competing."""
    outcome = results.study.outcome.label
    return _curves(
        results,
        "cumulative incidence",
        f"Cumulative incidence of {outcome}",
        wide,
    )


def kaplan_meier(results, wide: bool) -> Drawing | None:
    """One minus Kaplan-Meier: competing events censored."""
    outcome = results.study.outcome.label
    return _curves(results, "1 - KM", f"{capital(outcome)}, 1 − Kaplan–Meier", wide)


def _curves(results, measure: str, title: str, wide: bool) -> Drawing | None:
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "survival"), measure=measure)
    if own.empty:
        return None
    own = own.assign(day=own["contrast"].str.removeprefix("day ").astype(int))
    label = exposure_label(study)
    curves: dict[str, pd.DataFrame] = {}
    for level in levels(own):
        curves[f"{label} {level}"] = pick(own, level=level).sort_values("day")
    colours = dict.fromkeys(curves, NEUTRAL) | {f"{label} ever": drug_colours(study)[label]}
    ends = [(group, curve.dropna(subset=["estimate"]).iloc[-1]) for group, curve in curves.items()]
    described = "; ".join(
        f"{group} {percent_of_risk(end['estimate'])}% by day {end['day']}" for group, end in ends
    )
    return draw_curves(curves, colours, title, f"{title}: {described}.", wide)
