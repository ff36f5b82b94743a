"""Flags: what a reader should know before believing an estimate."""

from collections.abc import Sequence

import pandas as pd

from lncohort.analyses.weighting import MATCHED, OUTSIDE, WEIGHTED
from lncohort.study import Study

FEW = 10
SHARE_MISSING = 0.10
COMMON_RISK = 0.10
ALPHA = 0.05
LARGEST_SMD = 0.10
SERIOUS_SMD = 0.25
SHARE_OUTSIDE = 0.05
SERIOUS_SHARE_OUTSIDE = 0.20
ODDS_RATIO_KINDS = (
    "use",
    "dose_band",
    "duration_band",
    "dose_by_duration",
    "joint",
    "interaction",
    "subgroup",
)
FUTURE_KINDS = (
    *ODDS_RATIO_KINDS,
    "three_drugs",
    "dose_interaction",
    "dose_curve",
    "duration_curve",
    "standardised_risk",
    "weighting",
    "missing_data",
    "specification_curve",
    "bias_analysis",
    "risk_ratio",
    "negative_control",
)

DIRECTION = {
    "outcome": (
        "Exposure is counted until the response. Who responds early has less time to start the "
        "drug or to collect days of it, which pushes ever use and long duration towards no "
        "response; who is still unresponded after the last duration band starts was free of the "
        "response for all of it."
    ),
    "exit": (
        "Exposure is counted over all of follow-up. Who is followed longer has more time both to "
        "collect exposure and to respond, which pushes use and long duration towards response "
        "(immortal time)."
    ),
}


def find_flags(
    study: Study,
    analysis_set: pd.DataFrame,
    estimates: pd.DataFrame,
    doubted_units: Sequence[str] = (),
) -> list[dict]:
    """What could be wrong, one flag each, passed or not.

    Parameters
    ----------
    study : Study
    analysis_set : DataFrame of shape (patients, columns)
        As :class:`lncohort.Cohort` holds it.
    estimates : DataFrame
        What :func:`lncohort.analyses.estimate_all` returned of it.
    doubted_units : sequence of str
        What :func:`lncohort.extract.units.units_to_doubt` found.

    Returns
    -------
    list of dict
        flag, severity (pass, warn or fail), where (analyses), message, direction (of the bias).
        No message holds a count of patients below the study's ``min_cell``, nor a percentage
        that gives it away.
    """
    return [
        _units(study, doubted_units),
        _future_dependent(study),
        _sparse_cells(estimates),
        _not_assessed(study, estimates),
        _missing_covariates(study, analysis_set),
        _imbalance(study, estimates),
        _overlap(study, estimates),
        _balance(study, estimates),
        _non_proportional_hazards(estimates),
        _common_outcome(study, estimates),
        *_negative_controls(study, estimates),
    ]


def _flag(flag: str, severity: str, where: list[str], message: str, direction: str = "") -> dict:
    return {
        "flag": flag,
        "severity": severity,
        "where": where,
        "message": message,
        "direction": direction,
    }


def _units(study: Study, doubted: Sequence[str]) -> dict:
    if not doubted:
        return _flag("unit", "pass", [], "The values of every laboratory test fit their unit.")
    return _flag(
        "unit",
        "fail",
        [analysis.name for analysis in study.analyses],
        f"Values that do not fit their unit: {'; '.join(doubted)}. Mend the extract first.",
        "A wrong unit makes patients ineligible, or responders of them, in silence.",
    )


def _future_dependent(study: Study) -> dict:
    where = [a.name for a in study.analyses if a.kind in FUTURE_KINDS]
    if not where:
        message = "No analysis takes its exposure from after the index date as known on it."
        return _flag("future_dependent", "pass", [], message)
    until = study.outcome.label if study.exposure.until == "outcome" else "end of follow-up"
    return _flag(
        "future_dependent",
        "fail",
        where,
        f"Use, dose, duration and combination are known only after the index date (up to the "
        f"{until}), beside an outcome counted from it: run as published, not a causal contrast. "
        "The Cox model with time-varying exposure is the first guard against it.",
        DIRECTION[study.exposure.until],
    )


def _sparse_cells(estimates: pd.DataFrame) -> dict:
    ratios = estimates[(estimates["measure"] == "OR") & (estimates["model"] == "adjusted")]
    thin = ratios[(ratios["events"] < FEW) | (ratios["n"] - ratios["events"] < FEW)]
    if thin.empty:
        return _flag("sparse_cell", "pass", [], f"Every level has {FEW} of both outcomes or more.")
    named = [f"{t.analysis}: {t.level}" for t in thin.itertuples()]
    shown = ", ".join(named[:6]) + (f" and {len(named) - 6} more" if len(named) > 6 else "")
    return _flag(
        "sparse_cell",
        "warn",
        sorted(set(thin["analysis"])),
        f"{len(thin)} levels hold fewer than {FEW} responses or non-responses: {shown}.",
        "Odds ratios of thin cells are pushed away from 1 and their intervals are unreliable.",
    )


def _count(estimates: pd.DataFrame, level: str) -> int:
    rows = estimates[(estimates["analysis"] == "cohort") & (estimates["measure"] == "count")]
    return int(rows.loc[rows["level"] == level, "estimate"].iloc[0])


def _percent(study: Study, count: int, total: int) -> str:
    """A share in words, unless few patients are in it or outside it."""
    few = study.info.min_cell
    if 1 <= count < few:
        return f"fewer than {few} patients"
    if 1 <= total - count < few:
        return f"all but fewer than {few} patients"
    return f"{100 * count / total:.1f} %"


def _not_assessed(study: Study, estimates: pd.DataFrame) -> dict:
    missing, total = _count(estimates, "not assessed"), _count(estimates, "all")
    if not missing:
        return _flag("not_assessed", "pass", [], "Every patient was assessed for the response.")
    handled = {
        "exclude": "left out of the models",
        "non_response": "counted as non-responders",
    }[study.outcome.not_assessed]
    return _flag(
        "not_assessed",
        "warn" if missing > SHARE_MISSING * total else "pass",
        [a.name for a in study.analyses if a.kind in FUTURE_KINDS],
        f"Never assessed for the response, and {handled}: {_percent(study, missing, total)} of "
        "the cohort.",
        "If those who feel well stay away, the risk of response is underestimated.",
    )


def _missing_covariates(study: Study, analysis_set: pd.DataFrame) -> dict:
    often = []
    for covariate in study.covariates:
        values = analysis_set[covariate.name]
        missing = int(((values == "not recorded") if covariate.levels else values.isna()).sum())
        if missing > SHARE_MISSING * len(values):
            often.append(f"{covariate.label} ({_percent(study, missing, len(values))})")
    if not often:
        message = f"No covariate is missing in more than {100 * SHARE_MISSING:.0f} %."
        return _flag("missing_covariate", "pass", [], message)
    return _flag(
        "missing_covariate",
        "warn",
        ["table1"],
        f"Often missing: {', '.join(often)}. A category keeps its missing as a level of its own; "
        "a number leaves the model with its patient.",
        "A level of its own for what is missing leaves confounding by it in place.",
    )


def _imbalance(study: Study, estimates: pd.DataFrame) -> dict:
    rows = estimates[(estimates["analysis"] == "table1") & (estimates["measure"] == "SMD")]
    high = rows[rows["estimate"].abs() > LARGEST_SMD]
    if high.empty:
        return _flag("imbalance", "pass", [], f"No SMD at baseline is above {LARGEST_SMD:.1f}.")
    named = ", ".join(
        f"{study.covariate(r.contrast).label} ({abs(r.estimate):.2f})" for r in high.itertuples()
    )
    return _flag(
        "imbalance",
        "warn",
        ["table1"],
        f"Users and others differ at baseline by SMD above {LARGEST_SMD:.1f}: {named}.",
        "If users are sicker, the crude odds ratio is too low; adjustment removes only what was "
        "measured.",
    )


def _named(study: Study, kind: str) -> list[str]:
    return [analysis.name for analysis in study.analyses if analysis.kind == kind]


def _overlap(study: Study, estimates: pd.DataFrame) -> dict:
    """Whether users and others could have been in the other group."""
    rows = estimates[estimates["analysis"].isin(_named(study, "weighting"))]
    outside = rows.loc[rows["level"] == OUTSIDE, "estimate"]
    sizes = rows[rows["measure"] == "effective sample size"].set_index("model")["estimate"]
    if outside.empty:
        message = "No propensity score: whether users and others overlap was not looked at."
        return _flag("overlap", "warn", [], message)
    judged = "assessed" if study.outcome.not_assessed == "exclude" else "all"
    total, count = _count(estimates, judged), int(outside.iloc[0])
    share = count / total
    severity = "fail" if share > SERIOUS_SHARE_OUTSIDE else "warn"
    message = (
        f"Propensity scores: beyond all scores of the other group are "
        f"{_percent(study, count, round(total))} of the patients; weighted to all, they count as "
        f"{sizes[WEIGHTED['ATE']]:.0f} of {total:.0f}."
    )
    if share <= SHARE_OUTSIDE:
        return _flag("overlap", "pass", _named(study, "weighting"), message)
    return _flag(
        "overlap",
        severity,
        _named(study, "weighting"),
        message,
        "Where there is no one to compare with, a model extrapolates; overlap weights do not.",
    )


def _balance(study: Study, estimates: pd.DataFrame) -> dict:
    """Whether the weights made users and others alike."""
    rows = estimates[estimates["analysis"].isin(_named(study, "weighting"))]
    smd = rows[rows["measure"] == "SMD"].assign(size=lambda found: found["estimate"].abs())
    if smd.empty:
        return _flag("balance", "warn", [], "No weights: balance after weighting is not known.")
    largest = smd.groupby("model")["size"].max()
    worst = smd[smd["model"] == WEIGHTED["ATE"]].nlargest(1, "size").iloc[0]
    message = (
        f"The largest SMD is {largest['crude']:.2f} before and {worst['size']:.2f} after weighting "
        f"to all ({study.covariate(worst['contrast']).label}), {largest[MATCHED]:.2f} in matched "
        "pairs."
    )
    where = _named(study, "weighting")
    if worst["size"] <= LARGEST_SMD:
        return _flag("balance", "pass", where, message)
    severity = "fail" if worst["size"] > SERIOUS_SMD else "warn"
    direction = "What is out of balance still confounds the weighted estimates."
    return _flag("balance", severity, where, message, direction)


def _non_proportional_hazards(estimates: pd.DataFrame) -> dict:
    tests = estimates[(estimates["measure"] == "PH test") & estimates["p_value"].notna()]
    if tests.empty:
        message = "No hazard ratio could be tested for change over time."
        return _flag("non_proportional_hazards", "pass", [], message)
    smallest = tests["p_value"].min()
    if not smallest < ALPHA:
        message = "No sign that the hazard ratio of use changes over time."
        return _flag("non_proportional_hazards", "pass", [], message)
    p_value = "P < 0.001" if smallest < 0.001 else f"P = {smallest:.3f}"
    return _flag(
        "non_proportional_hazards",
        "warn",
        sorted(set(tests["analysis"])),
        f"The hazard ratio of use changes over time ({p_value}): one number "
        "averages early and late follow-up.",
    )


def _common_outcome(study: Study, estimates: pd.DataFrame) -> dict:
    responses, total = _count(estimates, "response"), _count(estimates, "all")
    if responses <= COMMON_RISK * total:
        message = "The response is rare: ratios of odds are near ratios of risks."
        return _flag("common_outcome", "pass", [], message)
    return _flag(
        "common_outcome",
        "warn",
        [a.name for a in study.analyses if a.kind in ODDS_RATIO_KINDS],
        f"Of the cohort, {_percent(study, responses, total)} responded: read the standardised "
        "risks beside the odds ratios.",
        "Odds ratios of a common outcome lie further from 1 than the ratios of risks.",
    )


def _negative_controls(study: Study, estimates: pd.DataFrame) -> list[dict]:
    """Whether the analysis finds an effect where none can be; nothing when that was not asked."""
    where = _named(study, "negative_control")
    if not where:
        return []
    rows = estimates[estimates["analysis"].isin(where) & (estimates["model"] == "adjusted")]
    tested = rows[(rows["level"] == "ever") & rows["p_value"].notna()]
    if tested.empty:
        message = "No negative control could be estimated."
        return [_flag("negative_control", "warn", where, message)]
    found = tested[tested["p_value"] < ALPHA]
    if found.empty:
        message = "No negative control shows an effect. A wide interval shows little either way."
        return [_flag("negative_control", "pass", where, message)]
    named = ", ".join(
        f"{r.contrast.replace('_', ' ')} (OR {r.estimate:.2f})" for r in found.itertuples()
    )
    return [
        _flag(
            "negative_control",
            "fail" if found["p_value"].min() < ALPHA / len(tested) else "warn",
            [*where, *(a.name for a in study.analyses if a.kind in ODDS_RATIO_KINDS)],
            f"Of {len(tested)} negative controls, an effect shows that cannot be: {named}.",
            "Bias of the same direction and size may be in the main estimate.",
        )
    ]
