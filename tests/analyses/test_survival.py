"""Curves, competing events and hazard ratios: published figures, and immortal time."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from lncohort.analyses.survival import survival_rows
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.rows import as_estimates
from lncohort.reference.cases import data_of
from made import made_patients


def test_interval_is_the_log_log_interval_of_a_known_library():
    data = data_of("survival-lung")
    days = np.array([180, 365, 730])
    found = cumulative_incidence(
        data["time"].to_numpy(), (data["status"] == 2).to_numpy().astype(int), 1, days
    )
    fitter = KaplanMeierFitter().fit(data["time"], data["status"] == 2)
    limits = 1 - fitter.confidence_interval_survival_function_.reindex(days, method="ffill")
    np.testing.assert_allclose(found["ci_high"], limits.iloc[:, 0], rtol=1e-9)
    np.testing.assert_allclose(found["ci_low"], limits.iloc[:, 1], rtol=1e-9)


def test_incidences_and_survival_add_up_to_one():
    data = data_of("competing-mgus2")
    months, event = data["etime"].to_numpy(), data["event_code"].to_numpy()
    at = np.arange(0, 240, 20)
    parts = [cumulative_incidence(months, event, cause, at)["estimate"] for cause in (1, 2)]
    either = cumulative_incidence(months, np.minimum(event, 1), 1, at)["estimate"]
    np.testing.assert_allclose(parts[0] + parts[1], either, atol=1e-12)


def late_starters(size=3000, seed=3):
    """A drug without effect, started late by those still unresponded: immortal time."""
    rng = np.random.default_rng(seed)
    patients = made_patients(size, seed, log_odds_ratio=0.0)
    response_day = np.maximum(rng.exponential(500, size).astype(int), 1)
    start_day = rng.integers(1, 700, size)
    time_days = np.minimum(response_day, 730)
    event = (response_day <= 730).astype("int8")
    exposed = start_day < time_days
    patients = patients.assign(
        time_days=time_days, event=event, response=event == 1, exposed=exposed
    )
    before = pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": 0,
            "stop_day": np.where(exposed, start_day, time_days),
            "exposed": False,
            "event": np.where(exposed, 0, event),
        }
    )
    after = pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": start_day,
            "stop_day": time_days,
            "exposed": True,
            "event": event,
        }
    )[exposed]
    return patients, pd.concat([before, after], ignore_index=True)


def test_time_varying_exposure_removes_the_immortal_time_of_ever_use(nanjing):
    patients, person_time = late_starters()
    table = as_estimates(survival_rows(nanjing, patients, person_time, "a"))
    ratio = table[table["measure"] == "HR"].set_index("model")
    assert ratio.loc["Cox adjusted", "ci_high"] < 0.8
    assert ratio.loc["Cox time-varying adjusted", "ci_low"] < 1
    assert ratio.loc["Cox time-varying adjusted", "ci_high"] > 1
    (test,) = table[
        (table["measure"] == "PH test") & (table["model"] == "Cox adjusted")
    ].itertuples()
    assert test.p_value < 0.05


def test_curves_stand_every_30_days_with_the_number_at_risk(nanjing):
    patients, person_time = late_starters(400)
    table = as_estimates(survival_rows(nanjing, patients, person_time, "a"))
    curve = table[(table["measure"] == "1 - KM") & (table["level"] == "ever")]
    assert list(curve["contrast"]) == [f"day {d}" for d in range(0, 731, 30)]
    followed = patients.loc[patients["exposed"], "time_days"]
    assert list(curve["n"]) == [(followed >= d).sum() for d in range(0, 731, 30)]
    assert curve["estimate"].is_monotonic_increasing


def test_no_response_among_users_gives_no_hazard_ratio(nanjing):
    patients, person_time = late_starters(400)
    patients.loc[patients["exposed"], ["event", "response"]] = [0, False]
    person_time.loc[person_time["exposed"], "event"] = 0
    table = as_estimates(survival_rows(nanjing, patients, person_time, "a"))
    ratios = table[table["measure"] == "HR"]
    assert list(ratios["model"]) == ["Cox crude", "Cox adjusted", "Cox time-varying adjusted"]
    assert ratios["estimate"].isna().all()
    assert ratios["note"].str.contains("not estimable: no response among users").all()
    assert (table["measure"] != "PH test").all()


def test_covariate_level_leaves_a_cox_model_when_none_and_stays_when_all_responded(nanjing):
    patients, person_time = late_starters(600)
    males = patients["sex"] == "male"
    adjusted = {}
    for responds in (False, True):
        chosen = patients.copy()
        chosen.loc[males, "response"] = responds
        chosen.loc[males, "event"] = int(responds)
        table = as_estimates(survival_rows(nanjing, chosen, person_time, "a"))
        adjusted[responds] = table[
            (table["measure"] == "HR") & (table["model"] == "Cox adjusted")
        ].iloc[0]
    assert f"sex male: 0 responses among {males.sum()}, left out" in adjusted[False]["note"]
    assert adjusted[True]["note"] == ""
    assert np.isfinite([adjusted[False]["estimate"], adjusted[True]["estimate"]]).all()


@pytest.mark.parametrize("size", [3, 7, 49, 50])
def test_curve_that_ends_with_everyone_responded_has_no_interval_there(size):
    days = np.arange(1, size + 1)
    found = cumulative_incidence(
        days, np.ones(size, dtype=int), 1, np.array([0, 2, size, size + 9])
    )
    assert list(found["estimate"]) == pytest.approx([0, 2 / size, 1, 1])
    assert found.loc[2:, ["ci_low", "ci_high"]].isna().all(axis=None)
    assert 0 < found.loc[1, "ci_low"] < 2 / size < found.loc[1, "ci_high"] < 1
    assert list(found["at_risk"]) == [size, size - 1, 1, 0]


def test_ignoring_competing_events_never_lowers_the_incidence(nanjing):
    patients, person_time = late_starters(400)
    patients.loc[patients.index[::5], ["event", "response"]] = [2, False]
    table = as_estimates(survival_rows(nanjing, patients, person_time, "a"))
    for level in ("ever", "never"):
        rows = table[table["level"] == level].set_index("measure")
        ignoring = rows.loc["1 - KM", "estimate"].to_numpy()
        of_response = rows.loc["cumulative incidence", "estimate"].to_numpy()
        assert (ignoring >= of_response - 1e-12).all()
        assert ignoring[-1] > of_response[-1] + 0.01


def hazards_by_period(nanjing, patients):
    no_rows = pd.DataFrame(
        {
            "patient_id": patients["patient_id"],
            "start_day": 0,
            "stop_day": patients["time_days"],
            "exposed": patients["exposed"],
            "event": patients["event"],
        }
    )
    rows = as_estimates(survival_rows(nanjing, patients, no_rows, "s"))
    return rows[rows["model"].str.contains(", day")].set_index("model")


def test_half_years_are_joined_until_each_has_responses_of_both(nanjing):
    patients = made_patients(3000, seed=33)
    responded = patients["event"] == 1
    users = responded & patients["exposed"]
    # of the users nobody responds in the first half-year, of all nobody in the second
    patients.loc[users & (patients["time_days"] <= 182), "time_days"] = 400
    patients.loc[responded & patients["time_days"].between(183, 364), "time_days"] = 500
    found = hazards_by_period(nanjing, patients)
    assert list(found.index) == ["Cox adjusted, day 0 to 546", "Cox adjusted, day 546 to 730"]
    assert found[["n", "events"]].isna().all(axis=None)


def test_hazard_ratio_that_changes_differs_between_half_years(nanjing):
    random = np.random.default_rng(34)
    patients = made_patients(6000, seed=34)
    # users respond late: none of them before day 364 but a few, all others evenly
    late = patients["exposed"] & (patients["event"] == 1) & (random.random(6000) < 0.8)
    patients.loc[late, "time_days"] = random.integers(365, 730, late.sum())
    found = hazards_by_period(nanjing, patients)["estimate"]
    assert found.iloc[0] < 1 < found.iloc[-1]


def test_too_few_responses_of_users_give_no_half_years(nanjing):
    patients = made_patients(800, seed=35)
    users = patients.index[patients["exposed"]]
    patients.loc[users, ["event", "response"]] = [0, False]
    patients.loc[users[:3], ["event", "response"]] = [1, True]
    assert hazards_by_period(nanjing, patients).empty
