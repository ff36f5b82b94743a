"""Which drugs follow which: bands from state to state, from left to right."""

from dataclasses import dataclass

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from lncohort.report.figures.drawing import (
    INK,
    NARROW,
    SMALL_SIZE,
    WIDE,
    Drawing,
    text_width,
)

HEAD, PLOT_HEIGHT, GAP, NODE, LINE = 28, 340, 10, 12, 22


@dataclass(frozen=True)
class Flow:
    """Patients who went from one state to another between two days."""

    start: int
    end: int
    before: str
    after: str
    patients: float


def draw_flows(
    flows: list[Flow],
    states: list[str],
    colours: dict[str, str],
    title: str,
    description: str,
    wide: bool = True,
) -> Drawing:
    """Draw the flows between the days at which they were counted.

    Parameters
    ----------
    flows
        With known counts; what is withheld is not drawn.
    states
        From top to bottom.
    colours
        By state.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    """
    width = WIDE if wide else NARROW
    legend = _legend(states, width)
    drawing = Drawing(width, HEAD + PLOT_HEIGHT + 16 + LINE * len(legend), title, description)
    page = drawing.surface()
    days = sorted({day for flow in flows for day in (flow.start, flow.end)})
    stride = (width - NODE - 4) / (len(days) - 1)
    x = {day: 2 + stride * i for i, day in enumerate(days)}
    heights = _heights(flows, states, days)
    largest = max(sum(heights[day].values()) for day in days)
    scale = (PLOT_HEIGHT - GAP * (len(states) - 1)) / largest
    top = {}
    for day in days:
        side = {days[0]: "left", days[-1]: "right"}.get(day, "center")
        at = x[day] + {"left": 0, "right": NODE, "center": NODE / 2}[side]
        page.text(at, 16, f"Day {day}", ha=side, size=SMALL_SIZE, color=INK)
        y = HEAD
        for state in states:
            top[day, state] = y
            height = scale * heights[day][state]
            page.add_patch(
                Rectangle((x[day], y), NODE, height, facecolor=colours[state], linewidth=0)
            )
            y += height + (GAP if height else 0)
    leaving, arriving = dict(top), dict(top)
    order = {state: i for i, state in enumerate(states)}
    for flow in sorted(flows, key=lambda f: (f.start, order[f.before], order[f.after])):
        height = scale * flow.patients
        _band(
            page,
            (x[flow.start] + NODE, leaving[flow.start, flow.before]),
            (x[flow.end], arriving[flow.end, flow.after]),
            height,
            colours[flow.before],
        )
        leaving[flow.start, flow.before] += height
        arriving[flow.end, flow.after] += height
    for i, line in enumerate(legend):
        y = HEAD + PLOT_HEIGHT + 20 + LINE * i
        for left, state in line:
            page.add_patch(
                Rectangle((left, y - 10), NODE, NODE, facecolor=colours[state], linewidth=0)
            )
            page.text(left + NODE + 5, y, state, size=SMALL_SIZE, color=INK)
    return drawing


def _heights(flows: list[Flow], states: list[str], days: list[int]) -> dict[int, dict[str, float]]:
    """Patients drawn in each state: the larger of those who came and those who went."""
    found = {}
    for day in days:
        came = dict.fromkeys(states, 0.0)
        went = dict.fromkeys(states, 0.0)
        for flow in flows:
            if flow.end == day:
                came[flow.after] += flow.patients
            if flow.start == day:
                went[flow.before] += flow.patients
        found[day] = {state: max(came[state], went[state]) for state in states}
    return found


def _band(page, start, end, height: float, colour: str) -> None:
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    path = Path(
        [
            (x0, y0),
            (middle, y0),
            (middle, y1),
            (x1, y1),
            (x1, y1 + height),
            (middle, y1 + height),
            (middle, y0 + height),
            (x0, y0 + height),
            (x0, y0),
        ],
        [
            Path.MOVETO,
            Path.CURVE4,
            Path.CURVE4,
            Path.CURVE4,
            Path.LINETO,
            Path.CURVE4,
            Path.CURVE4,
            Path.CURVE4,
            Path.CLOSEPOLY,
        ],
    )
    page.add_patch(PathPatch(path, facecolor=colour, alpha=0.35, linewidth=0))


def _legend(states: list[str], width: float) -> list[list[tuple[float, str]]]:
    """The lines of the legend: where each state stands."""
    lines, left = [[]], 2.0
    for state in states:
        room = NODE + 5 + 1.2 * text_width(state, SMALL_SIZE) + 12
        if left + room > width and lines[-1]:
            lines.append([])
            left = 2.0
        lines[-1].append((left, state))
        left += room
    return lines
