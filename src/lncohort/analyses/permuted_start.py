"""Made-up use among never-users: what the main comparison finds where no effect can be."""

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import prepare
from lncohort.estimate.kaplan_meier import drawn_times
from lncohort.estimate.newton import maximise_many
from lncohort.estimate.rows import row
from lncohort.study import Study
from lncohort.study.model import Analysis

METHOD = "logistic regression, median and 2.5th to 97.5th percentile of {} permutations (seed {})"
LARGEST = 20_000_000  # weights held at a time
EVER, DURATION = "ever use", "duration"
FEWEST = 0.5  # share of the permutations that must give an odds ratio


def permuted_start_rows(study: Study, patients: pd.DataFrame, analysis: Analysis) -> list[dict]:
    """Odds ratios of use that never was, by the same model as those of real use.

    Each never-user draws a day on which the drug would have been begun, which may be never, and for
    how many days it would have been taken. A start after the end of the exposure window is not
    seen, as that of a real patient would not be, and leaves a never-user; days beyond the window
    are cut. Exposure has then nothing to do with the outcome: what is found is what looking ahead
    does, whether exposure counts until the outcome or until the end of follow-up.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with ``exposed`` and ``window_days`` (length of the exposure window).
    analysis : Analysis
        With ``replicates`` and ``seed``.

    Returns
    -------
    list of dict
        Crude and adjusted, of ever use and of each band of duration: the median odds ratio and
        the 2.5th to 97.5th percentile; neither has a P. The number and responses of never-users
        are told once a row.

    Notes
    -----
    Suissa S. Am J Epidemiol 2008;167:492. Levesque LE, Hanley JA, Kezouh A, Suissa S. BMJ
    2010;340:b5087. Lipsitch M, Tchetgen Tchetgen E, Cohen T. Epidemiology 2010;21:383. Both are
    drawn from Kaplan-Meier curves of the whole model population, in which the end of the window
    censors: from the users alone early starts and short courses would be drawn too often. A course
    has not ended when its last day is within the grace period of the window's end.
    """
    others = patients[~patients["exposed"]]
    method = METHOD.format(analysis.replicates, analysis.seed)
    counts = {"n": len(others), "events": int(others["response"].sum()), "method": method}
    drawn = _drawn_bands(study, patients, others, analysis)
    bands = study.exposure.duration_band_labels
    found = []
    for model in ("crude", "adjusted"):
        prepared = prepare(study, others, adjusted=model == "adjusted")
        kept = others.index.get_indexer(prepared.patients.index)
        for contrast, levels, at in (
            (EVER, ("ever",), (drawn > 0).astype(np.int8)),
            (DURATION, bands, drawn),
        ):
            place = {"model": model, "contrast": contrast, "reference": "never"} | counts
            outcome = prepared.patients["response"].to_numpy(dtype=float)
            log_ratios = _log_odds_ratios(
                prepared.covariates.to_numpy(dtype=float), outcome, at[:, kept], len(levels)
            )
            for level, values in zip(levels, log_ratios.T, strict=True):
                figures = _summary(values)
                found.append(row(analysis.name, "OR", level=level, **place | figures))
    return found


def _drawn_bands(
    study: Study, patients: pd.DataFrame, others: pd.DataFrame, analysis: Analysis
) -> np.ndarray:
    """The band of duration of each never-user in each permutation: 0 none, 1 the first, ..."""
    random = np.random.default_rng(analysis.seed)
    drug = study.drug(study.exposure.drug)
    window = patients["window_days"].to_numpy(dtype=float)
    exposed = patients["exposed"].to_numpy(dtype=bool)
    first = patients[f"{drug.name}_first_day"].astype(float).to_numpy()
    covered = patients[f"{drug.name}_covered_days"].to_numpy(dtype=float)
    ended = first + covered + drug.grace_days < window
    size = (analysis.replicates, len(others))
    until_start = np.where(exposed, first, np.maximum(window, 0))
    start = drawn_times(random, size, until_start, exposed)
    length = drawn_times(random, size, covered[exposed], ended[exposed])
    left = others["window_days"].to_numpy(dtype=float) - start
    band = 1 + np.searchsorted(
        np.array(study.exposure.duration_bands), np.minimum(length, np.maximum(left, 0))
    )
    return np.where(left > 0, band, 0).astype(np.int8)


def _log_odds_ratios(
    covariates: np.ndarray, outcome: np.ndarray, at: np.ndarray, levels: int
) -> np.ndarray:
    """Log odds ratios of the levels in each permutation, (permutations, levels); NaN where none.

    Each patient stands once at every level, and counts at the one that was drawn.
    """
    n = len(outcome)
    indicators = np.repeat(np.eye(levels + 1)[:, 1:], n, axis=0)
    design = np.column_stack(
        [np.ones((levels + 1) * n), indicators, np.tile(covariates, (levels + 1, 1))]
    )
    responses = np.tile(outcome, levels + 1)
    found = np.full((len(at), levels), np.nan)
    together = max(1, LARGEST // max(design.shape[0], 1))
    for start in range(0, len(at), together):
        block = at[start : start + together]
        weights = np.concatenate([block == level for level in range(levels + 1)], axis=1)
        # a level that nobody has, or in which all have one outcome, has no odds ratio
        found[start : start + together] = maximise_many(design, responses, weights * 1.0)[
            :, 1 : levels + 1
        ]
    return found


def _summary(values: np.ndarray) -> dict:
    """Median and percentiles of the odds ratios that there are."""
    known = values[np.isfinite(values)]
    if not len(known) or len(known) < FEWEST * len(values):
        return {"note": "not estimable: too few permutations give an odds ratio"}
    median, low, high = np.exp(np.quantile(known, [0.5, 0.025, 0.975]))
    failed = len(values) - len(known)
    note = f"{failed} of {len(values)} permutations not estimable" if failed else ""
    return {"estimate": float(median), "ci_low": low, "ci_high": high, "note": note}
