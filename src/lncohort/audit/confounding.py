"""Confounding: who is given the drug, on the index date and later."""

import numpy as np

from lncohort.analyses.weighting import MATCHED, OUTSIDE, WEIGHTED
from lncohort.audit.finding import FUTURE_KINDS, Evidence, Finding, Rule, listed, ratio

LARGEST_SMD = 0.10
SERIOUS_SMD = 0.25
SHARE_OUTSIDE = 0.05
SERIOUS_SHARE_OUTSIDE = 0.20
MATTERS = 1.10  # a hazard ratio per SD
ALPHA = 0.05
HANDLES = ("marginal_structural", "sequential_trials", "clone_censor_weight")


def confounding_by_indication(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias, where = "confounding_by_indication", ("table1", *evidence.named(*FUTURE_KINDS))
    rows = evidence.estimates
    smd = rows[(rows["analysis"] == "table1") & (rows["measure"] == "SMD")].dropna(
        subset=["estimate"]
    )
    high = smd[smd["estimate"].abs() > LARGEST_SMD]
    size = _estimates_told(evidence)
    if high.empty:
        why = f"Users and others are alike on the index date: no SMD is above {LARGEST_SMD:.1f}."
        return Finding(bias, "pass", "no", why, size)
    high = high.reindex(high["estimate"].abs().sort_values(ascending=False).index)
    named = [f"{evidence.label(r.contrast)} ({abs(r.estimate):.2f})" for r in high.itertuples()]
    largest = high["estimate"].abs().iloc[0]
    unadjusted = [
        evidence.label(c.name)
        for c in evidence.study.covariates
        if not c.adjust and c.name in set(high["contrast"])
    ]
    why = f"Users and others differ on the index date (SMD), most in {listed(named[:4])}."
    if unadjusted:
        size = (*size, f"Not adjusted for: {listed(unadjusted)}.")
    return Finding(
        bias,
        "fail" if largest > SERIOUS_SMD and not _weighs(evidence) else "warn",
        "yes",
        why,
        size,
        "If the drug goes to the sicker, the crude ratio is too low; what was not measured stays in "
        "the adjusted ones.",
        "Trust adjusted and weighted ratios before crude ones, and ask what confounder as strong as the "
        "E-value could have been missed.",
        where,
    )


def _weighs(evidence: Evidence) -> bool:
    return bool(evidence.named("weighting"))


def _estimates_told(evidence: Evidence) -> tuple[str, ...]:
    """Crude, adjusted and weighted odds ratios of use, and the E-value."""
    found = []
    for name, kind, model in (
        ("crude", "use", "crude"),
        ("adjusted", "use", "adjusted"),
        ("weighted to all", "weighting", WEIGHTED["ATE"]),
    ):
        own = evidence.of(kind, measure="OR", model=model, level="ever").dropna(subset=["ci_low"])
        found += [f"{name} {ratio(own.iloc[0])}"] if len(own) else []
    told = [f"Odds ratio of use: {', '.join(found)}."] if found else []
    e_value = evidence.of("use", model="adjusted", level="ever", measure="E-value")
    e_value = e_value.dropna(subset=["estimate"])
    if len(e_value):
        told.append(
            f"A confounder that was not measured would have to multiply both use and response "
            f"{e_value['estimate'].iloc[0]:.1f} times to explain the adjusted ratio away."
        )
    return tuple(told)


def time_varying_confounding(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias, where = "time_varying_confounding", evidence.named(*FUTURE_KINDS, "time_varying")
    starts, responses, after = (
        evidence.measured(bias, measure, level=level).dropna(subset=["estimate"])
        for measure, level in (
            ("HR", "start of the drug"),
            ("HR", "response"),
            ("difference in SD", "after the start"),
        )
    )
    if starts.empty or responses.empty:
        why = (
            "No interval of follow-up shows whether later measurements decide who starts the drug."
        )
        remedy = "Name an analysis that reads intervals: time_varying, or marginal_structural."
        return Finding(bias, "warn", "cannot be told", why, remedy=remedy, where=where)
    decides = {r.contrast: r for r in starts.itertuples()}
    foretells = {r.contrast: r for r in responses.itertuples()}
    both = [
        name
        for name, found in decides.items()
        if name in foretells and all(_matters(r, len(decides)) for r in (found, foretells[name]))
    ]
    size = [
        f"{evidence.label(name)}, per SD of its latest value: hazard ratio {ratio(found)} of starting "
        f"the drug next, {ratio(foretells[name])} of the response."
        for name, found in decides.items()
        if name in foretells and (name in both or not both)
    ]
    moved = [f"{evidence.label(r.contrast)} {r.estimate:+.2f}" for r in after.itertuples()]
    if moved:
        size.append(f"60 days or more after a start, values differ by (SD): {', '.join(moved)}.")
    if not both:
        why = "What is measured in follow-up was not seen both to decide the start and to foretell the response."
        return Finding(bias, "pass", "no", why, tuple(size))
    handled = evidence.named(*HANDLES)
    why = (
        f"The latest {listed([evidence.label(name) for name in both])} decides who starts the drug next "
        "and foretells the response."
    )
    signs = [
        decides[n].estimate > 1
        for n in both
        if (foretells[n].estimate > 1) != (decides[n].estimate > 1)
    ]
    worse = len(signs) >= len(both) - len(signs)
    return Finding(
        bias,
        "warn" if handled else "fail",
        "yes",
        why,
        tuple(size),
        "The drug is begun when a response is "
        f"{'unlikely, so that it looks worse' if worse else 'near, so that it looks better'} than it "
        "is, even adjusted for the index date; adjusting for what the drug itself has moved takes part of its effect away.",
        f"Read {listed([n.replace('_', ' ') for n in handled])}, which weigh or restart for it."
        if handled
        else "Add a marginal structural model or nested trials to the study file.",
        where,
    )


def _matters(found, tests: int) -> bool:
    return found.p_value < ALPHA / tests and abs(np.log(found.estimate)) > np.log(MATTERS)


def overlap(evidence: Evidence) -> Finding:
    """Whether users and others could have been in the other group."""
    study, where = evidence.study, evidence.named("weighting")
    rows = evidence.of("weighting")
    outside = rows.loc[rows["level"] == OUTSIDE]
    sizes = rows[rows["measure"] == "effective sample size"].set_index("model")["estimate"]
    if outside.empty:
        why = "Without a propensity score, whether users and others overlap was not looked at."
        remedy = 'Add an analysis of kind = "weighting".'
        return Finding("overlap", "warn", "cannot be told", why, remedy=remedy)
    total = evidence.count("assessed" if study.outcome.not_assessed == "exclude" else "all")
    count = float(outside["estimate"].iloc[0])
    if np.isnan(count):
        why = f"Fewer than {study.info.min_cell} patients have a score beyond all scores of the other group."
        return Finding("overlap", "pass", "no", why, where=where)
    share = count / total
    why = f"Of the patients, {100 * share:.1f}% have a score beyond all scores of the other group."
    size = ()
    if not np.isnan(total) and not np.isnan(sizes.get(WEIGHTED["ATE"], np.nan)):
        size = (f"Weighted to all, they count as {sizes[WEIGHTED['ATE']]:.0f} of {total:.0f}.",)
    if share <= SHARE_OUTSIDE:
        return Finding("overlap", "pass", "no", why, size, where=where)
    return Finding(
        "overlap",
        "fail" if share > SERIOUS_SHARE_OUTSIDE else "warn",
        "yes",
        why,
        size,
        "Where there is no one to compare with, a model extrapolates, in an unknown direction.",
        "Read the overlap weights, which leave such patients out.",
        where,
    )


def balance(evidence: Evidence) -> Finding:
    """Whether the weights made users and others alike."""
    where, rows = evidence.named("weighting"), evidence.of("weighting", measure="SMD")
    smd = rows.assign(size=rows["estimate"].abs()).dropna(subset=["size"])
    weighted = smd[smd["model"] == WEIGHTED["ATE"]]
    if weighted.empty:
        why = "Without weights, whether they balance users and others is not known."
        return Finding("balance", "warn", "cannot be told", why)
    largest = smd.groupby("model")["size"].max()
    worst = weighted.nlargest(1, "size").iloc[0]
    why = (
        f"The largest SMD is {largest['crude']:.2f} before and {worst['size']:.2f} after weighting "
        f"to all ({evidence.label(worst['contrast'])})."
    )
    size = (f"In matched pairs it is {largest[MATCHED]:.2f}.",) if MATCHED in largest else ()
    if worst["size"] <= LARGEST_SMD:
        return Finding("balance", "pass", "no", why, size, where=where)
    return Finding(
        "balance",
        "fail" if worst["size"] > SERIOUS_SMD else "warn",
        "yes",
        why,
        size,
        "What is out of balance still confounds the weighted estimates.",
        "Read the doubly robust estimate, or enrich the model of the propensity.",
        where,
    )


RULES = (
    Rule(
        "confounding_by_indication",
        confounding_by_indication,
        "Was the drug given to other patients than those who did without it?",
        "Standardised mean differences on the index date; odds ratios crude, adjusted and weighted; "
        "E-value of the adjusted one.",
        f"warns when an SMD is above {LARGEST_SMD}; fails above {SERIOUS_SMD} without an analysis by "
        "propensity weights.",
        "Austin PC. Stat Med 2009;28:3083. VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268",
    ),
    Rule(
        "overlap",
        overlap,
        "Could users have been never-users, and the other way round?",
        "Share of patients with a propensity score below all or above all of the other group.",
        f"warns above {100 * SHARE_OUTSIDE:.0f} % or without a score; fails above "
        f"{100 * SERIOUS_SHARE_OUTSIDE:.0f} %.",
        "Petersen ML, et al. Stat Methods Med Res 2012;21:31",
    ),
    Rule(
        "balance",
        balance,
        "Did the weights make users and others alike?",
        "Largest standardised mean difference after weighting to all (ATE).",
        f"warns above {LARGEST_SMD} or without weights; fails above {SERIOUS_SMD}.",
        "Austin PC, Stuart EA. Stat Med 2015;34:3661",
    ),
    Rule(
        "time_varying_confounding",
        time_varying_confounding,
        "Do measurements of follow-up decide who starts the drug, and foretell the outcome?",
        "Cox models on intervals of follow-up, adjusted for the index date: hazard ratio per SD of the "
        "log of the latest value, of starting in the interval and of the response; difference of the values 60 "
        "days or more after a start.",
        f"applies when one covariate has both hazard ratios beyond {MATTERS} (or its inverse) with P "
        f"below {ALPHA} over the number of covariates; then warns, and fails without nested trials, "
        "cloning or a marginal structural model. Warns when there are no intervals.",
        "Robins JM, Hernán MA, Brumback B. Epidemiology 2000;11:550. Daniel RM, et al. Stat Med "
        "2013;32:1584",
    ),
)
