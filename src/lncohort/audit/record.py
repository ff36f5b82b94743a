"""The record: units, covariates that are missing, and exposure that may be wrong."""

import numpy as np

from lncohort.audit.finding import FUTURE_KINDS, Evidence, Finding, Rule, listed, ratio

SHARE_MISSING = 10.0  # percent of patients without a covariate
SHARE_UNKNOWN, SERIOUS_SHARE_UNKNOWN = 5.0, 20.0  # percent of days
SHARE_OF_GAPS = 20.0  # percent
SPECIFICATIONS_APART = 1.25
TOUCHES = ("overlap", "grace days")


def unit(evidence: Evidence) -> Finding:
    """Whether the values of laboratory tests fit their unit."""
    if not evidence.doubted_units:
        return Finding("unit", "pass", "no", "The values of every laboratory test fit their unit.")
    return Finding(
        "unit",
        "fail",
        "yes",
        f"Values that do not fit their unit: {'; '.join(evidence.doubted_units)}.",
        (),
        "A wrong unit makes patients ineligible, or responders of them, in silence.",
        "Mend the extract first.",
        tuple(analysis.name for analysis in evidence.study.analyses),
    )


def missing_covariate(evidence: Evidence) -> Finding:
    """Whether covariates are often missing."""
    rows = evidence.estimates
    rows = rows[(rows["analysis"] == "table1") & (rows["model"] == "all")]
    missing = rows[
        (rows["measure"] == "missing")
        | ((rows["measure"] == "count") & (rows["level"] == "not recorded"))
    ].dropna(subset=["estimate", "n"])
    shares = {r.contrast: 100 * r.estimate / r.n for r in missing.itertuples()}
    often = {name: share for name, share in shares.items() if share > SHARE_MISSING}
    if not often:
        why = f"No covariate is missing in more than {SHARE_MISSING:.0f}% of the patients."
        return Finding("missing_covariate", "pass", "no", why)
    named = [f"{evidence.label(name)} ({share:.1f}%)" for name, share in often.items()]
    imputed = evidence.of("missing_data", measure="OR").dropna(subset=["ci_low"])
    told = [f"{r.model} {ratio(r)}" for r in imputed.itertuples()]
    return Finding(
        "missing_covariate",
        "warn",
        "yes",
        f"Often missing: {listed(named)}.",
        (f"Odds ratio of use by how it is dealt with: {', '.join(told)}.",) if told else (),
        "A category keeps its missing as a level of its own, which leaves confounding by it in place; a "
        "missing number leaves the model with its patient.",
        "Compare with the estimate after multiple imputation.",
        ("table1", *evidence.named(*FUTURE_KINDS)),
    )


def misclassified_exposure(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias, study = "misclassified_exposure", evidence.study
    drug, where = study.exposure.drug, evidence.named(*FUTURE_KINDS)
    rows = evidence.estimates
    unknown = rows[
        (rows["analysis"] == "dose_coverage")
        & (rows["contrast"] == drug)
        & (rows["measure"] == "percent")
        & (rows["level"] == "unknown")
    ]["estimate"].dropna()
    unknown = float(unknown.iloc[0]) if len(unknown) else 0.0
    near = evidence.value(bias, "percent of gaps")
    apart, curve = _apart(evidence)
    size = [f"The dose is not known on {unknown:.1f}% of the days of {drug}."]
    if not np.isnan(near):
        size.append(
            f"Of the gaps between supplies, {near:.0f}% are so near the grace period of "
            f"{study.drug(drug).grace_days} days that half of it, or half as much again, would decide otherwise."
        )
    if curve:
        size.append(curve)
    corrected = evidence.of(
        "bias_analysis", contrast="misclassified use", measure="OR, bias and random error"
    ).dropna(subset=["ci_low"])
    size += [
        f"Corrected for use assumed to be misclassified: odds ratio {ratio(r)}."
        for r in corrected.itertuples()
    ]
    reasons = []
    if unknown > SHARE_UNKNOWN:
        reasons.append(f"the dose is unknown on {unknown:.1f}% of the days")
    if near > SHARE_OF_GAPS:
        reasons.append(f"{near:.0f}% of the gaps between supplies hang on the grace period")
    if apart > SPECIFICATIONS_APART:
        reasons.append("other rules of supply move the estimate")
    if not reasons:
        why = "Doses are known, and the rules of supply decide little; what was dispensed may still not have been taken."
        return Finding(bias, "pass", "no", why, tuple(size), where=where)
    return Finding(
        bias,
        "fail" if unknown > SERIOUS_SHARE_UNKNOWN else "warn",
        "yes",
        f"Of {drug}, {listed(reasons)}.",
        tuple(size),
        "Use that is misread alike in responders and others pulls ratios of two groups towards 1; of "
        "bands, in either direction.",
        "Read the specification curve and the corrected estimates.",
        where,
    )


def _apart(evidence: Evidence) -> tuple[float, str]:
    """How far other rules of supply move the specification curve, all else being the study's."""
    rows = evidence.of("specification_curve", measure="OR").dropna(subset=["estimate"])
    own = rows[rows["note"] == "the study's own choices"]
    if own.empty:
        return 1.0, ""
    chosen = dict(part.split(": ", 1) for part in own["level"].iloc[0].split("; "))
    found = []
    for r in rows.itertuples():
        choices = dict(part.split(": ", 1) for part in r.level.split("; "))
        differing = {key for key in choices if choices[key] != chosen.get(key)}
        if differing and all(key.replace("_", " ") in TOUCHES for key in differing):
            found.append(r.estimate)
    if not found:
        return 1.0, ""
    base = own["estimate"].iloc[0]
    apart = max(float(np.exp(abs(np.log(value / base)))) for value in found)
    low, high = min(*found, base), max(*found, base)
    return apart, f"Other rules of supply give odds ratios from {low:.2f} to {high:.2f}."


RULES = (
    Rule(
        "misclassified_exposure",
        misclassified_exposure,
        "May use, dose or duration be wrong?",
        "Share of the days of use with unknown dose; share of the gaps between supplies from 0.5 to 1.5 "
        "times the grace period; the specification curve with other `overlap` or `grace_days` alone, over "
        "the study's own; the odds ratio of the `bias_analysis`.",
        f"warns above {SHARE_UNKNOWN:.0f} % of days, {SHARE_OF_GAPS:.0f} % of gaps, or a factor of "
        f"{SPECIFICATIONS_APART}; fails above {SERIOUS_SHARE_UNKNOWN:.0f} % of days.",
        "Gardarsdottir H, et al. J Clin Epidemiol 2010;63:422. Lash TL, et al. Int J Epidemiol "
        "2014;43:1969",
    ),
    Rule(
        "unit",
        unit,
        "Do laboratory values fit their unit?",
        "Medians of the values as given, by test and unit, against what is possible.",
        "fails when one does not fit.",
        "Kahn MG, et al. eGEMs 2016;4:1244",
    ),
    Rule(
        "missing_covariate",
        missing_covariate,
        "Are covariates often missing?",
        "Share of the cohort without each covariate on the index date.",
        f"warns above {SHARE_MISSING:.0f} %.",
        "Groenwold RHH, et al. CMAJ 2012;184:1265",
    ),
)
