"""Follow-up: who is lost, who is looked at, whose outcome is known, and what comes before it."""

import numpy as np

from lncohort.audit.finding import (
    FUTURE_KINDS,
    ODDS_RATIO_KINDS,
    Evidence,
    Finding,
    Rule,
    listed,
    p_text,
    ratio,
)

ALPHA = 0.05
SHARE_LOST = 5.0  # percent
INFORMATIVE = 1.25  # a hazard ratio of loss
RATE_RATIO, SERIOUS_RATE_RATIO = 1.25, 1.5
SHARE_MISSING, SERIOUS_SHARE_MISSING = 10.0, 20.0  # percent
POINTS_APART = 5.0
OR_MOVES = 1.20
SHARE_COMPETING = 5.0
HAZARDS_APART = 1.10
TIMED = ("time_varying", "landmark", "sequential_trials", "cumulative_incidence")


def _by_arm(evidence: Evidence, bias: str, level: str) -> dict[str, float]:
    """Percent of users and of others; without those that are suppressed."""
    rows = evidence.measured(bias, "percent", level=level).dropna(subset=["estimate"])
    return {r.contrast: r.estimate for r in rows.itertuples()}


def _arms_told(words: str, shares: dict[str, float]) -> tuple[str, ...]:
    named = {"ever": "of users", "never": "of never-users"}
    told = [f"{share:.1f}% {named[arm]}" for arm, share in shares.items()]
    return (f"{words}: {listed(told)}.",) if told else ()


def informative_censoring(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias = "informative_censoring"
    where = evidence.named("survival", *TIMED, "clone_censor_weight", "active_comparator")
    lost = _by_arm(evidence, bias, "lost")
    size = _arms_told("Lost to follow-up before a response", lost)
    if lost and max(lost.values()) <= SHARE_LOST:
        why = f"No more than {SHARE_LOST:.0f}% of users, or of others, were lost to follow-up."
        return Finding(bias, "pass", "no", why, size)
    hazards = evidence.measured(bias, "HR").dropna(subset=["p_value"])
    if hazards.empty:
        why = "Patients were lost, and no interval of follow-up shows whether those were others."
        remedy = "Name an analysis that reads intervals: time_varying, or marginal_structural."
        return Finding(bias, "warn", "cannot be told", why, size, remedy=remedy, where=where)
    found = [
        r
        for r in hazards.itertuples()
        if r.p_value < ALPHA / len(hazards) and abs(np.log(r.estimate)) > np.log(INFORMATIVE)
    ]
    told = [f"{evidence.label(r.contrast)} {ratio(r)}" for r in (found or hazards.itertuples())]
    size = (
        *size,
        f"Hazard ratio of being lost, per SD (of a drug, once started): {', '.join(told)}.",
    )
    weights = evidence.value(bias, "ratio of ORs")
    if not np.isnan(weights):
        size = (
            *size,
            f"Weights for loss multiply the marginal structural estimate by {weights:.2f}.",
        )
    if not found:
        why = "Loss to follow-up was not seen to hang on exposure or on what was measured."
        return Finding(bias, "pass", "no", why, size)
    weighted = evidence.named("marginal_structural")
    why = (
        f"Who is lost to follow-up hangs on {listed([evidence.label(r.contrast) for r in found])}."
    )
    less = [evidence.label(r.contrast) for r in found if r.estimate < 1]
    return Finding(
        bias,
        "warn" if weighted else "fail",
        "yes",
        why,
        size,
        "Those who stay stand for those who left, and they are not alike"
        + (
            f": patients with low {listed(less)} leave more often. If they were about to respond, "
            "responses are missed, most of all in the group that loses them."
            if less
            else ". If the sicker leave, responses look more frequent than they are, most of all in "
            "the group that loses them."
        ),
        "Read the marginal structural model, which weighs for loss by what was measured."
        if weighted
        else "Add a marginal structural model to the study file: it weighs for loss.",
        where,
    )


def informative_measurement(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias = "informative_measurement"
    where = tuple(a.name for a in evidence.study.analyses)
    rates = evidence.measured(bias, "per person-year").dropna(subset=["estimate"])
    ratios = evidence.measured(bias, "rate ratio").dropna(subset=["ci_low"])
    size = tuple(
        f"Measured per person-year, by {evidence.label(contrast)}: "
        + ", ".join(f"{r.level} {r.estimate:.1f}" for r in own.itertuples())
        + "."
        for contrast, own in rates.groupby("contrast", sort=False)
    )
    if ratios.empty:
        why = "No interval of follow-up shows how often the outcome was looked for."
        remedy = "Name an analysis that reads intervals: time_varying, or marginal_structural."
        return Finding(bias, "warn", "cannot be told", why, size, remedy=remedy, where=where)
    size += tuple(
        f"{r.level.capitalize()} against {r.reference}, by {evidence.label(r.contrast)}: rate ratio "
        f"{ratio(r)}."
        for r in ratios.itertuples()
    )
    found = [
        r
        for r in ratios.itertuples()
        if abs(np.log(r.estimate)) > np.log(RATE_RATIO) and not r.ci_low <= 1 <= r.ci_high
    ]
    if not found:
        why = "The outcome was looked for about as often whatever the exposure and the severity."
        return Finding(bias, "pass", "no", why, size)
    worst = max(abs(np.log(r.estimate)) for r in found)
    drug = evidence.study.exposure.drug
    own = [r for r in found if r.contrast == drug]
    why = f"How often the outcome was looked for hangs on {listed([evidence.label(r.contrast) for r in found])}."
    direction = (
        "Who is seen more often has a response found earlier, or found at all: the drug looks "
        f"{'better' if own[0].estimate > 1 else 'worse'} than it is."
        if own
        else "Who is seen more often has a response found earlier; where severity also decides on the "
        "drug, part of this lands on it."
    )
    return Finding(
        bias,
        "fail" if worst > np.log(SERIOUS_RATE_RATIO) else "warn",
        "yes",
        why,
        size,
        direction,
        "Judge the response at fixed times with a window, and compare risks at one and two years "
        "rather than times to the response.",
        where,
    )


def missing_outcome(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias, study = "missing_outcome", evidence.study
    where = evidence.named(*FUTURE_KINDS)
    missing, total = evidence.count("not assessed"), evidence.count("all")
    if missing == 0:
        why = f"Every patient was assessed for the {study.outcome.label}."
        return Finding(bias, "pass", "no", why)
    handled = {"exclude": "left out of the models", "non_response": "counted as non-responders"}
    shares = _by_arm(evidence, bias, "not assessed")
    size = _arms_told("Never assessed", shares)
    ratios = evidence.measured(bias, "OR").dropna(subset=["ci_low"])
    if len(ratios):
        told = [f"{r.level} {ratio(r)}" for r in ratios.itertuples()]
        size += (f"Adjusted odds ratio of use with them {', '.join(told)}.",)
    moves = float(ratios["estimate"].max() / ratios["estimate"].min()) if len(ratios) else 1.0
    least = study.info.min_cell
    share = (
        100 * (least if np.isnan(missing) else missing) / total
    )  # what is withheld is at most that
    amount = f"fewer than {least} patients" if np.isnan(missing) else f"{share:.1f}% of the cohort"
    why = (
        f"Never assessed for the {study.outcome.label}, and {handled[study.outcome.not_assessed]}: "
        f"{amount}."
    )
    if np.isnan(missing) and not evidence.count("response") >= least:
        why = f"Never assessed were fewer than {least} patients, or all but as few."
        return Finding(bias, "warn", "cannot be told", why, size, where=where)
    apart = max(shares.values()) - min(shares.values()) if len(shares) == 2 else 0.0
    serious = share > SERIOUS_SHARE_MISSING or moves > OR_MOVES
    doubted = share > SHARE_MISSING or (share > SHARE_LOST and apart > POINTS_APART)
    return Finding(
        bias,
        "fail" if serious and doubted else "warn" if serious or doubted else "pass",
        "yes",
        why,
        size,
        "If those who feel well stay away, responses are missed; if it is the sicker, the risk of "
        "response is overestimated. Where users and others stay away unequally, so is the ratio."
        if serious or doubted
        else "",
        "Compare the three ways to deal with them; where they disagree, the truth may lie outside all."
        if serious or doubted
        else "",
        where,
    )


def competing_events(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias = "competing_events"
    where = evidence.named("survival", "landmark", "time_varying", "active_comparator")
    shares = _by_arm(evidence, bias, "competing event")
    size = _arms_told("Death or kidney failure came first", shares)
    cause = evidence.of("survival", measure="HR", model="Cox adjusted", level="ever")
    sub = evidence.of("survival", measure="sHR", model="adjusted", level="ever")
    cause, sub = (rows.dropna(subset=["ci_low"]) for rows in (cause, sub))
    apart = 1.0
    if len(cause) and len(sub):
        first, second = next(cause.itertuples()), next(sub.itertuples())
        apart = float(np.exp(abs(np.log(first.estimate / second.estimate))))
        size += (
            f"Hazard ratio of use with them censored {ratio(first)}; with them competing (Fine and "
            f"Gray) {ratio(second)}.",
        )
    if not shares:
        why = "Too few deaths and kidney failures came before a response to be told."
        return Finding(bias, "pass", "no", why, size)
    if max(shares.values()) <= SHARE_COMPETING and apart <= HAZARDS_APART:
        why = f"Death or kidney failure came first in no more than {SHARE_COMPETING:.0f}% of users, or of others."
        return Finding(bias, "pass", "no", why, size)
    told = len(cause) and len(sub)
    why = (
        f"Death or kidney failure came before a response in {max(shares.values()):.1f}% of "
        f"{'users' if shares.get('ever', -1) == max(shares.values()) else 'never-users'}"
    )
    if told and apart <= HAZARDS_APART:
        why += ", and both ways to deal with it agree."
        return Finding(bias, "pass", "yes", why, size, where=where)
    return Finding(
        bias,
        "warn",
        "yes" if told else "cannot be told",
        f"{why}, and the ways to deal with it disagree."
        if told
        else f"{why}, and the study has no analysis of it.",
        size,
        "With competing events censored, one minus Kaplan-Meier overstates the risk of response, most "
        "of all in the group that has more of them.",
        "Read cumulative incidence and its differences beside hazard ratios."
        if told
        else 'Add an analysis of kind = "survival".',
        where,
    )


def non_proportional_hazards(evidence: Evidence) -> Finding:
    """Whether one hazard ratio can stand for all of follow-up."""
    bias = "non_proportional_hazards"
    rows = evidence.estimates
    tests = rows[(rows["measure"] == "PH test") & rows["p_value"].notna()]
    if tests.empty:
        why = "No hazard ratio could be tested for change over time."
        return Finding(bias, "pass", "cannot be told", why)
    where, smallest = tuple(sorted(set(tests["analysis"]))), tests["p_value"].min()
    if not smallest < ALPHA:
        why = f"No sign that the hazard ratio of use changes over time ({p_text(smallest)})."
        return Finding(bias, "pass", "no", why, where=where)
    halves = evidence.of("survival", measure="HR", level="ever").dropna(subset=["ci_low"])
    halves = halves[halves["model"].str.startswith("Cox adjusted, day")]
    told = [f"{r.model.removeprefix('Cox adjusted, ')} {ratio(r)}" for r in halves.itertuples()]
    return Finding(
        bias,
        "warn",
        "yes",
        f"The hazard ratio of use changes over time ({p_text(smallest)}).",
        (f"By period: {', '.join(told)}.",) if told else (),
        "One number averages early and late follow-up.",
        "Read the hazard ratios by period, or risks at stated days.",
        where,
    )


def common_outcome(evidence: Evidence) -> Finding:
    """Whether odds ratios stand for ratios of risks."""
    bias, study = "common_outcome", evidence.study
    responses, total = evidence.count("response"), evidence.count("all")
    withheld = np.isnan(responses)
    share = 100 * (study.info.min_cell if withheld else responses) / total
    if share <= SHARE_MISSING:
        why = "The response is rare: ratios of odds are near ratios of risks."
        return Finding(bias, "pass", "no", why)
    if withheld:
        why = f"Fewer than {study.info.min_cell} patients responded, of too few to say how often."
        return Finding(bias, "warn", "cannot be told", why)
    return Finding(
        bias,
        "warn",
        "yes",
        f"Of the cohort, {share:.1f}% had a {study.outcome.label}, too many for odds ratios to be "
        "read as ratios of risks.",
        (),
        "Odds ratios of a common outcome lie further from 1 than the ratios of risks.",
        "Read the standardised risks and the risk ratios.",
        evidence.named(*ODDS_RATIO_KINDS),
    )


RULES = (
    Rule(
        "informative_censoring",
        informative_censoring,
        "Were those lost to follow-up other patients than those who stayed?",
        "Share lost before a response, by use. Cox model of loss on intervals of follow-up: hazard "
        "ratio per SD of the log of the latest value of each measured covariate, and of the drug once started. Odds "
        "ratio of the marginal structural model with weights for loss over that without.",
        f"passes when no arm lost more than {SHARE_LOST:.0f} %; applies when a hazard ratio is beyond "
        f"{INFORMATIVE} (or its inverse) with P below {ALPHA} over their number; then warns, and fails "
        "without a marginal structural model.",
        "Robins JM, Finkelstein DM. Biometrics 2000;56:779. Howe CJ, et al. Epidemiology 2016;27:91",
    ),
    Rule(
        "informative_measurement",
        informative_measurement,
        "Was the outcome looked for more often in some patients?",
        "Days per person-year on which a test of the outcome was measured, up to it; Mantel-Haenszel "
        "rate ratio of started against not within thirds of severity, and of the upper against the "
        "lower third of the latest value within exposure.",
        f"warns beyond {RATE_RATIO} (or its inverse) with an interval without 1; fails beyond "
        f"{SERIOUS_RATE_RATIO}. Warns when there are no intervals.",
        "Hernán MA, et al. Stat Methods Med Res 2009;18:27. Goldstein BA, et al. Am J Epidemiol "
        "2016;184:847",
    ),
    Rule(
        "missing_outcome",
        missing_outcome,
        "Is the outcome of some patients not known?",
        "Share never assessed, in all and by use; adjusted odds ratio of use with them left out, as "
        "non-responders, and imputed.",
        f"warns above {SHARE_MISSING:.0f} %, above {SHARE_LOST:.0f} % with arms more than "
        f"{POINTS_APART:.0f} points apart, or when the odds ratios are apart by a factor above "
        f"{OR_MOVES}; fails when it would warn for the share and there is more than "
        f"{SERIOUS_SHARE_MISSING:.0f} % or that factor.",
        "Sterne JAC, et al. BMJ 2009;338:b2393. Little RJ, et al. N Engl J Med 2012;367:1355",
    ),
    Rule(
        "competing_events",
        competing_events,
        "Did death or kidney failure come before the outcome could?",
        "Share with a competing event first, by use; hazard ratio with it censored and Fine and Gray's.",
        f"passes up to {SHARE_COMPETING:.0f} % in both arms with the two ratios within a factor of "
        f"{HAZARDS_APART}, or beyond it when they agree; warns otherwise.",
        "Latouche A, et al. J Clin Epidemiol 2013;66:648. Austin PC, et al. Circulation 2016;133:601",
    ),
    Rule(
        "non_proportional_hazards",
        non_proportional_hazards,
        "Can one hazard ratio stand for all of follow-up?",
        "Test of scaled Schoenfeld residuals.",
        f"warns when a P is below {ALPHA}.",
        "Grambsch PM, Therneau TM. Biometrika 1994;81:515",
    ),
    Rule(
        "common_outcome",
        common_outcome,
        "Is the outcome so frequent that odds ratios exaggerate?",
        "Share of the cohort with the outcome.",
        f"warns above {SHARE_MISSING:.0f} %.",
        "Zhang J, Yu KF. JAMA 1998;280:1690",
    ),
)
