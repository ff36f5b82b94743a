"""Adjusted risk ratios: published figures, edges of what a risk can be, weights."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from lncohort.estimate.logistic import level_column
from lncohort.estimate.risk_ratio import fit_log_binomial, fit_modified_poisson
from lncohort.estimate.rows import NotEstimable
from lncohort.reference.cases import data_of

FITS = {"logbin_RR": fit_log_binomial, "robpoisson_RR": fit_modified_poisson}
both_models = pytest.mark.parametrize("fit_model", FITS.values())


@pytest.fixture(scope="module")
def breast_cancer():
    data = data_of("risk-ratio-breastcancer")
    design = pd.DataFrame({"intercept": np.ones(len(data))})
    for stage in ("Stage II", "Stage III"):
        design[level_column(stage)] = (data["stage"] == stage).astype(float)
    design["low"] = (data["receptor"] == "Low").astype(float)
    return design, data["death"].to_numpy()


@both_models
def test_risk_ratio_of_one_exposure_is_that_of_the_table(fit_model):
    exposed = np.repeat([1.0, 0.0], [100, 200])
    response = np.concatenate([np.arange(100) < 60, np.arange(200) < 50]).astype(float)
    fit = fit_model(pd.DataFrame({"intercept": 1.0, "exposed": exposed}), response)
    value, se = fit.contrast({"exposed": 1.0})
    assert np.exp(value) == pytest.approx(0.6 / 0.25, rel=1e-7)
    # the binomial variance of a log risk ratio: (1 - risk) / events, summed
    assert se == pytest.approx(np.sqrt(0.4 / 60 + 0.75 / 50), rel=1e-6)


@both_models
def test_order_of_rows_and_units_of_a_covariate_do_not_matter(breast_cancer, fit_model):
    design, death = breast_cancer
    design = design.assign(age=np.random.default_rng(4).uniform(30, 80, len(design)))
    plain = fit_model(design, death)
    order = np.random.default_rng(1).permutation(len(design))
    shuffled = fit_model(design.iloc[order], death[order])
    np.testing.assert_allclose(shuffled.coefficients, plain.coefficients, atol=1e-6)
    np.testing.assert_allclose(shuffled.covariance, plain.covariance, atol=1e-6)
    in_days = fit_model(design.assign(age=design["age"] * 365.25), death)
    assert in_days.coefficients["age"] * 365.25 == pytest.approx(
        plain.coefficients["age"], abs=1e-6
    )
    np.testing.assert_allclose(in_days.coefficients[:4], plain.coefficients[:4], atol=1e-5)


@both_models
def test_another_reference_level_is_the_same_model(breast_cancer, fit_model):
    design, death = breast_cancer
    turned = design.assign(low=1 - design["low"])
    value, se = fit_model(design, death).contrast({"low": 1.0})
    assert fit_model(turned, death).contrast({"low": -1.0}) == pytest.approx((value, se), rel=1e-5)


@both_models
def test_duplicated_rows_keep_the_ratios_and_halve_the_variance(breast_cancer, fit_model):
    design, death = breast_cancer
    once, twice = fit_model(design, death), fit_model(pd.concat([design] * 2), np.tile(death, 2))
    np.testing.assert_allclose(twice.coefficients, once.coefficients, atol=1e-6)
    np.testing.assert_allclose(twice.covariance, once.covariance / 2, atol=1e-6)


@both_models
def test_weights_of_2_give_the_ratios_of_duplicated_rows(breast_cancer, fit_model):
    design, death = breast_cancer
    weights = np.where(np.arange(len(death)) % 3 == 0, 2.0, 1.0)
    copies = np.repeat(np.arange(len(death)), weights.astype(int))
    weighted = fit_model(design, death, weights)
    duplicated = fit_model(design.iloc[copies], death[copies])
    np.testing.assert_allclose(weighted.coefficients, duplicated.coefficients, atol=1e-6)


@both_models
def test_only_the_ratios_of_the_weights_matter(breast_cancer, fit_model):
    design, death = breast_cancer
    weights = np.random.default_rng(2).uniform(0.2, 3, len(death))
    small, large = fit_model(design, death, weights), fit_model(design, death, 1000 * weights)
    np.testing.assert_allclose(small.coefficients, large.coefficients, atol=1e-9)
    np.testing.assert_allclose(small.covariance, large.covariance, atol=1e-9)


def test_weighted_variance_is_the_sandwich_in_both_models(breast_cancer):
    design, death = breast_cancer
    weights = np.random.default_rng(2).uniform(0.2, 3, len(death))
    matrix = design.to_numpy()
    for fit_model, power in ((fit_modified_poisson, 0), (fit_log_binomial, 1)):
        fit = fit_model(design, death, weights)
        risk = np.exp(matrix @ fit.coefficients.to_numpy())
        scale = weights / (1 - risk) ** power
        bread = np.linalg.inv(matrix.T @ np.diag(scale * risk) @ matrix)
        scores = matrix * (scale * (death - risk))[:, None]
        np.testing.assert_allclose(fit.covariance, bread @ scores.T @ scores @ bread, rtol=1e-7)
        assert np.abs(scores.sum(axis=0)).max() < 1e-3


def test_constant_weights_leave_modified_poisson_as_it_is(breast_cancer):
    design, death = breast_cancer
    plain, weighted = (fit_modified_poisson(design, death, w) for w in (None, np.full(192, 7.0)))
    np.testing.assert_allclose(weighted.covariance, plain.covariance, rtol=1e-9)


def test_model_variance_of_poisson_would_be_too_wide(breast_cancer):
    """The robust variance is what Zou adds: it is smaller where responses are common."""
    design, death = breast_cancer
    robust = fit_modified_poisson(design, death)
    plain = GLM(death, design, family=Poisson()).fit()
    assert (np.sqrt(np.diag(robust.covariance))[1:] < plain.bse.to_numpy()[1:]).all()


def difficult(seed):
    generator = np.random.default_rng(seed)
    age, exposed = generator.normal(size=200), generator.integers(0, 2, 200)
    risk = np.minimum(np.exp(-1.2 + 0.2 * age + 0.3 * exposed), 0.999)
    design = pd.DataFrame({"intercept": 1.0, "age": age, "exposed": exposed.astype(float)})
    return design, (generator.random(200) < risk).astype(float)


def constrained_maximum(design, response):
    """By another road: a general solver that keeps every risk at 1 or below."""
    matrix = design.to_numpy()

    def loss(beta):
        predictor = np.minimum(matrix @ beta, -1e-12)
        return -np.where(response == 1, predictor, np.log(-np.expm1(predictor))).sum()

    def slope(beta):
        risk = np.exp(np.minimum(matrix @ beta, -1e-12))
        return -matrix.T @ ((response - risk) / (1 - risk))

    edge = {"type": "ineq", "fun": lambda b: -matrix @ b - 1e-9, "jac": lambda b: -matrix}
    start = [np.log(response.mean()), 0.0, 0.0]
    options = {"maxiter": 500, "ftol": 1e-12}
    return minimize(loss, start, jac=slope, method="SLSQP", constraints=edge, options=options).x


def test_log_binomial_finds_the_maximum_or_says_that_it_lies_at_the_edge():
    inside = edge = near = 0
    for seed in range(40):
        design, response = difficult(seed)
        other = constrained_maximum(design, response)
        largest = (design.to_numpy() @ other).max()
        try:
            fit = fit_log_binomial(design, response)
        except NotEstimable as error:
            assert "a risk is 1" in str(error)
            assert largest > -1e-6
            edge += 1
            continue
        np.testing.assert_allclose(fit.coefficients, other, atol=2e-4)
        inside += 1
        near += largest > np.log(0.9)
    # the sample has what it is meant to test: maxima inside, at the edge, and close to it
    assert inside > 25
    assert edge > 1
    assert near > 0


def test_modified_poisson_is_estimable_where_log_binomial_is_not():
    exposed = np.repeat([1.0, 0.0], [20, 40])
    response = np.concatenate([np.ones(20), np.arange(40) < 10]).astype(float)
    design = pd.DataFrame({"intercept": 1.0, "exposed": exposed})
    with pytest.raises(NotEstimable, match="a risk is 1; modified Poisson"):
        fit_log_binomial(design, response)
    value, se = fit_modified_poisson(design, response).contrast({"exposed": 1.0})
    assert np.exp(value) == pytest.approx(4.0)
    assert se == pytest.approx(np.sqrt(0.75 / 10), rel=1e-6)


@both_models
@pytest.mark.parametrize("size", [1, 30])
def test_group_without_a_response_is_refused(fit_model, size):
    exposed = np.repeat([1.0, 0.0], [size, 400])
    response = np.concatenate([np.zeros(size), np.arange(400) < 2]).astype(float)
    with pytest.raises(NotEstimable, match="no response"):
        fit_model(pd.DataFrame({"intercept": 1.0, "exposed": exposed}), response)


def test_covariate_that_separates_the_outcomes_has_no_log_binomial_ratio():
    design = pd.DataFrame({"intercept": 1.0, "x": np.arange(40.0)})
    with pytest.raises(NotEstimable):
        fit_log_binomial(design, (np.arange(40) >= 20).astype(float))


@both_models
@pytest.mark.parametrize(
    ("rows", "response"),
    [(0, 0.0), (1, 0.0), (1, 1.0), (50, 0.0), (50, 1.0)],
)
def test_one_outcome_only_is_refused(fit_model, rows, response):
    design = pd.DataFrame({"intercept": np.ones(rows), "x": np.arange(rows) % 2})
    with pytest.raises(NotEstimable, match="same outcome"):
        fit_model(design, np.full(rows, response))


@both_models
def test_as_many_coefficients_as_patients_are_refused(fit_model):
    design = pd.DataFrame({"intercept": [1.0, 1.0], "x": [0.0, 1.0]})
    with pytest.raises(NotEstimable, match="fewer patients"):
        fit_model(design, np.array([0.0, 1.0]))


@both_models
@pytest.mark.parametrize(
    "column", [np.ones(60), np.zeros(60), 1e6 * (np.arange(60) % 2), 1 - np.arange(60) % 2]
)
def test_covariates_that_determine_each_other_are_refused(fit_model, column):
    design = pd.DataFrame({"intercept": 1.0, "x": np.arange(60) % 2, "again": column})
    with pytest.raises(NotEstimable, match="determine each other"):
        fit_model(design, (np.arange(60) % 3 == 0).astype(float))


@both_models
@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("design", np.nan, "covariate is missing"),
        ("design", np.inf, "covariate is missing"),
        ("response", np.nan, "neither 0 nor 1"),
        ("response", 2.0, "neither 0 nor 1"),
        ("weights", np.nan, "a weight"),
        ("weights", 0.0, "a weight"),
        ("weights", -1.0, "a weight"),
    ],
)
def test_wrong_values_are_named(fit_model, place, value, message):
    given = {
        "design": pd.DataFrame({"intercept": 1.0, "x": np.arange(30.0)}),
        "response": (np.arange(30) % 3 == 0).astype(float),
        "weights": np.ones(30),
    }
    if place == "design":
        given["design"].loc[3, "x"] = value
    else:
        given[place][3] = value
    with pytest.raises(ValueError, match=message):
        fit_model(**given)


@both_models
def test_wrong_lengths_are_named(fit_model):
    design = pd.DataFrame({"intercept": np.ones(30)})
    with pytest.raises(ValueError, match="30 rows of the design, 29 responses"):
        fit_model(design, np.ones(29))


def test_log_binomial_without_intercept_is_named():
    design = pd.DataFrame({"x": np.arange(1.0, 31)})
    with pytest.raises(ValueError, match="no intercept"):
        fit_log_binomial(design, (np.arange(30) % 3 == 0).astype(float))


@both_models
def test_indicators_of_every_level_serve_as_intercept(fit_model):
    level = np.arange(90) % 3
    design = pd.DataFrame({str(i): (level == i).astype(float) for i in range(3)})
    response = (np.arange(90) % 4 < 1 + (level == 2)).astype(float)
    fit = fit_model(design, response)
    for i in range(3):
        assert np.exp(fit.coefficients[str(i)]) == pytest.approx(response[level == i].mean())


@both_models
def test_intervals_cover_the_truth_in_simulated_cohorts(fit_model):
    generator = np.random.default_rng(11)
    covered, values, truth = 0, [], np.log(1.5)
    for _ in range(150):
        severe = generator.integers(0, 2, 400)
        exposed = (generator.random(400) < 0.3 + 0.3 * severe).astype(float)
        risk = 0.25 * np.exp(truth * exposed + 0.4 * severe)
        response = (generator.random(400) < risk).astype(float)
        design = pd.DataFrame({"intercept": 1.0, "exposed": exposed, "severe": severe})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value, se = fit_model(design, response).contrast({"exposed": 1.0})
        covered += abs(value - truth) < 1.96 * se
        values.append(value)
    assert np.mean(values) == pytest.approx(truth, abs=0.05)
    assert 0.90 <= covered / 150 <= 0.995
