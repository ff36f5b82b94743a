"""The flow from the extract to the cohort: who was left out, and why."""

from dataclasses import dataclass

from matplotlib.patches import FancyBboxPatch

from lncohort.report.figures.drawing import (
    FONT_SIZE,
    INK,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    Drawing,
    wrap,
)

LEADING = 18
PADDING = 9
GAP = 16


@dataclass(frozen=True)
class FlowStep:
    """Patients kept up to here, and those excluded on the way to the next box.

    Attributes
    ----------
    kept : str
        What stands in the box: who, and how many.
    excluded : str
        What stands in the box to the right; "" when none.
    """

    kept: str
    excluded: str = ""


def draw_flow(
    steps: list[FlowStep], ends: list[str], title: str, description: str, wide: bool = True
) -> Drawing:
    """Draw boxes downwards with exclusions to the right, ending in the groups compared.

    Parameters
    ----------
    steps
        From the extract to the cohort.
    ends
        The boxes of the last row: the groups compared.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    """
    width = WIDE if wide else NARROW
    end_width = (width - 2 - GAP * (len(ends) - 1)) / len(ends) if ends else width / 2
    kept_width = end_width if wide else width - 2
    trunk = 1 + end_width / 2
    out_left = (kept_width if wide else trunk) + 2 * GAP
    boxes, lines, y = [], [], 1.0
    for step in steps:
        if boxes:
            lines.append(([trunk, trunk], [y - GAP, y]))
        kept = _Box(1, y, kept_width, step.kept)
        boxes.append(kept)
        y = kept.bottom + GAP
        if step.excluded:
            out = _Box(out_left, y, width - out_left - 1, step.excluded, muted=True)
            boxes.append(out)
            lines.append(([trunk, out_left], [out.middle] * 2))
            lines.append(([trunk, trunk], [kept.bottom, out.bottom]))
            y = out.bottom + GAP
    fork, y = y, y + GAP
    for i, text in enumerate(ends):
        end = _Box(1 + i * (end_width + GAP), y, end_width, text)
        boxes.append(end)
        middle = end.left + end_width / 2
        lines += [([trunk, middle], [fork] * 2), ([middle] * 2, [fork, y])]
    if ends:
        lines.append(([trunk, trunk], [fork - GAP, fork]))
    drawing = Drawing(width, max(box.bottom for box in boxes) + 2, title, description)
    axes = drawing.surface()
    for xs, ys in lines:
        axes.plot(xs, ys, color=MUTED, linewidth=1.2, zorder=1)
    for box in boxes:
        box.draw(axes)
    return drawing


class _Box:
    """A box as high as its text."""

    def __init__(self, left: float, top: float, width: float, text: str, muted: bool = False):
        self.left, self.top, self.width, self.muted = left, top, width, muted
        inner = width - 2 * PADDING
        self.lines = [part for line in text.split("\n") for part in wrap(line, inner)]
        self.bottom = top + 2 * PADDING + LEADING * len(self.lines)
        self.middle = (top + self.bottom) / 2

    def draw(self, axes) -> None:
        axes.add_patch(
            FancyBboxPatch(
                (self.left, self.top),
                self.width,
                self.bottom - self.top,
                boxstyle="round,pad=0,rounding_size=4",
                facecolor=PAPER,
                edgecolor=MUTED,
                linewidth=0.8 if self.muted else 1.3,
                zorder=2,
            )
        )
        for i, line in enumerate(self.lines):
            axes.text(
                self.left + PADDING,
                self.top + PADDING + LEADING * i + 13,
                line,
                size=FONT_SIZE,
                color=INK,
                weight="bold" if line is self.lines[-1] else "normal",
                zorder=3,
            )
