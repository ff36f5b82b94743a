"""Firth's penalised fit: finite where maximum likelihood is not, and invariant."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.firth import fit_firth
from lncohort.estimate.logistic import fit_logistic
from lncohort.estimate.rows import NotEstimable


def drawn(n=200, seed=1):
    random = np.random.default_rng(seed)
    design = pd.DataFrame(
        {"intercept": 1.0, "a": random.normal(size=n), "b": (random.random(n) < 0.3) * 1.0}
    )
    risk = 1 / (1 + np.exp(-(-0.5 + 0.8 * design["a"] + 0.4 * design["b"])))
    return design, (random.random(n) < risk) * 1.0


def test_two_by_two_table_is_that_with_a_half_added_to_each_cell():
    exposed = np.repeat([1.0, 0.0], [10, 20])
    response = np.concatenate([np.ones(10), np.repeat([1.0, 0.0], [5, 15])])
    design = pd.DataFrame({"intercept": 1.0, "exposed": exposed})
    fit = fit_firth(design, response)
    expected = np.log((10.5 / 0.5) / (5.5 / 15.5))
    assert fit.coefficients["exposed"] == pytest.approx(expected, abs=1e-6)
    interval = fit.intervals.loc["exposed"]
    assert 0 < interval["ci_low"] < expected < interval["ci_high"] < 10


def test_in_large_samples_it_is_maximum_likelihood():
    design, response = drawn(20_000)
    firth, plain = fit_firth(design, response, profiled=["a"]), fit_logistic(design, response)
    np.testing.assert_allclose(firth.coefficients, plain.coefficients, atol=2e-3)
    np.testing.assert_allclose(np.diag(firth.covariance), np.diag(plain.covariance), rtol=2e-3)


def test_order_and_units_do_not_matter():
    design, response = drawn()
    plain = fit_firth(design, response)
    order = np.random.default_rng(2).permutation(len(response))
    shuffled = fit_firth(design.iloc[order], response[order])
    pd.testing.assert_frame_equal(plain.intervals, shuffled.intervals, rtol=1e-5)
    scaled = fit_firth(design.assign(a=design["a"] * 1e4), response)
    assert scaled.coefficients["a"] * 1e4 == pytest.approx(plain.coefficients["a"])
    assert scaled.intervals.loc["a", "ci_low"] * 1e4 == pytest.approx(
        plain.intervals.loc["a", "ci_low"], rel=1e-5
    )


def test_recoding_the_outcome_turns_the_sign():
    design, response = drawn()
    plain, turned = fit_firth(design, response), fit_firth(design, 1 - response)
    np.testing.assert_allclose(turned.coefficients, -plain.coefficients, atol=1e-6)
    np.testing.assert_allclose(turned.intervals["ci_low"], -plain.intervals["ci_high"], atol=1e-5)


def test_separated_data_have_intervals_that_cover():
    inside = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        exposed = np.repeat([0.0, 1.0], [60, 12])
        response = (random.random(72) < 1 / (1 + np.exp(1.0 - 1.5 * exposed))) * 1.0
        design = pd.DataFrame({"intercept": 1.0, "exposed": exposed})
        interval = fit_firth(design, response, profiled=["exposed"]).intervals.loc["exposed"]
        inside.append(interval["ci_low"] < 1.5 < interval["ci_high"])
    assert 0.90 < np.mean(inside) < 0.99


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x, y: (x, y * 0),
        lambda x, y: (x.assign(c=x["a"] + x["b"]), y),
        lambda x, y: (x.assign(c=1.0), y),
        lambda x, y: (x.assign(a=np.nan), y),
    ],
    ids=["one outcome", "collinear", "constant", "missing"],
)
def test_what_has_no_answer_is_refused(spoil):
    with pytest.raises(NotEstimable, match="not estimable: "):
        fit_firth(*spoil(*drawn()))
