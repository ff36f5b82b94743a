"""Standardised risks: published figures of NHEFS, competing events, bad rows."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.cumulative_incidence import standardised_incidence
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.propensity import fit_propensity, weights
from lncohort.estimate.rows import NotEstimable
from lncohort.reference.cases import data_of

MONTHS = 120


@cache
def nhefs(complete: bool):
    """Months of survival of smokers, their covariates, and weights of quitting."""
    data = data_of("nhefs-weight-gain")
    if complete:
        data = data[data["wt82"].notna()].reset_index(drop=True)
    names = ["age", "smokeintensity", "smokeyrs", "wt71"]
    known = data[["sex", "race", *names]].astype(float)
    squares = (data[names] ** 2).add_suffix(" squared").astype(float)
    levels = data[["education", "exercise", "active"]].astype(str)
    known = pd.concat([known, squares, pd.get_dummies(levels, drop_first=True) * 1.0], axis=1)
    made = weights(fit_propensity(known, data["qsmk"]), stabilised=True).to_numpy()
    died = data["death"].to_numpy() == 1
    months = (data["yrdth"] - 83) * 12 + data["modth"]
    lived = np.where(died, months, MONTHS).astype(int)
    row = np.repeat(np.arange(len(data)), lived)
    month = np.arange(len(row)) - np.repeat(np.cumsum(lived) - lived, lived)
    rows = known.assign(change=data["smkintensity82_71"]).iloc[row].reset_index(drop=True)
    rows["patient"], rows["interval"] = data["seqn"].to_numpy()[row], month
    rows["arm"] = data["qsmk"].to_numpy()[row]
    rows["event"] = ((month == lived[row] - 1) & died[row]) * 1
    return rows, list(known), made[row]


def survival(found) -> list[float]:
    table = found.risks.contrasts.set_index("measure")["estimate"]
    return [1 - table["risk without"], 1 - table["risk with"]]


def test_ip_weighted_hazards_of_nhefs_are_those_that_r_prints():
    # What If, Program 17.3, as printed by R for all 1,629 (T. Palmer's book of the code, ch. 17);
    # the signs are turned, for it models survival. Section 17.4: 80.5 % and 80.7 % after 120 months.
    rows, _, weight = nhefs(complete=False)
    found = standardised_incidence(rows, [], [MONTHS], weights=weight)
    printed = [-6.897, 1.889e-02, -1.181e-04, -1.794e-01, 1.895e-02, -2.103e-04]
    np.testing.assert_allclose(found.fit.coefficients, printed, rtol=5e-4)
    np.testing.assert_allclose(survival(found), [0.805, 0.807], atol=5e-4)


def test_ip_weighted_survival_and_robust_errors_are_those_that_stata_prints():
    # Program 17.3 in Stata, the 1,566 with a weight in 1982; errors adjusted for clusters.
    rows, _, weight = nhefs(complete=True)
    found = standardised_incidence(rows, [], [MONTHS], weights=weight)
    np.testing.assert_allclose(survival(found), [0.8161003, 0.8116784], atol=5e-7)
    errors = [0.2142855, 0.0077769, 0.0000643, 0.4186673, 0.0151318, 0.0001213]
    np.testing.assert_allclose(np.sqrt(np.diag(found.fit.covariance)), errors, rtol=2e-6, atol=6e-8)
    assert found.fit.coefficients["exposure"] == pytest.approx(-0.1301273, abs=1e-6)
    assert found.fit.log_likelihood == pytest.approx(-2126.8554, abs=1e-4)


def test_g_formula_of_nhefs_is_that_of_stata_and_r():
    # Program 17.4: Stata without the change of smoking, R with it and for all 1,629.
    rows, known, _ = nhefs(complete=True)
    found = standardised_incidence(rows, known, [MONTHS])
    np.testing.assert_allclose(survival(found), [0.8160697, 0.8117629], atol=5e-7)
    rows, known, _ = nhefs(complete=False)
    fit = standardised_incidence(rows, [*known, "change"], [MONTHS]).fit
    printed = {"exposure": -5.959e-02, "time": 2.270e-02, "sex": -4.368e-01, "wt71": -6.222e-02}
    for name, value in printed.items():
        assert fit.coefficients[name] == pytest.approx(value, rel=5e-4), name
    assert fit.log_likelihood == pytest.approx(-4185.7 / 2, abs=0.03)


def two_causes(n=300, seed=1, length=3):
    """Patients with an event of either kind, or none, in a few intervals."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    arm = random.random(n) < 0.5
    own = 1 / (1 + np.exp(1.5 - 0.5 * x[:, None] + 0.4 * arm[:, None] + np.zeros(length)))
    kind = np.where(random.random((n, length)) < 0.12, 2, random.random((n, length)) < own)
    kind[random.random((n, length)) < 0.05] = -1
    ends = np.where((kind != 0).any(axis=1), (kind != 0).argmax(axis=1), length - 1)
    row = np.repeat(np.arange(n), ends + 1)
    interval = np.concatenate([np.arange(e + 1) for e in ends])
    event = np.maximum(kind[row, interval], 0)
    return pd.DataFrame(
        {"patient": row, "interval": interval, "arm": arm[row] * 1, "event": event, "x": x[row]}
    )


def test_saturated_curves_without_covariates_are_those_of_aalen_and_johansen():
    rows = two_causes()
    found = standardised_incidence(rows, [], [1, 2, 3])
    last = rows.groupby("patient").tail(1)
    for arm, name in ((0, "without"), (1, "with")):
        own = last[last["arm"] == arm]
        # In the model the competing event comes first within an interval: a half later is a tie.
        day = 2 * (own["interval"] + 1) - (own["event"] == 2)
        expected = cumulative_incidence(
            day.to_numpy(), own["event"].to_numpy(), 1, np.array([2, 4, 6])
        )
        curve = found.risks.curves.set_index("arm").loc[name, "risk"]
        # Those who are lost in an interval are at risk in it.
        np.testing.assert_allclose(curve, expected["estimate"], rtol=1e-7)


def test_replicates_are_samples_of_patients_who_stand_several_times():
    rows = two_causes(200, length=2).sample(frac=1, random_state=1)
    found = standardised_incidence(rows, ["x"], [2], replicates=3, seed=7).risks.contrasts
    random, differences = np.random.default_rng(7), []
    for _ in range(3):
        drawn = random.integers(0, 200, 200)
        parts = [rows[rows["patient"] == p].assign(patient=i) for i, p in enumerate(drawn)]
        one = standardised_incidence(pd.concat(parts), ["x"], [2]).risks.contrasts
        differences.append(one["estimate"])
    np.testing.assert_allclose(found["se"], np.std(differences, axis=0, ddof=1), rtol=1e-6)


def test_order_of_rows_changes_nothing_and_units_change_no_risk():
    rows = two_causes()
    one = standardised_incidence(rows, ["x"], [1, 3], replicates=5).risks.contrasts
    mixed = rows.sample(frac=1, random_state=2).assign(x=lambda r: 1e4 * r["x"])
    two = standardised_incidence(mixed, ["x"], [1, 3], replicates=5).risks.contrasts
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_a_spline_bends_where_a_square_cannot():
    random = np.random.default_rng(3)
    n, hazard = 6000, np.array([0.02] * 4 + [0.2] * 2 + [0.02] * 6)
    fails = random.random((n, 12)) < hazard
    ends = np.where(fails.any(axis=1), fails.argmax(axis=1), 11)
    row = np.repeat(np.arange(n), ends + 1)
    interval = np.concatenate([np.arange(e + 1) for e in ends])
    rows = pd.DataFrame(
        {"patient": row, "interval": interval, "arm": row % 2, "event": fails[row, interval] * 1}
    )
    truth = 1 - np.cumprod(1 - hazard)
    worst = {}
    for knots in (None, (1, 3, 5, 7, 10)):
        curve = standardised_incidence(rows, [], [12], knots=knots, by_time=False).risks.curves
        worst[knots] = np.abs(curve["risk"].to_numpy().reshape(2, 12) - truth).max()
    assert worst[1, 3, 5, 7, 10] < 0.05 < worst[None] * 2


BAD = {
    "a gap": (lambda r: r[(r["interval"] != 1) | (r["patient"] > 40)], ValueError, "one after"),
    "twice": (lambda r: pd.concat([r, r[:1]]), ValueError, "one after"),
    "another kind": (lambda r: r.assign(event=3), ValueError, "event: expected 0, 1 or 2"),
    "after the end": (lambda r: r.assign(event=1), ValueError, "no row of a patient after"),
    "arm that goes back": (lambda r: r.assign(arm=1 - r["interval"] % 2), ValueError, "goes back"),
    "no column": (lambda r: r.drop(columns="x"), ValueError, "columns: expected x"),
    "missing": (lambda r: r.assign(x=np.nan), NotEstimable, "covariate is missing"),
    "one patient": (lambda r: r[r["patient"] == 0], NotEstimable, "not estimable"),
    "no row": (lambda r: r[:0], NotEstimable, "not estimable"),
    "no event": (lambda r: r.assign(event=0), NotEstimable, "no row or every row"),
    "all events": (lambda r: r[r["interval"] == 0].assign(event=1), NotEstimable, "every row"),
    "constant": (lambda r: r.assign(x=0.1), NotEstimable, "determine each other"),
    "one arm": (lambda r: r.assign(arm=1), NotEstimable, "determine each other"),
}


@pytest.mark.parametrize("word", BAD)
def test_rows_without_an_answer_are_refused_with_a_reason(word):
    spoil, error, told = BAD[word]
    with pytest.raises(error, match=told):
        standardised_incidence(spoil(two_causes()), ["x"], [1])


def test_a_time_beyond_the_intervals_is_refused():
    with pytest.raises(ValueError, match="from 1 to 3 intervals"):
        standardised_incidence(two_causes(), ["x"], [4])


def test_treatment_begun_on_the_way_counts_from_its_interval_on():
    random = np.random.default_rng(4)
    n, length = 20_000, 6
    begins = random.integers(0, 9, n)
    hazard = np.where(np.arange(length) >= begins[:, None], 0.2, 0.1)
    fails = random.random((n, length)) < hazard
    last = np.where(fails.any(axis=1), fails.argmax(axis=1), length - 1)
    row = np.repeat(np.arange(n), last + 1)
    interval = np.arange(len(row)) - np.repeat(np.cumsum(last + 1) - last - 1, last + 1)
    arm = interval >= begins[row]
    rows = pd.DataFrame({"patient": row, "interval": interval, "arm": arm * 1})
    rows["event"] = fails[row, interval] * 1
    found = standardised_incidence(rows, [], [length]).risks.contrasts.set_index("measure")
    assert abs(found.loc["risk with", "estimate"] - (1 - 0.8**length)) < 0.015
    assert abs(found.loc["risk without", "estimate"] - (1 - 0.9**length)) < 0.015


def test_before_the_first_possible_interval_the_risk_is_nothing():
    random = np.random.default_rng(5)
    n, length, first = 4000, 6, 2
    fails = (random.random((n, length)) < 0.15) & (np.arange(length) >= first)
    last = np.where(fails.any(axis=1), fails.argmax(axis=1), length - 1)
    row = np.repeat(np.arange(n), last + 1)
    interval = np.arange(len(row)) - np.repeat(np.cumsum(last + 1) - last - 1, last + 1)
    rows = pd.DataFrame({"patient": row, "interval": interval, "arm": row % 2})
    rows["event"] = fails[row, interval] * 1
    curves = standardised_incidence(rows, [], [length], first=first).risks.curves
    risk = curves[curves["arm"] == "with"].set_index("time")["risk"]
    assert (risk[:first] == 0).all()
    assert abs(risk[length] - (1 - 0.85 ** (length - first))) < 0.03


def test_few_competing_events_have_one_constant_hazard():
    random = np.random.default_rng(6)
    n, length = 3000, 4
    kinds = np.where(random.random((n, length)) < 0.1, 1, 0)
    kinds = np.where(random.random((n, length)) < 0.003, 2, kinds)
    last = np.where(kinds.any(axis=1), (kinds > 0).argmax(axis=1), length - 1)
    row = np.repeat(np.arange(n), last + 1)
    interval = np.arange(len(row)) - np.repeat(np.cumsum(last + 1) - last - 1, last + 1)
    rows = pd.DataFrame({"patient": row, "interval": interval, "arm": row % 2})
    rows["event"] = kinds[row, interval]
    found = standardised_incidence(rows, [], [length])
    assert found.competing is None
    free, risk = 1.0, 0.0
    for _ in range(length):
        free *= 0.997
        risk, free = risk + free * 0.1, free * 0.9
    for arm in ("with", "without"):
        curves = found.risks.curves
        assert abs(curves.loc[curves["arm"] == arm, "risk"].iloc[-1] - risk) < 0.03


def test_an_effect_that_has_to_be_waited_for_is_not_thinned_by_those_who_start_late():
    # The hazard rises two intervals after the start, and many start late: by calendar time alone
    # the risk of a start at once would be mixed with that of starts of yesterday.
    random, n, length = np.random.default_rng(3), 40_000, 8
    start = random.integers(0, 2 * length, n)
    begun = np.where(random.random(n) < 0.2, 0, start)
    waited = np.arange(length) - begun[:, None]
    hazard = np.where(waited >= 2, 0.2, 0.05)
    event = random.random((n, length)) < hazard
    end = np.where(event.any(axis=1), event.argmax(axis=1), length - 1)
    row, interval = np.nonzero(np.arange(length) <= end[:, None])
    rows = pd.DataFrame({"patient": row, "interval": interval, "arm": waited[row, interval] >= 0})
    rows["event"] = event[row, interval] * 1
    found = standardised_incidence(rows, [], [3, 8], knots=[1, 2, 3, 5]).risks.contrasts
    found = found.set_index(["measure", "time"])["estimate"]
    for time, late in ((3, 1), (8, 6)):
        treated, never = 1 - 0.95**2 * 0.8**late, 1 - 0.95**time
        assert found["risk without", time] == pytest.approx(never, abs=0.01)
        assert found["risk with", time] == pytest.approx(treated, abs=0.025)
