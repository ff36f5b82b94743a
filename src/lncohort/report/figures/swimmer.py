"""Courses of a drug as lines, drawn anew from counts: no line is a patient."""

from dataclasses import dataclass

from matplotlib.patches import Rectangle

from lncohort.report.figures.drawing import (
    INK,
    MUTED,
    NARROW,
    RULE,
    SMALL_SIZE,
    VERMILION,
    WIDE,
    Drawing,
)

LINES, LINE, HEAD = 36, 11, 10


@dataclass(frozen=True)
class Bin:
    """Patients whose course began and lasted within some days; NaN when withheld."""

    start: tuple[int, int]
    length: tuple[int, int]
    responded: bool
    patients: float


def allotted(bins: list[Bin], lines: int) -> list[int]:
    """How many lines each bin gets: in proportion, by the largest remainder."""
    total = sum(b.patients for b in bins)
    shares = [lines * b.patients / total for b in bins]
    given = [int(share) for share in shares]
    rest = sorted(range(len(bins)), key=lambda i: (given[i] - shares[i], i))
    for i in rest[: lines - sum(given)]:
        given[i] += 1
    return given


def draw_swimmer(
    bins: list[Bin], last_day: int, colour: str, title: str, description: str, wide: bool = True
) -> Drawing:
    """Draw lines that stand for the patients of each bin, evenly spread within it.

    Parameters
    ----------
    bins
        With known counts.
    last_day
        The end of the axis.
    colour
        Of the drug.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    """
    width = WIDE if wide else NARROW
    lines = []
    for one, count in zip(bins, allotted(bins, LINES), strict=True):
        for i in range(count):
            share = (i + 0.5) / count
            start = one.start[0] + share * (one.start[1] - one.start[0])
            length = one.length[0] + share * (one.length[1] - one.length[0])
            lines.append((start, min(start + length, last_day), one.responded))
    lines.sort(key=lambda line: (line[0], line[1] - line[0]))
    bottom = HEAD + LINE * len(lines)
    drawing = Drawing(width, bottom + 48, title, description)
    page = drawing.surface()
    left, right = 8, width - 16

    def x(day: float) -> float:
        return left + day / last_day * (right - left)

    for i, (start, end, responded) in enumerate(lines):
        y = HEAD + LINE * i
        page.plot([x(0), x(last_day)], [y + 3.5, y + 3.5], color=RULE, linewidth=0.4, zorder=0)
        page.add_patch(
            Rectangle((x(start), y), x(end) - x(start), 7, facecolor=colour, linewidth=0)
        )
        if responded:
            page.plot(x(end), y + 3.5, marker="D", markersize=5, color=VERMILION, zorder=3)
    stride = 180 if wide else 360
    for day in range(0, last_day + 1, stride):
        page.text(x(day), bottom + 16, str(day // 30), ha="center", size=SMALL_SIZE, color=INK)
    page.text(
        (left + right) / 2,
        bottom + 36,
        "Months (of 30 days) since the index date",
        ha="center",
        size=SMALL_SIZE,
        color=MUTED,
    )
    return drawing
