"""Time: days that had to be lived through to be exposed, and drugs begun before follow-up."""

import numpy as np

from lncohort.audit.finding import FUTURE_KINDS, Evidence, Finding, Rule, ratio, use_in_words
from lncohort.study.analyses_in_words import RESPECT_TIME

SHARE_IMMORTAL = 5.0  # percent of person-time
SHARE_PREVALENT = 5.0  # percent of patients
WASHOUT = 180
BEYOND_USE = {  # what is looked up besides ever use, by the kinds of analyses that do
    "duration": ("duration_band", "duration_curve", "dose_by_duration"),
    "regimen": ("joint", "interaction", "three_drugs", "dose_interaction"),
}
DIRECTION = {
    "outcome": "Exposure counts until the response: who responds early has less time to start the "
    "drug or to collect days of it, so that use and long duration look worse than they are. A long "
    "user was, by definition, still without a response at first.",
    "exit": "Exposure counts over all of follow-up: who is followed longer has more time both to "
    "start the drug and to respond, so that use and long duration look better than they are.",
}
IN_TIME = (
    ("nested trials", "sequential_trials", {"measure": "OR", "model": "intention to treat"}),
    ("clone, censor, weight", "clone_censor_weight", {"measure": "HR", "model": "weighted"}),
    ("marginal structural model", "marginal_structural", {"measure": "OR", "model": "weighted"}),
)
LINES = """[[analysis]]
name = "landmark"
kind = "landmark"
days = [90, 180]
[[analysis]]
name = "time_varying"
kind = "time_varying\""""


def immortal_time(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    study, bias = evidence.study, "immortal_time"
    where = evidence.named(*FUTURE_KINDS)
    if not where:
        why = "No analysis takes exposure from after the index date as if it were known on it."
        return Finding(bias, "pass", "no", why)
    shares = evidence.measured(bias, "percent of person-time")
    shares = shares[shares["contrast"].isin(_looked_up(evidence))]
    largest = shares["estimate"].max()
    outcome = study.outcome.label
    guarded = evidence.named(*RESPECT_TIME)
    if guarded and not np.isnan(largest) and largest <= SHARE_IMMORTAL:
        why = (
            f"Use is looked up after the index date, but less than {SHARE_IMMORTAL:.0f}% of the "
            "time of any exposed group had passed before it."
        )
        return Finding(bias, "pass", "no", why, _days_told(evidence, shares), where=where)
    stay = "without a response" if study.exposure.until == "outcome" else "in care"
    why = (
        f"Use, dose and duration of {study.exposure.drug} are known only after the index date, yet are "
        f"set against a {outcome} counted from it: patients had to stay {stay} to become exposed"
    )
    size = (*_days_told(evidence, shares), *_made_up(evidence), *_beside(evidence))
    remedy = "Read the analyses that respect time, which take the drug as it was known on each day."
    if not guarded:
        why += ", and the study has no analysis that respects time"
        remedy = f"Add an analysis that respects time to the study file:\n{LINES}"
    return Finding(
        bias, "fail", "yes", f"{why}.", size, DIRECTION[study.exposure.until], remedy, where
    )


def _looked_up(evidence: Evidence) -> set[str]:
    """What the study's analyses look up later: ever use, and the duration or the regimen."""
    kinds = {analysis.of or analysis.kind for analysis in evidence.study.analyses}
    return {"ever use", *(what for what, of in BEYOND_USE.items() if kinds & set(of))}


def _days_told(evidence: Evidence, shares) -> tuple[str, ...]:
    """Days and share of ever use, and of the band and the regimen with the most."""
    told = []
    drug = evidence.study.exposure.drug
    for contrast, words in (
        ("ever use", f"Users of {drug}"),
        ("duration", "Users for {}"),
        ("regimen", "Patients given {}"),
    ):
        own = shares[shares["contrast"] == contrast].dropna(subset=["estimate"])
        if own.empty:
            continue
        most = own.loc[own["estimate"].idxmax()]
        place = {"contrast": contrast, "level": most["level"]}
        days = evidence.value("immortal_time", "mean days", **place)
        level = most["level"] if contrast == "regimen" else use_in_words(most["level"])
        told.append(
            f"{words.format(level)}: free of the outcome by definition for "
            f"{days:.0f} days on average, {most['estimate']:.0f}% of their time up to it."
        )
    late = evidence.value("immortal_time", "percent after the outcome", contrast="ever use")
    if late > 0:
        told.append(f"Of the users, {late:.0f}% began the drug only after the outcome.")
    return tuple(told)


def _made_up(evidence: Evidence) -> tuple[str, ...]:
    """What the permuted starts found."""
    rows = evidence.of("permuted_start", model="adjusted").dropna(subset=["estimate"])
    if rows.empty:
        return ()
    told = [f"{use_in_words(r.level)} {ratio(r)}" for r in rows.itertuples()]
    return (
        "Never-users given made-up starts, who cannot have an effect of the drug: odds ratio of "
        f"{', '.join(told)}.",
    )


def _beside(evidence: Evidence) -> tuple[str, ...]:
    """The hazard ratio with use looked up later, beside that with use as it began."""
    naive = evidence.of("survival", measure="HR", model="Cox adjusted", level="ever")
    begun = evidence.of("survival", measure="HR", model="Cox time-varying adjusted", level="ever")
    naive, begun = (rows.dropna(subset=["estimate"]) for rows in (naive, begun))
    if naive.empty or begun.empty:
        return ()
    first, second = next(naive.itertuples()), next(begun.itertuples())
    told = [
        f"Hazard ratio with use looked up later {ratio(first)}; with use from the day on which it "
        f"began {ratio(second)}."
    ]
    others = [
        f"{words} {ratio(found)}"
        for words, kind, wanted in IN_TIME
        for found in evidence.of(kind, **wanted).dropna(subset=["estimate"]).itertuples()
    ]
    if others:
        told.append(f"Other analyses that respect time: {', '.join(others)}.")
    return tuple(told)


def prevalent_users(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    study, bias = evidence.study, "prevalent_users"
    where = evidence.named(*FUTURE_KINDS, *RESPECT_TIME)
    before = evidence.measured(bias, "percent", level="used before")["estimate"]
    washout = max((c.min_value for c in study.eligibility if c.kind == "observed"), default=0)
    seen = evidence.value(bias, "days", level="median")
    size = [f"The study asks for {washout:.0f} days under observation before the index date."]
    if not np.isnan(seen):
        size.append(f"Half of the patients were observed for {seen:.0f} days or more before it.")
    direction = (
        "Who is still on a drug has tolerated it and not yet failed on it, so that prevalent use "
        "looks better than a new start; what the drug did early is missed."
    )
    remedy = "Take new users only: exclude who had the drug before, and ask for a longer washout."
    if before.empty or np.isnan(before.iloc[0]):
        why = "Too few patients, or all but too few, had the drug before the index date to be told."
        return Finding(bias, "warn", "cannot be told", why, tuple(size), direction, remedy, where)
    share = float(before.iloc[0])
    if share > 0:
        why = f"Of the patients, {share:.1f}% had {study.exposure.drug} before the index date."
        verdict = "fail" if share > SHARE_PREVALENT else "warn"
        return Finding(bias, verdict, "yes", why, tuple(size), direction, remedy, where)
    nobody = f"No patient had {study.exposure.drug} before the index date, in all the data"
    if washout < WASHOUT:
        why = f"{nobody}, but for some the data reach back only {washout:.0f} days."
        return Finding(bias, "warn", "cannot be told", why, tuple(size), direction, remedy, where)
    return Finding(bias, "pass", "no", f"{nobody}.", tuple(size))


RULES = (
    Rule(
        "immortal_time",
        immortal_time,
        "Did patients have to stay free of the outcome to be called exposed?",
        "Days from the index date to the first day of use (ever use), that and the lower bound of the "
        "band (duration), or to the first day of the last drug (regimens), none beyond the outcome: "
        "their mean, and their sum over the person-time of the group up to the outcome. The median "
        "odds ratio of `permuted_start`. The hazard ratio with use looked up later beside that with "
        "use from its first day.",
        f"passes without an analysis of exposure after the index date, or when no group that the "
        f"study's analyses compare has more than {SHARE_IMMORTAL:.0f} % of its person-time immortal "
        "and an analysis respects time; fails otherwise.",
        "Suissa S. Am J Epidemiol 2008;167:492. Levesque LE, et al. BMJ 2010;340:b5087. Hernán MA, et "
        "al. J Clin Epidemiol 2016;79:70. Gleiss A, et al. Transpl Int 2018;31:125",
    ),
    Rule(
        "prevalent_users",
        prevalent_users,
        "Were some patients on the drug before follow-up began?",
        "Share of the cohort with a prescription of the exposure drug before the index date, in all the "
        "data; days under observation that the study asks for before it.",
        f"fails above {SHARE_PREVALENT:.0f} %; warns above 0, or when the study asks for fewer than "
        f"{WASHOUT} days under observation.",
        "Ray WA. Am J Epidemiol 2003;158:915. Johnson ES, et al. Pharmacoepidemiol Drug Saf "
        "2013;22:1",
    ),
)
