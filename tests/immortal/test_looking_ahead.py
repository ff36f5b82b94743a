"""Ever treated against never: how far off, and how that is told."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.rows import as_estimates
from lncohort.immortal.looking_ahead import ever_rows, immortal_rows, made_up_rows
from lncohort.immortal.patients import patients_of
from treated_cohort import cohort


def read(table):
    return patients_of(table, "days", "died", "start_day", ["severity", "sex"], None)


def test_immortal_days_by_hand():
    table = pd.DataFrame(
        {"days": [100, 50, 10, 40], "died": [1, 1, 1, 0], "start_day": [20, 0, 30, np.nan]}
    )
    rows = as_estimates(immortal_rows(patients_of(table, "days", "died", "start_day", (), None)))
    found = rows.set_index("measure")["estimate"]
    assert found["mean days"] == pytest.approx((20 + 0 + 10) / 3)
    assert found["percent of their time"] == pytest.approx(100 * 30 / 160)
    assert found["percent at or after the end"] == pytest.approx(100 / 3)
    assert (rows["n"] == 3).all()


def test_nobody_treated_is_told():
    table = cohort(50, 1.0, 1).assign(start_day=np.nan)
    assert immortal_rows(read(table))[0]["note"] == "nobody is treated"
    notes = [row["note"] for row in ever_rows(read(table), [100])]
    assert all("not estimable" in note for note in notes)


def test_made_up_starts_look_protective_where_real_ones_do_and_not_at_time_zero():
    table = cohort(1500, 1.0, 2)
    found = as_estimates(made_up_rows(read(table), 40, 1))
    assert (found["ci_high"] < 0.6).all()
    # Starts on day 0 guarantee no day: made-up ones neither.
    half = np.where(np.arange(len(table)) % 2 == 0, 0.0, np.nan)
    found = as_estimates(made_up_rows(read(table.assign(start_day=half)), 40, 1))
    assert ((found["ci_low"] < 1) & (found["ci_high"] > 1)).all()
    assert found["estimate"].to_numpy() == pytest.approx(1, abs=0.1)


def test_made_up_starts_are_of_those_who_never_started():
    patients = read(cohort(400, 1.0, 3))
    (row, _) = made_up_rows(patients, 5, 1)
    assert row["n"] == (~patients.ever).sum()
    assert row["events"] == patients.event[~patients.ever].sum()


def test_same_seed_same_figures():
    patients = read(cohort(300, 1.0, 4))
    same, other = made_up_rows(patients, 10, 1), made_up_rows(patients, 10, 2)
    assert same == made_up_rows(patients, 10, 1)
    assert same[0]["estimate"] != other[0]["estimate"]


def test_too_few_made_up_starts_are_not_told():
    table = cohort(60, 1.0, 5)
    late = table.assign(start_day=np.where(np.arange(60) == 0, table["days"], np.nan))
    (row, _) = made_up_rows(read(late), 10, 1)
    assert np.isnan(row["estimate"])
    assert "too few" in row["note"]
