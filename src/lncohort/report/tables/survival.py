"""Tables of time to response."""

from lncohort.analyses.time_measures import NOT_REACHED
from lncohort.report import numbers
from lncohort.report.rows import analysis_of, counted, estimated, levels, one, pick, responses
from lncohort.report.tables.table import Row, Table, heading, rows_of
from lncohort.report.words import exposure_label

ONE_LINE = ("log-rank", "Gray's test", "RMST difference")
SHOWN_DAYS = (90, 180, 360, 540, 720)


def curve_points(results) -> Table | None:
    """Cumulative incidence and 1 - KM at round times."""
    own = pick(results.estimates, analysis=analysis_of(results.study, "survival"))
    if own.empty:
        return None
    label, min_cell = exposure_label(results.study), results.study.info.min_cell
    rows = []
    for group in levels(pick(own, measure="cumulative incidence")):
        rows.append(heading(f"{label} {group}"))
        for day in SHOWN_DAYS:
            at = {"level": group, "contrast": f"day {day}"}
            incidence = one(own, measure="cumulative incidence", **at)
            kaplan_meier = one(own, measure="1 - KM", **at)
            if incidence is not None:
                rows.append(
                    Row(
                        (
                            f"day {day}",
                            counted(incidence.n, incidence.note, min_cell),
                            estimated(incidence, numbers.percent_of_risk),
                            estimated(kaplan_meier, numbers.percent_of_risk),
                        )
                    )
                )
    return Table(
        "survival_points",
        f"Cumulative {results.study.outcome.label}, % (95% CI)",
        ("Day", "At risk", "With competing events (Aalen–Johansen)", "Without (1 − Kaplan–Meier)"),
        tuple(rows),
    )


def measures(results) -> Table | None:
    """Tests of the curves, Fine and Gray's ratio, medians and restricted means."""
    own = pick(results.estimates, analysis=analysis_of(results.study, "survival"))
    if pick(own, measure="RMST difference").empty:
        return None
    rows = []
    for measure, name, form in (
        ("log-rank", "Log-rank test", numbers.ratio),
        ("Gray's test", "Gray's test", numbers.ratio),
        ("sHR", "Subdistribution HR (Fine–Gray)", numbers.ratio),
        ("median days", "Median days to response", numbers.quantity),
        ("RMST", "Mean days without response (RMST)", numbers.quantity),
        ("RMST difference", "Difference of RMST, days", numbers.quantity),
    ):
        for row in pick(own, measure=measure).itertuples():
            which = row.model if measure == "sHR" else row.level
            label = name if measure in ONE_LINE else f"{name}, {which}"
            rows.append(Row((label, _measured(row, form), numbers.p_value(row.p_value))))
    label = exposure_label(results.study)
    horizon = results.study.follow_up.max_days
    return Table(
        "time_measures",
        f"Time to {results.study.outcome.label}, {label} ever against never, by other measures",
        ("Measure", "Estimate (95% CI)", "P"),
        tuple(rows),
        (
            f"RMST: mean days without the response up to day {horizon}. Log-rank, medians and RMST "
            "count death and kidney failure as censored; Gray's test and Fine–Gray as competing.",
        ),
    )


def _measured(row, form) -> str:
    if row.measure in ("log-rank", "Gray's test"):
        return ""
    if row.note == NOT_REACHED:
        return NOT_REACHED
    if row.measure == "median days" and numbers.is_missing(row.ci_high):
        return f"{form(row.estimate)} (from {form(row.ci_low)})"
    return estimated(row, form)


def hazards(results) -> Table | None:
    """Hazard ratios of each Cox model, with the check of proportional hazards."""
    own = pick(results.estimates, analysis=analysis_of(results.study, "survival"))
    ratios = pick(own, measure="HR")
    if ratios.empty:
        return None
    min_cell = results.study.info.min_cell
    rows = []
    for row in ratios.itertuples(index=False):
        test = one(own, measure="PH test", model=row.model)
        rows.append(
            (
                row.model,
                responses(row, min_cell),
                estimated(row),
                numbers.p_value(row.p_value),
                numbers.NONE if test is None else numbers.p_value(test.p_value),
            )
        )
    label = exposure_label(results.study)
    return Table(
        "hazards",
        f"Hazard of {results.study.outcome.label}, {label} ever against never",
        ("Model", "Responses/patients", "HR (95% CI)", "P", "P, proportional hazards"),
        rows_of(rows),
        (
            "A small P of proportional hazards says that the HR changes over follow-up: it is "
            "then an average over time, and the lines by half-year say how.",
        ),
    )
