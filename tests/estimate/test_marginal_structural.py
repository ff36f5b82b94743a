"""Marginal structural models: planted risks under time-varying confounding, weights by hand."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from estimate.planted import drawn, risk
from lncohort.estimate.gathered import gather
from lncohort.estimate.incidence import cumulative_incidence
from lncohort.estimate.marginal_structural import Ratios, marginal_structural, weighted_cox
from lncohort.estimate.person_intervals import person_intervals
from lncohort.estimate.pooled_logistic import fit_pooled_logistic, pooled_maximum
from lncohort.estimate.rows import NotEstimable

BENEFIT = -0.4
COVARIATE = ["covariate"]


def fitted(rows, baseline=(), times=(3,), **others):
    given = {"exposure": "cumulative", "by_time": False} | others
    return marginal_structural(rows, COVARIATE, list(baseline), list(times), **given)


@cache
def large(effect: float):
    return drawn(100_000, effect, seed=11, lost=True)


def adjusted_for_the_present(rows) -> float:
    """Log odds ratio a dose in a model that holds the covariate that treatment has changed."""
    interval = pd.get_dummies(rows["interval"], drop_first=True).add_prefix("interval ") * 1.0
    design = gather((rows[["covariate", "doses"]], None), (interval, None))
    return fit_pooled_logistic(design, rows["event"], rows["patient"]).coefficients["doses"]


@pytest.mark.parametrize("effect", [0.0, BENEFIT])
def test_planted_effect_is_found_where_adjusting_for_the_present_covariate_is_wrong(effect):
    rows = large(effect)
    found = fitted(rows)
    log_odds, se = found.fit.contrast({"exposure": 1.0})
    assert abs(log_odds - effect) < 3 * se
    assert abs(adjusted_for_the_present(rows) - effect) > 10 * se
    curves = found.risks.curves.pivot(index="time", columns="arm", values="risk")
    for arm, name in ((0, "without"), (1, "with")):
        np.testing.assert_allclose(curves[name], risk(arm, effect), atol=0.012)


def test_loss_that_follows_the_covariate_is_made_up_for():
    rows = large(BENEFIT)
    truth = risk(0, BENEFIT)[-1]
    weighed, ignored = (
        found.risks.contrasts.set_index("measure").loc["risk without", "estimate"]
        for found in (fitted(rows), fitted(rows.assign(censored=0)))
    )
    assert abs(weighed - truth) < 0.006
    assert truth - ignored > 0.006


def test_weighted_cox_model_finds_the_planted_effect_too():
    log_ratio = weighted_cox(fitted(large(0.0))).coefficients["exposure"]
    assert abs(log_ratio) < 0.03


def test_weights_are_shares_of_patients_counted_by_hand():
    rows = drawn(2000, BENEFIT, seed=3, lost=True).query("interval < 2")
    found = fitted(rows, times=[2]).rows
    before = rows.groupby("patient")["treated"].shift().fillna(-1)
    above = rows.groupby(["interval", before])["treated"].transform("mean")
    below = rows.groupby(["interval", before, "covariate"])["treated"].transform("mean")
    taken = rows["treated"] == 1
    ratio = np.where(taken, above / below, (1 - above) / (1 - below))
    one = rows[(rows["interval"] == 0) & (rows["event"] == 0)]
    # Additive in treatment and covariate: the model of loss, for its own rows.
    loss = fit_pooled_logistic(
        gather((one[["treated", "covariate"]], None)), 1 - one["censored"], one["patient"]
    )
    stays = 1 / (
        1
        + np.exp(
            -(
                loss.coefficients.iloc[0]
                + one[["treated", "covariate"]] @ loss.coefficients.iloc[1:]
            )
        )
    )
    marginal = one.groupby("treated")["censored"].transform(lambda c: 1 - c.mean())
    factor = (marginal / stays).set_axis(one["patient"])
    expected = pd.Series(ratio, index=rows.index).groupby(rows["patient"]).cumprod()
    expected = expected * np.where(rows["interval"] == 1, rows["patient"].map(factor), 1.0)
    merged = rows.assign(expected=expected).merge(found, on=["patient", "interval"])
    np.testing.assert_allclose(merged["weight"], merged["expected"], rtol=1e-7)


def test_baseline_in_numerator_and_model_leaves_no_weight_at_first():
    found = fitted(drawn(3000, 0.0, seed=5), COVARIATE)
    assert found.rows.query("interval == 0")["weight"].to_numpy() == pytest.approx(1.0)
    assert "covariate" in found.fit.coefficients
    assert found.distribution.loc["all", "mean"] == pytest.approx(1.0, abs=0.03)
    assert found.distribution.loc[0, "ess"] == pytest.approx(3000)


@pytest.mark.parametrize(("exposure", "expected"), [
    ("current", [0, 1, 0]), ("ever", [0, 1, 1]), ("cumulative", [0, 1, 1]),
])  # fmt: skip
def test_exposure_is_what_it_is_called(exposure, expected):
    rows = drawn(1500, 0.0, seed=6)
    doses = rows.groupby("patient")["treated"].agg(list)
    patient = doses[doses.map(lambda d: d == [0, 1, 0])].index[0]
    found = fitted(rows, exposure=exposure).rows
    assert found.loc[found["patient"] == patient, "exposure"].tolist() == expected


def test_truncation_sets_weights_to_the_quantiles():
    rows = drawn(1500, 0.0, seed=6)
    plain, cut = fitted(rows).rows["weight"], fitted(rows, truncate=(0.01, 0.99)).rows["weight"]
    assert (cut.min(), cut.max()) == pytest.approx(tuple(np.quantile(plain, [0.01, 0.99])))


def test_replicates_are_samples_of_patients_who_stand_several_times():
    rows = drawn(400, BENEFIT, seed=8, lost=True)
    given = {"truncate": (0.02, 0.98)}
    found = fitted(rows, replicates=3, seed=7, **given).risks.contrasts
    random, each = np.random.default_rng(7), []
    for _ in range(3):
        places = random.integers(0, 400, 400)
        parts = [rows[rows["patient"] == p].assign(patient=i) for i, p in enumerate(places)]
        each.append(fitted(pd.concat(parts), **given).risks.contrasts["estimate"])
    np.testing.assert_allclose(found["se"], np.std(each, axis=0, ddof=1), rtol=1e-5)


def test_order_of_rows_names_and_units_change_nothing():
    rows = drawn(600, BENEFIT, seed=9, lost=True)
    mixed = rows.sample(frac=1, random_state=1).assign(covariate=lambda r: 1e5 * r["covariate"])
    mixed["patient"] = mixed["patient"].map(lambda p: f"P{p:05d}")
    one, two = (fitted(r, COVARIATE, replicates=4).risks.contrasts for r in (rows, mixed))
    pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_nobody_who_stops_has_a_weight_for_it():
    rows = drawn(3000, 0.0, seed=4)
    started = rows.groupby("patient")["treated"].cummax()
    rows = rows.assign(treated=started)
    found = fitted(rows).rows
    after = found.merge(rows.assign(before=started.groupby(rows["patient"]).shift()), on=["patient", "interval"])  # fmt: skip
    steps = after.groupby("patient")["weight"].pct_change().abs()
    assert steps[after["before"] == 1].max() < 1e-9
    assert steps[after["before"] == 0].max() > 0.01


BAD = {
    "no column": (lambda r: r.drop(columns="censored"), ValueError, "columns: expected censored"),
    "gap": (lambda r: r[r["interval"] != 1], ValueError, "one after the other"),
    "goes on": (lambda r: r.assign(censored=1), ValueError, "last row only"),
    "half": (lambda r: r.assign(treated=0.5), ValueError, "treated: expected 0 or 1"),
    "missing": (lambda r: r.assign(covariate=np.nan), NotEstimable, "covariate is missing"),
    "constant": (lambda r: r.assign(covariate=0.1), NotEstimable, r"probability of treatment in the"),
    "no event": (lambda r: r.assign(event=0), NotEstimable, "no row or every row"),
    "no row": (lambda r: r[:0], NotEstimable, "not estimable"),
    "one patient": (lambda r: r[r["patient"] == 0], NotEstimable, "not estimable"),
    "decides": (lambda r: r.assign(covariate=r["treated"]), NotEstimable, "probability of treat"),
}  # fmt: skip


@pytest.mark.parametrize("word", BAD)
def test_rows_without_an_answer_are_refused_with_a_reason(word):
    spoil, error, told = BAD[word]
    with pytest.raises(error, match=told):
        fitted(spoil(drawn(300, 0.0, seed=2)))


def test_another_exposure_or_quantiles_out_of_order_are_refused():
    rows = drawn(300, 0.0, seed=2)
    with pytest.raises(ValueError, match="exposure must be one of"):
        fitted(rows, exposure="lagged")
    with pytest.raises(ValueError, match="the lower first"):
        fitted(rows, truncate=(0.9, 0.1))


def influences(rows) -> pd.DataFrame:
    """By how much the coefficients move with how often each patient counts, by counting a little
    more and a little less, all models fitted anew each time.
    """
    people = person_intervals(rows, ["treated", "event", "censored", *COVARIATE])
    ratios = Ratios(people, COVARIATE, [], None)
    found = fitted(rows, exposure="ever", times=[])
    interval = pd.get_dummies(people.interval, drop_first=True) * 1.0
    design = gather((interval, None), (found.rows[["exposure"]], None))

    def coefficients(counts):
        weights = counts * ratios.weights(counts)
        return pooled_maximum(design, people.flag("event"), weights).coefficients

    made, step = [], 1e-3
    for patient in range(len(people.first)):
        own = step * (people.patient == patient)
        made.append((coefficients(1 + own) - coefficients(1 - own)) / (2 * step))
    return pd.DataFrame(made, columns=found.fit.coefficients.index)


def test_errors_know_that_the_weights_were_estimated():
    rows = drawn(160, BENEFIT, seed=12, lost=True)
    fit, moved = fitted(rows, exposure="ever", times=[]).fit, influences(rows)
    expected = moved.T @ moved * 160 / 159
    np.testing.assert_allclose(fit.covariance, expected, rtol=2e-4, atol=1e-6)


def test_errors_of_weights_taken_as_known_are_too_large():
    # A covariate that moves the event a great deal and treatment hardly at all.
    random = np.random.default_rng(4)
    covariate = random.normal(size=3000)
    treated = random.random(3000) < expit(0.1 * covariate)
    event = random.random(3000) < expit(2 * covariate)
    rows = pd.DataFrame({"patient": range(3000), "interval": 0, "treated": treated, "event": event})
    found = fitted(rows.assign(censored=0, covariate=covariate), exposure="ever", times=[])
    known = fit_pooled_logistic(
        gather((found.rows[["exposure"]], None)),
        event,
        rows["patient"],
        weights=found.rows["weight"],
    )
    errors = [fit.contrast({"exposure": 1.0})[1] for fit in (found.fit, known)]
    assert errors[0] < 0.85 * errors[1]


def test_risks_are_incidences_where_an_event_competes_and_none_comes_at_first():
    # Treatment by the toss of a coin: the model, a level for each interval, has nothing to add.
    random = np.random.default_rng(6)
    treated, at_end = random.random(20_000) < 0.5, np.full(20_000, 3)
    kind = np.zeros(20_000, dtype=int)
    for k in range(3):
        draw = random.random(20_000)
        own = (0.15 + 0.15 * treated) * (k > 0)
        now = (kind == 0) & (draw < own + 0.1)
        kind, at_end = np.where(now, 1 + (draw >= own), kind), np.where(now, k + 1, at_end)
    row = np.repeat(np.arange(20_000), at_end)
    interval = np.arange(len(row)) - np.repeat(np.cumsum(at_end) - at_end, at_end)
    rows = pd.DataFrame({"patient": row, "interval": interval, "treated": treated[row]})
    rows["event"] = np.where(interval == at_end[row] - 1, kind[row], 0)
    rows["censored"], rows["covariate"] = 0, random.normal(size=20_000)[row]
    found = fitted(rows, exposure="ever", first=1, by_time=True).risks.contrasts["estimate"]
    crude = [
        cumulative_incidence(at_end[who], kind[who], 1, np.array([3]))["estimate"].item()
        for who in (~treated, treated)
    ]
    np.testing.assert_allclose(found[:2], crude, atol=0.004)
