"""Chance: few events, many tests, and effects found where none can be."""

import numpy as np

from lncohort.audit.finding import (
    FUTURE_KINDS,
    ODDS_RATIO_KINDS,
    Evidence,
    Finding,
    Rule,
    p_text,
    use_in_words,
)

FEW = 10
PER_PARAMETER, SERIOUS_PER_PARAMETER = 10, 5
EXPECTED_BY_CHANCE = 1
ALPHA = 0.05
SHOWN = 6


def sparse_data(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias, rows = "sparse_data", evidence.estimates
    ratios = rows[
        (rows["measure"] == "OR")
        & (rows["model"] == "adjusted")
        & rows["analysis"].isin(evidence.named(*ODDS_RATIO_KINDS))
    ]
    few = (ratios["events"] < FEW) | (ratios["n"] - ratios["events"] < FEW)
    thin = ratios[few | ratios["note"].str.contains("suppressed: small count")]
    found = evidence.measured(bias, "events per parameter")
    per = float(found["estimate"].iloc[0]) if len(found) else float("nan")
    size = []
    if not np.isnan(per):
        size.append(
            f"The adjusted model of use has {per:.1f} responses, or non-responses if fewer, for each coefficient."
        )
    named = [f"{t.analysis.replace('_', ' ')}: {t.level}" for t in thin.itertuples()]
    if named:
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        size.append(
            f"Levels with fewer than {FEW} responses or non-responses: {', '.join(named[:SHOWN])}{more}."
        )
    unknown = len(found) and np.isnan(per)
    low = unknown or per < PER_PARAMETER
    if not low and thin.empty:
        why = f"Every level has {FEW} of both outcomes or more, and the model {PER_PARAMETER} for each coefficient."
        return Finding(bias, "pass", "no", why, tuple(size))
    why = (
        f"The adjusted model asks more than the data hold: fewer than {PER_PARAMETER} responses, or non-responses, for each coefficient."
        if low
        else f"{len(thin)} levels hold fewer than {FEW} responses or non-responses."
    )
    where = tuple(sorted(set(thin["analysis"]))) or evidence.named("use")
    return Finding(
        bias,
        "fail" if unknown or per < SERIOUS_PER_PARAMETER else "warn",
        "yes",
        why,
        tuple(size),
        "Odds ratios of thin cells are pushed away from 1 and their intervals are unreliable.",
        "Join levels or drop covariates before trusting them; Firth's estimates are less pushed.",
        where,
    )


def multiple_looks(evidence: Evidence) -> Finding:
    """See :data:`RULES`."""
    bias = "multiple_looks"
    tests, expected = (evidence.value(bias, m) for m in ("tests", "expected by chance"))
    bounds = evidence.measured(bias, "P").dropna(subset=["p_value"])
    curve = len(evidence.of("specification_curve", measure="OR"))
    if np.isnan(tests):
        return Finding(bias, "pass", "no", "No test was made.")
    size = [f"Tests made: {tests:.0f}; expected below 0.05 if nothing were true: {expected:.1f}."]
    if curve:
        size.append(f"Among them are {curve} specifications of one question.")
    told = [f"{p_text(r.p_value)} ({r.method})" for r in bounds.itertuples()]
    if told:
        size.append(f"The P of ever against never use, held to all of them: {', '.join(told)}.")
    holm = bounds.loc[bounds["method"] == "Holm", "p_value"]
    if expected < EXPECTED_BY_CHANCE:
        why = (
            f"So few tests were made ({tests:.0f}) that none is expected to be positive by chance."
        )
        return Finding(bias, "pass", "no", why, tuple(size))
    if len(holm) and holm.iloc[0] < ALPHA:
        why = f"Of {tests:.0f} tests some are positive by chance; the main one withstands them all."
        return Finding(bias, "pass", "yes", why, tuple(size))
    return Finding(
        bias,
        "warn",
        "yes",
        f"Of {tests:.0f} tests about {expected:.0f} are positive by chance, and the main one may be one of them.",
        tuple(size),
        "The most striking of many results is too far from 1.",
        "Judge the study by the analysis that was named first, and call the others explorations.",
        tuple(a.name for a in evidence.study.analyses),
    )


def negative_control(evidence: Evidence) -> Finding:
    """Whether the analysis finds an effect where none can be."""
    bias, where = "negative_control", evidence.named("negative_control", "permuted_start")
    if not where:
        why = "Nothing was analysed in which no effect can be."
        remedy = 'Add an analysis of kind = "permuted_start", or "negative_control".'
        return Finding(bias, "warn", "cannot be told", why, remedy=remedy)
    rows = evidence.of("negative_control", model="adjusted", level="ever", measure="OR")
    rows = rows.dropna(subset=["p_value"])
    size = tuple(
        f"{r.contrast.replace('_', ' ').capitalize()}: odds ratio {r.estimate:.2f}, {p_text(r.p_value)}."
        for r in rows.itertuples()
    )
    made_up = evidence.of("permuted_start", model="adjusted").dropna(subset=["ci_low"])
    shifted = made_up[(made_up["ci_low"] > 1) | (made_up["ci_high"] < 1)]
    size += tuple(
        f"Made-up use ({use_in_words(r.level)}): odds ratio {r.estimate:.2f}, from {r.ci_low:.2f} to "
        f"{r.ci_high:.2f} in 95% of the permutations."
        for r in made_up.itertuples()
    )
    found = rows[rows["p_value"] < ALPHA]
    if rows.empty and made_up.empty:
        return Finding(
            bias, "warn", "cannot be told", "No negative control could be estimated.", where=where
        )
    if found.empty and shifted.empty:
        why = "No negative control shows an effect; a wide interval shows little either way."
        return Finding(bias, "pass", "no", why, size, where=where)
    named = [r.contrast.replace("_", " ") for r in found.itertuples()]
    named += [f"made-up use ({use_in_words(r.level)})" for r in shifted.itertuples()]
    certain = len(shifted) or found["p_value"].min() < ALPHA / len(rows)
    return Finding(
        bias,
        "fail" if certain else "warn",
        "yes",
        f"An effect shows where none can be: {', '.join(named)}.",
        size,
        "Bias of the same direction and size may be in the main estimate.",
        "Read the main estimate against this one, and not against 1.",
        (*where, *evidence.named(*FUTURE_KINDS)),
    )


RULES = (
    Rule(
        "sparse_data",
        sparse_data,
        "Do the models ask more than the data hold?",
        "Responses, or non-responses if fewer, of the adjusted model of use over its coefficients; levels "
        f"with fewer than {FEW} responses or non-responses.",
        f"warns below {PER_PARAMETER} or with such a level; fails below {SERIOUS_PER_PARAMETER}.",
        "Peduzzi P, et al. J Clin Epidemiol 1996;49:1373. Greenland S, et al. BMJ 2016;352:i1981",
    ),
    Rule(
        "multiple_looks",
        multiple_looks,
        "How many results were looked at?",
        "P values of the adjusted, weighted and matched ratios and differences of all analyses that the "
        f"study names, m; m x {ALPHA}; the P of ever against never use by Bonferroni's and by Holm's rule.",
        f"passes when m x {ALPHA} is below {EXPECTED_BY_CHANCE} or Holm's P below {ALPHA}; warns "
        "otherwise.",
        "Holm S. Scand J Stat 1979;6:65. Simmons JP, et al. Psychol Sci 2011;22:1359",
    ),
    Rule(
        "negative_control",
        negative_control,
        "Does the analysis find an effect where none can be?",
        "Odds ratios of `negative_control`, and the range of those of `permuted_start`.",
        f"warns when a P is below {ALPHA}; fails below {ALPHA} over the number of controls, or when 95 % "
        "of the permutations leave 1 out. Warns without any.",
        "Lipsitch M, et al. Epidemiology 2010;21:383",
    ),
)
