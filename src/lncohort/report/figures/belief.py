"""Figures on how far the main result can be believed."""

from matplotlib.ticker import NullLocator

from lncohort.analyses.specification import OWN, highest_level
from lncohort.analyses.weighting import MODELS
from lncohort.report import numbers
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.dots import DotLine, Mark, Scale, draw_dots
from lncohort.report.figures.drawing import INK, MUTED, NARROW, RULE, SMALL_SIZE, WIDE, Drawing
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.rows import analysis_of, estimated, levels, one, pick
from lncohort.report.words import band, capital, exposure_label

BALANCE_MARKS = {
    "crude": Mark("o", filled=False),
    "weighted to all": Mark("o", filled=True),
    "matched 1:1": Mark("D", filled=True),
}
IMPUTED_MARKS = {"known": Mark("o", filled=False), "imputed": Mark("o", filled=True)}
NAMES = {
    "grace_days": "Grace, days",
    "overlap": "Overlap",
    "until": "Exposure until",
    "landmark_day": "Landmark",
    "not_assessed": "Never assessed",
    "without": "Adjusted",
}
CHOICES = {"exit": "end of follow-up", "exclude": "left out", "none": "no landmark"}


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
    ratios = pick(results.estimates, analysis=analysis_of(study, "risk_ratio"))
    lines += [_line(row, capital(row.model), colour) for row in ratios.itertuples()]
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


def negative_controls(results, wide: bool) -> Drawing | None:
    """The main comparison, and those in which no effect can be."""
    study = results.study
    own = pick(
        results.estimates,
        analysis=analysis_of(study, "negative_control"),
        model="adjusted",
        level="ever",
    )
    if own.empty:
        return None
    analysis = next(a for a in study.analyses if a.kind == "negative_control")
    label, lines = exposure_label(study), []
    main = one(
        results.estimates,
        analysis=analysis_of(study, "use"),
        model="adjusted",
        level="ever",
        measure="OR",
    )
    if main is not None:
        colour = drug_colours(study)[label]
        lines.append(_line(main, f"{label}: {study.outcome.label}", colour))
    for row in own.itertuples():
        control = row.contrast.replace("_", " ")
        is_drug = row.contrast in analysis.exposures
        name = f"{control}: {study.outcome.label}" if is_drug else f"{label}: {control}"
        lines.append(_line(row, capital(name), MUTED, hollow=True))
    spoken = "; ".join(f"{line.label} {line.numbers}" for line in lines)
    return draw_forest(
        lines,
        "Ever against never, where an effect is asked for and where none can be",
        f"Forest plot of adjusted odds ratios, negative controls below: {spoken}.",
        "OR (95% CI)",
        "",
        wide,
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
    own = own[own["model"].isin(list(BALANCE_MARKS))]
    if own["estimate"].notna().sum() == 0:
        return None
    size = own.assign(estimate=own["estimate"].abs())
    largest = size.groupby("model", sort=False)["estimate"].max()
    said = "; ".join(f"{model} at most {value:.2f}" for model, value in largest.items())
    return draw_dots(
        _dot_lines(study, size),
        BALANCE_MARKS,
        drug_colours(study)[exposure_label(study)],
        "Balance of the covariates before and after",
        f"Love plot of absolute standardised mean differences between users and others: {said}.",
        Scale("Absolute SMD", (0, 0.1, 0.25, 0.5, 1.0), 0.2, threshold=0.1),
        wide,
    )


def imputed(results, wide: bool) -> Drawing | None:
    """Shares of the levels of each imputed covariate: known beside imputed."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "missing_data"), measure="share")
    if own["estimate"].notna().sum() == 0:
        return None
    lines = [line for line in _dot_lines(study, own) if line.values]
    said = "; ".join(
        f"{line.label} {line.values['known']:.0f}% known, {line.values['imputed']:.0f}% imputed"
        for line in lines
        if len(line.values) == 2
    )
    return draw_dots(
        lines,
        IMPUTED_MARKS,
        drug_colours(study)[exposure_label(study)],
        "Imputed values beside known ones",
        f"Share of each level among the known and the imputed values: {said}.",
        Scale("Percent of values", (0, 20, 40, 60, 80, 100), 60),
        wide,
    )


def _dot_lines(study, rows) -> list[DotLine]:
    """One line for each level of each covariate."""
    keys = dict.fromkeys(zip(rows["contrast"], rows["level"], strict=True))
    lines = []
    for covariate, level in keys:
        label = study.covariate(covariate).label
        found = pick(rows, contrast=covariate, level=level).dropna(subset=["estimate"])
        values = dict(zip(found["model"], found["estimate"], strict=True))
        lines.append(DotLine(f"{label}: {level}" if level else label, values))
    return lines


def traces(results, wide: bool) -> Drawing | None:
    """The mean of the imputed values after each turn of the chained equations."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "missing_data"), measure="trace")
    if own.empty:
        return None
    width, panel, left = WIDE if wide else NARROW, 110, 60
    names = levels(own, "contrast")
    drawing = Drawing(
        width,
        panel * len(names) + 40,
        "Traces of the imputation",
        f"Mean of the imputed values by turn, one line a copy, for {', '.join(names)}: chains that "
        f"mix cross each other and show no trend. {len(levels(own, 'model'))} copies are drawn.",
    )
    page = drawing.surface()
    height = panel * len(names) + 40
    for i, name in enumerate(names):
        axes = drawing.add_axes(
            (
                left / width,
                (height - panel * (i + 1) + 8) / height,
                1 - (left + 12) / width,
                (panel - 36) / height,
            )
        )
        axes.set_facecolor("none")
        for copy in levels(own, "model"):
            chain = pick(own, contrast=name, model=copy)
            turns = [int(level.removeprefix("turn ")) for level in chain["level"]]
            axes.plot(turns, chain["estimate"], linewidth=1.2, color=INK, alpha=0.55)
        axes.tick_params(labelsize=SMALL_SIZE, length=3)
        axes.set_xticks(
            [2, 4, 6, 8, 10], ["2", "4", "6", "8", "10"] if name == names[-1] else [""] * 5
        )
        low, high = axes.get_ylim()
        axes.set_yticks([low, high], [f"{low:.2g}", f"{high:.2g}"])
        label = f"{study.covariate(name).label}: mean {_what(study, name)}"
        page.text(0, panel * i + 16, label, size=SMALL_SIZE, color=INK)
    page.text(width / 2, height - 8, "Turn", ha="center", size=SMALL_SIZE, color=INK)
    return drawing


def _what(study, name: str) -> str:
    return "place of the level" if study.covariate(name).levels else "value"


def specifications(results, wide: bool) -> Drawing | None:
    """The main estimate under every combination of choices, and which choices they are."""
    study = results.study
    analysis = next((a for a in study.analyses if a.kind == "specification_curve"), None)
    own = pick(results.estimates, analysis=analysis.name) if analysis else results.estimates[:0]
    shown = own.dropna(subset=["ci_low", "ci_high"]).sort_values("estimate", ignore_index=True)
    if shown.empty:
        return None
    choices = [dict(part.split(": ", 1) for part in level.split("; ")) for level in shown["level"]]
    in_order = [_choices(level) for level in own["level"]]
    rows = [
        (key, choice) for key in in_order[0] for choice in dict.fromkeys(c[key] for c in in_order)
    ]
    width, left, right = (WIDE, 210, 12) if wide else (NARROW, 150, 8)
    top, plot, line = 24, 200, 17
    groups = len(choices[0])
    height = top + plot + 22 + line * len(rows) + 8 * groups
    colour = drug_colours(study)[exposure_label(study)]
    exposure = _exposure(study, analysis)
    low, high = shown["estimate"].iloc[0], shown["estimate"].iloc[-1]
    main = shown[shown["note"] == OWN]
    said = f"; {numbers.ratio(main['estimate'].iloc[0])} by the study's own" if len(main) else ""
    drawing = Drawing(
        width,
        height,
        f"{exposure} against never: {len(shown)} specifications",
        f"Adjusted odds ratios of {study.outcome.label} under {len(shown)} combinations of choices, "
        f"from {numbers.ratio(low)} to {numbers.ratio(high)}{said}.",
    )
    page = drawing.surface()
    axes = drawing.add_axes(
        (left / width, 1 - (top + plot) / height, (width - left - right) / width, plot / height)
    )
    bottom_value, top_value = min(0.9, shown["ci_low"].min()), max(1.1, shown["ci_high"].max())
    axes.set(xlim=(-1, len(shown)), yscale="log", ylim=(bottom_value / 1.05, top_value * 1.05))
    axes.set(facecolor="none", xticks=[])
    axes.yaxis.set_minor_locator(NullLocator())
    ticks = [t for t in (0.125, 0.25, 0.5, 1, 2, 4, 8, 16) if bottom_value <= t <= top_value]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.axhline(1, color=MUTED, linewidth=1)
    for place, row in enumerate(shown.itertuples()):
        is_own = row.note == OWN
        axes.vlines(place, row.ci_low, row.ci_high, color=INK if is_own else RULE, linewidth=1.6)
        axes.plot(
            [place],
            [row.estimate],
            "s" if is_own else "o",
            color=INK if is_own else colour,
            markersize=6.5 if is_own else 3.5,
            zorder=3,
        )
    page.text(0, 14, "Adjusted OR (95% CI), log scale", size=SMALL_SIZE, color=INK)
    step = (width - left - right) / (len(shown) + 1)
    y, before = top + plot + 22, None
    for key, choice in rows:
        y += 8 if key != before and before is not None else 0
        before = key
        text = (
            f"{NAMES[key]}: {CHOICES.get(choice, choice)}" if wide else CHOICES.get(choice, choice)
        )
        page.text(0, y + 4, text, size=SMALL_SIZE, color=INK)
        xs = [left + step * (i + 1) for i, chosen in enumerate(choices) if chosen[key] == choice]
        page.plot(xs, [y] * len(xs), "o", color=colour, markersize=3.2 if wide else 2)
        y += line
    return drawing


def _choices(level: str) -> dict[str, str]:
    """The choices of a specification, by key."""
    return dict(part.split(": ", 1) for part in level.split("; "))


def _exposure(study, analysis) -> str:
    """The exposure that a specification curve follows, in words."""
    unit = {"use": "", "dose_band": "mg/day", "duration_band": "days"}[analysis.of]
    level = highest_level(study, analysis.of)
    return f"{capital(study.exposure.drug)} {band(level, unit) if unit else level}"
