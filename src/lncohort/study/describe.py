"""A study file told in plain English, in the order of STROBE."""

from collections.abc import Iterator

from lncohort.extract.equivalence import dose_equivalences
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.study.analyses_in_words import RESPECT_TIME, in_words
from lncohort.study.emulation import emulation
from lncohort.study.model import Covariate, Criterion, Drug, OutcomeCriterion, Study

OVERLAP = {
    "sum": "doses of overlapping supplies are added",
    "latest": "a later order ends the earlier one",
    "max": "the largest dose of overlapping supplies counts",
    "stockpile": "a later supply begins when the earlier one is used up",
}


def describe(study: Study) -> str:
    """Tell the protocol of a study, as for a methods section.

    Returns
    -------
    str
        Markdown: a heading of the first level, then one of the second for each part of STROBE
        (von Elm E et al., Lancet 2007;370:1453).
    """
    parts = {
        "Question": _question(study),
        "Design and setting": _design(study),
        "Participants": _participants(study),
        "Exposure": _exposure(study),
        "Outcome": _outcome(study),
        "Covariates": _covariates(study),
        "Follow-up": _follow_up(study),
        "Bias": _bias(study),
        "Statistical methods": _methods(study),
        "Target trial": _target_trial(study),
        "Subgroups": _subgroups(study),
        "Missing data": _missing(study),
        "Disclosure control": _disclosure(study),
        "Published comparison": _published(study),
    }
    told = [f"# {study.info.title}"]
    for heading, lines in parts.items():
        text = "\n".join(lines)
        if text:
            told.append(f"## {heading}\n\n{text}")
    return "\n\n".join(told) + "\n"


def _question(study: Study) -> Iterator[str]:
    yield study.info.question


def _design(study: Study) -> Iterator[str]:
    yield (
        f"Retrospective cohort from hospital records, {study.info.period_start} to "
        f"{study.info.period_end}. Time is counted in days from the index date (day 0); intervals "
        "include their first day and not their last."
    )


def _participants(study: Study) -> Iterator[str]:
    yield (
        f"The index date is the first ever start of {_either(study.entry.drugs)}; starts are looked "
        "for in all the data, and a patient whose first start lies outside the study period does "
        "not enter."
    )
    if study.eligibility:
        yield ""
        yield "Patients had to meet, in this order:"
        yield ""
    for criterion in study.eligibility:
        yield f"- {criterion.label}{_criterion(criterion)}"


def _criterion(criterion: Criterion) -> str:
    concept = _words(criterion.concept)
    window = _window(criterion.from_day)
    unit = _unit(criterion.concept)
    bounds = " and ".join(
        f"{sign} {value:g}"
        for sign, value in (("≥", criterion.min_value), ("≤", criterion.max_value))
        if value is not None
    )
    return {
        "age": f" (age {bounds} years)",
        "observed": f" (observed {bounds} days before the index date)",
        "diagnosis": f" (a record of {concept} {window})",
        "no_procedure": f" (no record of {concept} ever before)",
        "lab": f" (latest {concept}{' ' + bounds + unit if bounds else ''} {window})",
    }[criterion.kind]


def _exposure(study: Study) -> Iterator[str]:
    exposure = study.exposure
    until = {
        "outcome": "the first of the response and the end of follow-up",
        "exit": "the end of follow-up",
    }[exposure.until]
    if exposure.landmark_day is not None:
        until += f", and at most to day {exposure.landmark_day} (landmark)"
    yield (
        f"The exposure is {exposure.drug}, from the index date to {until}. Supply runs from the "
        "start of a prescription for its days of supply; an explicit last day wins. Supply is "
        "clipped to the observation periods. A patient is exposed who has any day of supply."
    )
    yield ""
    for drug in study.drugs:
        yield f"- {_drug(drug)}"
    yield ""
    yield (
        "Mean daily dose is taken over the covered days of known dose, in bands of "
        f"{', '.join(exposure.dose_band_labels)} mg/day (closed on the left). Duration is the "
        f"number of covered days, in bands of {', '.join(exposure.duration_band_labels)} days "
        "(closed on the right). A dose that was not recorded is unknown, never zero. A dose is "
        f"held that is not fallen short of on {exposure.held_days} days in a row."
    )
    yield ""
    yield (
        "A drug that starts while no other was taken before is the first line; one that starts "
        f"within {exposure.switch_days} days of the end of another is a switch. A course that ends "
        "is tapered when its last dose is at most half of the highest of its last "
        f"{exposure.taper_days} days."
    )
    if study.combinations:
        pairs = ", ".join(study.regimen_label(c.drugs) for c in study.combinations)
        days = ", ".join(sorted({str(c.min_overlap_days) for c in study.combinations}))
        yield ""
        yield (
            f"A regimen is the set of drugs used in the window, together or in sequence. {pairs} "
            f"count as given together from {days} shared days of their courses on."
        )


def _drug(drug: Drug) -> str:
    told = (
        f"{drug.name} ({drug.label}): courses continue over gaps of up to {drug.grace_days} days; "
        f"{_overlap(drug)}; doses above {drug.max_daily_dose_mg:g} mg/day are rejected; an "
        f"intravenous pulse covers {drug.pulse_days} days"
    )
    for e in dose_equivalences():
        if e.as_drug == drug.name:
            told += f"; {e.mg} mg of {_words(e.drug)} count as {e.as_mg} mg of it"
    if drug.max_pulse_dose_mg is not None:
        told += f", and pulses above {drug.max_pulse_dose_mg:g} mg are rejected"
    if drug.high_dose_mg is not None:
        told += (
            f"; a high dose is {drug.high_dose_mg:g} mg/day or more, its stretches joined over up "
            f"to {drug.high_dose_gap_days or 0} days"
        )
    return told


def _overlap(drug: Drug) -> str:
    told = OVERLAP[drug.overlap]
    if drug.overlap != "stockpile":
        return told
    return f"{told}; what is left keeps its {drug.stockpile_carry}"


def _outcome(study: Study) -> Iterator[str]:
    outcome = study.outcome
    components: dict[str, list[str]] = {}
    for criterion in outcome.criteria:
        components.setdefault(criterion.component, []).append(_rule(criterion))
    yield (
        f"{_capital(outcome.label)}: the first day from day {outcome.from_day} on at which every "
        "component is met:"
    )
    yield ""
    for component, rules in components.items():
        yield f"- {component}: {', or '.join(rules)}"
    yield ""
    yield (
        f"A component is its latest value within {outcome.component_days} days up to the day "
        f"judged; its baseline is the latest value in the {outcome.baseline_days} days up to the "
        f"index date. The next assessment within {outcome.confirm_days} days must not contradict "
        "the response; a single assessment counts when there is no further one. Several results "
        "of one day are replaced by their median. A censored result (<0.15) is judged where its "
        "bound can tell, and is no value where it cannot; as a baseline it is its bound."
    )
    if outcome.upcr_for_24h:
        yield ""
        yield (
            "On a day without 24-hour urine protein the urine protein-creatinine ratio in g/g "
            "stands for it in g/24 h, at baseline and after."
        )


def _rule(criterion: OutcomeCriterion) -> str:
    test = _words(criterion.test)
    return {
        "below": f"{test} below {criterion.value or 0:g}{_unit(criterion.test)}",
        "ratio_to_baseline": f"{test} at most {100 * (criterion.value or 0):g} % of baseline",
        "within_reference": f"{test} within the laboratory's range",
    }[criterion.rule]


def _covariates(study: Study) -> Iterator[str]:
    yield "What was known on or before the index date:"
    yield ""
    for covariate in study.covariates:
        use = "" if covariate.adjust else "; described, not adjusted for"
        yield f"- {covariate.label}: {_covariate(covariate)}{use}"


def _covariate(covariate: Covariate) -> str:
    window = _window(covariate.from_day)
    source = {
        "age": "at the index date",
        "sex": "as recorded",
        "lab": f"latest {_words(covariate.concept)} {window}",
        "egfr": f"CKD-EPI 2021 from the latest serum creatinine {window}",
        "assessment": f"latest {_words(covariate.concept)} {window}",
        "condition": f"any of {', '.join(_words(c) for c in covariate.concepts)} {window}",
        "biopsy": "latest biopsy on or before the index date",
        "mean_daily_dose": f"mean mg/day of {_words(covariate.concept)} over the days of known oral "
        f"dose {_before(covariate.from_day)}, 0 without oral supply",
        "cumulative_dose": f"mg of {_words(covariate.concept)}, oral and in pulses, "
        f"{_before(covariate.from_day)}, missing when a dose is unknown",
    }[covariate.kind]
    if covariate.groups:
        groups = "; ".join(f"{name}: {', '.join(g)}" for name, g in covariate.groups.items())
        return f"{source} ({groups})"
    if covariate.levels:
        cuts = ", ".join(f"{cut:g}" for cut in covariate.bands)
        cut = f" (cut at {cuts}, each the first of its level)" if cuts else ""
        return f"{source}, as {', '.join(covariate.levels)}{cut}"
    if covariate.unit_of_change != 1:
        return f"{source}, per {covariate.unit_of_change:g}"
    return source


def _follow_up(study: Study) -> Iterator[str]:
    failure = _either([_words(c) for c in study.follow_up.kidney_failure])
    yield (
        f"From the index date for at most {study.follow_up.max_days} days (in intervals of "
        f"{study.follow_up.interval_days} days where exposure is looked at again), to the first of death, "
        f"kidney failure ({failure}), the end of observation and the end of the study period. "
        "Death and kidney failure compete with the response."
    )


def _bias(study: Study) -> Iterator[str]:
    guards = [a.name for a in study.analyses if a.kind == "survival"]
    timed = [a.name for a in study.analyses if a.kind in RESPECT_TIME]
    yield (
        "Use, dose, duration and combination are known only after the index date, while the "
        "response is counted from it: contrasts of them are open to immortal-time bias, whose size and "
        "direction the audit of the report tells."
    )
    if guards:
        yield (
            f"In {_either(guards)}, a Cox model counts the time before the first use as unexposed."
        )
    if timed:
        yield (
            f"{_capital(_all(timed))} take exposure as it was known while follow-up was still to "
            "come."
        )
    yield (
        "Confounding by indication is met by adjustment for what was known on the index date; "
        "what was not recorded is not adjusted for."
    )


def _methods(study: Study) -> Iterator[str]:
    adjusted = [c.label for c in study.covariates if c.adjust]
    yield (
        "Odds ratios come from logistic regression by maximum likelihood, crude and adjusted for "
        f"{', '.join(adjusted) or 'nothing'}; intervals are 95 % Wald intervals. Numbers enter as "
        "linear terms. Where nobody or everybody in a level responded, its ratio is by Firth's penalised "
        "likelihood. Groups are compared at baseline by standardised mean differences, with the pooled "
        "standard deviation of the sample. Estimated were:"
    )
    yield ""
    for analysis in study.analyses:
        yield f"- {analysis.name}: {in_words(study, analysis)}"


def _target_trial(study: Study) -> Iterator[str]:
    if study.target_trial is None:
        return
    yield "| Part | Target trial | Emulation with these data |"
    yield "|---|---|---|"
    for part, wanted, made in emulation(study):
        yield f"| {part} | {wanted} | {made} |"


def _subgroups(study: Study) -> Iterator[str]:
    named = []
    for subgroup in study.subgroups:
        label = study.covariate(subgroup.covariate).label
        cuts = ", ".join(f"{cut:g}" for cut in subgroup.cut)
        named.append(f"{label} (cut at {cuts})" if cuts else label)
    if named:
        yield ", ".join(named) + "."


def _missing(study: Study) -> Iterator[str]:
    handled = {
        "exclude": "leaves the models and is counted",
        "non_response": "counts as a non-responder",
    }[study.outcome.not_assessed]
    yield (
        "A day on which a component of the outcome has no value recent enough is not an "
        f"assessment. A patient never assessed for the response {handled}. A category that was not recorded "
        "is a level of its own; a patient with a missing number leaves the adjusted models and is "
        "counted."
    )


def _disclosure(study: Study) -> Iterator[str]:
    smallest = study.info.min_cell
    if smallest == 1:
        yield "No count is suppressed."
    else:
        yield f"Counts above 0 and below {smallest} are suppressed, with what would reveal them."


def _published(study: Study) -> Iterator[str]:
    if study.published is None:
        return
    yield f"{study.published.citation} ({study.published.provenance})."
    if study.published.facts:
        names = "; ".join(fact.name for fact in study.published.facts)
        yield ""
        yield f"Published figures beside which the estimates are set: {names}."
    if study.published.unknown:
        yield ""
        yield "Not known about it, and chosen here:"
        yield ""
        for unknown in study.published.unknown:
            yield f"- {unknown}"


def _window(from_day: int | None) -> str:
    if from_day is None:
        return "on or before the index date"
    if from_day == 0:
        return "on the index date"
    return f"in the {-from_day} days up to the index date"


def _before(from_day: int | None) -> str:
    """The window of a dose, which ends before the index date."""
    return f"in the {-(from_day or 0)} days before the index date"


def _unit(test: str | None) -> str:
    """The unit of a laboratory test behind a space, nothing for what is not one."""
    return f" {LAB_TESTS[test].unit}" if test in LAB_TESTS else ""


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ")


def _either(names) -> str:
    names = list(names)
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _all(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
