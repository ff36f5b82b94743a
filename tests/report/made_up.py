"""Made-up estimates of every analysis of the Nanjing study, whose counts add up.

The counts below are the source of all others, so that a test of the report can say what each
number must be.
"""

import math
from datetime import date

import pandas as pd

from lncohort.analyses.weighting import MODELS
from lncohort.audit import Finding
from lncohort.estimate.rows import as_estimates, row
from lncohort.results import Results
from lncohort.study.alternatives import alternatives
from report.made_up_timed import timed_rows

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
NEVER, EVER = (490, 82), (210, 80)
DOSES = {"<2": (86, 24), "[2,4)": (78, 31), "≥4": (36, 20), "unknown": (10, 5)}
DURATIONS = {"≤90": (70, 20), "(90,180]": (60, 22), ">180": (80, 38)}
CROSS = {
    "<2 | ≤90": (36, 7),
    "<2 | (90,180]": (31, 9),
    "<2 | >180": (19, 8),
    "[2,4) | ≤90": (23, 7),
    "[2,4) | (90,180]": (18, 7),
    "[2,4) | >180": (37, 17),
    "≥4 | ≤90": (11, 6),
    "≥4 | (90,180]": (11, 6),
    "≥4 | >180": (14, 8),
    "unknown | >180": (10, 5),
}
COHORT = {
    "all": 793,
    "ever": 238,
    "never": 555,
    "response": 162,
    "assessed": 700,
    "not assessed": 93,
}
EXITS = {
    "death": 12,
    "follow_up_end": 300,
    "kidney_failure": 17,
    "observation_end": 344,
    "study_end": 120,
}
FLOWS = {
    "day 0 to 180": {
        ("TAC alone", "TAC alone"): 150,
        ("TAC alone", "no drug"): 50,
        ("MMF alone", "TAC alone"): 93,
        ("MMF alone", "no drug"): 400,
        ("MMF alone", "left follow-up"): 100,
    },
    "day 180 to 360": {
        ("TAC alone", "TAC alone"): 200,
        ("TAC alone", "no drug"): 43,
        ("no drug", "no drug"): 400,
        ("no drug", "left follow-up"): 50,
        ("left follow-up", "left follow-up"): 100,
    },
}
GROUPS = {"all": 793, "ever": 238, "never": 555}
MEANS = {"age": 33.44, "egfr": 96.2, "albumin": 29.8}
AUDIT = [
    Finding(
        "immortal_time",
        "fail",
        "yes",
        "Dose and duration are known only after the index date.",
        ("Users for >180 days: free of the outcome by definition for 208 days.", "So it is."),
        "Towards response, in favour of long use.",
        'Add an analysis that respects time:\n[[analysis]]\nkind = "landmark"',
        ("dose", "duration"),
    ),
    Finding(
        "missing_outcome",
        "warn",
        "yes",
        "11.7% of the cohort was never assessed.",
        where=("use",),
    ),
    Finding("sparse_data", "pass", "no", "Every level has 10 of both outcomes or more."),
]


def made_up_results(study) -> Results:
    """Results of the study with an estimate of everything it names."""
    rows = [
        *_cohort(),
        *_table_1(study),
        *_coverage(study),
        *_combinations(),
        *_odds_ratios("use", "tacrolimus", {"never": NEVER, "ever": EVER}),
        *_odds_ratios("dose", "dose", {"never": NEVER} | DOSES),
        *_trend("dose", "dose", (690, 157)),
        *_odds_ratios("duration", "days", {"never": NEVER} | DURATIONS),
        *_trend("duration", "days", (700, 162)),
        *_odds_ratios("dose_by_duration", "dose × duration", {"never": NEVER} | CROSS),
        *_odds_ratios("joint_vs_cyc", "regimen", REGIMENS, "CYC alone"),
        *_odds_ratios("joint_vs_mmf", "regimen", REGIMENS, "MMF alone"),
        *_interaction("tac_x_cyc", "TAC", "CYC", "MMF"),
        *_interaction("tac_x_mmf", "TAC", "MMF", "CYC"),
        *_products(),
        *_subgroups(study),
        *_curves(),
        *_risks(),
        *_weighting(study),
        *_missing_data(),
        *_controls(),
        *_made_up_use(),
        *_specifications(study),
        *_bias(),
        *_survival(),
        *timed_rows(_ratio),
        *_course(),
    ]
    return Results(
        study=study,
        estimates=as_estimates(rows),
        attrition=attrition_table((95, 31, 22, 9)),
        audit=AUDIT,
        row_counts=pd.DataFrame(),
        rejected=pd.DataFrame(),
        synthetic=True,
        data_until=date(2023, 12, 31),
    )


def attrition_table(excluded) -> pd.DataFrame:
    """Steps that exclude these numbers and leave 793."""
    left, rows = 793 + sum(excluded), []
    for step, number in enumerate(excluded, start=1):
        rows.append((step, f"c{step}", f"criterion {step}", left, number, left - number))
        left -= number
    columns = ["step", "criterion", "label", "before", "excluded", "after"]
    return pd.DataFrame(rows, columns=columns)


def _course():
    rows = [
        row("course", "mg/day", dose, model="dose", contrast=f"day {day}", level=level, n=200 - day)
        for day in (0, 30, 60)
        for level, dose in (("lower quartile", 1.5), ("median", 2.5), ("upper quartile", 3.5))
    ]
    rows += [
        row(
            "course",
            "persistence",
            1 - day / 200,
            ci_low=0.9 - day / 200,
            ci_high=1.0 - day / 250,
            model="persistence",
            contrast=f"day {day}",
            level="tacrolimus",
            n=238 - day,
        )
        for day in (0, 30, 60, 90)
    ]
    rows += [
        row(
            "course",
            "count",
            count,
            model="sequence",
            contrast=contrast,
            level=before,
            reference=after,
            n=793,
        )
        for contrast, flows in FLOWS.items()
        for (before, after), count in flows.items()
    ]
    rows += [
        row(
            "course",
            "count",
            count,
            model="swimmer",
            contrast=start,
            level=length,
            reference=response,
            n=238,
        )
        for start, length, response, count in (
            ("start day 0 to 0", "course day 0 to 90", "no response", 100),
            ("start day 0 to 0", "course day 366 on", "response", 80),
            ("start day 91 to 365", "course day 91 to 180", "no response", 58),
        )
    ]
    return rows


def _cohort():
    return [
        row("cohort", measure, value, contrast=contrast, level=level, n=793)
        for contrast, counts in (("", COHORT), ("exit reason", EXITS))
        for level, count in counts.items()
        for measure, value in (("count", count), ("percent", 100 * count / 793))
    ]


def _table_1(study):
    rows = []
    for covariate in study.covariates:
        for group, size in GROUPS.items():
            at = {"model": group, "contrast": covariate.name, "n": size}
            if covariate.levels:
                rows += _levels([*covariate.levels, "not recorded"], group, at)
            else:
                mean = MEANS[covariate.name]
                figures = {"mean": mean, "sd": mean / 3, "median": mean - 1, "q1": 20, "q3": 50}
                missing = {"all": 12, "ever": 5, "never": 7}[group]
                for measure, value in (figures | {"missing": missing}).items():
                    rows.append(row("table1", measure, value, **at))
        rows.append(
            row("table1", "SMD", -0.213, model="ever vs never", contrast=covariate.name, n=793)
        )
    return rows


def _levels(levels, group, at):
    counts = {g: _split(GROUPS[g], len(levels)) for g in ("ever", "never")}
    counts["all"] = [a + b for a, b in zip(counts["ever"], counts["never"], strict=True)]
    return [
        row("table1", measure, value, level=level, **at)
        for level, count in zip(levels, counts[group], strict=True)
        for measure, value in (("count", count), ("percent", 100 * count / GROUPS[group]))
    ]


def _split(total, parts):
    """Uneven parts that add up to a total."""
    weights = list(range(parts, 0, -1))
    found = [total * weight // sum(weights) for weight in weights]
    found[0] += total - sum(found)
    return found


def _coverage(study):
    rows = []
    for drug, users in zip(study.drugs, (238, 322, 380), strict=True):
        at = {"contrast": drug.name, "n": users}
        rows.append(row("dose_coverage", "patients", users, level="users", contrast=drug.name))
        for level, days in {"known": users * 140, "unknown": users * 10, "pulse": 0}.items():
            rows.append(row("dose_coverage", "covered_days", days, level=level, **at))
            percent = 100 * days / (users * 150)
            rows.append(row("dose_coverage", "percent", percent, level=level, **at))
    return rows


def _combinations():
    return [
        row("combination", "count", count, contrast=label, level=level, n=together + apart)
        for label, together, apart in (("TAC+CYC", 80, 15), ("TAC+MMF", 70, 18))
        for level, count in (("together", together), ("in sequence", apart))
    ]


def _odds_ratios(analysis, contrast, cells, reference="never"):
    """ORs by Woolf's formula; the adjusted ones are moved by a fifth on the log scale."""
    rows = []
    base_n, base_events = cells[reference]
    for model, shift in (("crude", 0.0), ("adjusted", 0.2)):
        for level, (n, events) in cells.items():
            at = {"model": model, "contrast": contrast, "level": level, "reference": reference}
            at |= {"n": n, "events": events}
            if level == reference:
                rows.append(row(analysis, "OR", 1.0, note="reference", **at))
                continue
            log_or = math.log(events / (n - events) / (base_events / (base_n - base_events)))
            parts = (events, n - events, base_events, base_n - base_events)
            figures = _ratio(log_or + shift, math.sqrt(sum(1 / part for part in parts)))
            rows.append(row(analysis, "OR", **at, **figures))
    return rows


def _ratio(log_ratio, se):
    return {
        "estimate": math.exp(log_ratio),
        "ci_low": math.exp(log_ratio - 1.96 * se),
        "ci_high": math.exp(log_ratio + 1.96 * se),
        "p_value": math.erfc(abs(log_ratio / se) / math.sqrt(2)),
    }


def _trend(analysis, contrast, counts):
    at = {"contrast": contrast, "level": "trend", "n": counts[0], "events": counts[1]}
    note = "scores 0 to 3; 10 patients of unknown band left out"
    other = {"model": "adjusted", "contrast": contrast}
    return [
        *(
            row(analysis, "OR per band", model=model, note=note, **at, **_ratio(0.48, 0.1))
            for model in ("crude", "adjusted")
        ),
        row(analysis, "OR per unit", level="trend by medians", **other, **_ratio(0.2, 0.05)),
        row(analysis, "P", level="departure", p_value=0.61, **other),
    ]


def _interaction(name, first, second, third):
    def total(*taken):
        chosen = [
            cell for label, cell in REGIMENS.items() if (first in label, second in label) == taken
        ]
        return tuple(sum(counts) for counts in zip(*chosen, strict=True))

    reference = f"neither ({third} alone)"
    cells = {
        reference: total(False, False),
        f"{first}, no {second}": total(True, False),
        f"{second}, no {first}": total(False, True),
        f"{first} and {second}": total(True, True),
    }
    contrast = f"{first} × {second}"
    rows = _odds_ratios(name, contrast, cells, reference)
    at = {"contrast": contrast, "reference": reference, "n": 700, "events": 162}
    for model in ("crude", "adjusted"):
        rows.append(
            row(name, "ratio of ORs", model=model, level="product", **at, **_ratio(0.7, 0.3))
        )
    figures = {"estimate": 0.71, "ci_low": -1.2, "ci_high": 2.62, "p_value": 0.46}
    for measure in ("RERI", "AP", "S"):
        for method in ("delta method", "MOVER"):
            rows.append(
                row(
                    name,
                    measure,
                    model="adjusted",
                    level="additive",
                    method=method,
                    **at,
                    **figures,
                )
            )
    return rows


def _products():
    rows = []
    at = {"model": "adjusted", "level": "product", "n": 700, "events": 162}
    for pair in ("TAC × CYC", "TAC × MMF", "CYC × MMF"):
        rows.append(row("three_drugs", "ratio of ORs", contrast=pair, **at, **_ratio(0.3, 0.3)))
    note = "not estimable: every patient was given at least one"
    rows.append(row("three_drugs", "ratio of ORs", contrast="TAC × CYC × MMF", note=note, **at))
    at = {"model": "adjusted", "contrast": "TAC per mg/day × MMF"}
    for level in ("without MMF", "with MMF"):
        rows.append(row("dose_x_mmf", "OR per mg/day", level=level, **at, **_ratio(0.2, 0.1)))
        bounds = {"ci_low": 0.01, "ci_high": 0.07, "p_value": 0.009}
        rows.append(row("dose_x_mmf", "RD per mg/day", 0.04, level=level, **at, **bounds))
    return [*rows, row("dose_x_mmf", "ratio of ORs", level="product", **at, **_ratio(0.1, 0.2))]


def _subgroups(study):
    rows = []
    for subgroup in study.subgroups:
        levels = study.covariate(subgroup.covariate).levels or ("<40", "≥40")
        for model in ("crude", "adjusted"):
            at = {"model": model, "contrast": subgroup.covariate}
            for level, n in zip(levels, _split(700, len(levels)), strict=True):
                rows.append(
                    row(
                        "subgroups",
                        "OR",
                        level=level,
                        reference="never",
                        n=n,
                        events=n // 4,
                        **at,
                        **_ratio(0.8, 0.3),
                    )
                )
            rows.append(
                row("subgroups", "P interaction", level="interaction", p_value=0.4123, n=700, **at)
            )
    return rows


def _risks():
    rows = []
    for contrast, reference, cells in (
        ("tacrolimus", "never", {"never": NEVER, "ever": EVER}),
        ("regimen", "CYC alone", REGIMENS),
        ("regimen", "MMF alone", REGIMENS),
    ):
        base = cells[reference][1] / cells[reference][0]
        for level, (n, events) in cells.items():
            risk = events / n
            at = {"model": "standardised", "contrast": contrast, "level": level}
            at |= {"n": n, "events": events}
            figures = {"ci_low": risk - 0.05, "ci_high": risk + 0.05}
            rows.append(row("risk", "risk", risk, **at, **figures))
            if level != reference:
                at |= {"reference": reference, "p_value": 0.02}
                bounds = {"ci_low": risk - base - 0.07, "ci_high": risk - base + 0.07}
                rows.append(row("risk", "RD", risk - base, **at, **bounds))
                bounds = {"ci_low": risk / base / 1.3, "ci_high": risk / base * 1.3}
                rows.append(row("risk", "RR", risk / base, **at, **bounds))
    return rows


def _curves():
    rows = []
    for name, last in (("dose_curve", 5.0), ("duration_curve", 500.0)):
        at = {"model": "adjusted", "contrast": name, "reference": "never"}
        for level, p_value in (("any change", 0.031), ("non-linear", 0.44)):
            rows.append(row(name, "P", level=level, p_value=p_value, **at))
        for step in range(1, 11):
            level = f"{last * step / 10:g}"
            rows.append(row(name, "OR", level=level, **at, **_ratio(0.1 * step, 0.2)))
    return rows


def _weighting(study):
    at = {"contrast": "tacrolimus", "level": "ever", "reference": "never"}
    rows = []
    for shift, model in enumerate(MODELS):
        bounds = {"ci_low": 0.05, "ci_high": 0.25, "p_value": 0.004}
        rows.append(row("weighting", "RD", 0.15, model=model, **at, **bounds))
        for measure in ("RR", "OR"):
            ratio = _ratio(0.4 + 0.05 * shift, 0.1)
            rows.append(row("weighting", measure, model=model, **at, **ratio))
        if model not in ("matched 1:1", "doubly robust"):
            size = 700.0 - 40 * shift
            rows.append(row("weighting", "effective sample size", size, model=model))
    for model, smd in (("crude", 0.31), ("weighted to all", 0.02), ("matched 1:1", -0.06)):
        for covariate in study.covariates:
            for level in covariate.levels or ("",):
                place = {"model": model, "contrast": covariate.name, "level": level}
                rows.append(row("weighting", "SMD", smd, **place))
    return rows + [
        row("weighting", "count", 12, level="users without a match"),
        row("weighting", "count", 18, level="outside the common support"),
    ]


def _controls():
    rows = []
    for control in ("fracture", "ibuprofen"):
        for model in ("crude", "adjusted"):
            place = {"contrast": control, "level": "ever", "reference": "never", "model": model}
            rows.append(row("controls", "OR", **place, **_ratio(0.05, 0.2)))
    return rows


def _missing_data():
    at = {"contrast": "tacrolimus", "level": "ever", "reference": "never"}
    rows = [
        row("missing_data", "count", count, contrast="missing", level=name)
        for name, count in (("sledai", 16), ("class", 120))
    ]
    for shift, model in enumerate(("missing as a level", "complete cases", "multiple imputation")):
        rows.append(row("missing_data", "OR", model=model, **at, **_ratio(0.7 + shift / 20, 0.2)))
    rows[-1] |= {"method": "20 imputations", "note": "fraction of missing information 1.2 %"}
    tested = {"model": "multiple imputation", "contrast": "sledai", "level": "all levels"}
    rows.append(row("missing_data", "F", 3.2, p_value=0.041, **tested))
    for model, share in (("known", 40.0), ("imputed", 44.0)):
        for level in ("mild (≤6)", "moderate (7–12)"):
            place = {"model": model, "contrast": "sledai", "level": level}
            rows.append(row("missing_data", "share", share, **place))
    for copy in (1, 2):
        for turn in range(1, 11):
            place = {"model": f"copy {copy}", "contrast": "sledai", "level": f"turn {turn}"}
            rows.append(row("missing_data", "trace", 1 + 0.1 * ((turn * copy) % 3), **place))
    return rows


def _made_up_use():
    at = {"contrast": "ever use", "level": "ever", "reference": "never"}
    counts = {"n": NEVER[0], "events": NEVER[1]}
    found = {"ci_low": 0.6, "ci_high": 0.9}
    return [
        row("made_up_use", "OR", 0.74, model=model, **at, **counts, **found)
        for model in ("crude", "adjusted")
    ]


def _specifications(study):
    (analysis,) = (a for a in study.analyses if a.kind == "specification_curve")
    rows = []
    for place, other in enumerate(alternatives(study, analysis)):
        at = {"level": "; ".join(f"{key}: {value}" for key, value in other.choices.items())}
        at |= {"model": "adjusted", "contrast": ">180", "reference": "never"}
        note = "the study's own choices" if other.is_own else ""
        ratio = _ratio(0.5 + 0.01 * place, 0.2)
        rows.append(row("specifications", "OR", note=note, **at, **ratio))
    return rows


def _bias():
    at = {"model": "crude", "contrast": "misclassified use", "level": "ever", "reference": "never"}
    rows = [row("bias", "OR, observed", 3.06, **at)]
    for kind in ("bias alone", "bias and random error"):
        rows.append(row("bias", f"OR, {kind}", 3.4, ci_low=2.1, ci_high=5.5, **at))
    at |= {"contrast": "tacrolimus"}
    for model in ("modified Poisson", "log-binomial"):
        rows.append(row("risk_ratio", "RR", **(at | {"model": model}), **_ratio(0.4, 0.1)))
    return rows


def _survival():
    rows = []
    for group, rate in (("never", 0.0004), ("ever", 0.0009)):
        for day in range(0, 721, 30):
            for model, measure in (
                ("Kaplan-Meier", "1 - KM"),
                ("Aalen-Johansen", "cumulative incidence"),
            ):
                value = 1 - math.exp(-rate * max(day - 84, 0))
                rows.append(
                    row(
                        "survival",
                        measure,
                        value,
                        model=model,
                        contrast=f"day {day}",
                        level=group,
                        ci_low=value * 0.8,
                        ci_high=value * 1.2,
                        n=round(GROUPS[group] * math.exp(-0.002 * day)),
                    )
                )
    at = {"contrast": "tacrolimus", "level": "ever", "n": 793, "events": 162}
    for model in ("Cox crude", "Cox adjusted", "Cox time-varying adjusted"):
        rows.append(
            row("survival", "HR", model=model, reference="never", **at, **_ratio(0.7, 0.15))
        )
    rows.append(row("survival", "PH test", model="Cox adjusted", p_value=0.0312, **at))
    place = {"contrast": "tacrolimus", "level": "ever"}
    for measure in ("log-rank", "Gray's test"):
        rows.append(row("survival", measure, model="crude", p_value=0.02, **place))
    for model in ("crude", "adjusted"):
        rows.append(row("survival", "sHR", model=model, **place, **_ratio(0.5, 0.15)))
    place |= {"model": "Kaplan-Meier"}
    rows.append(row("survival", "median days", 612, ci_low=540, **place))
    never = place | {"level": "never"}
    rows.append(row("survival", "median days", note="not reached", **never))
    bounds = {"ci_low": -80.0, "ci_high": -20.0, "p_value": 0.001}
    return [*rows, row("survival", "RMST difference", -50.0, **place, **bounds)]
