"""The exposure compared by propensity score: weighted, matched and doubly robust."""

import numpy as np
import pandas as pd
from scipy.special import expit

from lncohort.analyses.odds_ratios import Prepared, prepare
from lncohort.estimate.balance import balance
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.matching import Matched, match_nearest
from lncohort.estimate.propensity import Propensity, effective_sample_size, fit_propensity, weights
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.weighted_effect import (
    Effect,
    augmented_effect,
    matched_effect,
    propensity_weighted_effect,
    weighted_effect,
)
from lncohort.study import Study

CALIPER = 0.2  # standard deviations of the logit of the score
UNWEIGHTED = "crude"
WEIGHTED = {"ATE": "weighted to all", "ATT": "weighted to users", "ATO": "overlap weights"}
MATCHED = "matched 1:1"
AUGMENTED = "doubly robust"
UNMATCHED = "users without a match"
OUTSIDE = "outside the common support"
MODELS = (UNWEIGHTED, *WEIGHTED.values(), MATCHED, AUGMENTED)


def weighting_rows(study: Study, patients: pd.DataFrame, analysis: str) -> list[dict]:
    """Use against never use in samples that a propensity score has made alike.

    The score is a logistic model of ever use given the covariates of the study. Patients with a
    missing number leave (complete cases); a category keeps its missing as a level.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with the column ``exposed``.
    analysis : str
        Where the rows stand in the table of estimates.

    Returns
    -------
    list of dict
        By model (:data:`MODELS`): RD, RR and OR; effective sample size; SMD of each level of each
        covariate. And how many users have no match, and how many patients are outside the common
        support: with a score below all or above all of the other group.

    Notes
    -----
    Austin PC. Multivariate Behav Res 2011;46:399: pairs within a caliper of 0.2 standard
    deviations of the logit, the largest score first, without replacement.
    """
    place = {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    prepared = prepare(study, patients, adjusted=True, penalised=True)
    kept = prepared.patients
    outcome = kept["response"].to_numpy(dtype=float)
    try:
        score = fit_propensity(prepared.covariates, kept["exposed"])
    except NotEstimable as error:
        return [
            row(analysis, measure, model=model, note=str(error), **place)
            for model in MODELS
            for measure in ("RD", "RR", "OR")
        ]
    logit = np.log(score.score / (1 - score.score))
    matched = match_nearest(logit, score.treated, caliper=CALIPER * logit.std())
    treated = score.treated.to_numpy()
    samples = {UNWEIGHTED: np.ones(len(kept))}
    samples |= {name: weights(score, kind).to_numpy() for kind, name in WEIGHTED.items()}
    samples[MATCHED] = np.zeros(len(kept))
    samples[MATCHED][np.concatenate([matched.treated, matched.other])] = 1.0
    rows = []
    for model in MODELS:
        note = "; ".join(prepared.notes)
        try:
            effect = _effect(model, outcome, score, matched, prepared)
        except NotEstimable as error:
            effect, note = None, "; ".join(part for part in (str(error), note) if part)
        rows += _effect_rows(analysis, place | {"model": model, "note": note}, effect)
    lost = len(patients) - len(kept)
    for model, sample in samples.items():
        # the crude size is a count, which tells how few were left out
        if model != MATCHED and not (model == UNWEIGHTED and 1 <= lost < study.info.min_cell):
            size = effective_sample_size(sample[treated]) + effective_sample_size(sample[~treated])
            rows.append(
                row(analysis, "effective sample size", size, model=model, contrast="all patients")
            )
    rows += _balance_rows(study, prepared, treated, samples, analysis)
    counts = {UNMATCHED: len(matched.unmatched), OUTSIDE: _outside_common_support(score)}
    return rows + [row(analysis, "count", count, level=name) for name, count in counts.items()]


def _effect(
    model: str, outcome: np.ndarray, score: Propensity, matched: Matched, prepared: Prepared
) -> Effect:
    if model == UNWEIGHTED:
        return weighted_effect(outcome, score.treated, np.ones(len(outcome)))
    if model == MATCHED:
        return matched_effect(outcome, matched)
    if model == AUGMENTED:
        used = prepared.patients["exposed"].astype(float).rename("exposed")
        fit = fit_logistic(with_intercept(used, prepared.covariates), outcome)
        linear = fit.design.to_numpy() @ fit.coefficients.to_numpy()
        without = linear - fit.coefficients["exposed"] * used.to_numpy()
        return augmented_effect(
            outcome, score, expit(without + fit.coefficients["exposed"]), expit(without)
        )
    (estimand,) = (kind for kind, name in WEIGHTED.items() if name == model)
    return propensity_weighted_effect(outcome, score, estimand)


def _effect_rows(analysis: str, place: dict, effect: Effect | None) -> list[dict]:
    if effect is None:
        return [row(analysis, measure, **place) for measure in ("RD", "RR", "OR")]
    place = place | {"method": effect.method}
    return [
        row(analysis, "RD", **place, **wald(effect.difference, effect.se, float)),
        row(analysis, "RR", **place, **wald(np.log(effect.ratio), effect.se_log)),
        row(analysis, "OR", **place, **wald(np.log(effect.odds_ratio), effect.se_log_odds)),
    ]


def _balance_rows(
    study: Study, prepared: Prepared, treated: np.ndarray, samples: dict, analysis: str
) -> list[dict]:
    """The SMD of each covariate in each sample; of a category, of each level."""
    columns = {}
    for covariate in study.covariates:
        values = prepared.patients[covariate.name]
        if covariate.adjust and covariate.levels:
            for level in values.cat.categories[values.cat.categories.isin(values)]:
                columns[covariate.name, str(level)] = (values == level).astype(float)
        elif covariate.adjust:
            columns[covariate.name, ""] = values.astype(float)
    table = pd.DataFrame(columns)
    return [
        row(
            analysis,
            "SMD",
            found.smd_weighted,
            model=model,
            contrast=found.Index[0],
            level=found.Index[1],
        )
        for model, sample in samples.items()
        for found in balance(table, treated, sample).itertuples()
    ]


def _outside_common_support(score: Propensity) -> int:
    """The patients whose score lies beyond all scores of the other group."""
    treated, other = score.score[score.treated], score.score[~score.treated]
    low, high = max(treated.min(), other.min()), min(treated.max(), other.max())
    return int(((score.score < low) | (score.score > high)).sum())
