"""Curves along the dose: the shape of the process, and none where there is none."""

import numpy as np
import pytest

from lncohort.analyses.curve import curve_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


@pytest.fixture(scope="module")
def patients():
    return made_patients(30_000, seed=12)


def rows_of(nanjing, patients, dose):
    return as_estimates(curve_rows(nanjing, patients, "a", dose, "dose"))


def test_curve_is_flat_at_the_ratio_of_use_where_dose_makes_no_difference(nanjing, patients):
    rows = rows_of(nanjing, patients, patients["tacrolimus_mean_daily_dose_mg"])
    curve = rows[rows["measure"] == "OR"]
    assert np.log(curve["estimate"]).to_numpy() == pytest.approx(1.0, abs=0.25)
    assert (rows.set_index("level")["p_value"][["any change", "non-linear"]] > 0.001).all()


def test_curve_follows_a_bend_and_says_that_it_is_no_line(nanjing, patients):
    random = np.random.default_rng(3)
    dose = patients["tacrolimus_mean_daily_dose_mg"]
    truth = 2 - np.minimum((dose.fillna(0) - 3.2) ** 2 / 4, 2)
    severity = patients["sledai"].cat.codes
    linear = -0.5 - 0.9 * severity + np.where(patients["exposed"], truth, 0)
    bent = patients.assign(response=random.random(len(patients)) < 1 / (1 + np.exp(-linear)))
    rows = rows_of(nanjing, bent, dose)
    curve = rows[rows["measure"] == "OR"]
    at = curve["level"].astype(float)
    shape = 2 - np.minimum((at - 3.2) ** 2 / 4, 2)
    assert np.abs(np.log(curve["estimate"]) - shape).max() < 0.3
    assert rows.set_index("level")["p_value"]["non-linear"] < 1e-6


def test_users_of_unknown_dose_leave_and_are_counted(nanjing, patients):
    dose = patients["tacrolimus_mean_daily_dose_mg"].copy()
    users = dose.index[patients["exposed"]][:30]
    dose.loc[users] = np.nan
    notes = rows_of(nanjing, patients, dose)["note"]
    assert notes.str.startswith("30 patients of unknown value left out").sum() == 0
    assert notes.str.contains("30 patients of unknown value left out").all()


def test_one_dose_for_all_is_no_curve_and_says_so(nanjing, patients):
    rows = rows_of(nanjing, patients, patients["tacrolimus_mean_daily_dose_mg"] * 0 + 2)
    assert len(rows) == 1
    assert "too few different values" in rows["note"].iloc[0]
