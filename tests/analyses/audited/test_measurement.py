"""Rates of measurement by hand: days over years, and their ratio over strata."""

import numpy as np
import pandas as pd
import pytest

from lncohort.analyses.audited.measurement import YEAR, measurement_rows
from lncohort.estimate.rows import as_estimates
from lncohort.follow_up import FollowUp


def followed(rows):
    intervals = pd.DataFrame(
        rows,
        columns=["patient_id", "days", "tacrolimus_started", "proteinuria now", "measured_days"],
    )
    intervals = intervals.assign(start_day=0, stop_day=intervals["days"])
    visits = intervals[["patient_id", "start_day", "measured_days"]]
    intervals = intervals.drop(columns="measured_days")
    return FollowUp(intervals, pd.DataFrame(), pd.DataFrame()), visits


def measured(study, rows):
    table = as_estimates(measurement_rows(study, *followed(rows)))
    rates = table[table["measure"] == "per person-year"].set_index(["contrast", "level"])
    ratios = table[table["measure"] == "rate ratio"].set_index("contrast")
    return rates["estimate"], ratios


def test_rates_are_days_over_years(nanjing):
    rows = [(f"p{i}", 100, i < 10, float(i % 10), 2 if i < 10 else 1) for i in range(20)]
    rates, ratios = measured(nanjing, rows)
    assert rates["tacrolimus", "started"] == pytest.approx(20 / (1000 / YEAR))
    assert rates["tacrolimus", "not started"] == pytest.approx(10 / (1000 / YEAR))
    assert ratios.loc["tacrolimus", "estimate"] == pytest.approx(2)


def test_severity_that_decides_on_both_is_held_fixed(nanjing):
    """Sick patients are seen three times as often and are started four times as often."""
    rows = []
    for sick, started, number in ((1, 1, 40), (1, 0, 10), (0, 1, 10), (0, 0, 40)):
        for i in range(number):
            rows.append((f"{sick}{started}{i}", 90, bool(started), float(sick), 3 if sick else 1))
    rates, ratios = measured(nanjing, rows)
    crude = rates["tacrolimus", "started"] / rates["tacrolimus", "not started"]
    assert crude == pytest.approx(130 / 70)
    assert ratios.loc["tacrolimus", "estimate"] == pytest.approx(1)


def test_the_interval_is_that_of_a_ratio_of_two_counts(nanjing):
    """With one stratum the variance of the log ratio is 1/a + 1/b."""
    rows = [(f"p{i}", 100, i < 10, 1.0, 3 if i < 10 else 1) for i in range(20)]
    _, ratios = measured(nanjing, rows)
    found = ratios.loc["tacrolimus"]
    spread = (np.log(found["ci_high"]) - np.log(found["ci_low"])) / (2 * 1.959964)
    assert spread**2 == pytest.approx(1 / 30 + 1 / 10, rel=1e-5)


def test_without_intervals_nothing_is_told(nanjing):
    empty = FollowUp(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    assert measurement_rows(nanjing, empty, pd.DataFrame()) == []
