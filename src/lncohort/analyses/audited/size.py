"""How much the data can bear: parameters for the responses, and tests for one question."""

import pandas as pd
from statsmodels.stats.multitest import multipletests

from lncohort.analyses.audited.shared import ANALYSIS
from lncohort.analyses.odds_ratios import model_population, prepare
from lncohort.estimate.rows import row
from lncohort.study import Study

SPARSE, LOOKS = "sparse_data", "multiple_looks"
ALPHA = 0.05
RATIOS = ("OR", "RR", "RD", "HR", "sHR", "ratio of ORs", "OR per band", "RERI", "AP", "S")


def size_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Responses, or non-responses if fewer, for each coefficient of the adjusted model of use.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort, with ``exposed`` and ``use``.

    Notes
    -----
    Peduzzi P, et al. J Clin Epidemiol 1996;49:1373. The intercept is not counted.
    """
    prepared = prepare(study, model_population(study, patients), adjusted=True, factors=("use",))
    responses = int(prepared.patients["response"].sum())
    fewer = min(responses, len(prepared.patients) - responses)
    parameters = prepared.covariates.shape[1] + 1
    place = {"model": SPARSE, "contrast": study.exposure.drug}
    if fewer and fewer < study.info.min_cell:
        note = "suppressed: small count"
        return [row(ANALYSIS, "events per parameter", note=note, **place)]
    return [row(ANALYSIS, "events per parameter", fewer / parameters, **place)]


def look_rows(study: Study, estimates: pd.DataFrame) -> list[dict]:
    """How many tests were made, how many would be positive by chance, and the main P held to it.

    Parameters
    ----------
    study : Study
    estimates : DataFrame
        Every other estimate of the study.

    Returns
    -------
    list of dict
        The number of P values of ratios and differences of the analyses that the study names, one
        for each estimate that its reader is shown as adjusted, weighted or matched (not its crude
        companion); the number expected below 0.05 by chance; the P of ever against never use by
        Bonferroni's and by Holm's rule.

    Notes
    -----
    Holm S. Scand J Stat 1979;6:65. The tests are not independent: the bounds are on the safe side.
    """
    named = {analysis.name for analysis in study.analyses}
    tests = estimates[
        estimates["analysis"].isin(named)
        & estimates["measure"].isin(RATIOS)
        & ~estimates["model"].str.contains("crude")
        & estimates["p_value"].notna()
    ]
    count = len(tests)
    place = {"model": LOOKS, "contrast": "tests"}
    rows = [
        row(ANALYSIS, "tests", count, **place),
        row(ANALYSIS, "expected by chance", ALPHA * count, **place),
    ]
    main = _main(study, tests)
    if main is None:
        return rows
    place |= {"contrast": study.exposure.drug, "level": "ever", "reference": "never"}
    for name in ("Bonferroni", "Holm"):
        held = multipletests(tests["p_value"].to_numpy(), method=name.lower())[1]
        bound = float(held[tests.index.get_loc(main)])
        rows.append(row(ANALYSIS, "P", p_value=bound, method=name, **place))
    return rows


def _main(study: Study, tests: pd.DataFrame):
    """Where the main estimate stands, ever against never use; None where it has no P."""
    use = next((a.name for a in study.analyses if a.kind == "use"), None)
    found = tests.index[(tests["analysis"] == use) & (tests["level"] == "ever")]
    return found[0] if len(found) else None
