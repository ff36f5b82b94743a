"""Tables of the analyses that respect time."""

from lncohort.report import numbers
from lncohort.report.rows import estimated, one, pick
from lncohort.report.tables.table import Row, Table, heading
from lncohort.report.timed import answers

RISKS = ("clone_censor_weight", "sequential_trials", "marginal_structural", "cumulative_incidence")
PROTOCOLS = ("intention to treat", "per protocol")  # days of both are since the start of a trial
MEASURES = (
    "The response is dated from the index date, or from the landmark or the start of a trial. HR: hazard "
    "ratio; OR of the nested trials and of the marginal structural model: odds ratio within an interval "
    "of follow-up, near the HR where few respond in one; OR of ever against never: over all of follow-up. "
    "Nested trials as begun: by intention to treat; stayed on: per protocol."
)


def by_analysis(results) -> Table | None:
    """The same question by each analysis."""
    found = answers(results)
    if not any(answer.respects_time for answer in found):
        return None
    rows = [
        Row(
            (
                answer.label,
                "yes" if answer.respects_time else "no",
                f"{answer.measure} {answer.numbers}",
                numbers.p_value(answer.p_value),
            )
        )
        for answer in found
    ]
    return Table(
        "by_analysis",
        f"{results.study.exposure.drug.capitalize()} and {results.study.outcome.label} by each analysis",
        ("Analysis", "Respects time", "Ratio (95% CI)", "P"),
        tuple(rows),
        (MEASURES, "Death and kidney failure are censored."),
    )


def risk_differences(results) -> Table | None:
    """Risk differences at the days that the study names."""
    rows = []
    for analysis in results.study.analyses:
        if analysis.kind not in RISKS:
            continue
        own = pick(results.estimates, analysis=analysis.name, measure="RD")
        if own.empty:
            continue
        rows.append(heading(analysis.name.replace("_", " ")))
        for row in own.itertuples(index=False):
            rows.append(
                Row(
                    (
                        f"{row.model}, {row.contrast}" if row.model in PROTOCOLS else row.contrast,
                        estimated(row, numbers.percent_of_risk),
                        numbers.p_value(row.p_value),
                    )
                )
            )
    if not rows:
        return None
    return Table(
        "risk_differences",
        "Risk differences of starting the drug, percentage points (95% CI)",
        ("Day", "RD, points (95% CI)", "P"),
        tuple(rows),
        (
            "The marginal structural model censors death and kidney failure; in the others they compete. "
            "Days of nested trials are since the start of a trial. Without bootstrap samples there is no "
            "interval.",
        ),
    )


def comparators(results) -> Table | None:
    """Both arms of each active comparator, and who is in neither."""
    rows = []
    for analysis in results.study.analyses:
        if analysis.kind != "active_comparator":
            continue
        own = pick(results.estimates, analysis=analysis.name)
        label = results.study.drug(results.study.exposure.drug).label
        ratios = pick(own, measure="HR", level=label)
        rows.append(heading(ratios["contrast"].iloc[0]))
        for row in ratios.itertuples(index=False):
            other = one(own, measure="HR", level=row.reference, model=row.model)
            rows.append(Row((row.model, _size(row), _size(other), estimated(row))))
    if not rows:
        return None
    return Table(
        "comparators",
        "Initiators on the index date: responses/patients, and HR",
        ("Model", "Exposure drug", "Comparator", "HR (95% CI)"),
        tuple(rows),
        ("Who started both drugs on the index date is in neither arm.",),
    )


def _size(row) -> str:
    if row is None or numbers.is_missing(row.n) or numbers.is_missing(row.events):
        return numbers.WITHHELD
    return f"{numbers.count(row.events)}/{numbers.count(row.n)}"
