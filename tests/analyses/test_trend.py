"""Trends: the slope of the process by rank and by medians, and a bend that is no trend."""

import numpy as np
import pytest

from lncohort.analyses.trend import Scale, trend_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients


@pytest.fixture(scope="module")
def patients():
    return made_patients(40_000, seed=80)


def rows_of(nanjing, patients, unit=1.0, scores=()):
    scale = Scale(patients["tacrolimus_mean_daily_dose_mg"], unit, "mg/day", scores)
    made = trend_rows(nanjing, patients, "t", "dose_band", "dose", scale)
    return as_estimates(made).set_index(["model", "level"])


def responding(patients, effect):
    """Patients whose log odds move by an effect of the dose."""
    random = np.random.default_rng(81)
    severity = patients["sledai"].cat.codes
    linear = -0.5 - 0.6 * severity + np.where(patients["exposed"], effect, 0.0)
    return patients.assign(response=random.random(len(patients)) < 1 / (1 + np.exp(-linear)))


def test_slope_of_the_process_is_that_by_medians_and_no_departure_is_found(nanjing, patients):
    dose = patients["tacrolimus_mean_daily_dose_mg"].fillna(0)
    rows = rows_of(nanjing, responding(patients, 0.3 * dose))
    assert np.log(rows.loc[("adjusted", "trend by medians"), "estimate"]) == pytest.approx(
        0.3, abs=0.03
    )
    rank = patients["dose_band"].cat.codes.astype(float)
    rows = rows_of(nanjing, responding(patients, 0.4 * rank))
    assert np.log(rows.loc[("adjusted", "trend"), "estimate"]) == pytest.approx(0.4, abs=0.03)
    assert rows.loc[("adjusted", "departure"), "p_value"] > 0.01


def test_a_bend_departs_from_the_trend(nanjing, patients):
    middle = (patients["dose_band"] == "[2,4)").astype(float)
    rows = rows_of(nanjing, responding(patients, 0.8 * middle))
    assert rows.loc[("adjusted", "departure"), "p_value"] < 1e-6


def test_medians_are_told_to_two_digits_and_the_unit_scales_the_ratio(nanjing, patients):
    one, thirty = rows_of(nanjing, patients), rows_of(nanjing, patients, unit=30.0)
    note = one.loc[("adjusted", "trend by medians"), "note"]
    assert note.startswith("scores 0, 1.3, 3, 5")
    logs = [np.log(r.loc[("adjusted", "trend by medians"), "estimate"]) for r in (one, thirty)]
    assert logs[1] == pytest.approx(30 * logs[0])


def test_declared_scores_are_those_of_the_trend(nanjing, patients):
    scores = {"never": 0.0, "<2": 1.0, "[2,4)": 3.0, "≥4": 8.0}
    worked = responding(patients, 0.25 * patients["dose_band"].astype(object).map(scores))
    rows = rows_of(nanjing, worked, scores=(1.0, 3.0, 8.0))
    found = rows.loc[("adjusted", "trend by scores")]
    assert np.log(found["estimate"]) == pytest.approx(0.25, abs=0.02)
    assert found["note"] == "scores 0, 1, 3, 8"
    same = rows_of(nanjing, worked, scores=(1.0, 2.0, 3.0))
    by_rank, by_scores = (
        same.loc[("adjusted", level), ["estimate", "ci_low", "ci_high", "p_value"]].astype(float)
        for level in ("trend", "trend by scores")
    )
    assert by_scores.to_numpy() == pytest.approx(by_rank.to_numpy())
    assert ("adjusted", "trend by scores") not in rows_of(nanjing, patients).index


def test_unknown_bands_leave_with_their_count(nanjing, patients):
    lost = patients.copy()
    users = lost.index[lost["exposed"]][:40]
    lost.loc[users, "dose_band"] = "unknown"
    rows = rows_of(nanjing, lost)
    assert "40 patients of unknown band left out" in rows.loc[("adjusted", "trend"), "note"]
    assert rows.loc[("crude", "trend"), "n"] == len(patients) - 40


def test_two_bands_cannot_depart_from_a_line(nanjing, patients):
    two = patients[patients["dose_band"].isin(["never", "≥4"])]
    assert "fewer than three bands" in rows_of(nanjing, two).loc[("adjusted", "departure"), "note"]


def test_median_of_few_users_is_not_told(nanjing, patients):
    high = patients.index[patients["dose_band"] == "≥4"]
    few = patients.drop(high[4:])
    note = rows_of(nanjing, few).loc[("adjusted", "trend by medians"), "note"]
    assert note.startswith("scores 0, 1.3, 3, withheld")
