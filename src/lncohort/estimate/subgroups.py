"""The exposure within subgroups, and whether it differs between them."""

import pandas as pd

from lncohort.estimate.logistic import (
    METHOD,
    NotEstimable,
    fit_logistic,
    likelihood_ratio_p,
    prepare,
    with_intercept,
)
from lncohort.estimate.rows import row, wald
from lncohort.study import Study
from lncohort.study.model import Subgroup

NOT_RECORDED = "not recorded"


def subgroup_levels(patients: pd.DataFrame, subgroup: Subgroup) -> pd.Series:
    """The level of each patient: the covariate's own, or numbers cut as the study says."""
    values = patients[subgroup.covariate]
    if not subgroup.cut:
        return values
    cuts = [f"{cut:g}" for cut in subgroup.cut]
    between = [f"{a} to <{b}" for a, b in zip(cuts, cuts[1:], strict=False)]
    edges = [-float("inf"), *subgroup.cut, float("inf")]
    return pd.cut(values, edges, right=False, labels=[f"<{cuts[0]}", *between, f"≥{cuts[-1]}"])


def subgroup_rows(
    study: Study, patients: pd.DataFrame, analysis: str, subgroup: Subgroup
) -> list[dict]:
    """Odds ratio of ever against never use within each level, all from one model.

    The P for interaction is of the likelihood-ratio test of one common odds ratio. Patients whose
    level was not recorded, and levels in which users or non-users all or none responded, leave.
    """
    levels = subgroup_levels(patients, subgroup)
    grouped = patients.assign(subgroup=levels)
    recorded = grouped[levels.notna() & (levels != NOT_RECORDED)]
    cells = recorded.groupby(["subgroup", "use"], observed=False)["response"]
    sizes = cells.agg(["size", "sum"])
    order = [x for x in levels.cat.categories if x != NOT_RECORDED]
    usable = [level for level in order if _has_both_outcomes(sizes, level)]
    rows = []
    for model in ("crude", "adjusted"):
        place = {"model": model, "contrast": subgroup.covariate, "method": METHOD}
        try:
            within, common = _fits(study, recorded, subgroup, usable, model == "adjusted")
            why = "; ".join(within.notes)
            p_value = likelihood_ratio_p(within, common) if len(usable) > 1 else float("nan")
        except NotEstimable as error:
            within, why, p_value = None, str(error), float("nan")
        for level in order:
            of_level = sizes.loc[level]
            shared = place | {
                "level": str(level),
                "reference": "never",
                "n": int(of_level["size"].sum()),
                "events": int(of_level["sum"].sum()),
            }
            if within is not None and _column(level) in within.coefficients:
                figures = wald(*within.contrast({_column(level): 1.0}))
                rows.append(row(analysis, "OR", **shared, **figures, note=why))
            else:
                note = why if level in usable else "not estimable: a cell without both outcomes"
                rows.append(row(analysis, "OR", **shared, note=note))
        rows.append(
            row(
                analysis,
                "P interaction",
                level="interaction",
                p_value=p_value,
                n=len(recorded),
                events=int(recorded["response"].sum()),
                note="likelihood-ratio test of one common odds ratio",
                **place,
            )
        )
    return rows


def _column(level) -> str:
    return f"exposed, {level}"


def _has_both_outcomes(sizes: pd.DataFrame, level) -> bool:
    of_level = sizes.loc[level]
    return bool(((of_level["sum"] > 0) & (of_level["sum"] < of_level["size"])).all())


def _fits(study, recorded, subgroup, usable, adjusted):
    """The model with one odds ratio a level, and the one with a common odds ratio within it."""
    if not usable:
        raise NotEstimable("not estimable: no level has both outcomes in users and non-users")
    entered = recorded[recorded["subgroup"].isin(usable)]
    own = () if subgroup.cut else (subgroup.covariate,)
    prepared = prepare(study, entered, adjusted, without=own)
    kept = prepared.patients
    exposed = kept["exposed"].astype(float)
    of_level = {level: (kept["subgroup"] == level).astype(float) for level in usable}
    mains = pd.DataFrame({f"level {x}": of_level[x] for x in usable[1:]}, index=kept.index)
    within = pd.DataFrame({_column(x): exposed * of_level[x] for x in usable}, index=kept.index)
    response = kept["response"]
    full = with_intercept(within, mains, prepared.covariates)
    one = with_intercept(exposed.rename("exposed"), mains, prepared.covariates)
    return fit_logistic(full, response, prepared.notes), fit_logistic(one, response)
