"""Odds ratios of an exposure of the study, crude and adjusted for its covariates."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lncohort.estimate.firth import FirthFit, fit_firth
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, level_column, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study

LARGEST_PENALISED = float(np.log(1000))  # beyond it an odds ratio says no more than "empty cell"
FIRTH = "logistic regression, Firth's penalised likelihood, profile interval"


def model_population(study: Study, analysis_set: pd.DataFrame) -> pd.DataFrame:
    """Patients who enter the models: those assessed, or all when ``not_assessed`` says so."""
    if study.outcome.not_assessed == "non_response":
        return analysis_set
    return analysis_set[analysis_set["assessed"]]


def with_exposure(study: Study, analysis_set: pd.DataFrame) -> pd.DataFrame:
    """Add whether the exposure drug was used: ``exposed`` (bool) and ``use`` (never, ever)."""
    exposed = analysis_set[f"{study.exposure.drug}_use"]
    use = pd.Categorical(exposed.map({True: "ever", False: "never"}), ["never", "ever"])
    return analysis_set.assign(exposed=exposed, use=use)


@dataclass(frozen=True)
class Prepared:
    """Patients and covariate columns that can enter a model.

    Attributes
    ----------
    patients : DataFrame
        Rows that can enter.
    covariates : DataFrame of shape (len(patients), p)
        Indicators of levels, and numbers centred, per ``unit_of_change``.
    notes : tuple of str
        Patients and levels left out, with their counts.
    left_out : dict of (str, str) to str
        By factor and level, the outcomes for which the level was left out.
    """

    patients: pd.DataFrame
    covariates: pd.DataFrame
    notes: tuple[str, ...]
    left_out: dict[tuple[str, str], str]


def prepare(
    study: Study,
    patients: pd.DataFrame,
    adjusted: bool,
    factors: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    time_to_event: bool = False,
    penalised: bool = False,
) -> Prepared:
    """Look at the cells before a fit, and keep what can be fitted.

    Patients with a missing number leave (complete cases). Patients in a level in which none or
    all responded leave, because the level predicts their outcome and its odds ratio is infinite;
    both are counted in the notes. A hazard ratio is finite where all responded, each at a time.

    Parameters
    ----------
    patients
        Rows of the model population.
    adjusted
        Whether the covariates of the study enter.
    factors
        Names of categorical columns of ``patients`` that enter beside the covariates.
    without
        Covariates that do not enter.
    time_to_event
        Whether hazards are modelled: then only a level in which none responded leaves.
    penalised
        Whether the likelihood is penalised: then no level leaves.
    """
    chosen = [c for c in study.covariates if adjusted and c.adjust and c.name not in without]
    notes = []
    numbers = [c for c in chosen if not c.levels]
    complete = patients[[c.name for c in numbers]].notna().all(axis=1)
    if not complete.all():
        notes.append(f"{int((~complete).sum())} patients with a missing covariate left out")
    kept = patients[complete]
    names = [*factors, *(c.name for c in chosen if c.levels)]
    left_out = {}
    while not penalised:
        for name in names:
            size, events = _cells(kept, name)
            all_responded = (events == size) & (not time_to_event)
            decided = np.flatnonzero((size > 0) & ((events == 0) | all_responded))
            if len(decided):
                level = kept[name].cat.categories[decided[0]]
                told = f"{events[decided[0]]} responses among {size[decided[0]]}"
                left_out[name, level] = told
                notes.append(f"{name} {level}: {left_out[name, level]}, left out")
                kept = kept[kept[name] != level]
                break
        else:
            break
    columns = {}
    for covariate in chosen:
        values = kept[covariate.name]
        if covariate.levels:
            for level, indicator in _indicators(values)[1:]:
                columns[f"{covariate.name}: {level}"] = indicator
        elif values.nunique() > 1:
            centred = (values - values.mean()) / covariate.unit_of_change
            columns[covariate.name] = centred
    return Prepared(kept, pd.DataFrame(columns, index=kept.index), tuple(notes), left_out)


def _cells(patients: pd.DataFrame, factor: str) -> tuple[np.ndarray, np.ndarray]:
    """Patients and responses in each category of a factor."""
    codes = patients[factor].cat.codes.to_numpy()
    known = codes >= 0
    count = len(patients[factor].cat.categories)
    responses = patients["response"].to_numpy(dtype=bool)
    return (
        np.bincount(codes[known], minlength=count),
        np.bincount(codes[known & responses], minlength=count),
    )


def _indicators(values: pd.Series) -> list[tuple[str, np.ndarray]]:
    """The categories that are there, in their order, each with who has it: 1.0, else 0.0."""
    codes = values.cat.codes.to_numpy()
    columns = ((level, codes == code) for code, level in enumerate(values.cat.categories))
    return [(level, own.astype(float)) for level, own in columns if own.any()]


def fit_levels(
    study: Study, patients: pd.DataFrame, exposure: str, reference: str, adjusted: bool
) -> Fit:
    """Fit one coefficient for each level of an exposure but the reference.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    exposure : str
        A categorical column of ``patients``.
    reference : str
        One of its categories.
    adjusted : bool
        Whether the covariates of the study enter.

    Raises
    ------
    NotEstimable
        When the reference has no response, or only responses, or the fit fails.
    """
    prepared = prepare(study, patients, adjusted, factors=(exposure,))
    present = set(prepared.patients[exposure])
    values = prepared.patients[exposure]
    left_out = {
        level: prepared.left_out.get((exposure, level), "no patient with every covariate known")
        for level in values.cat.categories
        if level not in present
    }
    if reference in left_out:
        raise NotEstimable(f"not estimable: {left_out[reference]} in the reference")
    design = _design(prepared, exposure, reference)
    fit = fit_logistic(design, prepared.patients["response"])
    return replace(fit, notes=prepared.notes, left_out=left_out)


def _design(prepared: Prepared, exposure: str, reference: str) -> pd.DataFrame:
    """Indicators of the levels that are there but the reference, and the covariates."""
    values = prepared.patients[exposure]
    columns = {level_column(x): column for x, column in _indicators(values) if x != reference}
    dummies = pd.DataFrame(columns, index=values.index)
    return with_intercept(dummies, prepared.covariates)


def fit_levels_penalised(
    study: Study, patients: pd.DataFrame, exposure: str, reference: str, adjusted: bool
) -> FirthFit:
    """Fit the levels of an exposure by Firth's likelihood, with those that have one outcome.

    Parameters and errors are those of :func:`fit_levels`.
    """
    prepared = prepare(study, patients, adjusted, factors=(exposure,), penalised=True)
    design = _design(prepared, exposure, reference)
    profiled = [name for name in design.columns if name.startswith(level_column(""))]
    return fit_firth(design, prepared.patients["response"], profiled)


def odds_ratio_rows(
    study: Study,
    patients: pd.DataFrame,
    analysis: str,
    exposure: str,
    reference: str,
    contrast: str,
) -> list[dict]:
    """Odds ratios of every level of an exposure against a reference, crude and adjusted.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    analysis, contrast : str
        Where the rows stand in the table of estimates.
    exposure, reference : str
        A categorical column of ``patients`` and one of its categories.

    Returns
    -------
    list of dict
        Two rows for each level that any patient has; ``n`` and ``events`` are of the level in
        the model population, before any patient is left out of the model. A level in which none
        or all responded has its odds ratio by Firth's penalised likelihood, and says so.
    """
    rows = []
    for model in ("crude", "adjusted"):
        arguments = (study, patients, exposure, reference, model == "adjusted")
        fit, why = _attempted(fit_levels, *arguments)
        penalised = None
        if fit is not None and patients[exposure].isin(list(fit.left_out)).any():
            penalised, _ = _attempted(fit_levels_penalised, *arguments)
        for level in patients[exposure].cat.categories:
            cell = patients.loc[patients[exposure] == level, "response"]
            if cell.empty:
                continue
            place = {
                "model": model,
                "contrast": contrast,
                "level": str(level),
                "reference": reference,
                "n": len(cell),
                "events": int(cell.sum()),
                "method": METHOD,
            }
            if level == reference:
                rows.append(row(analysis, "OR", 1.0, **place, note="reference"))
            elif fit is None:
                rows.append(row(analysis, "OR", **place, note=why))
            elif level in fit.left_out and _has(penalised, level):
                interval = penalised.intervals.loc[level_column(level)]
                figures = dict(interval) | {
                    "estimate": float(np.exp(penalised.coefficients[level_column(level)])),
                    "ci_low": float(np.exp(interval["ci_low"])),
                    "ci_high": float(np.exp(interval["ci_high"])),
                    "method": FIRTH,
                }
                note = f"{fit.left_out[level]}: by Firth's penalised likelihood"
                rows.append(row(analysis, "OR", **(place | figures), note=note))
            elif level in fit.left_out:
                rows.append(
                    row(analysis, "OR", **place, note=f"not estimable: {fit.left_out[level]}")
                )
            else:
                figures = wald(*fit.contrast({level_column(level): 1.0}))
                rows.append(row(analysis, "OR", **place, **figures, note="; ".join(fit.notes)))
    return rows


def _attempted(fit, *arguments):
    """What a fit gives, and why it gives nothing."""
    try:
        return fit(*arguments), ""
    except NotEstimable as error:
        return None, str(error)


def _has(penalised: FirthFit | None, level: str) -> bool:
    """Whether a level has a penalised estimate of a sensible size, with a finite interval."""
    name = level_column(level)
    if penalised is None or name not in penalised.intervals.index:
        return False
    sensible = abs(penalised.coefficients[name]) < LARGEST_PENALISED
    return bool(sensible and np.isfinite(penalised.intervals.loc[name]).all())
