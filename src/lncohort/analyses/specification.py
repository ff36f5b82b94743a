"""The main estimate under every combination of choices that might as well have been made."""

import pandas as pd

from lncohort.analyses.odds_ratios import fit_levels, model_population, with_exposure
from lncohort.estimate.logistic import METHOD, level_column
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study
from lncohort.study.alternatives import Alternative
from lncohort.study.model import Analysis

OWN = "the study's own choices"


def highest_level(study: Study, of: str) -> str:
    """The level that a specification curve follows: ever use, or the highest band."""
    return {
        "use": "ever",
        "dose_band": study.exposure.dose_band_labels[-1],
        "duration_band": study.exposure.duration_band_labels[-1],
    }[of]


def specification_rows(
    analysis: Analysis, alternatives: list[tuple[Alternative, pd.DataFrame]]
) -> list[dict]:
    """Adjusted odds ratio of a level of exposure against never use, one for each specification.

    Parameters
    ----------
    analysis : Analysis
        With the exposure that is followed.
    alternatives : list of (Alternative, DataFrame)
        The choices with the analysis set that they give.

    Returns
    -------
    list of dict
        ``contrast`` is the level of exposure; ``level`` tells the choices: ``key: choice`` for
        each, joined by semicolons. The rows give
        no counts: two that differ by a few patients would tell of those few.

    Notes
    -----
    Simonsohn U, Simmons JP, Nelson LD. Nat Hum Behav 2020;4:1208.
    """
    rows = []
    for alternative, analysis_set in alternatives:
        study = alternative.study
        level = highest_level(study, analysis.of)
        ordered = analysis_set.sort_values("patient_id", kind="stable", ignore_index=True)
        patients = model_population(study, with_exposure(study, ordered))
        try:
            fit = fit_levels(study, patients, analysis.of, "never", adjusted=True)
            if level in fit.left_out:
                raise NotEstimable(f"not estimable: {fit.left_out[level]}")
            figures = wald(*fit.contrast({level_column(level): 1.0}))
            note = OWN if alternative.is_own else ""
        except NotEstimable as error:
            figures, note = {}, str(error)
        rows.append(
            row(
                analysis.name,
                "OR",
                model="adjusted",
                contrast=level,
                level="; ".join(f"{key}: {value}" for key, value in alternative.choices.items()),
                reference="never",
                method=METHOD,
                note=note,
                **figures,
            )
        )
    return rows
