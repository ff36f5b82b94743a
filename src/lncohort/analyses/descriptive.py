"""Who was studied and what they took: counts, Table 1, dose coverage."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lncohort.estimate.rows import row
from lncohort.study import Study


def cohort_rows(patients: pd.DataFrame) -> list[dict]:
    """Counts of the cohort: users, assessed, responses, and the reasons why follow-up ended.

    Parameters
    ----------
    patients : DataFrame of shape (n, columns)
        The whole cohort, with column ``exposed``.

    Returns
    -------
    list of dict
        A count and a percentage (0 to 100, of all ``n``) for each group.
    """
    total = len(patients)
    counts = {
        "all": total,
        "ever": int(patients["exposed"].sum()),
        "never": int((~patients["exposed"]).sum()),
        "assessed": int(patients["assessed"].sum()),
        "not assessed": int((~patients["assessed"]).sum()),
        "response": int(patients["response"].sum()),
    }
    reasons = patients["exit_reason"].value_counts().sort_index()
    rows = []
    for contrast, group in (("", counts), ("exit reason", reasons.to_dict())):
        for level, count in group.items():
            rows.append(row("cohort", "count", count, contrast=contrast, level=level, n=total))
            rows.append(
                row(
                    "cohort",
                    "percent",
                    100 * count / total,
                    contrast=contrast,
                    level=level,
                    n=total,
                )
            )
    return rows


def table1_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Baseline of users and others: mean and SD, median and quartiles, or counts; SMD.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort, with column ``exposed``.

    Returns
    -------
    list of dict
        Means and quartiles of those measured, in the unit of the covariate; the SMD of a number
        is signed (users minus others), that of categories is a distance.

    Notes
    -----
    SMD with the pooled standard deviation of the unweighted sample; of categories, the
    multivariate form of Yang D, Dalton JE, SAS Global Forum 2012, paper 335.
    """
    groups = {
        "all": patients,
        "ever": patients[patients["exposed"]],
        "never": patients[~patients["exposed"]],
    }
    rows = []
    for covariate in study.covariates:
        for name, group in groups.items():
            values = group[covariate.name]
            summary = _levels if covariate.levels else _numbers
            rows += [
                row("table1", model=name, contrast=covariate.name, **figures)
                for figures in summary(values)
            ]
        difference = _smd(groups["ever"][covariate.name], groups["never"][covariate.name])
        rows.append(
            row(
                "table1",
                "SMD",
                difference,
                model="ever vs never",
                contrast=covariate.name,
                n=len(patients),
                method="pooled SD of the unweighted sample",
            )
        )
    return rows


def _levels(values: pd.Series) -> Iterator[dict]:
    total = len(values)
    for level, count in values.value_counts(sort=False).items():
        place = {"level": str(level), "n": total}
        yield {"measure": "count", "estimate": count} | place
        yield {"measure": "percent", "estimate": 100 * count / max(total, 1)} | place


def _numbers(values: pd.Series) -> Iterator[dict]:
    known = values.dropna()
    yield {"measure": "mean", "estimate": known.mean(), "n": len(values)}
    yield {"measure": "sd", "estimate": known.std(), "n": len(values)}
    for measure, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
        yield {"measure": measure, "estimate": known.quantile(share), "n": len(values)}
    yield {"measure": "missing", "estimate": len(values) - len(known), "n": len(values)}


def _smd(ever: pd.Series, never: pd.Series) -> float:
    """Standardised mean difference of two groups."""
    if ever.empty or never.empty:
        return np.nan
    if not isinstance(ever.dtype, pd.CategoricalDtype):
        pooled = np.sqrt((ever.var() + never.var()) / 2)
        return float((ever.mean() - never.mean()) / pooled) if pooled > 0 else np.nan
    shares = [group.value_counts(normalize=True, sort=False).to_numpy() for group in (ever, never)]
    present = (shares[0] + shares[1]) > 0
    first, second = (share[present][1:] for share in shares)
    if not len(first):
        return 0.0
    covariance = (
        np.diag(first) - np.outer(first, first) + np.diag(second) - np.outer(second, second)
    ) / 2
    difference = first - second
    return float(np.sqrt(difference @ np.linalg.pinv(covariance) @ difference))


def dose_coverage_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Days on which the daily dose of each drug is known; pulses carry none.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort; the days are those within the exposure window.
    """
    rows = []
    for drug in study.drugs:
        users = patients[patients[f"{drug.name}_use"]]
        known = int(users[f"{drug.name}_known_dose_days"].sum())
        unknown = int(users[f"{drug.name}_unknown_dose_days"].sum())
        covered = int(users[f"{drug.name}_covered_days"].sum())
        days = {"known": known, "unknown": unknown, "pulse": covered - known - unknown}
        rows.append(row("dose_coverage", "patients", len(users), contrast=drug.name, level="users"))
        for level, count in days.items():
            place = {"contrast": drug.name, "level": level, "n": len(users)}
            rows.append(row("dose_coverage", "covered_days", count, **place))
            rows.append(row("dose_coverage", "percent", 100 * count / max(covered, 1), **place))
    return rows


def combination_rows(study: Study, patients: pd.DataFrame) -> list[dict]:
    """Patients given two drugs at one time, and one after the other.

    Parameters
    ----------
    study : Study
    patients : DataFrame of shape (n, columns)
        The whole cohort.
    """
    rows = []
    for combination in study.combinations:
        label = study.regimen_label(combination.drugs)
        both = np.logical_and.reduce([patients[f"{drug}_use"] for drug in combination.drugs])
        together = both & (patients[f"overlap_days {label}"] > 0)
        for level, chosen in (("together", together), ("in sequence", both & ~together)):
            rows.append(
                row(
                    "combination",
                    "count",
                    int(chosen.sum()),
                    contrast=label,
                    level=level,
                    n=int(both.sum()),
                    note=f"together: {combination.min_overlap_days} shared days or more",
                )
            )
    return rows
