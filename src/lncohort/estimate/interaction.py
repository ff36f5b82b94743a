"""Interaction of two drugs, on the multiplicative and on the additive scale."""

import math

import numpy as np
import pandas as pd

from lncohort.estimate.logistic import LARGEST_COEFFICIENT, METHOD, Fit
from lncohort.estimate.newton import maximise_many
from lncohort.estimate.odds_ratios import fit_levels, level_column
from lncohort.estimate.rows import NotEstimable, Z, row, wald
from lncohort.estimate.standardise import METHOD as STANDARDISED
from lncohort.estimate.standardise import standardised_risks
from lncohort.study import Study

SAMPLES = 2000
LEAST_SOUND = 0.95
SEED = 1
BOOTSTRAP = f"bootstrap, {SAMPLES:,} samples of patients, percentiles (seed {SEED})"
COMMON = (
    "The response is common, so these ratios of odds exaggerate ratios of risks; "
    "see the standardised risks."
)


def additive_interaction(coefficients: np.ndarray, covariance: np.ndarray) -> list[dict]:
    """RERI, AP and S of two exposures, with their intervals.

    Parameters
    ----------
    coefficients : array of shape (3,)
        Log odds ratios against the doubly unexposed: of the first exposure alone, of the second
        alone, of both.
    covariance : array of shape (3, 3)
        Their covariance.

    Returns
    -------
    list of dict
        measure, estimate, ci_low, ci_high, p_value, method. S is NaN where either joint excess is
        not positive: it has no meaning there.

    Notes
    -----
    Delta method: Hosmer DW, Lemeshow S. Epidemiology 1992;3:452. S on the log scale. MOVER: Zou
    GY. Am J Epidemiol 2008;168:212. Interval and P come from the same pivot.
    """
    first, second, both = np.exp(coefficients)
    reri = both - first - second + 1
    attributable = reri / both
    reri_gradient = np.array([-first, -second, both])
    ap_gradient = np.array([-first / both, -second / both, (first + second - 1) / both])
    rows = [
        {"measure": "RERI", "method": "delta method"}
        | wald(reri, _se(reri_gradient, covariance), float),
        {"measure": "RERI", "method": "MOVER"}
        | _mover(reri, coefficients, covariance, np.array([-1, -1, 1])),
        {"measure": "AP", "method": "delta method"}
        | wald(attributable, _se(ap_gradient, covariance), float),
    ]
    to_both = np.array([[1, 0, -1], [0, 1, -1], [0, 0, -1]])
    rows.append(
        {"measure": "AP", "method": "MOVER"}
        | _mover(
            attributable,
            to_both @ coefficients,
            to_both @ covariance @ to_both.T,
            np.array([-1, -1, 1]),
        )
    )
    excess, apart = both - 1, first + second - 2
    synergy = {"measure": "S", "method": "delta method on the log scale", "estimate": math.nan}
    if excess > 0 and apart > 0:
        gradient = np.array([-first / apart, -second / apart, both / excess])
        synergy |= wald(math.log(excess / apart), _se(gradient, covariance))
    return [*rows, synergy]


def _se(gradient: np.ndarray, covariance: np.ndarray) -> float:
    return float(np.sqrt(gradient @ covariance @ gradient))


def _mover(value: float, logs: np.ndarray, covariance: np.ndarray, signs: np.ndarray) -> dict:
    """Interval of a signed sum of exponentials, from the limits of each (Zou 2008)."""
    errors = np.sqrt(np.diag(covariance))
    points, low, high = np.exp(logs), np.exp(logs - Z * errors), np.exp(logs + Z * errors)
    correlation = covariance / np.outer(errors, errors)
    down = signs * np.where(signs > 0, points - low, high - points)
    up = signs * np.where(signs > 0, high - points, points - low)
    return {
        "estimate": float(value),
        "ci_low": float(value - np.sqrt(down @ correlation @ down)),
        "ci_high": float(value + np.sqrt(up @ correlation @ up)),
    }


def bootstrap_reri(fit: Fit, response, columns: list[str]) -> dict:
    """RERI with the percentiles of samples of patients drawn with replacement.

    Parameters
    ----------
    fit : Fit
        A logistic model.
    response : array of shape (n,)
        What it was fitted to.
    columns : list of str
        Its columns of the first exposure alone, of the second alone, and of both.

    Returns
    -------
    dict
        measure, method, estimate, ci_low, ci_high, and a note of the samples that had no finite
        estimate, if any; without an interval where these are more than one in twenty. The
        percentiles give no P.

    Notes
    -----
    Assmann SF, Hosmer DW, Lemeshow S, Mundt KA. Epidemiology 1996;7:286.
    """
    matrix = fit.design.to_numpy(dtype=float)
    n = len(matrix)
    drawn = drawn_with_replacement(n, SAMPLES, SEED)
    found = maximise_many(matrix, response, drawn, fit.coefficients.to_numpy())
    places = [fit.design.columns.get_loc(column) for column in columns]
    sound = np.isfinite(found).all(axis=1) & (np.abs(found[:, places]) < LARGEST_COEFFICIENT).all(1)
    first, second, both = np.exp(found[sound][:, places].T)
    own = np.exp(fit.coefficients[columns].to_numpy())
    row = {
        "measure": "RERI",
        "method": BOOTSTRAP,
        "estimate": float(own[2] - own[0] - own[1] + 1),
    }
    if sound.mean() >= LEAST_SOUND:
        low, high = np.quantile(both - first - second + 1, [0.025, 0.975])
        row |= {"ci_low": float(low), "ci_high": float(high)}
    if not sound.all():
        row["note"] = f"{(~sound).sum()} of {SAMPLES:,} samples had no finite estimate"
    return row


def drawn_with_replacement(n: int, samples: int, seed: int) -> np.ndarray:
    """How often each of n patients is drawn in each sample, an array of shape (samples, n)."""
    who = np.random.default_rng(seed).integers(0, n, (samples, n))
    who += n * np.arange(samples)[:, None]
    return np.bincount(who.ravel(), minlength=samples * n).reshape(samples, n).astype(float)


def cells(study: Study, drugs: tuple[str, str]) -> dict[tuple[bool, bool], str]:
    """Names of the four cells of two drugs; the doubly unexposed cell says who is in it."""
    first, second = (study.drug(name).label for name in drugs)
    others = [drug.name for drug in study.drugs if drug.name not in drugs]
    neither = f"neither ({study.regimen_label(others)})" if len(others) == 1 else "neither"
    return {
        (False, False): neither,
        (True, False): f"{first}, no {second}",
        (False, True): f"{second}, no {first}",
        (True, True): f"{first} and {second}",
    }


def interaction_rows(
    study: Study, patients: pd.DataFrame, analysis: str, drugs: tuple[str, str]
) -> list[dict]:
    """Joint odds ratios of two drugs, their product term, and RERI, AP and S.

    All come from one saturated model of the four cells over the whole cohort, so that the product
    term is exactly the joint ratio over the product of the single ones. In a cohort of people
    given at least one of three drugs, those given neither of two were given the third alone.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population.
    analysis : str
        Where the rows stand in the table of estimates.
    drugs : tuple of str
        Names of the two drugs.

    Returns
    -------
    list of dict
        Crude and adjusted: an odds ratio for each cell, measure "OR within" for each drug among
        those given the other, level "product" (multiplicative scale) and level "additive" (RERI,
        AP and S of odds ratios; the contrast of standardised risks), each in words in its note.

    Notes
    -----
    What to show: Knol MJ, VanderWeele TJ. Int J Epidemiol 2012;41:514. The interaction contrast
    of risks does not suffer from odds ratios of a common outcome: VanderWeele TJ, Knol MJ.
    Epidemiol Methods 2014;3:33.
    """
    names = cells(study, drugs)
    reference, first, second, both = names.values()
    use = patients[[f"{drug}_use" for drug in drugs]].to_numpy(dtype=bool)
    labelled = patients.assign(
        cell=pd.Categorical([names[a, b] for a, b in use.tolist()], categories=list(names.values()))
    )
    contrast = " × ".join(study.drug(drug).label for drug in drugs)
    rows = []
    for model in ("crude", "adjusted"):
        place = {"model": model, "contrast": contrast, "reference": reference}
        sizes = labelled.groupby("cell", observed=False)["response"].agg(["size", "sum"])
        try:
            fit, why = fit_levels(study, labelled, "cell", reference, model == "adjusted"), ""
            if fit.left_out:
                level, outcomes = next(iter(fit.left_out.items()))
                fit, why = None, f"not estimable: {outcomes}: {level}"
        except NotEstimable as error:
            fit, why = None, str(error)
        for name in names.values():
            counts = {"n": int(sizes.loc[name, "size"]), "events": int(sizes.loc[name, "sum"])}
            figures = {"estimate": math.nan, "note": why}
            if name == reference:
                figures = {"estimate": 1.0, "note": "reference"}
            elif fit is not None:
                figures = wald(*fit.contrast({level_column(name): 1.0}))
                figures["note"] = "; ".join(fit.notes)
            rows.append(
                row(analysis, "OR", **place, **counts, **figures, level=name, method=METHOD)
            )
        rows += _interaction_of(fit, why, analysis, place, (first, second, both), patients)
    return rows


def _interaction_of(fit, why, analysis, place, levels, patients) -> list[dict]:
    first, second, both = levels
    place = place | {"n": len(patients), "events": int(patients["response"].sum())}
    if fit is None:
        place |= {"note": why}
        return [
            *(
                row(analysis, "OR within", level=both, **(place | {"reference": other}))
                for other in (second, first)
            ),
            row(analysis, "ratio of ORs", level="product", **place),
            *(row(analysis, m, level="additive", **place) for m in ("RERI", "AP", "S", "IC")),
        ]
    columns = [level_column(level) for level in levels]
    rows = []
    for other, column in ((second, columns[1]), (first, columns[0])):
        within = wald(*fit.contrast({columns[2]: 1.0, column: -1.0}))
        shared = place | {"reference": other, "note": f"{both} against {other}"}
        rows.append(row(analysis, "OR within", level=both, method=METHOD, **shared, **within))
    product = wald(*fit.contrast(dict(zip(columns, (-1.0, -1.0, 1.0), strict=True))))
    note = _product_in_words(product, levels)
    rows.append(
        row(analysis, "ratio of ORs", level="product", method=METHOD, note=note, **place, **product)
    )
    coefficients = fit.coefficients[columns].to_numpy()
    additive = additive_interaction(coefficients, fit.covariance.loc[columns, columns].to_numpy())
    if place["model"] == "adjusted":
        response = patients.loc[fit.design.index, "response"].to_numpy(dtype=float)
        additive.insert(2, bootstrap_reri(fit, response, columns))
    protective = coefficients[:2].min() < 0
    for figures in additive:
        words = _additive_in_words(figures, protective, levels)
        note = "; ".join(part for part in (figures.pop("note", ""), words) if part)
        rows.append(row(analysis, level="additive", note=note, **place, **figures))
    risks, covariance = standardised_risks(fit, [None, *levels])
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    contrast = wald(float(signs @ risks), float(np.sqrt(signs @ covariance @ signs)), float)
    note = (
        f"Of 100 patients all given both, {100 * contrast['estimate']:.1f} more respond than the "
        "sum of what each drug adds alone; 0 means additive."
    )
    rows.append(
        row(analysis, "IC", level="additive", method=STANDARDISED, note=note, **place, **contrast)
    )
    return rows


def _product_in_words(product: dict, levels) -> str:
    ratio = product["estimate"]
    direction = "larger" if ratio > 1 else "smaller"
    return (
        f"The odds ratio of {levels[2]} is {ratio:.2f} times the product of the two single odds "
        f"ratios: {direction} than if each drug multiplied the odds without regard to the other."
    )


def _additive_in_words(figures: dict, protective: bool, levels) -> str:
    value = figures["estimate"]
    if figures["measure"] == "RERI":
        words = (
            f"Relative excess due to interaction: {levels[2]} adds {value:.2f} to the odds ratio "
            "beyond the sum of what each adds alone; 0 means additive."
        )
    elif figures["measure"] == "AP":
        words = (
            f"Attributable proportion: {100 * value:.0f} % of the joint odds ratio is due to the "
            "interaction; 0 means additive."
        )
    elif math.isnan(value):
        return (
            "Synergy index has no meaning here: the drugs alone, or together, do not raise the "
            "odds above the reference."
        )
    else:
        words = (
            f"Synergy index: the joint excess of odds is {value:.2f} times the sum of the single "
            "excesses; 1 means additive."
        )
    if protective:
        words += " One drug alone has an odds ratio below 1: read with care."
    return f"{words} {COMMON}"
