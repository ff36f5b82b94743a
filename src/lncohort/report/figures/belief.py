"""Figures on how far the main result can be believed."""

from lncohort.estimate.weighting import MODELS
from lncohort.report import numbers
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.drawing import (
    FONT_SIZE,
    INK,
    MUTED,
    NARROW,
    RULE,
    SMALL_SIZE,
    WIDE,
    Drawing,
    wrap,
)
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.rows import analysis_of, estimated, one, pick
from lncohort.report.words import capital, exposure_label

LINE = 20
THRESHOLD = 0.1
MARKS = {"crude": ("o", False), "weighted to all": ("o", True), "matched 1:1": ("D", True)}


def comparison(results, wide: bool) -> Drawing | None:
    """The same question by each analysis: risk ratios of ever against never use."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "weighting"), measure="RR")
    if own.empty:
        return None
    colour = drug_colours(study)[exposure_label(study)]
    standardised = one(
        results.estimates,
        analysis=analysis_of(study, "standardised_risk"),
        measure="RR",
        level="ever",
        reference="never",
    )
    found = {model: one(own, model=model) for model in MODELS}
    crude = found.pop("crude")
    lines = [_line(crude, "Crude", MUTED, hollow=True)]
    if standardised is not None:
        lines.append(_line(standardised, "Standardised", colour))
    lines += [_line(row, capital(model), colour) for model, row in found.items()]
    label = exposure_label(study)
    spoken = "; ".join(f"{line.label} {line.numbers}" for line in lines)
    return draw_forest(
        lines,
        f"{label} ever against never, by each analysis",
        f"Forest plot of risk ratios of {study.outcome.label} by each analysis: {spoken}.",
        "RR (95% CI)",
        "",
        wide,
        ("fewer respond", "more respond"),
    )


def _line(row, label: str, colour: str, **kinds) -> ForestLine:
    return ForestLine(
        label=label,
        numbers=estimated(row),
        p_value=numbers.p_value(row.p_value),
        estimate=row.estimate,
        low=row.ci_low,
        high=row.ci_high,
        colour=colour,
        **kinds,
    )


def balance(results, wide: bool) -> Drawing | None:
    """Love plot: standardised mean differences before and after weighting and matching."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "weighting"), measure="SMD")
    own = own[own["model"].isin(list(MARKS))]
    if own["estimate"].notna().sum() == 0:
        return None
    keys = list(dict.fromkeys(zip(own["contrast"], own["level"], strict=True)))
    colour = drug_colours(study)[exposure_label(study)]
    left, right = (270, 20) if wide else (150, 10)
    width = WIDE if wide else NARROW
    labels = [_label(study, *key) for key in keys]
    wrapped = [wrap(label, left - 12, SMALL_SIZE) for label in labels]
    heights = [LINE + 14 * (len(lines) - 1) for lines in wrapped]
    top = 30
    largest = own.groupby("model", sort=False)["estimate"].agg(lambda x: x.abs().max())
    said = "; ".join(f"{model} at most {value:.2f}" for model, value in largest.items())
    drawing = Drawing(
        width,
        top + sum(heights) + 46,
        "Balance of the covariates before and after",
        f"Love plot of absolute standardised mean differences between users and others: {said}.",
    )
    page = drawing.surface()
    limit = max(0.2, own["estimate"].abs().max() * 1.05)

    def x_of(value: float) -> float:
        return left + value / limit * (width - left - right)

    _key(page, colour, wide)
    bottom = top + sum(heights)
    for tick in (0, 0.1, 0.25, 0.5, 1.0):
        if tick <= limit:
            tone = MUTED if tick == THRESHOLD else RULE
            page.plot([x_of(tick)] * 2, [top, bottom], color=tone, linewidth=1)
            page.text(x_of(tick), bottom + 16, f"{tick:g}", ha="center", size=SMALL_SIZE, color=INK)
    middle = x_of(limit / 2)
    page.text(middle, bottom + 36, "Absolute SMD", ha="center", size=SMALL_SIZE, color=INK)
    y = top
    for key, lines, height in zip(keys, wrapped, heights, strict=True):
        for i, text in enumerate(lines):
            page.text(0, y + 14 + 14 * i, text, size=SMALL_SIZE, color=INK)
        for model, (mark, filled) in MARKS.items():
            row = one(own, model=model, contrast=key[0], level=key[1])
            if row is not None and not numbers.is_missing(row.estimate):
                _mark(page, x_of(abs(row.estimate)), y + 10, mark, filled, colour)
        y += height
    return drawing


def _label(study, covariate: str, level: str) -> str:
    label = study.covariate(covariate).label
    return f"{label}: {level}" if level else label


def _mark(page, x: float, y: float, mark: str, filled: bool, colour: str) -> None:
    tone = MUTED if not filled else (colour if mark == "o" else INK)
    face = tone if filled else "none"
    page.plot(
        [x], [y], mark, markersize=7 if mark == "o" else 5.5, color=tone, markerfacecolor=face
    )


def _key(page, colour: str, wide: bool) -> None:
    """What the marks stand for, above the plot."""
    x = 6
    for model, (mark, filled) in MARKS.items():
        _mark(page, x, 12, mark, filled, colour)
        page.text(x + 10, 16, capital(model), size=SMALL_SIZE if wide else 11, color=INK)
        x += 28 + len(model) * (FONT_SIZE if wide else 11) * 0.56
