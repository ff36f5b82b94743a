"""The way from simulation to estimate is without bias, and its intervals cover the truth."""

import numpy as np
import pandas as pd
import pytest

from lncohort.study import load_study
from lncohort.validate.operating import operating_characteristics, summarise

INDEX = pd.MultiIndex.from_tuples([("use", "OR")], names=["analysis", "measure"])


def found(value, half_width):
    columns = {"value": value, "ci_low": value - half_width, "ci_high": value + half_width}
    return pd.DataFrame(columns, index=INDEX)


def test_bias_and_coverage_are_counted_against_the_truth():
    truth = pd.DataFrame({"truth": 1.0, "mc_se": 0.0}, index=INDEX)
    row = summarise([found(1.0, 0.98), found(2.0, 0.98), found(3.0, 3.92)], truth).iloc[0]
    assert row["mean"] == 2.0
    assert row["bias"] == 1.0
    assert row["empirical_se"] == 1.0
    assert row["bias_mc_se"] == pytest.approx(1 / np.sqrt(3))
    assert row["mean_se"] == pytest.approx(np.sqrt((0.25 + 0.25 + 4) / 3), rel=1e-3)
    assert row["coverage"] == pytest.approx(200 / 3)


def test_a_cohort_without_an_estimate_is_not_counted():
    truth = pd.DataFrame({"truth": 1.0, "mc_se": 0.0}, index=INDEX)
    row = summarise([found(1.0, 1.0), found(1.2, 1.0), found(np.nan, 1.0)], truth).iloc[0]
    assert row["cohorts"] == 2


def test_primary_estimates_of_small_cohorts_centre_on_the_truth_and_cover_it():
    study = load_study("nanjing")
    kept = tuple(a for a in study.analyses if a.kind in ("use", "dose_band", "joint"))
    study = study.model_copy(update={"analyses": kept})
    table = operating_characteristics(study, cohorts=16, patients=793, seed=70_000)
    adjusted = table.xs("adjusted", level="model")
    primary = [
        ("use", "ever"),
        ("dose", "≥4"),
        ("joint_vs_cyc", "TAC+CYC"),
        ("joint_vs_cyc", "TAC+MMF"),
    ]
    for analysis, level in primary:
        row = adjusted.xs((analysis, level, "OR"), level=("analysis", "level", "measure")).iloc[0]
        assert row["cohorts"] == 16
        assert abs(row["z"]) < 4, analysis
        assert row["coverage"] >= 75, analysis
        assert 0.6 < row["mean_se"] / row["empirical_se"] < 1.8, analysis
