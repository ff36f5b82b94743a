"""Faults of other programs, each of which ours must not have."""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.statistics import proportional_hazard_test

from lncohort.estimate.cox import fit_cox, proportional_hazards_test
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.logistic import fit_logistic, with_intercept
from reference_case import r_data, r_figures


def test_tied_events_of_two_causes_fall_on_one_time_each_run():
    """Lifelines' AalenJohansenFitter moves tied times apart at random."""
    time, event = np.array([5, 5, 5, 9, 9, 12]), np.array([1, 2, 0, 1, 2, 0])
    runs = [cumulative_incidence(time, event, 1, np.array([5, 9])) for _ in range(3)]
    assert runs[0].equals(runs[1])
    assert runs[0].equals(runs[2])
    # day 5: 1 of 6; four of six are free of both; day 9: 1 of the 3 that are left
    assert runs[0]["estimate"].tolist() == pytest.approx([1 / 6, 1 / 6 + 4 / 6 / 3])


def test_proportional_hazards_test_is_that_of_survival_3():
    """Lifelines' is that of survival 2: a constant variance of the residuals."""
    data = r_data("cox_veteran")
    columns = ["trt", "karno", "diagtime", "age", "prior", "squamous", "small", "adeno"]
    fit = fit_cox(data[columns].astype(float), data["time"], data["status"] == 1)
    ours = proportional_hazards_test(fit, "km")["chi2"]
    expected = r_figures("cox")["veteran/plain/efron/zph/km/chi2/karno"]
    assert ours["karno"] == pytest.approx(expected, rel=1e-9)
    rows = data[[*columns, "time", "status"]]
    peer = CoxPHFitter().fit(rows, "time", "status")
    other = proportional_hazard_test(peer, rows, time_transform="km").summary["test_statistic"]
    assert other["karno"] != pytest.approx(ours["karno"], rel=0.01)


def pbcseq_like(patients=300, seed=3):
    """Visits with laboratory values of very different size, the last before the event extreme."""
    random = np.random.default_rng(seed)
    visits = 6
    frail = np.repeat(random.gamma(1.0, 1.0, patients), visits)
    visit = np.tile(np.arange(visits), patients)
    bilirubin = np.exp(0.5 + frail + 0.3 * visit + random.normal(0, 0.6, len(visit)))
    rows = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(patients), visits),
            "start": visit * 200.0,
            "stop": (visit + 1) * 200.0,
            "bilirubin": bilirubin,
            "alk_phos": random.lognormal(7.2, 0.7, len(visit)),
            "albumin": 3.5 - 0.3 * frail + random.normal(0, 0.4, len(visit)),
        }
    )
    chance = 1 - np.exp(-0.02 * np.sqrt(bilirubin))
    rows["event"] = random.random(len(rows)) < chance
    gone = rows.groupby("patient")["event"].cumsum() - rows["event"]
    rows = rows[gone == 0].copy()
    early = rows["event"]
    rows.loc[early, "stop"] -= random.integers(1, 190, early.sum())
    return rows


def test_start_stop_rows_with_values_of_very_different_size_converge():
    """Lifelines' CoxTimeVaryingFitter diverges on visits such as those of pbcseq."""
    rows = pbcseq_like()
    names = ["bilirubin", "alk_phos", "albumin"]
    fit = fit_cox(rows[names], rows["stop"], rows["event"], start=rows["start"])
    linear = rows[names].to_numpy() @ fit.coefficients.to_numpy()
    # the score by its definition, a risk set at a time, is 0 there
    score, size = np.zeros(3), np.zeros(3)
    for time in np.unique(rows.loc[rows["event"], "stop"]):
        at_risk = (rows["start"] < time) & (rows["stop"] >= time)
        failing = (rows["event"] & (rows["stop"] == time)).to_numpy()
        hazard = np.where(at_risk, np.exp(linear), 0.0)
        values = rows[names].to_numpy()
        for turn in range(failing.sum()):
            left = hazard - turn / failing.sum() * np.where(failing, hazard, 0.0)
            score -= left @ values / left.sum()
            size += np.abs(left @ values / left.sum())
        score += values[failing].sum(axis=0)
    assert (np.abs(score) < 1e-8 * size).all()


def test_baseline_with_late_entry_counts_only_who_has_entered():
    """Lifelines' CoxPHFitter(entry_col=...) has a baseline that is far off."""
    random = np.random.default_rng(8)
    size = 400
    entry = random.integers(0, 60, size).astype(float)
    stop = entry + random.integers(1, 100, size)
    event = random.random(size) < 0.6
    data = pd.DataFrame({"x": random.normal(size=size)})
    fit = fit_cox(data, stop, event, start=entry, ties="breslow")
    hazard = np.exp(data["x"].to_numpy() * fit.coefficients["x"])
    expected = 0.0
    for row in fit.baseline_hazard().itertuples():
        at_risk = (entry < row.time) & (stop >= row.time)
        expected += (event & (stop == row.time)).sum() / hazard[at_risk].sum()
        assert row.cumulative_hazard == pytest.approx(expected)


def test_row_that_starts_on_the_day_of_an_event_is_not_at_risk_of_it():
    """Statsmodels' PHReg(entry=...) counts it."""
    x = pd.DataFrame({"x": [1.0, 0.0, 0.0, 1.0, 0.5]})
    stop, event = [5.0, 9.0, 8.0, 7.0, 9.0], [True, True, False, True, False]
    later = fit_cox(x, stop, event, start=[0.0, 0.0, 0.0, 0.0, 5.0])
    after = fit_cox(x, stop, event, start=[0.0, 0.0, 0.0, 0.0, 5.5])
    before = fit_cox(x, stop, event, start=[0.0, 0.0, 0.0, 0.0, 4.5])
    assert later.log_likelihood == pytest.approx(after.log_likelihood, abs=1e-12)
    assert later.log_likelihood != pytest.approx(before.log_likelihood, abs=1e-3)


def test_logistic_stops_at_the_maximum_and_not_a_quarter_of_an_error_before_it():
    """Scikit-learn's default tolerance ends 0.16 to 0.30 standard errors away."""
    random = np.random.default_rng(9)
    size = 5000
    columns = pd.DataFrame(
        {"dose": random.lognormal(6, 1, size), "age": random.normal(40, 12, size)}
    )
    log_odds = -1 + 0.0004 * columns["dose"] - 0.02 * columns["age"]
    response = random.random(size) < 1 / (1 + np.exp(-log_odds))
    design = with_intercept(columns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_logistic(design, response)
    risk = 1 / (1 + np.exp(-(design @ fit.coefficients)))
    step = fit.covariance @ (design.T @ (response - risk))
    assert (np.abs(step) < 1e-8 * np.sqrt(np.diag(fit.covariance))).all()
