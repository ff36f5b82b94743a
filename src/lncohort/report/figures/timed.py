"""Figures of the analyses that respect time."""

from matplotlib.ticker import NullLocator

from lncohort.report import numbers
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.curves import draw_curves
from lncohort.report.figures.drawing import INK, MUTED, NARROW, RULE, SMALL_SIZE, WIDE, Drawing
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.numbers import percent_of_risk
from lncohort.report.rows import analysis_of, counted, estimated, levels, pick
from lncohort.report.timed import answers
from lncohort.report.words import exposure_label

TICKS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 16)
QUANTILES = ("q01", "q25", "q50", "q75", "q99")


def by_analysis(results, wide: bool) -> Drawing | None:
    """The same question by each analysis: as published, as run, and by those that respect time."""
    study = results.study
    found = answers(results)
    if not any(answer.respects_time for answer in found):
        return None
    colour = drug_colours(study)[exposure_label(study)]
    lines = []
    for respects_time, head in ((False, "Exposure looked up later"), (True, "Respecting time")):
        own = [answer for answer in found if answer.respects_time == respects_time]
        if own:
            lines.append(ForestLine(head, heading=True))
        lines += [
            ForestLine(
                label=f"{answer.label} ({answer.measure})",
                numbers=answer.numbers,
                p_value=numbers.p_value(answer.p_value),
                estimate=answer.estimate,
                low=answer.low,
                high=answer.high,
                colour=colour if respects_time else MUTED,
                hollow=not respects_time,
            )
            for answer in own
        ]
    spoken = "; ".join(f"{line.label} {line.numbers}" for line in lines if not line.heading)
    label = exposure_label(study)
    return draw_forest(
        lines,
        f"{label} and {study.outcome.label}: the same question by each analysis",
        f"Forest plot of {label} and {study.outcome.label} by each analysis: {spoken}.",
        "Ratio (95% CI)",
        "",
        wide,
        ("fewer respond", "more respond"),
    )


def landmarks(results, wide: bool) -> Drawing | None:
    """The hazard ratio after each landmark, and who was at risk on it."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, "landmark"), model="adjusted")
    shown = pick(own, level="started").dropna(subset=["ci_low", "ci_high"])
    if shown.empty:
        return None
    days = [int(contrast.removeprefix("day ")) for contrast in shown["contrast"]]
    width, left, right = (WIDE, 130, 24) if wide else (NARROW, 96, 16)
    top, plot, under = 28, 220, 104
    height = top + plot + under
    said = "; ".join(f"{row.contrast} {estimated(row)}" for row in shown.itertuples())
    drawing = Drawing(
        width,
        height,
        f"Hazard ratio of {study.outcome.label} after each landmark",
        f"Adjusted hazard ratios of having started {study.exposure.drug} on or before a landmark: {said}.",
    )
    page = drawing.surface()
    axes = drawing.add_axes(
        (left / width, under / height, (width - left - right) / width, plot / height)
    )
    low, high = min(0.9, shown["ci_low"].min()), max(1.1, shown["ci_high"].max())
    pad = 0.1 * (max(days) - min(days)) or 30
    axes.set(xlim=(min(days) - pad, max(days) + pad), yscale="log", ylim=(low / 1.05, high * 1.05))
    axes.set(facecolor="none")
    axes.yaxis.set_minor_locator(NullLocator())
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks(days, [str(day) for day in days])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.axhline(1, color=MUTED, linewidth=1)
    colour = drug_colours(study)[exposure_label(study)]
    axes.vlines(days, shown["ci_low"], shown["ci_high"], color=colour, linewidth=1.6)
    axes.plot(days, shown["estimate"], "-s", color=colour, linewidth=1, markersize=6)
    page.text(0, 14, "Adjusted HR (95% CI), log scale", size=SMALL_SIZE, color=INK)
    middle = left + (width - left - right) / 2
    name = "Landmark, day from the index date"
    page.text(middle, top + plot + 36, name, ha="center", size=SMALL_SIZE, color=INK)
    for turn, level in enumerate(("started", "not started"), start=1):
        y = top + plot + 40 + 20 * turn
        page.text(0, y, f"{level.capitalize()}, n", size=SMALL_SIZE, color=MUTED)
        for day in days:
            (found,) = pick(own, level=level, contrast=f"day {day}").itertuples()
            x = left + (day - min(days) + pad) / (max(days) - min(days) + 2 * pad) * (
                width - left - right
            )
            text = counted(found.n, found.note, study.info.min_cell)
            page.text(x, y, text, ha="center", size=SMALL_SIZE, color=INK)
    return drawing


def strategies(results, wide: bool) -> Drawing | None:
    """Standardised cumulative incidence had all started the drug, and had none."""
    study = results.study
    own = pick(
        results.estimates,
        analysis=analysis_of(study, "cumulative_incidence"),
        measure="cumulative incidence",
    ).dropna(subset=["estimate"])
    if own.empty:
        return None
    days = own["contrast"].str.removeprefix("day ").astype(int)
    own = own.assign(day=days)
    label = exposure_label(study)
    never, started = levels(own)
    names = {never: f"{label} never", started: f"{label} started"}
    curves = {name: pick(own, level=level) for level, name in names.items()}
    colours = {names[never]: MUTED, names[started]: drug_colours(study)[label]}
    said = "; ".join(
        f"{name} {percent_of_risk(curve['estimate'].iloc[-1])}% by day {curve['day'].iloc[-1]}"
        for name, curve in curves.items()
    )
    title = f"Cumulative incidence of {study.outcome.label} by strategy, standardised"
    return draw_curves(curves, colours, title, f"{title}: {said}.", wide)


def weights(results, wide: bool) -> Drawing | None:
    """How the weights of each analysis are spread."""
    own = results.estimates[results.estimates["measure"] == "weight"]
    own = own.dropna(subset=["estimate"])
    if own.empty:
        return None
    keys = list(dict.fromkeys(zip(own["analysis"], own["model"], own["level"], strict=True)))
    width, left, right = (WIDE, 300, 24) if wide else (NARROW, 12, 12)
    step, top, under = (26 if wide else 44), 8, 52
    height = top + step * len(keys) + under
    values = {}
    for key in keys:
        found = pick(own, **dict(zip(("analysis", "model", "level"), key, strict=True)))
        values[key] = dict(zip(found["contrast"], found["estimate"], strict=True))
    said = "; ".join(
        f"{analysis}, {model}, {level}: median {spread['q50']:.2f}, 99% quantile {spread['q99']:.2f}"
        for (analysis, model, level), spread in values.items()
    )
    drawing = Drawing(
        width, height, "Weights of each analysis", f"Quantiles of the weights: {said}."
    )
    page = drawing.surface()
    axes = drawing.add_axes(
        (left / width, under / height, (width - left - right) / width, step * len(keys) / height)
    )
    low = min(0.5, *(spread["q01"] for spread in values.values()))
    high = max(2.0, *(spread["q99"] for spread in values.values()))
    axes.set(xscale="log", xlim=(low / 1.1, high * 1.1), ylim=(len(keys), 0), yticks=[])
    axes.set(facecolor="none")
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=RULE, linewidth=1)
    for place, (key, spread) in enumerate(values.items()):
        y = place + (0.5 if wide else 0.72)
        q01, q25, q50, q75, q99 = (spread[name] for name in QUANTILES)
        axes.hlines(y, q01, q99, color=MUTED, linewidth=1.4)
        axes.hlines(y, q25, q75, color=INK, linewidth=6)
        axes.plot([q50], [y], "|", color=INK, markersize=14, markeredgewidth=2)
        label = f"{key[0].replace('_', ' ')}: {key[2]}"
        if key[1] not in ("weighted",):
            label = f"{key[0].replace('_', ' ')}: {key[1]}"
        text_y = top + step * place + (17 if wide else 14)
        page.text(0, text_y, label, size=SMALL_SIZE, color=INK)
    name = "Weight, log scale: median, quartiles, 1 and 99% quantiles"
    page.text(
        left if wide else 0,
        height - 8,
        name,
        ha="left",
        size=SMALL_SIZE,
        color=INK,
    )
    return drawing
