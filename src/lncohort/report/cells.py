"""Which patients each estimate counts, and which sums tie the counts together.

Two counts that share a sum can give each other back, so suppression has to know the sums.
"""

from collections.abc import Hashable, Iterable
from itertools import combinations

import pandas as pd

from lncohort.study import Study
from lncohort.study.analyses_in_words import RESPECT_TIME

COUNT_MEASURES = ("count", "missing", "patients")
EXITS = ("death", "kidney_failure", "observation_end", "study_end", "follow_up_end")
# levels that are of no set of patients
DERIVED = (
    "trend",
    "trend by medians",
    "trend by scores",
    "departure",
    "product",
    "additive",
    "interaction",
)
DERIVED_MEASURES = ("OR within", "OR per mg/day", "RD per mg/day")  # of several sets
TABLE_1_GROUPS = ("all", "ever", "never")

Cell = Hashable
"""A name for a set of patients; the same set has the same name in every analysis."""
Sum = dict[Cell, int]
"""A linear equation, cell -> coefficient; its right side is a number that a reader can know."""


def cells_of_rows(study: Study, estimates: pd.DataFrame) -> list[Cell | None]:
    """Name the patients that each row counts; None where a row is of no set of its own."""
    kinds = {analysis.name: analysis.kind for analysis in study.analyses}
    regimens = _regimens(study)
    return [_cell(row, kinds, regimens) for row in estimates.itertuples(index=False)]


def _cell(row, kinds: dict[str, str], regimens: dict[str, frozenset[str]]) -> Cell | None:
    if row.analysis == "cohort":
        return ("cohort", row.level)
    if row.analysis in ("table1", "dose_coverage", "combination"):
        level = "not recorded" if row.measure == "missing" else row.level
        return (row.analysis, row.contrast, row.model, level)
    if row.analysis == "course":
        count = row.measure == "count"
        return ("course", row.model, row.contrast, *((row.level, row.reference) if count else ()))
    if row.analysis == "audit":
        counted = row.measure in ("count", "percent")
        return ("audit", row.model, row.contrast, row.level) if counted else None
    kind = kinds.get(row.analysis)
    if kind == "survival":
        return ("survival", row.model, row.contrast, row.level)
    if kind == "permuted_start":
        return ("use", "never")
    if kind in RESPECT_TIME:
        return (row.analysis, row.model, row.contrast, row.level)
    if row.measure in DERIVED_MEASURES:
        return None
    if row.level in DERIVED:
        return (kind, row.level) if row.level == "trend" else None
    if kind == "subgroup":
        return ("subgroup", row.contrast, row.level)
    if kind == "negative_control":
        return (kind, row.contrast, row.level, row.measure == "count")
    if row.level in ("ever", "never"):
        return ("use", row.level)
    if row.level in regimens:
        return ("regimen", row.level)
    if kind == "interaction":
        return ("interaction", row.analysis, row.level)
    return (kind, row.level)


def sums_of(study: Study, cells: Iterable[Cell]) -> list[Sum]:
    """The sums among some cells: columns of Table 1, bands, regimens, cells of two drugs."""
    known = list(dict.fromkeys(cells))
    judged = ("cohort", "assessed" if study.outcome.not_assessed == "exclude" else "all")
    sums = [
        *_cohort(),
        {judged: -1, ("use", "ever"): 1, ("use", "never"): 1},
        *_table_1(known),
        *_combinations(known),
        *_bands(known, judged),
        *_subgroups(known, judged),
        *_regimen_sums(study, known),
        *_controls(known),
        *_course(known),
        *_audit(known),
    ]
    written = set(known)
    kept = [{cell: k for cell, k in equation.items() if cell in written} for equation in sums]
    return [equation for equation in kept if equation]


def _regimens(study: Study) -> dict[str, frozenset[str]]:
    """Every possible regimen by its label: the set of its drugs."""
    names = [drug.name for drug in study.drugs]
    sets = (s for size in range(1, len(names) + 1) for s in combinations(names, size))
    return {study.regimen_label(s): frozenset(s) for s in sets}


def _cohort() -> list[Sum]:
    """The cohort is users and others, judged or not, and ends for one reason."""
    parts = (("ever", "never"), ("assessed", "not assessed"), EXITS)
    return [{("cohort", level): 1 for level in levels} for levels in parts]


def _table_1(known: list[Cell]) -> list[Sum]:
    """A covariate's levels add up to each group; the groups add up to all."""
    columns: dict[tuple, Sum] = {}
    lines: dict[tuple, Sum] = {}
    for cell in known:
        if cell[0] == "table1" and cell[2] in TABLE_1_GROUPS:
            _, covariate, group, level = cell
            columns.setdefault((covariate, group), {})[cell] = 1
            lines.setdefault((covariate, level), {})[cell] = -1 if group == "all" else 1
    categorical = [column for column in columns.values() if len(column) > 1]
    return [*categorical, *lines.values()]


def _combinations(known: list[Cell]) -> list[Sum]:
    """Two drugs at one time, and in sequence, add up to both."""
    found: dict[str, Sum] = {}
    for cell in known:
        if cell[0] == "combination":
            found.setdefault(cell[1], {})[cell] = 1
    return list(found.values())


def _bands(known: list[Cell], judged: Cell) -> list[Sum]:
    """Bands add up to the users; a line or column of the cross-table to its band.

    A trend is of all who were judged but those of the unknown band.
    """
    sums = []
    for kind in ("dose_band", "duration_band"):
        bands = {cell: 1 for cell in known if cell[0] == kind and cell[1] != "trend"}
        sums.append(bands | {("use", "ever"): -1} if bands else {})
        sums.append({(kind, "trend"): 1, (kind, "unknown"): 1, judged: -1})
    margins: dict[Cell, Sum] = {}
    for cell in known:
        if cell[0] == "dose_by_duration":
            dose, duration = cell[1].split(" | ")
            for margin in (("dose_band", dose), ("duration_band", duration)):
                margins.setdefault(margin, {margin: -1})[cell] = 1
    return [*sums, *margins.values()]


def _subgroups(known: list[Cell], judged: Cell) -> list[Sum]:
    """The levels of a subgroup add up to all who were judged."""
    found: dict[str, Sum] = {}
    for cell in known:
        if cell[0] == "subgroup":
            found.setdefault(cell[1], {judged: -1})[cell] = 1
    return list(found.values())


def _regimen_sums(study: Study, known: list[Cell]) -> list[Sum]:
    """Regimens add up to users and others, and to the four cells of two drugs."""
    regimens = {
        ("regimen", label): drugs
        for label, drugs in _regimens(study).items()
        if ("regimen", label) in known
    }
    if not regimens:
        return []
    studied = study.exposure.drug
    sums = []
    for cell, given in ((("use", "ever"), True), (("use", "never"), False)):
        parts = [c for c, drugs in regimens.items() if (studied in drugs) == given]
        sums.append({cell: -1} | dict.fromkeys(parts, 1))
    for analysis in study.analyses:
        if analysis.kind == "interaction":
            for cell in known:
                if cell[:2] == ("interaction", analysis.name):
                    pair = [study.drug(name) for name in analysis.drugs]
                    given = _given(cell[2], [drug.label for drug in pair])
                    parts = [
                        c
                        for c, drugs in regimens.items()
                        if tuple(drug.name in drugs for drug in pair) == given
                    ]
                    sums.append({cell: -1} | dict.fromkeys(parts, 1))
    return sums


def _controls(known: list[Cell]) -> list[Sum]:
    """Users, and others, are those at risk of a control outcome and those who had it before.

    A control drug is judged in those who never used the drug of the study.
    """
    found: dict[str, dict[Cell, Sum]] = {}
    for cell in known:
        if cell[0] == "negative_control":
            _, control, level, _ = cell
            is_outcome = (cell[0], control, level, True) in known
            total = ("use", level if is_outcome else "never")
            found.setdefault(control, {}).setdefault(total, {total: -1})[cell] = 1
    return [equation for sums in found.values() for equation in sums.values()]


def _course(known: list[Cell]) -> list[Sum]:
    """The groups of the swimmer plot are the users, the flows between two days the cohort.

    Both numbers stand in the report. What flows into a state flows out of it.
    """
    sums: dict[Hashable, Sum] = {}
    days: dict[str, set[str]] = {"first": set(), "last": set()}
    for cell in known:
        if cell[:2] == ("course", "swimmer"):
            sums.setdefault("swimmer", {})[cell] = 1
        if cell[:2] == ("course", "sequence"):
            _, _, contrast, before, after = cell
            first, last = contrast.removeprefix("day ").split(" to ")
            days["first"].add(first)
            days["last"].add(last)
            sums.setdefault(contrast, {})[cell] = 1
            sums.setdefault((first, before), {})[cell] = -1
            sums.setdefault((last, after), {})[cell] = 1
    between = days["first"] & days["last"]
    return [s for key, s in sums.items() if isinstance(key, str) or key[0] in between]


def _audit(known: list[Cell]) -> list[Sum]:
    """What became of users, of others, or of all adds up to them; those not assessed, to theirs."""
    found: dict[Hashable, Sum] = {}
    for cell in known:
        if cell[0] == "audit":
            _, bias, group, level = cell
            found.setdefault((bias, group), {("cohort", group): -1})[cell] = 1
            if bias == "missing_outcome":
                found.setdefault(level, {("cohort", level): -1})[cell] = 1
    return list(found.values())


def _given(level: str, labels: list[str]) -> tuple[bool, bool]:
    """Which of two drugs a cell has: ``TAC, no CYC``, ``TAC and CYC``, ``neither (…)``."""
    first, second = labels
    return {
        f"{first}, no {second}": (True, False),
        f"{second}, no {first}": (False, True),
        f"{first} and {second}": (True, True),
    }.get(level, (False, False))
