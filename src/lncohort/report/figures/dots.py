"""Dot plots: some numbers of each line on one axis, each with its mark."""

from dataclasses import dataclass

from lncohort.report.figures.drawing import (
    INK,
    MUTED,
    NARROW,
    RULE,
    SMALL_SIZE,
    WIDE,
    Drawing,
    text_width,
    wrap,
)
from lncohort.report.words import capital

LINE = 20
MORE = 14  # for each further line of a label


@dataclass(frozen=True)
class Mark:
    """How a number is marked: matplotlib's marker, filled or not."""

    shape: str
    filled: bool


@dataclass(frozen=True)
class DotLine:
    """A line of the plot: its label, and its numbers by what they are."""

    label: str
    values: dict[str, float]


@dataclass(frozen=True)
class Scale:
    """The axis: its name, ticks from 0, how far it reaches at least, and where a limit is drawn."""

    name: str
    ticks: tuple[float, ...]
    reach: float
    threshold: float | None = None


def draw_dots(
    lines: list[DotLine],
    marks: dict[str, Mark],
    colour: str,
    title: str,
    description: str,
    scale: Scale,
    wide: bool,
) -> Drawing:
    """Draw a dot plot.

    Parameters
    ----------
    lines
        From top to bottom.
    marks
        How each kind of number is marked; also the key.
    colour
        Of filled circles.
    title, description
        What the figure shows and says.
    scale
        The axis.
    wide
        For a desk or for a phone.
    """
    width, left, right = (WIDE, 270, 20) if wide else (NARROW, 150, 10)
    wrapped = [wrap(line.label, left - 12, SMALL_SIZE) for line in lines]
    heights = [LINE + MORE * (len(parts) - 1) for parts in wrapped]
    key_lines = 1 if wide else len(marks)
    top = 12 + 18 * key_lines
    bottom = top + sum(heights)
    drawing = Drawing(width, bottom + 46, title, description)
    page = drawing.surface()
    largest = max((abs(v) for line in lines for v in line.values.values()), default=0.0)
    limit = max(scale.reach, largest * 1.05)

    def x_of(value: float) -> float:
        return left + value / limit * (width - left - right)

    _key(page, marks, colour, wide)
    for tick in scale.ticks:
        if tick <= limit:
            tone = MUTED if tick == scale.threshold else RULE
            page.plot([x_of(tick)] * 2, [top, bottom], color=tone, linewidth=1)
            page.text(x_of(tick), bottom + 16, f"{tick:g}", ha="center", size=SMALL_SIZE, color=INK)
    page.text(x_of(limit / 2), bottom + 36, scale.name, ha="center", size=SMALL_SIZE, color=INK)
    y = top
    for line, parts, height in zip(lines, wrapped, heights, strict=True):
        for i, text in enumerate(parts):
            page.text(0, y + 14 + MORE * i, text, size=SMALL_SIZE, color=INK)
        for kind, value in line.values.items():
            _mark(page, x_of(value), y + 10, marks[kind], colour)
        y += height
    return drawing


def _mark(page, x: float, y: float, mark: Mark, colour: str) -> None:
    tone = MUTED if not mark.filled else (colour if mark.shape == "o" else INK)
    face = tone if mark.filled else "none"
    size = 7 if mark.shape == "o" else 5.5
    page.plot([x], [y], mark.shape, markersize=size, color=tone, markerfacecolor=face)


def _key(page, marks: dict[str, Mark], colour: str, wide: bool) -> None:
    """What the marks stand for, above the plot."""
    x, y = 6, 12
    for kind, mark in marks.items():
        _mark(page, x, y, mark, colour)
        page.text(x + 10, y + 4, capital(kind), size=SMALL_SIZE, color=INK)
        if wide:
            x += 32 + text_width(kind, SMALL_SIZE)
        else:
            y += 18
