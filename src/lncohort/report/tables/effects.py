"""Tables of what came of it: odds ratios by use, dose, duration and regimen."""

import pandas as pd

from lncohort.report import numbers
from lncohort.report.rows import analysis_of, estimated, first, levels, one, pick, responses
from lncohort.report.tables.table import Row, Table, heading
from lncohort.report.words import band, capital, exposure_label

OR_COLUMNS = ("Responses/patients", "Crude OR (95% CI)", "Adjusted OR (95% CI)", "P, adjusted")


def exposure(results) -> Table | None:
    """Use, dose bands and duration bands of the drug studied, crude and adjusted."""
    study, rows = results.study, []
    drug = capital(study.exposure.drug)
    for kind, title, unit in (
        ("use", f"{drug} use", ""),
        ("dose_band", "Mean daily dose", "mg/day"),
        ("duration_band", "Duration of use", "days"),
    ):
        name = analysis_of(study, kind)
        own = pick(results.estimates, analysis=name)
        if own.empty:
            continue
        rows.append(heading(title))
        rows += _or_rows(results, own, lambda level, unit=unit: band(level, unit))
        trend = one(own, model="adjusted", level="trend")
        if trend is not None:
            crude = one(own, model="crude", level="trend")
            cells = (estimated(crude), estimated(trend), numbers.p_value(trend.p_value))
            rows.append(Row(("Trend, per band", "", *cells)))
        for level in ("trend by medians", "trend by scores"):
            scored = one(own, level=level)
            if scored is not None:
                per = scored.measure.removeprefix("OR ")
                cells = ("", estimated(scored), numbers.p_value(scored.p_value))
                rows.append(Row((f"{capital(level)}, {per}", "", *cells)))
        departure = one(own, level="departure")
        if departure is not None:
            rows.append(
                Row(("Departure from the trend", "", "", "", numbers.p_value(departure.p_value)))
            )
    if not rows:
        return None
    return Table(
        "exposure",
        f"{drug} and {study.outcome.label}",
        ("Exposure", *OR_COLUMNS),
        tuple(rows),
        (
            "The trend scores the bands 0, 1, 2, …; its P is the P for trend, and patients whose "
            "dose is unknown are left out of it. By medians: each band counts as the median of its "
            "users. Departure: whether the bands follow the trend.",
        ),
    )


def _or_rows(results, own: pd.DataFrame, name_level) -> list[Row]:
    """One line a level: counts, crude OR, adjusted OR, P."""
    rows, min_cell = [], results.study.info.min_cell
    ratios = pick(own, measure="OR")
    for level in levels(ratios):
        crude, adjusted = (one(ratios, model=m, level=level) for m in ("crude", "adjusted"))
        rows.append(
            Row(
                (
                    capital(name_level(level)),
                    responses(adjusted, min_cell),
                    estimated(crude),
                    estimated(adjusted),
                    numbers.p_value(adjusted.p_value),
                )
            )
        )
    return rows


def dose_by_duration(results) -> Table | None:
    """The cross-table of dose and duration: responses and adjusted OR in each cell."""
    study = results.study
    name = analysis_of(study, "dose_by_duration")
    own = pick(results.estimates, analysis=name, model="adjusted", measure="OR")
    if own.empty:
        return None
    pairs = {row.level: row for row in own.itertuples()}
    crossed = [level.split(" | ") for level in pairs if " | " in level]
    doses = list(dict.fromkeys(dose for dose, _ in crossed))
    durations = list(dict.fromkeys(duration for _, duration in crossed))
    rows = []
    for dose in doses:
        found = [pairs.get(f"{dose} | {duration}") for duration in durations]
        rows.append(heading(capital(band(dose, "mg/day"))))
        rows.append(
            Row(
                (
                    "Responses/patients",
                    *(responses(row, study.info.min_cell) for row in found),
                )
            )
        )
        rows.append(Row(("Adjusted OR (95% CI)", *(estimated(row) for row in found))))
    never = next((row for level, row in pairs.items() if " | " not in level), None)
    return Table(
        "dose_by_duration",
        "Mean daily dose by duration of use: responses and adjusted OR against never",
        ("Dose", *(capital(band(duration, "days")) for duration in durations)),
        tuple(rows),
        (f"Reference: never, {responses(never, study.info.min_cell)}.",) if never else (),
    )


def joint(results) -> list[Table]:
    """Regimens against each drug alone, one table for each reference."""
    tables = []
    for analysis in results.study.analyses:
        own = pick(results.estimates, analysis=analysis.name)
        if analysis.kind == "joint" and not own.empty:
            reference = results.study.regimen_label([analysis.reference])
            tables.append(
                Table(
                    analysis.name,
                    f"Regimens against {reference}",
                    ("Regimen", *OR_COLUMNS),
                    tuple(_or_rows(results, own, str)),
                )
            )
    return tables


def subgroups(results) -> Table | None:
    """The drug studied against never, within subgroups, with the P of interaction."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "subgroup"))
    if own.empty:
        return None
    rows = []
    for covariate in levels_of_contrast(own):
        within = pick(own, contrast=covariate)
        test = one(within, level="interaction", model="adjusted")
        p = numbers.NONE if test is None else numbers.p_value(test.p_value)
        rows.append(heading(study.covariate(covariate).label, "", "", "", "", p))
        for row in _or_rows(results, within, str):
            rows.append(Row((*row.cells, "")))
    label = exposure_label(study)
    return Table(
        "subgroups",
        f"{label} ever against never, within subgroups",
        ("Subgroup", *OR_COLUMNS, "P of interaction"),
        tuple(rows),
        (
            "P of interaction: likelihood-ratio test of the product of use and subgroup in one "
            "model. It asks whether the ORs differ; a P within one subgroup does not.",
        ),
    )


def levels_of_contrast(rows: pd.DataFrame) -> list[str]:
    """The contrasts of some rows, each once, in the order of the table."""
    return list(dict.fromkeys(rows["contrast"]))


def synergy(results) -> list[Table]:
    """Each pair of drugs: its four cells, and the departure on both scales."""
    tables = []
    for analysis in results.study.analyses:
        own = pick(results.estimates, analysis=analysis.name)
        if analysis.kind == "interaction" and not own.empty:
            tables.append(_pair(results, analysis, own))
    return tables


def _pair(results, analysis, own: pd.DataFrame) -> Table:
    labels = [results.study.drug(drug).label for drug in analysis.drugs]
    rows = [heading("Against neither"), *_or_rows(results, own, str)]
    rows.append(heading("Among those given the other drug"))
    within = pick(own, measure="OR within")
    for reference, given in zip(reversed(levels(within, "reference")), labels, strict=False):
        other = next(label for label in labels if label != given)
        crude, adjusted = (
            one(within, model=model, reference=reference) for model in ("crude", "adjusted")
        )
        cells = (estimated(crude), estimated(adjusted), numbers.p_value(adjusted.p_value))
        rows.append(Row((f"{other}, among those given {given}", "", *cells)))
    rows.append(heading("Departure of both together"))
    for level, measure, words, form in (
        ("product", "ratio of ORs", "Product: ratio of ORs", numbers.ratio),
        ("additive", "RERI", "Sum: RERI", numbers.signed_ratio),
        ("additive", "AP", "Sum: AP", numbers.signed_ratio),
        ("additive", "S", "Sum: S", numbers.signed_ratio),
        ("additive", "IC", "Sum of risks: IC, points", numbers.percent_of_risk),
    ):
        found = pick(own, level=level, measure=measure)
        crude = pick(found, model="crude")
        for row in pick(found, model="adjusted").itertuples():
            first = next(crude.itertuples(), None) if measure in ("ratio of ORs", "IC") else None
            by = f", {row.method.split(',')[0]}" if measure in ("RERI", "AP", "S") else ""
            rows.append(
                Row(
                    (
                        words + (by if row.method else ""),
                        "",
                        estimated(first, form) if first is not None else "",
                        estimated(row, form),
                        numbers.p_value(row.p_value),
                    )
                )
            )
    return Table(
        analysis.name,
        f"{' and '.join(labels)}: synergy on both scales",
        ("Drugs", *OR_COLUMNS),
        tuple(rows),
        (
            "Without departure the ratio of ORs and S are 1, RERI, AP and IC are 0. RERI: relative "
            "excess risk due to interaction; AP: attributable proportion; S: synergy index; all "
            "of odds ratios. MOVER and bootstrap: other intervals of the same estimate. IC: "
            "interaction contrast of risks standardised to the cohort, in percentage points; it "
            "does not exaggerate as ratios of odds do.",
        ),
    )


def products(results) -> Table | None:
    """Product terms of three drugs, and the dose with and without another drug."""
    study, rows, why = results.study, [], []
    for analysis in study.analyses:
        own = pick(results.estimates, analysis=analysis.name, model="adjusted")
        if analysis.kind == "three_drugs" and not own.empty:
            rows.append(heading("Ratio of ORs, three drugs in one model"))
            rows += [_product_row(row, row.contrast) for row in own.itertuples()]
            why += [f"{capital(n)}." for n in own["note"].unique() if n.startswith("not estimable")]
        if analysis.kind == "dose_interaction" and not own.empty:
            rows.append(heading(own["contrast"].iloc[0]))
            for row in own.itertuples():
                name = f"{row.measure}, {row.level}" if row.level != "product" else row.measure
                rows.append(_product_row(row, name))
    if not rows:
        return None
    return Table(
        "products",
        "Three drugs, and dose together with another drug",
        ("Term", "Adjusted (95% CI)", "P"),
        tuple(rows),
        (
            "A pair's ratio is that of patients not given the third. RD per mg/day: change of risk "
            "among users, in percentage points.",
            *why,
        ),
    )


def _product_row(row, name: str) -> Row:
    form = numbers.percent_of_risk if row.measure.startswith("RD") else numbers.ratio
    return Row((name, estimated(row, form), numbers.p_value(row.p_value)))


def risks(results) -> Table | None:
    """Standardised risks, with differences and ratios beside the odds ratios."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "standardised_risk"))
    if own.empty:
        return None
    references = list(dict.fromkeys(r for r in own["reference"] if r))
    rows = []
    for reference in references:
        rows.append(heading(f"Against {reference}"))
        compared = levels(pick(own, reference=reference))
        for level in [reference, *(level for level in compared if level != reference)]:
            risk = first(own, measure="risk", level=level)
            difference, ratio = (
                one(own, measure=m, level=level, reference=reference) for m in ("RD", "RR")
            )
            is_base = level == reference
            rows.append(
                Row(
                    (
                        capital(level),
                        responses(risk, study.info.min_cell),
                        _risk(risk),
                        "0 (reference)"
                        if is_base
                        else estimated(difference, numbers.percent_of_risk),
                        "1 (reference)" if is_base else estimated(ratio),
                    )
                )
            )
    return Table(
        "risks",
        f"Standardised risk of {study.outcome.label}",
        (
            "Exposure",
            "Responses/patients",
            "Risk, % (95% CI)",
            "RD, points (95% CI)",
            "RR (95% CI)",
        ),
        tuple(rows),
        (
            "The risk that the adjusted model gives if all patients had the exposure of the line: "
            "the same patients in every line.",
        ),
    )


def _risk(row) -> str:
    return estimated(row, numbers.percent_of_risk)
