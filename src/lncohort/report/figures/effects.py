"""Forest plots of what came of it."""

from lncohort.report import numbers
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.drawing import INK, MUTED, Drawing
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.rows import analysis_of, estimated, levels, one, pick, responses
from lncohort.report.tables.published import beside
from lncohort.report.words import band, capital, exposure_label

OR_HEAD = "OR (95% CI)"
COUNTS_HEAD = "Responses/patients"
DIRECTIONS = ("fewer respond", "more respond")


def _line(row, label: str, colour: str, min_cell: int, wide: bool, **kinds) -> ForestLine:
    """A line of a forest plot from a row of the estimates."""
    reference = row.note.startswith("reference")
    counts = responses(row, min_cell)
    return ForestLine(
        label=label,
        counts=counts if wide else counts.split(" ")[0],
        numbers=estimated(row),
        p_value="" if reference else numbers.p_value(row.p_value),
        estimate=row.estimate,
        low=row.ci_low,
        high=row.ci_high,
        colour=MUTED if reference else colour,
        **kinds,
    )


def exposure(results, wide: bool) -> Drawing | None:
    """The drug studied: ever use, crude and adjusted; dose and duration bands, adjusted."""
    study, lines = results.study, []
    colour = drug_colours(study)[exposure_label(study)]
    drug = capital(study.exposure.drug)
    own = pick(results.estimates, analysis=analysis_of(study, "use"), measure="OR")
    if not own.empty:
        lines.append(ForestLine(f"{drug} use", heading=True))
        for model in ("crude", "adjusted"):
            for row in pick(own, model=model).itertuples():
                if not row.note.startswith("reference"):
                    label = f"{capital(row.level)}, {model}"
                    hollow = model == "crude"
                    lines.append(
                        _line(row, label, colour, study.info.min_cell, wide, hollow=hollow)
                    )
                elif model == "crude":
                    lines.append(_line(row, capital(row.level), colour, study.info.min_cell, wide))
    for kind, title, unit in (
        ("dose_band", "Mean daily dose, adjusted", "mg/day"),
        ("duration_band", "Duration, adjusted", "days"),
    ):
        lines += _bands(results, kind, title, unit, colour, wide)
    if not lines:
        return None
    label = exposure_label(study)
    return draw_forest(
        lines,
        f"{drug} and {study.outcome.label}",
        f"Forest plot of odds ratios of {study.outcome.label}, {label} against never: "
        f"{_spoken(lines)}.",
        OR_HEAD,
        COUNTS_HEAD,
        wide,
        DIRECTIONS,
    )


def _bands(results, kind, title, unit, colour, wide) -> list[ForestLine]:
    own = pick(results.estimates, analysis=analysis_of(results.study, kind), model="adjusted")
    if own.empty:
        return []
    trend = one(own, level="trend")
    p = "" if trend is None else numbers.p_phrase(trend.p_value).replace("P", "P for trend", 1)
    lines = [ForestLine(title, heading=True, p_value=p)]
    for row in pick(own, measure="OR").itertuples():
        if not row.note.startswith("reference"):
            label = capital(band(row.level, unit))
            lines.append(_line(row, label, colour, results.study.info.min_cell, wide))
    return lines


def _spoken(lines: list[ForestLine]) -> str:
    """The drawn lines in words."""
    return "; ".join(f"{line.label} {line.numbers}" for line in lines if not line.heading)


def joint(results, wide: bool) -> Drawing | None:
    """Regimens against each drug alone, adjusted."""
    study, lines = results.study, []
    for analysis in study.analyses:
        own = pick(results.estimates, analysis=analysis.name, model="adjusted", measure="OR")
        if analysis.kind != "joint" or own.empty:
            continue
        reference = study.regimen_label([analysis.reference])
        lines.append(ForestLine(f"Against {reference}", heading=True))
        for row in own.itertuples():
            drugs = row.level.removesuffix(" alone").split("+")
            colour = drug_colours(study)[drugs[0]] if len(drugs) == 1 else INK
            lines.append(_line(row, row.level, colour, study.info.min_cell, wide))
    if not lines:
        return None
    return draw_forest(
        lines,
        f"Regimens and {study.outcome.label}",
        f"Forest plot of adjusted odds ratios of {study.outcome.label} by regimen: "
        f"{_spoken(lines)}.",
        OR_HEAD,
        COUNTS_HEAD,
        wide,
        DIRECTIONS,
    )


def risks(results, wide: bool) -> Drawing | None:
    """Standardised risk ratios of each regimen, beside which the table has the differences."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "standardised_risk"), measure="RR")
    if own.empty:
        return None
    lines = []
    colour = drug_colours(study)[exposure_label(study)]
    for reference in dict.fromkeys(own["reference"]):
        lines.append(ForestLine(f"Against {reference}", heading=True))
        for row in pick(own, reference=reference).itertuples():
            drugs = row.level.removesuffix(" alone").split("+")
            tone = drug_colours(study).get(drugs[0], colour) if len(drugs) == 1 else INK
            lines.append(_line(row, capital(row.level), tone, study.info.min_cell, wide))
    return draw_forest(
        lines,
        f"Standardised risk ratios of {study.outcome.label}",
        f"Forest plot of standardised risk ratios: {_spoken(lines)}.",
        "RR (95% CI)",
        COUNTS_HEAD,
        wide,
        DIRECTIONS,
    )


def subgroups(results, wide: bool) -> Drawing | None:
    """The drug studied against never within subgroups, with the P of interaction."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "subgroup"), model="adjusted")
    if own.empty:
        return None
    label, lines = exposure_label(study), []
    colour = drug_colours(study)[label]
    for covariate in dict.fromkeys(own["contrast"]):
        within = pick(own, contrast=covariate)
        test = one(within, level="interaction")
        p = "" if test is None else f"P of interaction {numbers.p_value(test.p_value)}"
        lines.append(ForestLine(study.covariate(covariate).label, heading=True, p_value=p))
        ratios = pick(within, measure="OR")
        for level in levels(ratios):
            row = one(ratios, level=level)
            lines.append(_line(row, capital(level), colour, study.info.min_cell, wide))
    return draw_forest(
        lines,
        f"{label} ever against never, within subgroups",
        f"Forest plot of adjusted odds ratios within subgroups: {_spoken(lines)}.",
        OR_HEAD,
        COUNTS_HEAD,
        wide,
        DIRECTIONS,
    )


def published(results, wide: bool) -> Drawing | None:
    """Published ratios and ours, in pairs."""
    pairs = [pair for pair in beside(results) if pair.fact.ci is not None and pair.row is not None]
    if not pairs:
        return None
    short = results.study.published.short
    lines = []
    for pair in pairs:
        low, high = pair.fact.ci
        lines.append(ForestLine(pair.fact.name, heading=True))
        lines.append(
            ForestLine(
                label=short,
                numbers=numbers.with_interval(pair.fact.value, low, high),
                estimate=pair.fact.value,
                low=low,
                high=high,
                colour=MUTED,
                hollow=True,
            )
        )
        lines.append(_line(pair.row, "This cohort", INK, results.study.info.min_cell, wide))
    return draw_forest(
        lines,
        f"{short} beside this cohort",
        f"Forest plot of pairs of odds ratios, published and ours: {_spoken(lines)}.",
        OR_HEAD,
        COUNTS_HEAD,
        wide,
        DIRECTIONS,
    )
