"""A second implementation of the exposure rules: slow, obvious, one day at a time.

Days are whole numbers; doses are numbers of mg. Nothing is shared with the SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """A usable prescription: ``dose`` is None when unknown, and for a pulse."""

    number: str
    patient: str
    drug: str
    start: int
    days: int
    dose: float | None
    is_pulse: bool = False


@dataclass(frozen=True)
class Rules:
    """The settings, the same for every drug."""

    overlap: str = "sum"
    carry: str = "days"
    grace: int = 30
    min_overlap: int = 1
    high_dose: float = 2.0
    high_gap: int = 0
    switch_days: int = 30
    taper_days: int = 90
    held_days: int = 28


@dataclass(frozen=True)
class Segment:
    """Days [start, end) of one state: a dose, "unknown" or "pulse"."""

    start: int
    end: int
    state: float | str
    gap: int
    prescriptions: int


def supplies(orders: Iterable[Order], rules: Rules) -> list[tuple[Order, int, int]]:
    """Each order of one patient and drug with the days [start, end) that it supplies."""
    orders = sorted(orders, key=lambda o: (o.start, o.number))
    if rules.overlap in ("sum", "max"):
        return [(o, o.start, o.start + o.days) for o in orders]
    if rules.overlap == "latest":
        made = []
        for o in orders:
            later = [other.start for other in orders if other.start > o.start]
            made.append((o, o.start, min([o.start + o.days, *later])))
        return made
    made = [(o, o.start, o.start + o.days) for o in orders if o.is_pulse]
    oral = [o for o in orders if not o.is_pulse]
    if rules.carry == "days":
        used_up = None
        for o in oral:
            start = o.start if used_up is None else max(o.start, used_up)
            used_up = start + o.days
            made.append((o, start, used_up))
        return made
    return made + by_mg(oral)


def by_mg(oral: list[Order]) -> list[tuple[Order, int, int]]:
    """Supplies whose leftover keeps its mg, by emptying a box of tablets day by day."""
    if not oral:
        return []
    made = []
    box = 0.0
    starts = sorted({o.start for o in oral})
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        today = [o for o in oral if o.start == start]
        if any(o.dose is None for o in today):
            box = 0.0
            for o in today:
                end = start + o.days
                made.append((o, start, end if following is None else min(end, following)))
            continue
        dose = sum(o.dose for o in today)
        box += sum(o.dose * o.days for o in today)
        day = start
        while box >= dose and day != following:
            box -= dose
            day += 1
        if day != following:
            box = 0.0
        made += [(o, start, day) for o in today]
    return made


def segments(
    orders: Iterable[Order], periods: Iterable[tuple[int, int]], rules: Rules
) -> list[list[Segment]]:
    """The segments of one patient and drug, a list for each observation period [from, to)."""
    supplied = supplies(orders, rules)
    found = []
    for first, last in sorted(periods):
        inside = [(o, max(start, first), min(end, last)) for o, start, end in supplied]
        inside = [(o, start, end) for o, start, end in inside if start < end]
        made, covered_before = [], None
        for day in range(first, last):
            here = [o for o, start, end in inside if start <= day < end]
            if not here:
                continue
            doses = [o.dose for o in here if not o.is_pulse]
            if not doses:
                state = "pulse"
            elif None in doses:
                state = "unknown"
            else:
                state = max(doses) if rules.overlap == "max" else sum(doses)
            starting = sum(start == day for _, start, _ in inside)
            if made and made[-1].end == day and made[-1].state == state:
                earlier = made.pop()
                made.append(
                    Segment(
                        earlier.start, day + 1, state, earlier.gap, earlier.prescriptions + starting
                    )
                )
            else:
                gap = 0 if covered_before is None else day - covered_before - 1
                made.append(Segment(day, day + 1, state, gap, starting))
            covered_before = day
        found.append(made)
    return found


def days_of(segment: Segment) -> range:
    """The days of a segment."""
    return range(segment.start, segment.end)


def eras(of_periods: list[list[Segment]], rules: Rules) -> list[dict]:
    """Eras with their sums, counted over single days."""
    made = []
    for of_period in of_periods:
        groups = []
        for segment in of_period:
            if groups and segment.start - groups[-1][-1].end <= rules.grace:
                groups[-1].append(segment)
            else:
                groups.append([segment])
        for group in groups:
            states = [s.state for s in group for _ in days_of(s)]
            known = [s for s in states if not isinstance(s, str)]
            start, end = group[0].start, group[-1].end
            made.append(
                {
                    "era_start": start,
                    "era_end": end,
                    "covered_days": len(states),
                    "gap_days": end - start - len(states),
                    "cumulative_dose_mg": sum(known) if known else None,
                    "mean_daily_dose_mg": sum(known) / len(known) if known else None,
                    "peak_daily_dose_mg": max(known) if known else None,
                    "unknown_dose_days": states.count("unknown"),
                    "prescriptions": sum(s.prescriptions for s in group),
                }
            )
    return made


def runs(days: Iterable[int], gap: int = 0) -> list[tuple[int, int, int]]:
    """Stretches (start, end, days) of a set of days, joined over at most ``gap`` other days."""
    made = []
    for day in sorted(days):
        if made and day - made[-1][1] <= gap:
            made[-1][1:] = [day + 1, made[-1][2] + 1]
        else:
            made.append([day, day + 1, 1])
    return [tuple(run) for run in made]


def combinations(eras_of_drugs: list[list[dict]], rules: Rules) -> list[tuple[int, int]]:
    """Stretches of days on which a patient is in an era of every drug."""
    in_era = [
        {day for era in of_drug for day in range(era["era_start"], era["era_end"])}
        for of_drug in eras_of_drugs
    ]
    shared = set.intersection(*in_era)
    return [(a, b) for a, b, _ in runs(shared) if b - a >= rules.min_overlap]


def high_dose_windows(of_periods: list[list[Segment]], rules: Rules) -> list[dict]:
    """Stretches at a high dose, counted over single days."""
    made = []
    for of_period in of_periods:
        doses = {
            day: s.state for s in of_period if not isinstance(s.state, str) for day in days_of(s)
        }
        high = {day: dose for day, dose in doses.items() if dose >= rules.high_dose}
        for start, end, days in runs(high, rules.high_gap):
            of_run = [dose for day, dose in high.items() if start <= day < end]
            made.append(
                {
                    "window_start": start,
                    "window_end": end,
                    "high_days": days,
                    "gap_days": end - start - days,
                    "mean_daily_dose_mg": sum(of_run) / days,
                }
            )
    return made


def window_exposure(of_periods: list[list[Segment]], window: tuple[int, int], rules: Rules) -> dict:
    """Exposure to one drug in a window [from, to), counted over single days."""
    first, last = window
    state = {day: s.state for of_period in of_periods for s in of_period for day in days_of(s)}
    inside = {day: state[day] for day in range(first, last) if day in state}
    known = {day: s for day, s in inside.items() if not isinstance(s, str)}
    unknown = sum(s == "unknown" for s in inside.values())
    held = [
        level
        for level in set(known.values())
        if any(
            end - start >= rules.held_days
            for start, end, _ in runs(day for day, dose in known.items() if dose >= level)
        )
    ]
    total = sum(known.values())
    return {
        "used": bool(inside),
        "first_day": min(inside) - first if inside else None,
        "covered_days": len(inside),
        "proportion_covered": len(inside) / (last - first),
        "known_dose_days": len(known),
        "unknown_dose_days": unknown,
        "cumulative_dose_mg": total if known else None,
        "mean_daily_dose_mg": total / len(known) if known else None,
        "time_weighted_dose_mg": total / (last - first) if known and not unknown else None,
        "peak_daily_dose_mg": max(known.values()) if known else None,
        "held_dose_mg": max(held) if held else None,
    }


def sequence(
    eras_of: dict[str, list[dict]],
    segments_of: dict[str, list[list[Segment]]],
    periods: Iterable[tuple[int, int]],
    rules: Rules,
) -> dict[tuple[str, int], dict]:
    """How each era of one patient began and ended, by drug and start."""
    every = [(drug, era) for drug, found in eras_of.items() for era in found]
    made = {}
    for drug, era in every:
        start, end = era["era_start"], era["era_end"]
        others = [other for other_drug, other in every if other_drug != drug]
        border = next(last for first, last in periods if first <= start < last)

        def is_cut_off(other, periods=periods):
            return any(other["era_end"] == last for _, last in periods)

        if any(own["era_start"] < start for own in eras_of[drug]):
            kind = "restart"
        elif all(other["era_start"] >= start for other in others):
            kind = "first_line"
        elif any(
            other["era_start"] < start
            and not is_cut_off(other)
            and abs(start - other["era_end"]) <= rules.switch_days
            for other in others
        ):
            kind = "switch"
        elif any(other["era_start"] < start < other["era_end"] for other in others):
            kind = "add_on"
        else:
            kind = "later_line"
        if end == border:
            ending, manner = "observation_end", None
        else:
            replaced = any(
                other["era_start"] > start
                and other["era_end"] > end
                and abs(other["era_start"] - end) <= rules.switch_days
                for other in others
            )
            ending = "switch" if replaced else "discontinuation"
            state = {
                day: s.state for found in segments_of[drug] for s in found for day in days_of(s)
            }
            last_days = [
                state[day] for day in range(max(start, end - rules.taper_days), end) if day in state
            ]
            if any(isinstance(s, str) for s in last_days):
                manner = "unknown"
            else:
                manner = "taper" if last_days[-1] <= max(last_days) / 2 else "abrupt"
        later = [own["era_start"] for own in eras_of[drug] if own["era_start"] > start]
        made[drug, start] = {
            "era_end": end,
            "start_kind": kind,
            "end_kind": ending,
            "stop_manner": manner,
            "days_to_restart": min(later) - end if later else None,
        }
    return made
