"""The analyses of a study file in words."""

from lncohort.study.model import Analysis, Study

RESPECT_TIME = (
    "landmark",
    "time_varying",
    "clone_censor_weight",
    "sequential_trials",
    "marginal_structural",
    "active_comparator",
    "cumulative_incidence",
)
ANALYSES = {
    "use": "ever against never use",
    "dose_band": "bands of mean daily dose against never use; P for trend over the bands, scored "
    "0, 1, 2, ..., and by their medians, without unknown doses, with a test of departure from it",
    "duration_band": "bands of duration against never use; P for trend in the same way",
    "dose_curve": "odds ratio against never use along the mean daily dose: a restricted cubic spline "
    "with four knots among users, with Wald tests of any change and of non-linearity",
    "duration_curve": "the same along the duration of use",
    "dose_by_duration": "dose bands crossed with duration bands against never use",
    "joint": "regimens (the set of drugs used) against {reference}",
    "interaction": "{first} × {second}: the product term (multiplicative scale) and, from the same "
    "model, RERI, AP and S (additive scale), with intervals by the delta method",
    "three_drugs": "the product terms of each pair of {drugs}, and of all three where some were given "
    "none of them",
    "dose_interaction": "the odds ratio and the change of risk per mg/day among users, with and "
    "without {drugs} (average marginal effects)",
    "subgroup": "the odds ratio of use within subgroups, with a likelihood-ratio test for "
    "interaction",
    "standardised_risk": "risks of the adjusted model standardised to its population, their "
    "difference (RD) and ratio (RR), with intervals by the delta method",
    "weighting": "ever against never use by a propensity score (logistic model of use given the "
    "covariates): inverse probability weights to all (ATE) and to users (ATT), overlap weights, "
    "pairs within 0.2 SD of the logit of the score, and doubly robust (AIPW); errors by stacked "
    "estimating equations; standardised mean differences before and after",
    "missing_data": "ever against never use with what is missing as a level of its own, in complete "
    "cases, and by multiple imputation ({copies} copies, seed {seed}; chained equations, the outcome "
    "and the exposure in the model, Rubin's rules), with one pooled likelihood-ratio test for all levels "
    "of each factor",
    "specification_curve": "{of} against never use under every combination of the choices above and "
    "of others that might as well have been made: {choices}",
    "bias_analysis": "the crude odds ratio corrected by drawn parameters of {assumptions} (seed {seed})",
    "risk_ratio": "adjusted risk ratio of ever against never use by modified Poisson and by log-binomial "
    "regression",
    "negative_control": "ever against never use where no effect is expected, by the same model: "
    "{controls}",
    "permuted_start": "the same model among never-users, each of whom draws a day of starting the "
    "drug, which may be never, and days of taking it, as the whole cohort started and took it; "
    "{replicates} permutations, seed {seed}: what is found is made by looking ahead",
    "survival": "time to the response: one minus Kaplan–Meier, cumulative incidence "
    "(Aalen–Johansen) with death and kidney failure competing, Cox models, crude and adjusted, "
    "with a test of proportional hazards on scaled Schoenfeld residuals, and a Cox model in which "
    "exposure begins with the first use; log-rank and Gray's tests, Fine and Gray's model, medians and "
    "restricted means",
    "landmark": "hazard ratio of the response after day {days} among those at risk on it, by exposure on "
    "or before it, crude, adjusted and weighted by propensity",
    "time_varying": "hazard ratios of the exposure as known at the start of each interval of follow-up "
    "(started, in use, days covered and dose so far), as it was {lag_days} days before, crude and "
    "adjusted{of_the_day}, with robust errors by patient",
    "clone_censor_weight": "starting the exposure drug within {grace_days} days against not: every patient "
    "follows both strategies, is censored on leaving one, and is weighted for it and for being "
    "lost{truncated}; hazard ratio, and risks to day {days}{companion}; {replicates} bootstrap "
    "samples, seed {seed}",
    "sequential_trials": "a trial begins with every interval, of those at risk and new to the exposure "
    "drug: odds ratio of the response within an interval, weighted for starting by the covariates at "
    "the start of each trial, by intention to treat, and per protocol weighted for leaving{truncated}"
    "{to_days}{bootstrap}",
    "marginal_structural": "a pooled logistic model of the response given the exposure so far, with "
    "stabilised weights of treatment and censoring{truncated}; risks to day {days}{bootstrap}",
    "active_comparator": "those who start the exposure drug on the index date against those who start "
    "{comparator}, by propensity weights; who starts both is in neither arm",
    "cumulative_incidence": "cumulative incidence of the response had all started the exposure drug on the "
    "index date, and had none: pooled logistic models standardised to the cohort, differences at day "
    "{days}; {replicates} bootstrap samples, seed {seed}",
}


def in_words(study: Study, analysis: Analysis) -> str:
    """What an analysis estimates, with all that the study file says of it."""
    first, second = analysis.drugs if analysis.kind == "interaction" else ("", "")
    days = ", ".join(str(day) for day in analysis.days)
    reference = study.regimen_label([analysis.reference]) if analysis.reference else ""
    told = ANALYSES[analysis.kind].format(
        reference=reference,
        comparator=analysis.reference,
        first=first,
        second=second,
        copies=analysis.copies,
        seed=analysis.seed,
        drugs=", ".join(analysis.drugs),
        companion=f", and their interaction with {analysis.drugs[0]}" if analysis.drugs else "",
        of=OF[analysis.of],
        choices=_choices(analysis),
        assumptions=_assumptions(analysis),
        controls=_controls(study, analysis),
        days=days,
        to_days=f"; risks to day {days} of a trial" if analysis.days else "",
        lag_days=analysis.lag_days or 0,
        of_the_day=" for the index date, and for the laboratory values of the day"
        if analysis.adjust == "time_varying"
        else "",
        grace_days=analysis.grace_days,
        truncated=_truncated(analysis),
        replicates=analysis.replicates,
        bootstrap=f"; {analysis.replicates} bootstrap samples, seed {analysis.seed}"
        if analysis.replicates
        else "",
    )
    scores = ", ".join(f"{score:g}" for score in analysis.scores)
    return told + (f"; a trend by the scores {scores} too" if scores else "")


OF = {
    None: "",
    "use": "ever",
    "dose_band": "the highest band of mean daily dose",
    "duration_band": "the highest band of duration",
}


def _choices(analysis: Analysis) -> str:
    """The other choices of a specification curve."""
    if analysis.alternatives is None:
        return ""
    given = analysis.alternatives.model_dump(exclude_defaults=True)
    return "; ".join(
        f"{key.replace('_', ' ')} {', '.join(str(value) for value in values)}"
        for key, values in given.items()
    )


def _assumptions(analysis: Analysis) -> str:
    """The parameters of a bias analysis with their ranges."""
    if analysis.assumptions is None:
        return ""
    given = analysis.assumptions.model_dump(exclude_none=True)
    return "; ".join(
        f"{key.replace('_', ' ')} {low:g} to {high:g}" for key, (low, high) in given.items()
    )


def _truncated(analysis: Analysis) -> str:
    """The quantiles beyond which weights are cut."""
    if analysis.truncate is None:
        return ""
    low, high = (f"{100 * quantile:g}" for quantile in analysis.truncate)
    return f" (weights cut at the {low} and {high} % quantiles)"


def _controls(study: Study, analysis: Analysis) -> str:
    """The negative controls: what is recorded after the index date, and other drugs."""
    outcomes = [words(concept) for concept in (*analysis.diagnoses, *analysis.procedures)]
    told = []
    if outcomes:
        told.append(
            f"with a first record of {', '.join(outcomes)} after the index date as the outcome, in "
            "those without one up to it"
        )
    if analysis.exposures:
        told.append(
            f"with use of {', '.join(analysis.exposures)} as the exposure, in those who never used "
            f"{study.exposure.drug}"
        )
    return "; ".join(told)


def words(name: str) -> str:
    """A name of the study file as words."""
    return name.replace("_", " ")
