"""Interaction of two drugs, on the multiplicative and on the additive scale."""

import math

import numpy as np
import pandas as pd

from lncohort.analyses.odds_ratios import fit_levels
from lncohort.estimate.interaction import additive_interaction, bootstrap_reri
from lncohort.estimate.logistic import METHOD, level_column
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.estimate.standardise import METHOD as STANDARDISED
from lncohort.estimate.standardise import standardised_risks
from lncohort.study import Study

COMMON = (
    "The response is common, so these ratios of odds exaggerate ratios of risks; "
    "see the standardised risks."
)


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
    study: Study,
    patients: pd.DataFrame,
    analysis: str,
    drugs: tuple[str, str],
    resampled: bool = True,
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
    resampled : bool
        Whether the adjusted RERI has an interval by the bootstrap, too.

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
        drawn = resampled and model == "adjusted"
        rows += _interaction_of(fit, why, analysis, place, (first, second, both), patients, drawn)
    return rows


def _interaction_of(fit, why, analysis, place, levels, patients, drawn: bool) -> list[dict]:
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
    if drawn:
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
