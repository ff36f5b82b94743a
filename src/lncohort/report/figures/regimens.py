"""Which drugs, alone and together: an UpSet plot, read row by row."""

from dataclasses import dataclass

from matplotlib.patches import Rectangle

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

LINE = 28
HEAD = 30


@dataclass(frozen=True)
class Regimen:
    """Drugs taken together by some patients.

    Attributes
    ----------
    label : str
    drugs : tuple of str
        Labels of the drugs taken.
    patients : float
        How many; NaN when withheld.
    written : str
        What stands beside the bar.
    """

    label: str
    drugs: tuple[str, ...]
    patients: float
    written: str


def draw_regimens(
    regimens: list[Regimen],
    colours: dict[str, str],
    title: str,
    description: str,
    wide: bool = True,
) -> Drawing:
    """Draw a dot for each drug of a regimen and a bar for its patients.

    Parameters
    ----------
    regimens
        From top to bottom.
    colours
        By drug label, in the order of the columns.
    title, description
        What the figure shows and says.
    wide
        For a desk or for a phone.
    """
    width = WIDE if wide else NARROW
    column = 48 if wide else 38
    bar_left = column * len(colours) + 12
    room = width - bar_left - (150 if wide else 110)
    drawing = Drawing(width, HEAD + LINE * len(regimens) + 4, title, description)
    axes = drawing.surface()
    drug_x = {label: column * i + column / 2 for i, label in enumerate(colours)}
    for label, x in drug_x.items():
        axes.text(x, 16, label, ha="center", size=SMALL_SIZE, weight="bold", color=INK)
    axes.text(bar_left, 16, "Patients", size=SMALL_SIZE, color=MUTED)
    axes.plot([0, width], [24, 24], color=RULE, linewidth=1)
    most = max((r.patients for r in regimens if r.patients == r.patients), default=1)
    for i, regimen in enumerate(regimens):
        y = HEAD + LINE * i + LINE / 2
        taken = [drug_x[drug] for drug in regimen.drugs]
        axes.plot([min(taken), max(taken)], [y, y], color=MUTED, linewidth=2, zorder=1)
        for label, x in drug_x.items():
            used = label in regimen.drugs
            colour = colours[label] if used else RULE
            axes.plot(x, y, marker="o", markersize=12 if used else 6, color=colour, zorder=2)
        length = room * regimen.patients / most if regimen.patients == regimen.patients else 0
        _bar(axes, bar_left, y, length, [colours[drug] for drug in regimen.drugs])
        axes.text(bar_left + length + 8, y + 5, regimen.written, size=FONT_SIZE, color=INK)
    return drawing


def _bar(axes, left: float, y: float, length: float, colours: list[str]) -> None:
    """A bar split lengthwise into the colours of its drugs."""
    height = 16 / len(colours)
    for i, colour in enumerate(colours):
        axes.add_patch(
            Rectangle((left, y - 8 + height * i), length, height, facecolor=colour, linewidth=0)
        )
