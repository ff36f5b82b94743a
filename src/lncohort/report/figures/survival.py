"""Figures of time to response."""

import pandas as pd

from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.curves import draw_curves
from lncohort.report.figures.drawing import MUTED, Drawing
from lncohort.report.numbers import percent_of_risk
from lncohort.report.rows import analysis_of, counted, levels, pick
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
        curve = pick(own, level=level).sort_values("day")
        written = [counted(row.n, row.note, study.info.min_cell) for row in curve.itertuples()]
        curve = curve.assign(at_risk=written)
        if curve["estimate"].notna().any():
            curves[f"{label} {level}"] = curve
    if not curves:
        return None
    colours = dict.fromkeys(curves, MUTED) | {f"{label} ever": drug_colours(study)[label]}
    ends = [(group, curve.dropna(subset=["estimate"]).iloc[-1]) for group, curve in curves.items()]
    described = "; ".join(
        f"{group} {percent_of_risk(end['estimate'])}% by day {end['day']}" for group, end in ends
    )
    return draw_curves(curves, colours, title, f"{title}: {described}.", wide)
