"""Figures of the course of treatment, from rows of the estimates table."""

import math
import re

import pandas as pd

from lncohort.report.figures.colours import OTHERS, drug_colours
from lncohort.report.figures.curves import draw_curves, draw_quartiles
from lncohort.report.figures.drawing import MUTED, RULE, Drawing
from lncohort.report.figures.sankey import Flow, draw_flows
from lncohort.report.figures.swimmer import Bin, draw_swimmer
from lncohort.report.numbers import percent_of_risk
from lncohort.report.rows import counted, pick
from lncohort.report.words import capital, exposure_label

NOT_DRUGS = {"other drugs": "#8a8f94", "no drug": MUTED, "left follow-up": RULE}
OPEN_END = "on"


def _own(results, model: str) -> pd.DataFrame:
    return pick(results.estimates, analysis="course", model=model)


def _day(text: str) -> int:
    return int(text.removeprefix("day "))


def dose(results, wide: bool) -> Drawing | None:
    """Median and quartiles of the daily dose, month by month."""
    own = _own(results, "dose").dropna(subset=["estimate"])
    if own.empty:
        return None
    own = own.assign(day=own["contrast"].map(_day))
    curve = own.pivot(index="day", columns="level", values="estimate")
    patients = own.groupby("day")["n"].first()
    drug = results.study.exposure.drug
    title = f"Daily dose of {drug} among those on it"
    first, last = curve.index[0], curve.index[-1]
    described = (
        f"{title}: median {curve['median'][first]:g} mg on day {first} "
        f"({patients[first]:.0f} patients), {curve['median'][last]:g} mg on day {last} "
        f"({patients[last]:.0f})."
    )
    label = exposure_label(results.study)
    colour = drug_colours(results.study)[label]
    return draw_quartiles(curve, patients, label, colour, title, described, wide)


def persistence(results, wide: bool) -> Drawing | None:
    """Share still on the first course of the exposure drug."""
    own = _own(results, "persistence")
    if own["estimate"].notna().sum() < 2:
        return None
    min_cell = results.study.info.min_cell
    label = exposure_label(results.study)
    curve = own.assign(
        day=own["contrast"].map(_day),
        at_risk=[counted(row.n, row.note, min_cell) for row in own.itertuples()],
    )
    last = curve.dropna(subset=["estimate"]).iloc[-1]
    title = f"Persistence with the first course of {results.study.exposure.drug}"
    described = f"{title}: {percent_of_risk(last['estimate'])}% at day {last['day']}."
    colour = drug_colours(results.study)[label]
    since = "the start of the course"
    return draw_curves({label: curve}, {label: colour}, title, described, wide, since=since)


def sequence(results, wide: bool) -> Drawing | None:
    """Which drugs followed which, between days of follow-up."""
    own = _own(results, "sequence").dropna(subset=["estimate"])
    own = own[own["estimate"] > 0]
    if own.empty:
        return None
    flows = []
    for row in own.itertuples():
        start, end = (int(part) for part in row.contrast.removeprefix("day ").split(" to "))
        flows.append(Flow(start, end, row.level, row.reference, row.estimate))
    named = {state for flow in flows for state in (flow.before, flow.after)}
    regimens = [label for label in results.study.regimens().values() if label in named]
    states = regimens + [state for state in NOT_DRUGS if state in named]
    largest = max(flows, key=lambda flow: flow.patients)
    title = "Drugs in use over time"
    described = (
        f"{title}, between {len({flow.start for flow in flows}) + 1} days of follow-up; the "
        f"widest band is {largest.patients:.0f} patients from {largest.before} to "
        f"{largest.after}, day {largest.start} to {largest.end}."
    )
    return draw_flows(
        flows, states, _state_colours(results.study, regimens), title, described, wide
    )


def _state_colours(study, regimens: list[str]) -> dict[str, str]:
    """One drug alone has its colour, drugs together one of the others."""
    single = {f"{label} alone": colour for label, colour in drug_colours(study).items()}
    together = [label for label in regimens if label not in single]
    mixed = {label: OTHERS[i % len(OTHERS)] for i, label in enumerate(together)}
    return single | mixed | NOT_DRUGS


def swimmer(results, wide: bool) -> Drawing | None:
    """Lines that stand for groups of users."""
    own = _own(results, "swimmer").dropna(subset=["estimate"])
    own = own[own["estimate"] > 0]
    if own.empty:
        return None
    last_day = results.study.follow_up.max_days
    bins = [
        Bin(
            _days(row.contrast, last_day),
            _days(row.level, last_day),
            row.reference == "response",
            row.estimate,
        )
        for row in own.itertuples()
    ]
    shown = sum(b.patients for b in bins)
    title = f"Courses of {capital(results.study.exposure.drug)}, drawn from counts"
    described = (
        f"{title}: each line stands for about {math.ceil(shown / 36)} of {shown:.0f} patients; a "
        "diamond marks lines of patients with a response. No line is a patient."
    )
    label = exposure_label(results.study)
    return draw_swimmer(bins, last_day, drug_colours(results.study)[label], title, described, wide)


def _days(text: str, last_day: int) -> tuple[int, int]:
    """First and last day of a bin; an open one ends with follow-up."""
    found = [int(number) for number in re.findall(r"\d+", text)]
    return (found[0], last_day) if text.endswith(OPEN_END) else (found[0], found[1])
