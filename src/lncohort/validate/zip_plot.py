"""Zip plots: every interval of every cohort, in the order of its distance from the truth."""

from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from lncohort.estimate.rows import Z
from lncohort.report.figures import Picture
from lncohort.report.figures.drawing import (
    BLUE,
    INK,
    MUTED,
    NARROW,
    RULE,
    SETTINGS,
    SMALL_SIZE,
    VERMILION,
    WIDE,
    Drawing,
    wrap,
)

TITLE = "Every 95 % interval, by its distance from the truth"
NAME = "zip"
MOST_LINES = 1000  # intervals drawn in a panel; of more, every second, third, ...
HEIGHT = 250  # of a panel with its axis
TOP, BOTTOM, LEFT, RIGHT = 44, 36, 34, 14
RATIO_TICKS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
SHOWN = (0.005, 0.995)  # quantiles of the limits between which a panel reaches


@dataclass(frozen=True)
class Panel:
    """The intervals of one estimand.

    Attributes
    ----------
    title : str
    truth : float
    is_ratio : bool
        Whether the scale is that of logs of ratios.
    intervals : DataFrame
        One row a cohort: value, ci_low, ci_high.
    """

    title: str
    truth: float
    is_ratio: bool
    intervals: pd.DataFrame


def zip_plot(panels: list[Panel]) -> Picture:
    """Draw a panel for each estimand, for a desk and for a phone.

    Notes
    -----
    Morris TP, White IR, Crowther MJ. Stat Med 2019;38:2074, figure 5: intervals are sorted by the
    distance of their estimate from the truth in standard errors, the nearest at the bottom.
    """
    with matplotlib.rc_context(SETTINGS):
        wide, narrow = (_draw(panels, is_wide).svg() for is_wide in (True, False))
    return Picture(NAME, TITLE, wide, narrow)


def _draw(panels: list[Panel], wide: bool) -> Drawing:
    width, columns = (WIDE, 3) if wide else (NARROW, 1)
    lines = -(-len(panels) // columns)
    covered = [_ordered(panel)[1].mean() for panel in panels]
    described = "; ".join(
        f"{panel.title}: {100 * share:.1f} % hold the truth"
        for panel, share in zip(panels, covered, strict=True)
    )
    drawing = Drawing(width, lines * HEIGHT, TITLE, described)
    page = drawing.surface()
    for number, panel in enumerate(panels):
        line, column = divmod(number, columns)
        _draw_panel(page, panel, column * width / columns, line * HEIGHT, width / columns)
    return drawing


def _ordered(panel: Panel) -> tuple[pd.DataFrame, np.ndarray]:
    """The intervals from the nearest to the farthest, and which hold the truth."""
    own = panel.intervals[np.isfinite(panel.intervals).all(axis=1)]
    errors = (own["ci_high"] - own["ci_low"]) / (2 * Z)
    distance = ((own["value"] - panel.truth) / errors).abs()
    own = own.iloc[np.argsort(distance.to_numpy(), kind="stable")]
    return own, ((own["ci_low"] <= panel.truth) & (panel.truth <= own["ci_high"])).to_numpy()


def _draw_panel(page, panel: Panel, x: float, y: float, width: float) -> None:
    own, inside = _ordered(panel)
    low = min(own["ci_low"].quantile(SHOWN[0]), panel.truth)
    high = max(own["ci_high"].quantile(SHOWN[1]), panel.truth)
    left, right = x + LEFT, x + width - RIGHT
    top, bottom = y + TOP, y + HEIGHT - BOTTOM

    def across(value):
        share = np.clip((value - low) / (high - low), 0, 1)
        return left + share * (right - left)

    for i, text in enumerate(wrap(panel.title, width - LEFT - RIGHT, SMALL_SIZE)[:2]):
        page.text(left, y + 16 + 14 * i, text, size=SMALL_SIZE, color=INK, weight="bold")
    for share in (0, 50, 95, 100):
        height = bottom - share / 100 * (bottom - top)
        page.plot([left, right], [height] * 2, color=MUTED if share == 95 else RULE, linewidth=1)
        if share != 100:
            page.text(left - 5, height + 4, f"{share}", ha="right", size=SMALL_SIZE, color=MUTED)
    heights = bottom - (np.arange(len(own)) + 0.5) / len(own) * (bottom - top)
    drawn = np.arange(len(own)) % -(-len(own) // MOST_LINES) == 0
    starts, ends = across(own["ci_low"].to_numpy()), across(own["ci_high"].to_numpy())
    for kind, colour in ((inside, BLUE), (~inside, VERMILION)):
        chosen = drawn & kind
        if chosen.any():
            _add_lines(page, starts[chosen], ends[chosen], heights[chosen], colour, (bottom - top))
    page.plot([across(panel.truth)] * 2, [top, bottom], color=INK, linewidth=1.5)
    for tick, label in _ticks(panel.is_ratio, low, high):
        page.text(across(tick), bottom + 16, label, ha="center", size=SMALL_SIZE, color=INK)
    share = f"{100 * inside.mean():.1f} % hold the truth"
    page.text((left + right) / 2, bottom + 31, share, ha="center", size=SMALL_SIZE, color=MUTED)


def _add_lines(page, starts, ends, heights, colour: str, space: float) -> None:
    """Many horizontal lines as one path, which keeps the file small."""
    points = np.empty((2 * len(starts), 2))
    points[0::2] = np.column_stack([starts, heights])
    points[1::2] = np.column_stack([ends, heights])
    codes = np.tile([Path.MOVETO, Path.LINETO], len(starts))
    thickness = min(max(space / MOST_LINES, 0.6), 2)
    lines = Path(points.round(1), codes)
    page.add_patch(PathPatch(lines, fill=False, edgecolor=colour, linewidth=thickness))


def _ticks(is_ratio: bool, low: float, high: float) -> list[tuple[float, str]]:
    if is_ratio:
        ticks = [(float(np.log(tick)), f"{tick:g}") for tick in RATIO_TICKS]
    else:
        ticks = [(float(tick), f"{tick:g}") for tick in MaxNLocator(4).tick_values(low, high)]
    return [(value, label) for value, label in ticks if low <= value <= high]
