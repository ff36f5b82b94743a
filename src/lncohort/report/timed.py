"""The exposure and the outcome by each analysis, in the order of the report."""

from dataclasses import dataclass

from lncohort.report.numbers import with_interval
from lncohort.report.rows import analysis_of, estimated, one
from lncohort.report.words import capital


@dataclass(frozen=True)
class Answer:
    """What one analysis says of the exposure and the outcome.

    Attributes
    ----------
    label, measure : str
    analysis, model : str
        Where it stands in the table of estimates; "published" is not there.
    numbers : str
        Estimate and interval, already written.
    estimate, low, high, p_value : float
    respects_time : bool
        Whether exposure was known when follow-up was still to come.
    note : str
    """

    label: str
    measure: str
    analysis: str
    model: str
    numbers: str
    estimate: float
    low: float
    high: float
    p_value: float
    respects_time: bool
    note: str = ""


def answers(results) -> list[Answer]:
    """Every main estimate that the study has of its exposure, those that look it up later first.

    Parameters
    ----------
    results : Results
        After suppression.
    """
    study = results.study
    found = list(_published(study))
    for label, kind, measure, wanted in (
        ("As run: ever against never", "use", "OR", {"model": "adjusted", "level": "ever"}),
        ("Ever against never", "survival", "HR", {"model": "Cox adjusted"}),
        (
            "Made-up use of never-users",
            "permuted_start",
            "OR",
            {"model": "adjusted", "level": "ever"},
        ),
    ):
        found.append(_answer(results, label, kind, measure, False, wanted))
    for landmark in (a for a in study.analyses if a.kind == "landmark"):
        for day in landmark.days:
            wanted = {"model": "adjusted", "level": "started", "contrast": f"day {day}"}
            found.append(_answer(results, f"Landmark day {day}", "landmark", "HR", True, wanted))
    for label, kind, measure, wanted in (
        ("Time-varying, started", "time_varying", "HR", {"model": "adjusted", "level": "started"}),
        (
            "Nested trials, as begun",
            "sequential_trials",
            "OR",
            {"model": "intention to treat"},
        ),
        ("Nested trials, stayed on", "sequential_trials", "OR", {"model": "per protocol"}),
        ("Clone, censor, weight", "clone_censor_weight", "HR", {"model": "weighted"}),
        ("Marginal structural", "marginal_structural", "OR", {}),
    ):
        found.append(_answer(results, label, kind, measure, True, wanted))
    for compared in (a for a in study.analyses if a.kind == "active_comparator"):
        label = study.drug(study.exposure.drug).label
        wanted = {"model": "weighted", "level": label}
        name = f"Against {study.drug(compared.reference).label}"
        found.append(_answer(results, name, "active_comparator", "HR", True, wanted))
    return [answer for answer in found if answer is not None]


def _published(study):
    if study.published is None:
        return
    use = analysis_of(study, "use")
    for fact in study.published.facts:
        if fact.analysis == use and fact.level == "ever" and fact.ci and fact.value:
            numbers = with_interval(fact.value, *fact.ci)
            nothing = float("nan")
            label = f"As published, {study.published.short}"
            where = fact.measure, "published", ""
            yield Answer(label, *where, numbers, fact.value, *fact.ci, nothing, False, "published")


def _answer(results, label, kind, measure, respects_time, wanted) -> Answer | None:
    name = analysis_of(results.study, kind)
    row = one(results.estimates, analysis=name, measure=measure, **wanted) if name else None
    if row is None:
        return None
    return Answer(
        capital(label),
        measure,
        row.analysis,
        row.model,
        estimated(row),
        row.estimate,
        row.ci_low,
        row.ci_high,
        row.p_value,
        respects_time,
        row.note,
    )
