"""Forest plots: one estimate a line, on a logarithmic axis."""

import math
from dataclasses import dataclass

from matplotlib.patches import Polygon, Rectangle

from lncohort.report.figures.drawing import (
    FONT_SIZE,
    INK,
    MUTED,
    NARROW,
    PAPER,
    RULE,
    SMALL_SIZE,
    WIDE,
    Drawing,
)
from lncohort.report.numbers import is_missing

LINE = 22
PAIR = 38
HEAD = 30
AXIS = 44
TICKS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)
TICK_APART = 27
LARGEST_SQUARE = 11
SMALLEST_SQUARE = 4.5


@dataclass(frozen=True)
class ForestLine:
    """One line of a forest plot.

    Attributes
    ----------
    label : str
    counts : str
        Responses and patients, already written.
    numbers : str
        Estimate and interval, already written.
    p_value : str
        Written P, or "".
    estimate, low, high : float
        What is drawn; NaN for a line that has words only.
    colour : str
    hollow : bool
        An estimate of another kind: crude, or published.
    heading : bool
        A line that only names the group under it.
    """

    label: str
    counts: str = ""
    numbers: str = ""
    p_value: str = ""
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    colour: str = INK
    hollow: bool = False
    heading: bool = False


def draw_forest(
    lines: list[ForestLine],
    title: str,
    description: str,
    measure: str,
    counts_head: str,
    wide: bool = True,
    directions: tuple[str, str] = ("", ""),
) -> Drawing:
    """Draw a forest plot of ratios.

    Parameters
    ----------
    lines
        From top to bottom.
    title, description
        What the figure shows and says.
    measure
        The head of the column of numbers, such as ``OR (95% CI)``.
    counts_head
        The head of the column of counts.
    wide
        For a desk (text columns beside the plot) or for a phone (text above each line).
    directions
        What lies left and right of 1, in words.
    """
    step = LINE if wide else PAIR
    heights = [LINE + 6 if line.heading else step for line in lines]
    top = HEAD if wide else 8
    height = top + sum(heights) + AXIS + (18 if any(directions) else 0)
    drawing = Drawing(WIDE if wide else NARROW, height, title, description)
    axes = drawing.surface()
    scale = _Scale(lines, *((322, 530) if wide else (84, NARROW - 10)))
    bottom = top + sum(heights) + 4
    _axis(axes, scale, bottom, directions)
    if wide:
        _wide_heads(axes, counts_head, measure)
        axes.plot([scale(1)] * 2, [top, bottom], color=MUTED, linewidth=1)
    largest = max((_precision(line) for line in lines), default=0)
    y = top
    for line, line_height in zip(lines, heights, strict=True):
        _line(axes, scale, line, y, line_height, largest, wide)
        y += line_height
    return drawing


class _Scale:
    """A logarithmic axis with round ticks around all estimates, from ``left`` to ``right`` px."""

    def __init__(self, lines: list[ForestLine], left: float, right: float):
        drawn = [line for line in lines if not is_missing(line.estimate)]
        lows = [line.estimate if is_missing(line.low) else line.low for line in drawn]
        highs = [line.estimate if is_missing(line.high) else line.high for line in drawn]
        inner_low = min((line.estimate for line in drawn), default=1) / 4
        inner_high = max((line.estimate for line in drawn), default=1) * 4
        low = max(min([*lows, 0.5]), min(inner_low, 0.5))
        high = min(max([*highs, 2]), max(inner_high, 2))
        self.low = max((tick for tick in TICKS if tick <= low), default=low)
        self.high = min((tick for tick in TICKS if tick >= high), default=high)
        self.left, self.right = left, right

    def __call__(self, value: float) -> float:
        """Pixels from the left, held inside the plot."""
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.left + min(max(part, 0), 1) * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Round ticks, thinned to what fits, always with 1."""
        kept = [1.0]
        for side in (TICKS[: TICKS.index(1)][::-1], TICKS[TICKS.index(1) + 1 :]):
            last = 1.0
            for tick in side:
                inside = self.low <= tick <= self.high
                if inside and abs(self(tick) - self(last)) >= TICK_APART:
                    kept.append(tick)
                    last = tick
        return kept


def _precision(line: ForestLine) -> float:
    """Inverse of the squared standard error of the logarithm; 0 without an interval."""
    if is_missing(line.low) or is_missing(line.high):
        return 0
    return 1 / math.log(line.high / line.low) ** 2


def _axis(axes, scale: _Scale, bottom: float, directions: tuple[str, str]) -> None:
    axes.plot([scale.left, scale.right], [bottom] * 2, color=MUTED, linewidth=1)
    for tick in scale.ticks():
        x = scale(tick)
        axes.plot([x, x], [bottom, bottom + 5], color=MUTED, linewidth=1)
        axes.text(x, bottom + 18, f"{tick:g}", ha="center", size=SMALL_SIZE, color=INK)
    for words, x, side in zip(
        directions, (scale(1) - 8, scale(1) + 8), ("right", "left"), strict=True
    ):
        arrowed = f"← {words}" if side == "right" else f"{words} →"
        if words:
            axes.text(x, bottom + 37, arrowed, ha=side, size=SMALL_SIZE, color=MUTED)


def _wide_heads(axes, counts_head: str, measure: str) -> None:
    style = {"size": SMALL_SIZE, "color": MUTED}
    axes.text(300, 15, counts_head, ha="right", **style)
    axes.text(548, 15, measure, ha="left", **style)
    axes.text(WIDE, 15, "P", ha="right", **style)
    axes.plot([0, WIDE], [23, 23], color=RULE, linewidth=1)


def _line(axes, scale, line: ForestLine, y, height, largest, wide: bool) -> None:
    if line.heading:
        baseline = y + height - 6
        axes.text(0, baseline, line.label, weight="bold", size=FONT_SIZE, color=INK)
        right = WIDE if wide else NARROW
        axes.text(right, baseline, line.p_value, ha="right", size=SMALL_SIZE, color=INK)
        return
    text_y = y + 15
    plot_y = y + (LINE / 2 if wide else 27)
    axes.text(10 if wide else 0, text_y, line.label, size=FONT_SIZE, color=INK)
    if wide:
        axes.text(300, text_y, line.counts, ha="right", size=SMALL_SIZE, color=INK)
        axes.text(548, text_y, line.numbers, size=SMALL_SIZE, color=INK)
        axes.text(WIDE, text_y, line.p_value, ha="right", size=SMALL_SIZE, color=INK)
    else:
        axes.text(NARROW, text_y, line.numbers, ha="right", size=SMALL_SIZE, color=INK)
        axes.text(0, y + 31, line.counts, size=SMALL_SIZE, color=MUTED)
        axes.plot([scale(1)] * 2, [y + 19, y + PAIR - 3], color=MUTED, linewidth=1)
    if not is_missing(line.estimate):
        _mark(axes, scale, line, plot_y, largest)


def _mark(axes, scale: _Scale, line: ForestLine, y: float, largest: float) -> None:
    """The interval as a line, with an arrow where it leaves the plot, and the square."""
    if not is_missing(line.low) and not is_missing(line.high):
        ends = scale(line.low), scale(line.high)
        axes.plot(ends, [y, y], color=line.colour, linewidth=1.6, solid_capstyle="butt")
        for outside, x, inward in (
            (line.low < scale.low, scale.left, 7),
            (line.high > scale.high, scale.right, -7),
        ):
            if outside:
                corners = [(x, y), (x + inward, y - 4), (x + inward, y + 4)]
                axes.add_patch(Polygon(corners, color=line.colour, linewidth=0))
    side = SMALLEST_SQUARE
    if largest:
        side = max(SMALLEST_SQUARE, LARGEST_SQUARE * math.sqrt(_precision(line) / largest))
    x = scale(line.estimate)
    axes.add_patch(
        Rectangle(
            (x - side / 2, y - side / 2),
            side,
            side,
            facecolor=PAPER if line.hollow else line.colour,
            edgecolor=line.colour,
            linewidth=1.4,
            zorder=3,
        )
    )
