"""What may leave the machine: small counts are suppressed, once, before anything is written.

The rule, with ``min_cell`` of the study file:

1. A count of patients, of responses or of patients without a response from 1 to
   ``min_cell - 1`` is *small*. It is not written, nor is any estimate of its row.
2. Where sums that are written elsewhere (a column of Table 1, the bands of a dose, the regimens
   that make up a cell of two drugs, ...) would give a small count back, further counts are
   withheld with it, the smallest first: its *complements*. The sums are solved as linear
   equations; counts are withheld until no small one has a single solution.
3. A complement keeps its adjusted estimates, from which its counts cannot be calculated. Its
   percentages and crude estimates, from which they can, are withheld, and so are crude
   estimates against it and crude trends and products that hold it. So are crude differences of
   the shares of a level of Table 1.
4. A step of the attrition table with a small exclusion is joined to the next ones, until they
   exclude ``min_cell`` or more together; the last, to those before. Where all steps together
   exclude fewer, the number excluded and the number before are withheld.
5. Small counts in notes are written as ``fewer than min_cell``.

Zero is not suppressed. Differences between counts of different populations (all patients, those
judged, those at risk on two days) are not held against each other, and the curves, which are read
at round days only, are not taken for counts.
"""

import dataclasses
import math
import re

import numpy as np
import pandas as pd

from lncohort.report.cells import (
    COUNT_MEASURES,
    DERIVED,
    DERIVED_MEASURES,
    Cell,
    Sum,
    cells_of_rows,
    sums_of,
)
from lncohort.study import Study

SMALL = "suppressed: small count"
COMPLEMENT = "suppressed: complement of a small count"
NUMBERS = ["estimate", "ci_low", "ci_high", "p_value"]


def suppress(results):
    """The results without small counts and their complements.

    Parameters
    ----------
    results : Results

    Returns
    -------
    Results
        Suppressed numbers are NaN, and the note of their row says so; steps of the
        attrition table may be joined.
    """
    min_cell = results.study.info.min_cell
    return dataclasses.replace(
        results,
        estimates=suppress_estimates(results.study, results.estimates),
        attrition=suppress_attrition(results.attrition, min_cell),
    )


def suppress_estimates(study: Study, estimates: pd.DataFrame) -> pd.DataFrame:
    """Apply rules 1 to 3 to the estimates table."""
    min_cell = study.info.min_cell
    shown = estimates.reset_index(drop=True).astype({column: float for column in ("n", "events")})
    cell = pd.Series(cells_of_rows(study, shown), dtype=object)
    n, events = _counts(shown, cell)
    sums = sums_of(study, n)
    few = {c for c, value in n.items() if _is_small(value, min_cell)}
    few_events = {c for c, value in events.items() if _is_small(value, min_cell)}
    few_others = {c for c in events if _is_small(n[c] - events[c], min_cell)}
    small = few | few_events | few_others
    hidden_n = _protect(n, sums, few, few)
    hidden = _protect(events, sums, small, small | hidden_n)

    is_small = cell.isin(small)
    is_hidden = cell.isin(hidden)
    counts_only = shown["measure"].isin([*COUNT_MEASURES, "percent"])
    crude = shown["model"] == "crude"
    against = _reference_hidden(shown, is_hidden)
    derived = shown["level"].isin(DERIVED) | shown["measure"].isin(DERIVED_MEASURES)
    derived &= crude & _in_hidden_block(shown, is_hidden)
    no_numbers = is_small | (crude & (is_hidden | against)) | derived
    no_numbers |= crude & _of_hidden_level(shown, small | hidden | hidden_n)
    no_numbers = no_numbers.where(~counts_only, cell.isin(hidden_n))
    no_numbers &= shown["note"] != "reference"
    touched = no_numbers | is_hidden.where(~counts_only, cell.isin(hidden_n))

    shown.loc[cell.isin(hidden_n), "n"] = math.nan
    shown.loc[is_hidden, "events"] = math.nan
    shown.loc[no_numbers, NUMBERS] = math.nan
    shown["note"] = [_without_small_counts(note, min_cell) for note in shown["note"]]
    note = np.where(cell.isin(few | few_events), SMALL, COMPLEMENT)
    is_reference = shown["note"] == "reference"
    shown.loc[touched, "note"] = note[touched]
    shown.loc[touched & is_reference, "note"] = "reference; " + shown["note"]
    return shown


def _is_small(value: float, min_cell: int) -> bool:
    return 1 <= value < min_cell


def _without_small_counts(note: str, min_cell: int) -> str:
    """A note may say how many patients were left out, or responded among how many."""
    few = f"fewer than {min_cell}"

    def written(match: re.Match) -> str:
        return few if _is_small(int(match[0]), min_cell) else match[0]

    return re.sub(r"\b\d+(?= patients\b| responses\b)|(?<=\bamong )\d+\b", written, note)


def _counts(estimates: pd.DataFrame, cell: pd.Series) -> tuple[dict, dict]:
    """Patients and responses of each cell: of rows that differ, the first."""
    n: dict[Cell, float] = {}
    events: dict[Cell, float] = {}
    for name, row in zip(cell, estimates.itertuples(index=False), strict=True):
        if name is None:
            continue
        if row.measure in COUNT_MEASURES:
            n.setdefault(name, row.estimate)
        elif name[0] not in ("cohort", "table1", "dose_coverage", "combination") and not math.isnan(
            row.n
        ):
            n.setdefault(name, row.n)
            if not math.isnan(row.events):
                events.setdefault(name, row.events)
    return n, events


def _protect(values: dict[Cell, float], sums: list[Sum], small: set, hidden: set) -> set:
    """Withhold further cells until the sums give no small one back.

    A hidden cell can be calculated when its value is the same in every solution of the sums,
    that is, when the null space of their matrix is zero in its place. What turns out not to be
    needed is given back at the end, the largest first.
    """
    kept, small = set(hidden), small & set(values)
    hidden = set(hidden)
    while exposed := _exposed(small, hidden, sums):
        complement = _complement(values, sums, hidden, exposed)
        if complement is None:
            break
        hidden.add(complement)
    for cell in sorted(hidden - kept, key=lambda c: (-values[c], str(c))):
        if not _exposed(small, hidden - {cell}, sums):
            hidden.remove(cell)
    return hidden


def _complement(
    values: dict[Cell, float], sums: list[Sum], hidden: set, exposed: set
) -> Cell | None:
    """The count to withhold next, from a sum in which only one is withheld if there is such.

    Best is one whose other sums hold a withheld count already, for it opens no new gap; then
    parts before totals, zeros last, small before large.
    """
    leaking = [s for s in sums if len(hidden & set(s)) == 1]
    touching = [s for s in sums if exposed & set(s)] or [s for s in sums if hidden & set(s)]
    for group in (leaking, touching):
        visible = {
            (
                sum(c in other and not hidden & set(other) for other in sums),
                k < 0,
                values[c] == 0,
                values[c],
                str(c),
            ): c
            for s in group
            for c, k in s.items()
            if c not in hidden and c in values
        }
        if visible:
            return visible[min(visible)]
    return None


def _exposed(small: set, hidden: set, sums: list[Sum]) -> set:
    """The small cells that the sums give back."""
    unknown = sorted(hidden, key=str)
    matrix = np.array([[s.get(c, 0) for c in unknown] for s in sums if hidden & set(s)], float)
    if not matrix.size:
        return set()
    _, singular, rows = np.linalg.svd(matrix)
    rank = int((singular > 1e-9).sum())
    free = np.abs(rows[rank:]).max(axis=0, initial=0.0)
    return {c for c, size in zip(unknown, free, strict=True) if size < 1e-9 and c in small}


def _reference_hidden(estimates: pd.DataFrame, is_hidden: pd.Series) -> pd.Series:
    """Whether the reference of a row is hidden in the same analysis."""
    keys = ["analysis", "contrast"]
    hidden = {tuple(key) for key in estimates.loc[is_hidden, [*keys, "level"]].itertuples(False)}
    named = estimates[[*keys, "reference"]].itertuples(False)
    return pd.Series([tuple(key) in hidden for key in named], index=estimates.index)


def _in_hidden_block(estimates: pd.DataFrame, is_hidden: pd.Series) -> pd.Series:
    """Whether any cell of the same analysis and contrast is hidden."""
    blocks = set(estimates.loc[is_hidden, ["analysis", "contrast"]].itertuples(False, None))
    named = estimates[["analysis", "contrast"]].itertuples(False, None)
    return pd.Series([key in blocks for key in named], index=estimates.index)


def _of_hidden_level(estimates: pd.DataFrame, hidden: set) -> pd.Series:
    """Whether a difference of shares is of a level of Table 1 that is withheld in some group."""
    levels = {(c[1], c[3]) for c in hidden if c[0] == "table1"}
    named = estimates[["contrast", "level"]].itertuples(False, None)
    found = pd.Series([key in levels for key in named], index=estimates.index)
    return found & (estimates["measure"] == "SMD")


def suppress_attrition(attrition: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    """Apply rule 4: join a step with a small exclusion to its neighbours."""
    groups: list[list[int]] = []
    excluded = attrition["excluded"].tolist()
    for step in range(len(attrition)):
        total = sum(excluded[i] for i in groups[-1]) if groups else 0
        if groups and _is_small(total, min_cell):
            groups[-1].append(step)
        else:
            groups.append([step])
    if len(groups) > 1 and _is_small(sum(excluded[i] for i in groups[-1]), min_cell):
        last = groups.pop()
        groups[-1] += last
    rows = [_joined(attrition.iloc[group]) for group in groups]
    shown = pd.DataFrame(rows, columns=attrition.columns)
    shown = shown.astype(dict.fromkeys(("before", "excluded", "after"), float))
    shown.loc[shown["excluded"].between(1, min_cell - 1), ["before", "excluded"]] = math.nan
    return shown


def _joined(steps: pd.DataFrame) -> dict:
    """One step of several that follow each other."""
    return {
        "step": steps["step"].iloc[0],
        "criterion": "+".join(steps["criterion"]),
        "label": "; ".join(steps["label"]),
        "before": steps["before"].iloc[0],
        "excluded": steps["excluded"].sum(),
        "after": steps["after"].iloc[-1],
    }
