"""Analyses that do not respect time beside those that do, against the truth: words and picture."""

from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from lncohort.estimate.rows import Z
from lncohort.report.figures.drawing import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    SETTINGS,
    SMALL_SIZE,
    VERMILION,
    WIDE,
    Drawing,
)
from lncohort.simulate.feedback.scenario import load_scenario
from lncohort.simulate.truth import RATIOS
from lncohort.study import Study
from lncohort.validate.truths import match_of

TITLE = "The same data, analysed without and with respect for time"
LABELS = {
    ("use", "OR"): "Ever use (odds ratio)",
    ("duration_band", "OR"): "> 180 days (odds ratio)",
    ("survival", "HR"): "Ever use (hazard ratio)",
    ("landmark", "HR"): "Landmark, day 60",
    ("time_varying", "HR"): "Time-varying Cox",
    ("clone_censor_weight", "HR"): "Clone, censor, weight",
    ("sequential_trials", "OR"): "Nested trials",
    ("marginal_structural", "OR"): "Marginal structural",
}
LEFT, GAP, RIGHT, TOP, LINE, BOTTOM = 178, 34, 16, 62, 25, 82
LOW, HIGH = np.log(0.3), np.log(3.4)
TICKS = (0.5, 1, 2)


def told_apart(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a validation with ``kind`` of analysis and whether it ``respects_time``."""
    kinds = {analysis.name: analysis.kind for analysis in study.analyses}
    kind = rows["analysis"].map(kinds)
    places = rows.to_dict("records")
    matches = [match_of(k, place) for k, place in zip(kind, places, strict=True)]
    return rows.assign(
        kind=kind, respects_time=[m is not None and m.respects_time for m in matches]
    )


def in_words(study: Study, rows: pd.DataFrame) -> list[str]:
    """How far off ratios are that do not respect time, and those that do, in sentences."""
    told = told_apart(study, rows)
    told = told[told["measure"].isin(RATIOS)]
    sentences = []
    for respects, who in (
        (False, "Ratios that count exposure over all of follow-up"),
        (True, "Ratios that respect time"),
    ):
        own = told[told["respects_time"] == respects]
        off = np.exp(own["bias"])
        covered = own["coverage"].dropna()
        sentences.append(
            f"{who} are on average {off.min():.2f} to {off.max():.2f} times the truth; their 95 % "
            f"intervals hold it in {covered.min():.1f} to {covered.max():.1f} % of the cohorts."
        )
    return sentences


def picture(runs: Mapping[str, tuple[Study, pd.DataFrame]]) -> str:
    """Draw the ratios of some scenarios as multiples of their truth.

    Parameters
    ----------
    runs
        By scenario: the study and the rows of its operating characteristics.

    Returns
    -------
    str
        An SVG document, legible at 700 pixels.
    """
    panels = {name: _drawn(study, rows) for name, (study, rows) in runs.items()}
    keys = [key for key in LABELS if any(key in own.index for own in panels.values())]
    described = "; ".join(
        f"{name}: {LABELS[key]} {np.exp(own.loc[key, 'bias']):.2f} times the truth"
        for name, own in panels.items()
        for key in own.index
    )
    with matplotlib.rc_context(SETTINGS):
        drawing = Drawing(WIDE, TOP + LINE * len(keys) + BOTTOM, TITLE, described)
        page = drawing.surface()
        height = TOP + LINE * len(keys) + BOTTOM
        page.add_patch(Rectangle((0, 0), WIDE, height, facecolor=PAPER, edgecolor="none"))
        for at, colour, told in (
            (WIDE * 0.27, VERMILION, "◆ exposure of all follow-up, seen at its end"),
            (WIDE * 0.75, BLUE, "● exposure as it was known at the time"),
        ):
            page.text(at, height - 14, told, ha="center", size=SMALL_SIZE, color=colour)
        width = (WIDE - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)
        for i, key in enumerate(keys):
            page.text(LEFT - 14, _height(i) + 4, LABELS[key], ha="right", color=INK)
        for number, (name, own) in enumerate(panels.items()):
            _panel(page, name, own, keys, LEFT + number * (width + GAP), width)
        return drawing.svg()


def _drawn(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The ratios that have a line; of nested trials those by intention to treat."""
    told = told_apart(study, rows)
    told = told[told["model"] != "per protocol"].set_index(["kind", "measure"])
    return told[told.index.isin(list(LABELS))]


def _height(line: int) -> float:
    return TOP + LINE * (line + 0.5)


def _panel(page, name: str, own: pd.DataFrame, keys, left: float, width: float) -> None:
    bottom = TOP + LINE * len(keys)

    def across(log_ratio):
        return left + width * (np.clip(log_ratio, LOW, HIGH) - LOW) / (HIGH - LOW)

    title = load_scenario(name).title
    page.text(left + width / 2, 20, title, ha="center", color=INK, weight="bold")
    truth = np.exp(own.loc[own["respects_time"], "truth"])
    page.text(
        left + width / 2,
        39,
        f"true ratio {truth.min():.1f}"
        + (f" to {truth.max():.1f}" if np.ptp(truth) > 0.05 else ""),
        ha="center",
        size=SMALL_SIZE,
        color=MUTED,
    )
    for tick in TICKS:
        at = across(np.log(tick))
        page.plot([at] * 2, [TOP, bottom], color=INK if tick == 1 else RULE, linewidth=1.5)
        page.text(at, bottom + 17, f"× {tick:g}", ha="center", size=SMALL_SIZE, color=INK)
    page.text(
        left + width / 2,
        bottom + 36,
        "estimate, as a multiple of the truth",
        ha="center",
        size=SMALL_SIZE,
        color=MUTED,
    )
    for i, key in enumerate(keys):
        if key not in own.index:
            page.text(across(0.0) + 8, _height(i) + 4, "not run", size=SMALL_SIZE, color=MUTED)
            continue
        row, height = own.loc[[key]].iloc[0], _height(i)
        colour, marker = (BLUE, "o") if row["respects_time"] else (VERMILION, "D")
        ends = across(row["bias"] + np.array([-1, 1]) * Z * row["empirical_se"])
        page.plot(ends, [height] * 2, color=colour, linewidth=2.5)
        page.plot([across(row["bias"])], [height], color=colour, marker=marker, markersize=7)
