"""The exposure within subgroups, and whether it differs between them."""

import pandas as pd

from lncohort.analyses.odds_ratios import Prepared, prepare
from lncohort.estimate.logistic import METHOD, Fit, fit_logistic, likelihood_ratio_p, with_intercept
from lncohort.estimate.rows import NotEstimable, row, wald
from lncohort.study import Study
from lncohort.study.model import NOT_RECORDED, Subgroup

ONE_SIDED = "not estimable: a cell without both outcomes"


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

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The model population, with columns ``use`` and ``exposed``.
    analysis : str
        Where the rows stand in the table of estimates.
    subgroup : Subgroup
    """
    levels = subgroup_levels(patients, subgroup)
    grouped = patients.assign(subgroup=levels)
    recorded = grouped[levels.notna() & (levels != NOT_RECORDED)]
    cells = recorded.groupby(["subgroup", "use"], observed=False)["response"]
    sizes = cells.agg(["size", "sum"])
    order = [x for x in levels.cat.categories if x != NOT_RECORDED]
    rows = []
    for model in ("crude", "adjusted"):
        place = {"model": model, "contrast": subgroup.covariate, "method": METHOD}
        try:
            prepared = _prepared(study, recorded, subgroup, model == "adjusted")
            within, common = _fits(prepared)
            fitted, why = set(prepared.patients["subgroup"]), "; ".join(prepared.notes)
        except NotEstimable as error:
            within, fitted, why = None, set(), str(error)
        for level in order:
            of_level = sizes.loc[level]
            shared = place | {
                "level": str(level),
                "reference": "never",
                "n": int(of_level["size"].sum()),
                "events": int(of_level["sum"].sum()),
            }
            if level in fitted:
                figures = wald(*within.contrast({_column(level): 1.0}))
                rows.append(row(analysis, "OR", **shared, **figures, note=why))
            else:
                rows.append(
                    row(analysis, "OR", **shared, note=why if within is None else ONE_SIDED)
                )
        tested = {"note": "likelihood-ratio test of one common odds ratio"}
        if len(fitted) > 1:
            tested["p_value"] = likelihood_ratio_p(within, common)
        else:
            tested["note"] = why if within is None else "not estimable: a single level"
        rows.append(
            row(
                analysis,
                "P interaction",
                level="interaction",
                n=len(recorded),
                events=int(recorded["response"].sum()),
                **place,
                **tested,
            )
        )
    return rows


def _column(level) -> str:
    return f"exposed, {level}"


def _prepared(study: Study, recorded: pd.DataFrame, subgroup: Subgroup, adjusted: bool) -> Prepared:
    """Patients of the levels in which users and non-users have both outcomes in the model."""
    own = () if subgroup.cut else (subgroup.covariate,)
    while True:
        prepared = prepare(study, recorded, adjusted, without=own)
        cells = prepared.patients.groupby(["subgroup", "use"], observed=False)["response"]
        both = (cells.sum() > 0) & (cells.sum() < cells.size())
        usable = both.groupby("subgroup", observed=False).all()
        usable = usable.index[usable]
        if not len(usable):
            raise NotEstimable("not estimable: no level has both outcomes in users and non-users")
        if prepared.patients["subgroup"].isin(usable).all():
            return prepared
        recorded = recorded[recorded["subgroup"].isin(usable)]


def _fits(prepared: Prepared) -> tuple[Fit, Fit]:
    """The model with one odds ratio a level, and the one with a common odds ratio within it."""
    kept, present = prepared.patients, set(prepared.patients["subgroup"])
    exposed = kept["exposed"].astype(float)
    of_level = {
        level: (kept["subgroup"] == level).astype(float)
        for level in kept["subgroup"].cat.categories
        if level in present
    }
    mains = pd.DataFrame({f"level {x}": of_level[x] for x in list(of_level)[1:]}, index=kept.index)
    within = pd.DataFrame({_column(x): exposed * of_level[x] for x in of_level}, index=kept.index)
    full = with_intercept(within, mains, prepared.covariates)
    one = with_intercept(exposed.rename("exposed"), mains, prepared.covariates)
    return fit_logistic(full, kept["response"]), fit_logistic(one, kept["response"])
