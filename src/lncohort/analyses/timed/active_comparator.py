"""Initiators of the exposure drug against those of another on the index date."""

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.analyses.timed.shared import (
    CENSORED,
    RESPONSE,
    hazard_ratio,
    refuse_one_sided,
    told,
    weight_rows,
)
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.inverse_probability import weight_distribution
from lncohort.estimate.propensity import fit_propensity, weights
from lncohort.estimate.rows import NotEstimable, row
from lncohort.follow_up import FollowUp
from lncohort.study import Study
from lncohort.study.model import Analysis

BOTH = "started both on the index date"
NEITHER = "started neither on the index date"
METHODS = {
    "crude": "Cox model, Efron ties, robust errors",
    "weighted": "Cox model, stabilised propensity weights to all (ATE), robust errors",
}


def active_comparator_rows(
    study: Study, patients: pd.DataFrame, follow_up: FollowUp, analysis: Analysis
) -> list[dict]:
    """Hazard ratio of the response by the drug started on the index date, whatever came later.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    follow_up : FollowUp
        Not read: the arms are known on the index date.
    analysis : Analysis
        ``reference`` is the comparator.

    Returns
    -------
    list of dict
        HR crude and weighted; size and responses of both arms; how many started both drugs on the
        index date, and are in neither arm, and how many neither; the weights.

    Notes
    -----
    Ray WA. Am J Epidemiol 2003;158:915. Lund JL, Richardson DB, Stürmer T. Curr Epidemiol Rep
    2015;2:221. The robust error takes the score as known, which is on the safe side for ATE
    (Lunceford JK, Davidian M. Stat Med 2004;23:2937).
    """
    exposed = _started(patients, study.exposure.drug)
    compared = _started(patients, analysis.reference)
    arms = patients[exposed != compared].assign(started=exposed[exposed != compared].astype(float))
    named = {
        1.0: study.drug(study.exposure.drug).label,
        0.0: study.drug(analysis.reference).label,
    }
    counts = {BOTH: exposed & compared, NEITHER: ~exposed & ~compared}
    rows = [row(analysis.name, "count", int(own.sum()), level=k) for k, own in counts.items()]
    responded = arms["event"] == RESPONSE
    place = {"contrast": f"{named[1.0]} against {named[0.0]}", "reference": named[0.0]}
    sizes = {
        named[arm]: {"n": int(own.sum()), "events": int(responded[own].sum())}
        for arm, own in ((arm, arms["started"] == arm) for arm in named)
    }
    distribution = []
    for model in METHODS:
        shared = place | {"model": model, "method": METHODS[model]}
        try:
            figures, note, used = _fitted(study, arms, model)
        except NotEstimable as error:
            figures, note, used = {}, str(error), None
        rows += [
            row(analysis.name, "HR", level=label, **shared, **sizes[label], **own)
            for label, own in (
                (named[0.0], {"estimate": 1.0, "note": "reference"}),
                (named[1.0], {"note": note} | figures),
            )
        ]
        if model == "weighted" and used is not None:
            for arm, label in named.items():
                own = used.loc[used["started"] == arm, "weight"]
                distribution += weight_rows(analysis.name, model, label, weight_distribution(own))
    return rows + distribution


def _started(patients: pd.DataFrame, drug: str) -> pd.Series:
    return patients[f"{drug}_first_day"].eq(0).fillna(False).astype(bool)


def _fitted(study: Study, arms: pd.DataFrame, model: str) -> tuple[dict, str, pd.DataFrame]:
    """Figures, note, and the patients of the model with their weights."""
    prepared = prepare(study, arms, adjusted=model == "weighted", penalised=True)
    kept = prepared.patients
    responded = kept["event"] == RESPONSE
    refuse_one_sided(responded, kept["started"])
    weight = np.ones(len(kept))
    if model == "weighted":
        score = fit_propensity(prepared.covariates, kept["started"] == 1)
        weight = weights(score, stabilised=True).to_numpy()
    fit = fit_cox(
        kept[["started"]],
        kept["time_days"],
        responded,
        weights=weight,
        cluster=np.arange(len(kept)),
    )
    note = told(CENSORED, *prepared.notes)
    return hazard_ratio(fit, "started"), note, kept.assign(weight=weight)
