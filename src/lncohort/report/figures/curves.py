"""Cumulative incidence curves, with the numbers at risk under the axis."""

import math

import pandas as pd

from lncohort.report.figures.drawing import (
    FONT_SIZE,
    INK,
    MUTED,
    NARROW,
    RULE,
    SMALL_SIZE,
    WIDE,
    Drawing,
)
from lncohort.report.numbers import percent_of_risk

DAYS_PER_MONTH = 30
PLOT_HEIGHT = 300
RISK_LINE = 18


def draw_curves(
    curves: dict[str, pd.DataFrame],
    colours: dict[str, str],
    title: str,
    description: str,
    wide: bool = True,
    since: str = "the index date",
) -> Drawing:
    """Draw steps with interval bands.

    Parameters
    ----------
    curves
        By group: columns day, estimate, ci_low, ci_high (0 to 1), and at_risk (already written)
        where patients are counted under the axis.
    colours
        By group.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    since
        The day from which the months are counted.
    """
    width = WIDE if wide else NARROW
    left, right = 84, (110 if wide else 54)
    counted = all("at_risk" in curve for curve in curves.values())
    under = 62 + (RISK_LINE * (len(curves) + 1) if counted else 0)
    height = 28 + PLOT_HEIGHT + under
    drawing = Drawing(width, height, title, description)
    page = drawing.surface()
    axes = drawing.add_axes(
        (left / width, under / height, (width - left - right) / width, PLOT_HEIGHT / height)
    )
    last_day = max(curve["day"].max() for curve in curves.values())
    top = _round_up(max(curve["ci_high"].max() for curve in curves.values()))
    months = _month_ticks(last_day, wide)
    axes.set(xlim=(0, last_day), ylim=(0, top), facecolor="none")
    axes.set_xticks([DAYS_PER_MONTH * month for month in months], [str(m) for m in months])
    ticks = _value_ticks(top)
    axes.set_yticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    page.text(left - 44, 14, "Share of patients", size=SMALL_SIZE, color=INK)
    page.text(
        left + (width - left - right) / 2,
        28 + PLOT_HEIGHT + 38,
        f"Months (of {DAYS_PER_MONTH} days) since {since}",
        ha="center",
        size=SMALL_SIZE,
        color=INK,
    )
    for group, curve in curves.items():
        _steps(axes, curve, colours[group])
    _end_labels(axes, page, curves, colours, top, width - right + 6, wide)
    if counted:
        span = (left, width - right)
        _at_risk(page, axes, curves, colours, 28 + PLOT_HEIGHT + 62, span, last_day)
    return drawing


def draw_quartiles(
    curve: pd.DataFrame,
    patients: pd.Series,
    label: str,
    colour: str,
    title: str,
    description: str,
    wide: bool = True,
) -> Drawing:
    """Draw a median with the band between its quartiles, and the patients under the axis.

    Parameters
    ----------
    curve
        By day: columns lower quartile, median, upper quartile (mg/day).
    patients
        By day.
    label, colour
        Of the drug.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    """
    width = WIDE if wide else NARROW
    left, right = 84, 24
    under = 62 + RISK_LINE * 2
    height = 28 + PLOT_HEIGHT + under
    drawing = Drawing(width, height, title, description)
    page = drawing.surface()
    axes = drawing.add_axes(
        (left / width, under / height, (width - left - right) / width, PLOT_HEIGHT / height)
    )
    days = curve.index.to_numpy()
    last_day = max(int(days[-1]), DAYS_PER_MONTH)
    months = _month_ticks(last_day, wide)
    top = 1.1 * curve["upper quartile"].max()
    axes.set(xlim=(0, last_day), ylim=(0, top), facecolor="none")
    axes.set_xticks([DAYS_PER_MONTH * month for month in months], [str(m) for m in months])
    axes.tick_params(labelsize=SMALL_SIZE, length=4)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.fill_between(
        days, curve["lower quartile"], curve["upper quartile"], color=colour, alpha=0.2, linewidth=0
    )
    axes.plot(days, curve["median"], color=colour, linewidth=2, marker="o", markersize=3)
    page.text(left - 44, 14, "mg/day: median, quartiles", size=SMALL_SIZE, color=INK)
    page.text(
        left + (width - left - right) / 2,
        28 + PLOT_HEIGHT + 38,
        f"Months (of {DAYS_PER_MONTH} days) since the index date",
        ha="center",
        size=SMALL_SIZE,
        color=INK,
    )
    y = 28 + PLOT_HEIGHT + 62
    page.text(0, y, "On the drug, dose known", size=SMALL_SIZE, color=MUTED)
    page.text(0, y + RISK_LINE, label, size=SMALL_SIZE, color=colour)
    for tick in axes.get_xticks():
        if tick in patients.index:
            x = left + tick / last_day * (width - left - right)
            page.text(
                x, y + RISK_LINE, f"{patients[tick]:.0f}", ha="center", size=SMALL_SIZE, color=INK
            )
    return drawing


def _steps(axes, curve: pd.DataFrame, colour: str) -> None:
    shown = curve.dropna(subset=["estimate"])
    axes.fill_between(
        shown["day"],
        shown["ci_low"],
        shown["ci_high"],
        step="post",
        color=colour,
        alpha=0.15,
        linewidth=0,
    )
    axes.step(shown["day"], shown["estimate"], where="post", color=colour, linewidth=2)


def _round_up(value: float) -> float:
    """The top of the axis: the next 10 % that holds the intervals."""
    return min(1.0, math.ceil(value * 10) / 10) if value > 0 else 1.0


def _value_ticks(top: float) -> list[float]:
    stride = 0.1 if top <= 0.5 else 0.2
    return [stride * i for i in range(int(top / stride + 1e-9) + 1)]


def _month_ticks(last_day: float, wide: bool) -> list[int]:
    months = last_day / DAYS_PER_MONTH
    stride = next(s for s in (1, 3, 6, 12, 24, 60) if months / s <= (9 if wide else 5))
    return list(range(0, int(months) + 1, stride))


def _end_labels(axes, page, curves, colours, top, x, wide) -> None:
    """The name and last value of each curve at its end, held apart."""
    ends = {group: curve.dropna(subset=["estimate"]).iloc[-1] for group, curve in curves.items()}
    apart = 32 if wide else 18
    taken = None
    for group in sorted(ends, key=lambda g: -ends[g]["estimate"]):
        y = 28 + PLOT_HEIGHT * (1 - ends[group]["estimate"] / top) + 4
        y = y if taken is None else max(y, taken + apart)
        taken = y
        value = f"{percent_of_risk(ends[group]['estimate'])}%"
        if wide:
            page.text(x, y - 8, group, size=FONT_SIZE, weight="bold", color=colours[group])
            page.text(x, y + 8, value, size=SMALL_SIZE, color=INK)
        else:
            page.text(x, y, value, size=SMALL_SIZE, weight="bold", color=colours[group])


def _at_risk(page, axes, curves, colours, y, span, last_day) -> None:
    """Numbers at risk under each tick, one line a group, headed by its name."""
    left, right = span
    page.text(0, y, "At risk", size=SMALL_SIZE, color=MUTED)
    for i, (group, curve) in enumerate(curves.items(), start=1):
        page.text(0, y + RISK_LINE * i, group, size=SMALL_SIZE, color=colours[group])
        at = curve.set_index("day")["at_risk"]
        for tick in axes.get_xticks():
            if tick in at.index:
                x = left + tick / last_day * (right - left)
                page.text(
                    x,
                    y + RISK_LINE * i,
                    at[tick],
                    ha="center",
                    size=SMALL_SIZE,
                    color=INK,
                )
