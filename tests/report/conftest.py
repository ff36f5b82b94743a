"""Made-up estimates of every analysis of the Nanjing study, whose counts add up.

The numbers of one regimen in the table below are the source of all others, so that a test
of the report can say what each must be.
"""

import math
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import pytest

from lncohort.study import load_study

COLUMNS = [
    "analysis",
    "model",
    "contrast",
    "level",
    "reference",
    "measure",
    "estimate",
    "ci_low",
    "ci_high",
    "p_value",
    "n",
    "events",
    "method",
    "note",
]
# patients and responses among the assessed
REGIMENS = {
    "CYC alone": (200, 36),
    "MMF alone": (220, 32),
    "TAC alone": (60, 22),
    "TAC+CYC": (62, 23),
    "TAC+MMF": (55, 22),
    "CYC+MMF": (70, 14),
    "TAC+CYC+MMF": (33, 13),
}
DOSES = {"<2": (90, 25), "[2,4)": (80, 32), "≥4": (34, 20), "unknown": (6, 3)}
DURATIONS = {"≤90": (70, 15), "(90,180]": (60, 22), ">180": (80, 43)}
CROSS = {
    "<2 | ≤90": (40, 6),
    "<2 | (90,180]": (30, 9),
    "<2 | >180": (20, 10),
    "[2,4) | ≤90": (20, 6),
    "[2,4) | (90,180]": (20, 8),
    "[2,4) | >180": (40, 18),
    "≥4 | ≤90": (8, 2),
    "≥4 | (90,180]": (8, 4),
    "≥4 | >180": (18, 14),
    "unknown | ≤90": (2, 1),
    "unknown | (90,180]": (2, 1),
    "unknown | >180": (2, 1),
}
NEVER = (490, 82)
EVER = (210, 80)


@dataclass(frozen=True)
class FakeResults:
    """The attributes of Results that the report reads."""

    study: object
    estimates: pd.DataFrame
    attrition: pd.DataFrame
    flags: list
    row_counts: pd.DataFrame
    rejected: pd.DataFrame
    synthetic: bool
    data_until: date


def row(analysis, measure, estimate=math.nan, **others):
    blank = dict.fromkeys(COLUMNS, "")
    numbers = dict.fromkeys(["ci_low", "ci_high", "p_value", "n", "events"], math.nan)
    return (
        blank
        | numbers
        | others
        | {
            "analysis": analysis,
            "measure": measure,
            "estimate": estimate,
        }
    )


def odds_ratio(analysis, model, contrast, level, cell, reference, base):
    """A row of an OR by Woolf's formula; adjusted ones are moved by a fifth."""
    (n, events), (base_n, base_events) = cell, base
    shared = {"model": model, "contrast": contrast, "level": level, "n": n, "events": events}
    if cell == base:
        return row(analysis, "OR", 1.0, reference=reference, note="reference", **shared)
    if events in (0, n):
        note = f"not estimable: {events} responses among {n}"
        return row(analysis, "OR", reference=reference, note=note, **shared)
    log_or = math.log(events / (n - events) / (base_events / (base_n - base_events)))
    log_or += 0.2 if model == "adjusted" else 0
    se = math.sqrt(sum(1 / k for k in (events, n - events, base_events, base_n - base_events)))
    p = math.erfc(abs(log_or / se) / math.sqrt(2))
    return row(
        analysis,
        "OR",
        math.exp(log_or),
        reference=reference,
        ci_low=math.exp(log_or - 1.96 * se),
        ci_high=math.exp(log_or + 1.96 * se),
        p_value=p,
        method="logistic regression",
        **shared,
    )


def block(analysis, contrast, cells, reference, trend=False):
    rows = []
    for model in ("crude", "adjusted"):
        for level, cell in cells.items():
            rows.append(
                odds_ratio(analysis, model, contrast, level, cell, reference, cells[reference])
            )
        if trend:
            rows.append(
                row(
                    analysis,
                    "OR per band",
                    1.62,
                    model=model,
                    contrast=contrast,
                    level="trend",
                    reference=reference,
                    ci_low=1.31,
                    ci_high=2.01,
                    p_value=0.00002,
                    note="integer scores; unknown left out",
                )
            )
    return rows


def cohort_rows():
    counts = {
        "all": 793,
        "ever": 238,
        "never": 555,
        "response": 162,
        "assessed": 700,
        "not assessed": 93,
        "death": 12,
        "kidney_failure": 17,
        "observation_end": 344,
        "study_end": 120,
        "follow_up_end": 300,
    }
    of = {"response": 700}
    rows = []
    for level, value in counts.items():
        rows.append(row("cohort", "count", value, level=level))
        if level != "all":
            whole = of.get(level, 793)
            rows.append(row("cohort", "percent", 100 * value / whole, level=level, n=whole))
    return rows


def table1_rows(study):
    rows = []
    sizes = {"all": 793, "ever": 238, "never": 555}
    for covariate in study.covariates:
        shared = {"contrast": covariate.name}
        if covariate.levels:
            levels = [*covariate.levels, "not recorded"]
            ever = _split(238, len(levels))
            never = _split(555, len(levels))
            for i, level in enumerate(levels):
                counts = {"all": ever[i] + never[i], "ever": ever[i], "never": never[i]}
                for group, value in counts.items():
                    at = shared | {"model": group, "level": level}
                    rows.append(row("table1", "count", value, n=sizes[group], **at))
                    percent = 100 * value / sizes[group]
                    rows.append(row("table1", "percent", percent, n=sizes[group], **at))
        else:
            for group, missing in {"all": 12, "ever": 5, "never": 7}.items():
                at = shared | {"model": group, "n": sizes[group]}
                middle = {"age": 33.4, "egfr": 96.2, "albumin": 29.8}[covariate.name]
                for measure, value in {
                    "mean": middle,
                    "sd": middle / 3,
                    "median": middle - 1,
                    "q1": middle - 8,
                    "q3": middle + 9,
                    "missing": missing,
                }.items():
                    rows.append(row("table1", measure, value, **at))
        rows.append(row("table1", "SMD", 0.213, model="ever vs never", **shared))
    return rows


def _split(total, parts):
    """Uneven parts that add up, none below 5."""
    weights = list(range(parts, 0, -1))
    found = [max(5, total * w // sum(weights)) for w in weights]
    found[0] += total - sum(found)
    return found


def coverage_rows(study):
    rows = []
    for drug, known, unknown in zip(study.drugs, (232, 300, 371), (6, 22, 9), strict=True):
        for level, patients in {"known": known, "unknown": unknown}.items():
            at = {"contrast": drug.name, "level": level}
            rows.append(row("dose_coverage", "patients", patients, **at))
            rows.append(row("dose_coverage", "covered_days", patients * 140, **at))
            share = 100 * patients / (known + unknown)
            rows.append(row("dose_coverage", "percent", share, **at))
    return rows


def interaction_rows(name, first, second, base):
    def total(*regimens):
        return tuple(sum(REGIMENS[r][i] for r in regimens) for i in (0, 1))

    with_first = [r for r in REGIMENS if first in r]
    cells = {
        f"neither ({base} alone)": total(
            *(r for r in REGIMENS if first not in r and second not in r)
        ),
        f"{first}, no {second}": total(*(r for r in with_first if second not in r)),
        f"{second}, no {first}": total(*(r for r in REGIMENS if second in r and first not in r)),
        f"{first} and {second}": total(*(r for r in with_first if second in r)),
    }
    contrast = f"{first} × {second}"
    rows = block(name, contrast, cells, f"neither ({base} alone)")
    for model in ("crude", "adjusted"):
        rows.append(
            row(
                name,
                "ratio of ORs",
                1.31,
                model=model,
                contrast=contrast,
                level="product",
                ci_low=0.62,
                ci_high=2.77,
                p_value=0.48,
                note="Together the drugs do about as much as the product of each alone.",
            )
        )
    for measure, value, low, high in (
        ("RERI", 0.71, -1.2, 2.62),
        ("AP", 0.21, -0.33, 0.75),
        ("S", 1.42, 0.55, 3.66),
    ):
        for method in ("delta", "MOVER"):
            rows.append(
                row(
                    name,
                    measure,
                    value,
                    model="adjusted",
                    contrast=contrast,
                    level="additive",
                    ci_low=low,
                    ci_high=high,
                    p_value=0.46,
                    method=method,
                    note="Together the drugs do about as much as the sum of each alone.",
                )
            )
    return rows


def subgroup_rows(study):
    rows = []
    for subgroup in study.subgroups:
        covariate = study.covariate(subgroup.covariate)
        levels = covariate.levels or ("<40", "≥40")
        for model in ("crude", "adjusted"):
            for i, (level, n) in enumerate(zip(levels, _split(700, len(levels)), strict=True)):
                estimate = 2.1 + 0.3 * i
                rows.append(
                    row(
                        "subgroups",
                        "OR",
                        estimate,
                        model=model,
                        contrast=covariate.name,
                        level=level,
                        reference="never",
                        ci_low=estimate / 1.9,
                        ci_high=estimate * 1.9,
                        p_value=0.01,
                        n=n,
                        events=n // 4,
                    )
                )
        rows.append(
            row(
                "subgroups",
                "P interaction",
                model="adjusted",
                contrast=covariate.name,
                level="interaction",
                p_value=0.412,
                method="likelihood-ratio test",
            )
        )
    return rows


def risk_rows():
    rows = []

    def add(level, measure, value, width, reference="", cell=(math.nan, math.nan)):
        rows.append(
            row(
                "risk",
                measure,
                value,
                model="standardised",
                level=level,
                reference=reference,
                ci_low=value - width,
                ci_high=value + width,
                n=cell[0],
                events=cell[1],
            )
        )

    add("ever", "risk", 0.401, 0.06, cell=EVER)
    add("never", "risk", 0.169, 0.03, cell=NEVER)
    add("ever", "RD", 0.232, 0.07, "never")
    add("ever", "RR", 2.373, 0.6, "never")
    for regimen, cell in REGIMENS.items():
        add(regimen, "risk", cell[1] / cell[0], 0.08, cell=cell)
        for reference in ("CYC alone", "MMF alone"):
            if regimen != reference:
                difference = cell[1] / cell[0] - REGIMENS[reference][1] / REGIMENS[reference][0]
                add(regimen, "RD", difference, 0.1, reference)
                add(regimen, "RR", 1 + 3 * difference, 0.5, reference)
    return rows


def survival_rows():
    rows = []
    for group, rate in (("ever", 0.0009), ("never", 0.0004)):
        at_risk = {"ever": 238, "never": 555}[group]
        for day in range(0, 731, 30):
            late = max(day - 84, 0)
            for model, measure, scale in (
                ("Kaplan-Meier", "1 - KM", 1.1),
                ("Aalen-Johansen", "cumulative incidence", 1.0),
            ):
                value = 1 - math.exp(-rate * late * scale)
                rows.append(
                    row(
                        "survival",
                        measure,
                        value,
                        model=model,
                        contrast=f"day {day}",
                        level=group,
                        ci_low=max(value - 0.05, 0) if value else 0.0,
                        ci_high=value + 0.05 if value else 0.0,
                        n=round(at_risk * math.exp(-0.002 * day)),
                    )
                )
    for model, value in (("crude", 1.92), ("adjusted", 2.14), ("time-varying adjusted", 1.48)):
        at = {"model": f"Cox {model}", "level": "ever"}
        rows.append(
            row(
                "survival",
                "HR",
                value,
                reference="never",
                ci_low=value / 1.4,
                ci_high=value * 1.4,
                p_value=0.0004,
                n=793,
                events=162,
                **at,
            )
        )
    rows.append(
        row(
            "survival",
            "PH test",
            model="Cox adjusted",
            level="ever",
            p_value=0.0312,
            method="Schoenfeld",
        )
    )
    return rows


def attrition_table():
    steps = [
        ("entry", "first ever start of tacrolimus, cyclophosphamide or mycophenolate", 95),
        ("adult", "18 years or older on the index date", 31),
        ("lupus_nephritis", "a diagnosis of lupus nephritis on or before the index date", 22),
        ("no_dialysis", "no dialysis on or before the index date", 9),
    ]
    left, rows = 950, []
    for step, (criterion, label, excluded) in enumerate(steps, start=1):
        rows.append((step, criterion, label, left, excluded, left - excluded))
        left -= excluded
    return pd.DataFrame(rows, columns=["step", "criterion", "label", "before", "excluded", "after"])


FLAGS = [
    {
        "flag": "future_dependent",
        "severity": "warn",
        "where": "dose, duration",
        "message": "Dose and duration of tacrolimus are known only after the index date.",
        "direction": "away from the null, in favour of long use",
    },
    {
        "flag": "not_assessed",
        "severity": "warn",
        "where": "cohort",
        "message": "93 of 793 patients (11.7%) were never assessed.",
        "direction": "",
    },
    {
        "flag": "non_proportional_hazards",
        "severity": "fail",
        "where": "survival",
        "message": "The hazards are not proportional (P = 0.031).",
        "direction": "",
    },
    {
        "flag": "sparse_cell",
        "severity": "pass",
        "where": "dose_by_duration",
        "message": "No cell without responses.",
        "direction": "",
    },
]


@pytest.fixture(scope="session")
def study():
    return load_study("nanjing")


@pytest.fixture(scope="session")
def results(study):
    never = {"never": NEVER}
    rows = [
        *cohort_rows(),
        *table1_rows(study),
        *coverage_rows(study),
        *block("use", "tacrolimus", never | {"ever": EVER}, "never"),
        *block("dose", "tacrolimus", never | DOSES, "never", trend=True),
        *block("duration", "tacrolimus", never | DURATIONS, "never", trend=True),
        *block("dose_by_duration", "dose × duration", never | CROSS, "never"),
        *block("joint_vs_cyc", "regimen", REGIMENS, "CYC alone"),
        *block("joint_vs_mmf", "regimen", REGIMENS, "MMF alone"),
        *interaction_rows("tac_x_cyc", "TAC", "CYC", "MMF"),
        *interaction_rows("tac_x_mmf", "TAC", "MMF", "CYC"),
        *subgroup_rows(study),
        *risk_rows(),
        *survival_rows(),
    ]
    return FakeResults(
        study=study,
        estimates=pd.DataFrame(rows, columns=COLUMNS),
        attrition=attrition_table(),
        flags=FLAGS,
        row_counts=pd.DataFrame(),
        rejected=pd.DataFrame(),
        synthetic=True,
        data_until=date(2023, 12, 31),
    )


@pytest.fixture(scope="session")
def changed(results):
    """Results with other estimates, made by a function of the estimates table."""

    def change(function):
        return replace(results, estimates=function(results.estimates.copy()))

    return change
