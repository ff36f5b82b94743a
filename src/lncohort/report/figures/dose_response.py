"""Odds ratios along a dose or a duration: the spline, and the bands over it."""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from lncohort.report import numbers
from lncohort.report.figures.colours import drug_colours
from lncohort.report.figures.drawing import (
    INK,
    MUTED,
    NARROW,
    PAPER,
    RULE,
    SMALL_SIZE,
    WIDE,
    Drawing,
)
from lncohort.report.rows import analysis_of, levels, one, pick
from lncohort.report.words import capital, exposure_label

PLOT_HEIGHT = 250
TICKS = (0.03125, 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
LARGEST = 32.0


def dose(results, wide: bool) -> Drawing | None:
    """The adjusted odds ratio along the mean daily dose."""
    cuts = results.study.exposure.dose_bands
    return _curve(results, "dose_curve", "dose_band", cuts, "mean daily dose", "mg/day", wide)


def duration(results, wide: bool) -> Drawing | None:
    """The adjusted odds ratio along the days covered."""
    cuts = results.study.exposure.duration_bands
    return _curve(results, "duration_curve", "duration_band", cuts, "duration of use", "days", wide)


def _curve(results, kind, band_kind, cuts, what, unit, wide) -> Drawing | None:
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, kind), measure="OR")
    curve = own.dropna(subset=["ci_low", "ci_high"])
    if curve.empty:
        return None
    tests = pick(results.estimates, analysis=analysis_of(study, kind), measure="P")
    at = curve["level"].astype(float).to_numpy()
    bands = _bands(results, band_kind, cuts, at[-1])
    colour = drug_colours(study)[exposure_label(study)]
    ends = [(at[0], curve.iloc[0]), (at[-1], curve.iloc[-1])]
    said = "; ".join(f"{numbers.ratio(row['estimate'])} at {x:g} {unit}" for x, row in ends)
    drawing = Drawing(
        WIDE if wide else NARROW,
        PLOT_HEIGHT + 128,
        f"{capital(study.exposure.drug)}: {what} and {study.outcome.label}",
        f"Adjusted odds ratio against never use along the {what}, with its 95% band: {said}. "
        f"{_tests(tests)}",
    )
    width, height = drawing.get_size_inches() * 72
    page = drawing.surface()
    left, right = 60, 16
    axes = drawing.add_axes(
        (left / width, 96 / height, (width - left - right) / width, PLOT_HEIGHT / height)
    )
    low = min(0.5, curve["ci_low"].min(), *bands["low"])
    high = max(2.0, curve["ci_high"].max(), *bands["high"])
    bottom = max(tick for tick in TICKS if tick <= max(low, 1 / LARGEST))
    top = min(tick for tick in TICKS if tick >= min(high, LARGEST))
    axes.set(xlim=(0, at[-1] * 1.06), ylim=(bottom, top), yscale="log", facecolor="none")
    shown = [tick for tick in TICKS if bottom <= tick <= top]
    axes.yaxis.set_major_locator(FixedLocator(shown))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_yticklabels([f"{tick:g}" for tick in shown])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axhline(1, color=MUTED, linewidth=1)
    clipped = {side: curve[side].clip(bottom, top) for side in ("ci_low", "ci_high")}
    axes.fill_between(at, *clipped.values(), color=colour, alpha=0.18, linewidth=0)
    axes.plot(at, curve["estimate"].clip(bottom, top), color=colour, linewidth=2)
    for cut in cuts:
        axes.axvline(cut, color=RULE, linewidth=1, linestyle=(0, (3, 3)))
    inside = bands[bands["estimate"].between(bottom, top)]
    axes.vlines(
        inside["middle"],
        inside["low"].clip(bottom, top),
        inside["high"].clip(bottom, top),
        color=INK,
        linewidth=1.2,
    )
    axes.plot(
        inside["middle"],
        inside["estimate"],
        "s",
        color=INK,
        markersize=6,
        markerfacecolor=PAPER,
        linestyle="none",
    )
    page.text(0, 14, "Adjusted OR against never (log scale)", size=SMALL_SIZE, color=INK)
    below = height - 96
    centre = left + (width - left - right) / 2
    page.text(
        centre, below + 38, f"{capital(what)} ({unit})", ha="center", size=SMALL_SIZE, color=INK
    )
    page.text(0, below + 60, "Users in each band", size=SMALL_SIZE, color=MUTED)
    for band in bands.itertuples():
        x = left + band.middle / (at[-1] * 1.06) * (width - left - right)
        page.text(x, below + 78, band.users, ha="center", size=SMALL_SIZE, color=INK)
    return drawing


def _bands(results, kind: str, cuts, last: float) -> pd.DataFrame:
    """The estimates of the bands, each in the middle of its band."""
    study = results.study
    own = pick(results.estimates, analysis=analysis_of(study, kind), model="adjusted", measure="OR")
    edges = [0.0, *map(float, cuts), max(last, float(cuts[-1]))]
    labels = study.exposure.dose_band_labels
    labels = labels if kind == "dose_band" else study.exposure.duration_band_labels
    rows = []
    for label, start, end in zip(labels, edges[:-1], edges[1:], strict=True):
        row = one(own, level=label) if label in levels(own) else None
        if row is not None:
            n = "–" if numbers.is_missing(row.n) else numbers.count(row.n)
            rows.append(((start + end) / 2, row.estimate, row.ci_low, row.ci_high, n))
    table = pd.DataFrame(rows, columns=["middle", "estimate", "low", "high", "users"])
    return table.replace({np.inf: np.nan}).fillna({"low": 1.0, "high": 1.0})


def _tests(tests: pd.DataFrame) -> str:
    """The two tests in words."""
    said = [
        f"{words}: {numbers.p_phrase(one(tests, level=level).p_value)}"
        for level, words in (("any change", "Any change with it"), ("non-linear", "non-linearity"))
        if one(tests, level=level) is not None
    ]
    return "; ".join(said) + "." if said else ""
