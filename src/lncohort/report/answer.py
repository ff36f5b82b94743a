"""The answer in a few sentences, and the one sentence on what could be wrong with it."""

from collections.abc import Iterator

from lncohort.audit import Finding
from lncohort.report import numbers
from lncohort.report.rows import analysis_of, one, pick
from lncohort.report.timed import answers
from lncohort.report.words import band, capital, listed
from lncohort.study import Study

LEVEL_OF_P = 0.05
_RATIOS = {"HR": "hazard ratio", "OR": "odds ratio"}


def answer(results) -> list[str]:
    """Sentences with numbers and intervals: use; dose and duration; synergy; the target trial.

    The target trial comes first where the study declares one and repeats no published analysis. A
    sentence whose analyses are not in the study, or whose estimates were suppressed, is left out.
    """
    sentences = [_use(results), _dose_and_duration(results), _synergy(results)]
    sentences.insert(0 if leads(results.study) else len(sentences), _trial(results))
    return [sentence for sentence in sentences if sentence]


def leads(study: Study) -> bool:
    """Whether the study's main estimate is that of its target trial."""
    return study.target_trial is not None and study.published is None


def _ci(row) -> str:
    return f"{numbers.ratio(row.estimate)} (95% CI {numbers.interval(row.ci_low, row.ci_high)})"


def _is_drawn(row) -> bool:
    return row is not None and not any(
        numbers.is_missing(value) for value in (row.estimate, row.ci_low, row.ci_high)
    )


def _direction(row, more: str, less: str, neither: str) -> str:
    """Words for a ratio: by whether its interval leaves 1 out."""
    if row.ci_low > 1:
        return more
    return less if row.ci_high < 1 else neither


def _trial(results) -> str:
    """What the analyses find that emulate the study's target trial."""
    trial = results.study.target_trial
    if trial is None:
        return ""
    parts = [part for name in trial.emulated_by for part in _emulated(results, name)]
    return f"Analysed as the target trial would be, {'; '.join(parts)}." if parts else ""


def _emulated(results, name: str) -> Iterator[str]:
    """By analysis: its ratios, each with the last of its differences of risks, or that alone."""
    ratios = [found for found in answers(results) if found.analysis == name]
    for found in ratios:
        if numbers.is_missing(found.low):
            yield f"nothing is known ({found.label.lower()}): {found.note or found.numbers}"
            continue
        interval = numbers.interval(found.low, found.high)
        size = f"{_RATIOS[found.measure]} {numbers.ratio(found.estimate)} (95% CI {interval})"
        told = _finding(results, found.low > 1, found.high < 1, found.label.lower())
        difference = _last_difference(results, name, found.model)
        yield f"{told}: {size}" + (f", or {difference[1]}" if difference else "")
    if not ratios and (difference := _last_difference(results, name)):
        row, written = difference
        yield f"{_finding(results, row.ci_low > 0, row.ci_high < 0, name)}: {written}"


def _finding(results, more: bool, less: bool, by: str) -> str:
    outcome, drug = results.study.outcome.label, results.study.exposure.drug
    how = "more" if more else "less" if less else "not clearly more or less"
    return f"{outcome} was {how} frequent with {drug} than without it ({by})"


def _last_difference(results, name: str, model: str | None = None):
    """The row of the last difference of risks that has an interval, and its words; or nothing."""
    where = {"analysis": name, "measure": "RD"} | ({} if model is None else {"model": model})
    own = pick(results.estimates, **where).dropna(subset=["ci_low"])
    row = next(own.iloc[::-1].itertuples(index=False), None)
    if row is None:
        return None
    points = _percentage_points(row.estimate, row.ci_low, row.ci_high)
    return row, f"by {row.contrast} a difference of {points}"


def _percentage_points(*estimate: float) -> str:
    written = numbers.with_interval(*estimate, numbers.percent_of_risk)
    return f"{written.replace('(', '(95% CI ')} percentage points"


def _use(results) -> str:
    study = results.study
    outcome, drug = study.outcome.label, study.exposure.drug
    row = one(
        results.estimates,
        analysis=analysis_of(study, "use"),
        model="adjusted",
        level="ever",
        measure="OR",
    )
    if not _is_drawn(row):
        return ""
    finding = _direction(
        row,
        f"was more frequent with {drug} than without it",
        f"was less frequent with {drug} than without it",
        f"was not clearly more or less frequent with {drug} than without it",
    )
    sentence = f"{outcome} {finding}: adjusted odds ratio {_ci(row)}{_risks(results)}."
    if leads(study):
        return f"With all use during follow-up counted, as if known from its start, {sentence}"
    return capital(sentence)


def _risks(results) -> str:
    """The standardised risks, which say in percent what the odds ratio exaggerates."""
    own = pick(results.estimates, analysis=analysis_of(results.study, "standardised_risk"))
    ever, never = (one(own, measure="risk", level=level) for level in ("ever", "never"))
    difference = one(own, measure="RD", level="ever", reference="never")
    if not (_is_drawn(ever) and _is_drawn(never) and _is_drawn(difference)):
        return ""
    written = _percentage_points(difference.estimate, difference.ci_low, difference.ci_high)
    return (
        f", or, in the same mix of patients, {numbers.percent_of_risk(ever.estimate)}% with it and "
        f"{numbers.percent_of_risk(never.estimate)}% without, a difference of {written}"
    )


def _dose_and_duration(results) -> str:
    parts = [
        _trend(results, "dose_band", "dose", "mg/day"),
        _trend(results, "duration_band", "duration of use", "days"),
    ]
    parts = [part for part in parts if part]
    return f"{capital('; '.join(parts))}." if parts else ""


def _trend(results, kind: str, name: str, unit: str) -> str:
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, kind), model="adjusted")
    trend = one(own, level="trend")
    if trend is None or numbers.is_missing(trend.p_value):
        return ""
    if trend.p_value >= LEVEL_OF_P:
        finding = f"no clear trend with {name}"
    else:
        finding = f"the odds {'rose' if trend.estimate > 1 else 'fell'} with {name}"
    exposure = study.exposure
    labels = exposure.dose_band_labels if kind == "dose_band" else exposure.duration_band_labels
    top = one(own, level=labels[-1], measure="OR")
    highest = ""
    if _is_drawn(top):
        highest = f"odds ratio {_ci(top)} at {band(labels[-1], unit)} against never, "
    p = numbers.p_phrase(trend.p_value).replace("P", "P for trend", 1)
    return f"{finding}: {highest}{p}"


def _synergy(results) -> str:
    study = results.study
    pairs = [analysis for analysis in study.analyses if analysis.kind == "interaction"]
    parts = [part for part in (_product(results, pair) for pair in pairs) if part]
    return f"{capital('; '.join(parts))}." if parts else ""


def _product(results, analysis) -> str:
    row = one(results.estimates, analysis=analysis.name, model="adjusted", level="product")
    if not _is_drawn(row):
        return ""
    pair = listed(list(analysis.drugs))
    finding = _direction(
        row,
        f"{pair} acted in synergy: their joint odds ratio was more than the product of the single "
        "ones",
        f"{pair} acted against each other: their joint odds ratio was less than the product of "
        "the single ones",
        f"synergy of {pair} was not shown: their joint odds ratio did not clearly differ from the "
        "product of the single ones",
    )
    interval = numbers.interval(row.ci_low, row.ci_high)
    size = (
        f"ratio {numbers.ratio(row.estimate)}, 95% CI {interval}, {numbers.p_phrase(row.p_value)}"
    )
    return f"{finding} ({size})"


def doubt(audit: list[Finding]) -> str:
    """What could be wrong, in one sentence: the first of the gravest findings, and how many more."""
    doubted = [found for found in audit if found.verdict != "pass"]
    if not doubted:
        return "No check of this report found a reason to doubt it; that is not a proof."
    gravest = min(doubted, key=lambda found: found.verdict != "fail")
    more = len(doubted) - 1
    rest = f" ({more} more below)" if more else ""
    return f"{gravest.why.rstrip('.')}{rest}."
