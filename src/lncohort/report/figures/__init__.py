"""The figures of the report, by name; each can be drawn for a desk or for a phone."""

from dataclasses import dataclass

import matplotlib

from lncohort.errors import UserError
from lncohort.report.figures import belief, cohort, course, dose_response, effects, survival, timed
from lncohort.report.figures.drawing import SETTINGS, Drawing, inline
from lncohort.report.suppress import suppress

__all__ = ["FIGURES", "Drawing", "Picture", "draw", "drawings", "inline", "pictures"]

FIGURES = {
    "flow": cohort.flow,
    "regimens": cohort.regimens,
    "sequence": course.sequence,
    "dose": course.dose,
    "persistence": course.persistence,
    "swimmer": course.swimmer,
    "exposure": effects.exposure,
    "dose_curve": dose_response.dose,
    "duration_curve": dose_response.duration,
    "joint": effects.joint,
    "risks": effects.risks,
    "subgroups": effects.subgroups,
    "cumulative_incidence": survival.cumulative_incidence,
    "kaplan_meier": survival.kaplan_meier,
    "by_analysis": timed.by_analysis,
    "landmarks": timed.landmarks,
    "strategies": timed.strategies,
    "weights": timed.weights,
    "comparison": belief.comparison,
    "negative_controls": belief.negative_controls,
    "balance": belief.balance,
    "specifications": belief.specifications,
    "imputed": belief.imputed,
    "traces": belief.traces,
    "published": effects.published,
}


def drawings(results, wide: bool = True) -> dict[str, Drawing]:
    """All figures that the study has estimates for, by name, in the order of the report.

    Parameters
    ----------
    results : Results
        After suppression.
    wide
        For a desk (720 pixels) or for a phone (344 pixels).
    """
    with matplotlib.rc_context(SETTINGS):
        found = {name: function(results, wide) for name, function in FIGURES.items()}
    return {name: drawing for name, drawing in found.items() if drawing is not None}


@dataclass(frozen=True)
class Picture:
    """A figure as SVG, drawn for a desk and for a phone."""

    name: str
    title: str
    wide: str
    narrow: str


def pictures(results) -> dict[str, Picture]:
    """All figures that the study has estimates for, as SVG, in the order of the report."""
    wide, narrow = drawings(results, wide=True), drawings(results, wide=False)
    return {
        name: Picture(name, wide[name].title, wide[name].svg(), narrow[name].svg()) for name in wide
    }


def draw(results, name: str) -> Drawing:
    """Draw one figure; small counts are suppressed.

    Parameters
    ----------
    results : Results
    name
        One of ``FIGURES``.

    Raises
    ------
    UserError
        When there is no such figure, or the study has no estimates for it.
    """
    shown = suppress(results)
    with matplotlib.rc_context(SETTINGS):
        drawing = FIGURES[name](shown, True) if name in FIGURES else None
    if drawing is None:
        there = ", ".join(drawings(shown))
        raise UserError(f'no figure "{name}" in these results; expected one of: {there}')
    return drawing
