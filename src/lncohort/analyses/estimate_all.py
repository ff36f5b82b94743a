"""Every analysis that a study names, in its order."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from lncohort.analyses.bias import bias_rows
from lncohort.analyses.curve import curve_rows
from lncohort.analyses.descriptive import (
    cohort_rows,
    combination_rows,
    dose_coverage_rows,
    table1_rows,
)
from lncohort.analyses.dose_interaction import dose_interaction_rows
from lncohort.analyses.interaction import interaction_rows
from lncohort.analyses.missing_data import missing_rows
from lncohort.analyses.negative_control import negative_control_rows
from lncohort.analyses.odds_ratios import model_population, odds_ratio_rows, with_exposure
from lncohort.analyses.permuted_start import permuted_start_rows
from lncohort.analyses.risk_ratio import risk_ratio_rows
from lncohort.analyses.specification import specification_rows
from lncohort.analyses.standardised_risk import risk_rows
from lncohort.analyses.subgroups import subgroup_rows
from lncohort.analyses.survival import survival_rows
from lncohort.analyses.three_drugs import three_drug_rows
from lncohort.analyses.timed import TIMED_KINDS
from lncohort.analyses.trend import Scale, trend_rows
from lncohort.analyses.weighting import weighting_rows
from lncohort.estimate.evalue import e_value_rows
from lncohort.estimate.rows import as_estimates, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.alternatives import Alternative
from lncohort.study.model import Analysis


def estimate_all(
    study: Study,
    analysis_set: pd.DataFrame,
    person_time: pd.DataFrame,
    alternatives: Mapping[str, list[tuple[Alternative, pd.DataFrame]]] = MappingProxyType({}),
    follow_up: FollowUp | None = None,
    *,
    resampled: bool = True,
) -> pd.DataFrame:
    """Estimate everything that the study names.

    Parameters
    ----------
    study : Study
    analysis_set : DataFrame of shape (patients, columns)
        As :class:`lncohort.Cohort` holds it.
    person_time : DataFrame
        As :class:`lncohort.Cohort` holds it.
    alternatives : dict, optional
        As :class:`lncohort.Cohort` holds them; a specification curve without them is left out.
    follow_up : FollowUp, optional
        As :class:`lncohort.Cohort` holds it; the analyses that read it are left out without it.
    resampled : bool
        Whether an estimate that has an interval by formula has one by the bootstrap beside it.

    Returns
    -------
    DataFrame
        One row per estimate, columns :data:`lncohort.estimate.rows.COLUMNS`: first the cohort,
        Table 1, dose coverage and combinations, then the analyses in the study's order.
    """
    # Sums of numbers depend on their order in the last digits; the order of the rows must not.
    ordered = analysis_set.sort_values("patient_id", kind="stable", ignore_index=True)
    patients = with_exposure(study, ordered)
    population = model_population(study, patients)
    rows = cohort_rows(patients)
    rows += table1_rows(study, patients)
    rows += dose_coverage_rows(study, patients)
    rows += combination_rows(study, patients)
    for analysis in study.analyses:
        if analysis.kind == "survival":
            rows += survival_rows(study, patients, person_time, analysis.name)
        elif analysis.kind == "specification_curve":
            rows += specification_rows(analysis, alternatives.get(analysis.name, []))
        elif analysis.kind == "interaction":
            rows += interaction_rows(study, population, analysis.name, analysis.drugs, resampled)
        elif analysis.kind in TIMED_KINDS:
            if follow_up is not None:
                rows += TIMED_KINDS[analysis.kind](study, patients, follow_up, analysis)
        else:
            rows += KINDS[analysis.kind](study, population, analysis)
    return as_estimates(rows)


def _use(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    rows = odds_ratio_rows(study, patients, analysis.name, "use", "never", study.exposure.drug)
    return rows + e_value_rows(rows, patients["response"].mean())


def _dose(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    contrast = f"{study.exposure.drug}, mean daily dose (mg/day)"
    rows = odds_ratio_rows(study, patients, analysis.name, "dose_band", "never", contrast)
    dose = patients[f"{study.exposure.drug}_mean_daily_dose_mg"]
    scale = Scale(dose, unit=1.0, name="mg/day", scores=analysis.scores)
    return rows + trend_rows(study, patients, analysis.name, "dose_band", contrast, scale)


def _duration(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    contrast = f"{study.exposure.drug}, days covered"
    rows = odds_ratio_rows(study, patients, analysis.name, "duration_band", "never", contrast)
    days = patients[f"{study.exposure.drug}_covered_days"].astype(float)
    scale = Scale(days, unit=30.0, name="30 days", scores=analysis.scores)
    return rows + trend_rows(study, patients, analysis.name, "duration_band", contrast, scale)


def _dose_curve(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    contrast = f"{study.exposure.drug}, mean daily dose (mg/day)"
    dose = patients[f"{study.exposure.drug}_mean_daily_dose_mg"]
    return curve_rows(study, patients, analysis.name, dose, contrast)


def _duration_curve(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    contrast = f"{study.exposure.drug}, days covered"
    days = patients[f"{study.exposure.drug}_covered_days"].astype(float)
    return curve_rows(study, patients, analysis.name, days, contrast)


def _dose_by_duration(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    doses = [*study.exposure.dose_band_labels, "unknown"]
    crossed = [f"{dose} | {days}" for dose in doses for days in study.exposure.duration_band_labels]
    labels = patients["dose_band"].astype(str) + " | " + patients["duration_band"].astype(str)
    labels = labels.where(patients["exposed"], "never")
    patients = patients.assign(cross=pd.Categorical(labels, ["never", *crossed]))
    rows = odds_ratio_rows(study, patients, analysis.name, "cross", "never", "dose × duration")
    sizes = patients["cross"].value_counts(sort=False)
    for level, count in sizes.items():
        rows.append(
            row(
                analysis.name,
                "count",
                count,
                contrast="dose × duration",
                level=level,
                n=len(patients),
            )
        )
    return rows


def _joint(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    reference = study.regimen_label([analysis.reference])
    return odds_ratio_rows(study, patients, analysis.name, "regimen", reference, "regimen")


def _three_drugs(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return three_drug_rows(study, patients, analysis.name, analysis.drugs)


def _dose_interaction(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return dose_interaction_rows(study, patients, analysis.name, analysis.drugs[0])


def _subgroups(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return [
        made
        for subgroup in study.subgroups
        for made in subgroup_rows(study, patients, analysis.name, subgroup)
    ]


def _risk(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    rows = risk_rows(study, patients, analysis.name, "use", "never", study.exposure.drug)
    for other in study.analyses:
        if other.kind == "joint":
            reference = study.regimen_label([other.reference])
            rows += risk_rows(study, patients, analysis.name, "regimen", reference, "regimen")
    return rows


def _weighting(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return weighting_rows(study, patients, analysis.name)


def _bias(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return bias_rows(patients, analysis)


def _risk_ratio(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    return risk_ratio_rows(study, patients, analysis.name)


KINDS = {
    "use": _use,
    "dose_band": _dose,
    "duration_band": _duration,
    "dose_curve": _dose_curve,
    "duration_curve": _duration_curve,
    "dose_by_duration": _dose_by_duration,
    "joint": _joint,
    "three_drugs": _three_drugs,
    "dose_interaction": _dose_interaction,
    "subgroup": _subgroups,
    "standardised_risk": _risk,
    "weighting": _weighting,
    "missing_data": missing_rows,
    "bias_analysis": _bias,
    "negative_control": negative_control_rows,
    "permuted_start": permuted_start_rows,
    "risk_ratio": _risk_ratio,
}
