"""The logistic model: the libraries' figures, and no number where there is none."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from lncohort.estimate.logistic import fit_logistic, profile_intervals, with_intercept
from lncohort.estimate.rows import NotEstimable, wald
from lncohort.reference.cases import data_of
from reference_case import r_data, r_figures


@pytest.fixture
def drawn():
    """A design of an indicator and two numbers, with responses."""
    random = np.random.default_rng(8)
    columns = pd.DataFrame(
        {
            "exposed": (random.random(400) < 0.4).astype(float),
            "age": random.normal(40, 12, 400),
            "egfr": random.normal(90, 25, 400),
        }
    )
    linear = -1 + 0.8 * columns["exposed"] + 0.03 * (columns["age"] - 40)
    response = random.random(400) < 1 / (1 + np.exp(-linear))
    return with_intercept(columns), response.to_numpy()


def test_published_case_of_separation_is_refused_and_fits_without_the_separating_column():
    data = data_of("firth-sex2")
    columns = ["age", "oc", "vic", "vicl", "vis"]
    with pytest.raises(NotEstimable, match="does not converge"):
        fit_logistic(with_intercept(data[[*columns, "dia"]].astype(float)), data["case"])
    kept = data[data["dia"] == 0]
    fit = fit_logistic(with_intercept(kept[columns].astype(float)), kept["case"])
    assert np.abs(fit.coefficients).max() < 4


def test_separation_is_refused_and_never_a_number():
    exposed = np.repeat([0.0, 1.0], 50)
    response = np.where(exposed == 1, 1.0, np.tile([0.0, 1.0], 50))
    design = with_intercept(pd.DataFrame({"exposed": exposed}))
    with pytest.raises(NotEstimable):
        fit_logistic(design, response)


def test_one_outcome_only_is_refused():
    design = with_intercept(pd.DataFrame({"exposed": np.tile([0.0, 1.0], 20)}))
    with pytest.raises(NotEstimable, match="same outcome"):
        fit_logistic(design, np.zeros(40))


def test_covariates_that_determine_each_other_are_refused():
    rng = np.random.default_rng(2)
    x = rng.normal(size=100)
    design = with_intercept(pd.DataFrame({"x": x, "twice": 2 * x}))
    with pytest.raises(NotEstimable):
        fit_logistic(design, rng.random(100) < 0.5)


def test_coefficient_without_standard_error_has_neither_interval_nor_p_value():
    assert wald(0.0, 0.0) == {"estimate": 1.0}
    assert wald(0.0, float("nan")) == {"estimate": 1.0}


def test_coefficients_and_errors_are_those_of_another_library(drawn):
    design, response = drawn
    fit, peer = fit_logistic(design, response), sm.Logit(response, design).fit(disp=0)
    assert fit.coefficients.to_numpy() == pytest.approx(peer.params.to_numpy(), rel=1e-9)
    assert fit.covariance.to_numpy() == pytest.approx(peer.cov_params().to_numpy(), rel=1e-7)
    assert fit.log_likelihood == pytest.approx(peer.llf, rel=1e-12)


def test_robust_errors_are_those_of_another_library(drawn):
    design, response = drawn
    found = fit_logistic(design, response, errors="HC0").covariance.to_numpy()
    peer = sm.Logit(response, design).fit(disp=0, cov_type="HC0").cov_params().to_numpy()
    assert found == pytest.approx(peer, rel=1e-7)


def test_errors_by_cluster_are_those_of_another_library(drawn):
    design, response = drawn
    clinic = np.arange(400) % 23
    found = fit_logistic(design, response, cluster=clinic, errors="cluster").covariance
    peer = sm.Logit(response, design).fit(
        disp=0,
        cov_type="cluster",
        cov_kwds={"groups": clinic, "use_correction": False},
    )
    assert found.to_numpy() * 22 / 23 == pytest.approx(peer.cov_params().to_numpy(), rel=1e-7)


def test_clusters_of_one_patient_each_are_no_clusters(drawn):
    design, response = drawn
    alone = fit_logistic(design, response, cluster=np.arange(400), errors="cluster").covariance
    robust = fit_logistic(design, response, errors="HC0").covariance
    assert alone.to_numpy() == pytest.approx(robust.to_numpy() * 400 / 399, rel=1e-9)


def test_weight_of_two_is_a_patient_twice(drawn):
    design, response = drawn
    weights = np.tile([1, 2, 0, 3], 100)
    weighted = fit_logistic(design, response, weights=weights)
    rows = np.repeat(np.arange(400), weights)
    repeated = fit_logistic(design.iloc[rows], response[rows])
    assert weighted.coefficients.to_numpy() == pytest.approx(repeated.coefficients.to_numpy())
    assert weighted.covariance.to_numpy() == pytest.approx(repeated.covariance.to_numpy())
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood)


def test_offset_moves_the_log_odds_of_its_row(drawn):
    design, response = drawn
    known = design["age"] * 0.03
    fit = fit_logistic(design[["intercept", "exposed"]], response, offset=known)
    peer = sm.GLM(
        response, design[["intercept", "exposed"]], sm.families.Binomial(), offset=known
    ).fit(tol=1e-12)
    assert fit.coefficients.to_numpy() == pytest.approx(peer.params.to_numpy(), rel=1e-7)
    assert fit.covariance.to_numpy() == pytest.approx(peer.cov_params().to_numpy(), rel=1e-6)


def test_profile_falls_by_its_quantile_at_both_limits(drawn):
    design, response = drawn
    found = profile_intervals(design, response, ["exposed"]).loc["exposed"]
    whole = fit_logistic(design, response).log_likelihood
    others = design.drop(columns="exposed")
    for limit in (found["ci_low"], found["ci_high"]):
        held = fit_logistic(others, response, offset=limit * design["exposed"])
        fall = 2 * (whole - held.log_likelihood)
        assert fall == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-6)
    without = fit_logistic(others, response).log_likelihood
    assert found["p_value"] == pytest.approx(stats.chi2.sf(2 * (whole - without), 1), rel=1e-6)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"weights": np.full(400, -1.0)}, "weights: expected none below 0"),
        ({"offset": np.zeros(3)}, "offset: expected 400 values"),
        ({"errors": "HC9"}, "errors must be one of model, HC0"),
        ({"errors": "cluster"}, "cluster with its column"),
        ({"cluster": np.zeros(400)}, "cluster with its column"),
    ],
)
def test_argument_that_cannot_be_is_refused_by_name(drawn, given, told):
    with pytest.raises(ValueError, match=told):
        fit_logistic(*drawn, **given)


def test_missing_value_is_refused_and_never_a_number(drawn):
    design, response = drawn
    with pytest.raises(NotEstimable, match="a covariate is missing"):
        fit_logistic(design.assign(age=design["age"].mask(design.index == 3)), response)
    with pytest.raises(NotEstimable, match="response is missing"):
        fit_logistic(design, np.where(np.arange(400) == 3, np.nan, response))


def test_few_clusters_are_refused(drawn):
    with pytest.raises(NotEstimable, match="no more clusters than coefficients"):
        fit_logistic(*drawn, cluster=np.arange(400) % 3, errors="cluster")


COLUMNS = ["age", "lwt", "race2", "race3", "smoke", "ht", "ui"]
R = r_figures("logistic")


@pytest.fixture(scope="module")
def births():
    return r_data("logistic")


def under(prefix, design):
    return [R[f"{prefix}/{name}"] for name in design.columns]


def errors_of(fit):
    return np.sqrt(np.diag(fit.covariance))


@pytest.mark.parametrize("errors", ["HC0", "HC1", "HC2", "HC3"])
@pytest.mark.parametrize(("prefix", "column"), [("plain", None), ("weight", "weight")])
def test_robust_errors_are_those_of_sandwich_in_r(births, errors, prefix, column):
    design = with_intercept(births[COLUMNS].astype(float))
    weights = None if column is None else births[column]
    fit = fit_logistic(design, births["low"], weights=weights, errors=errors)
    assert fit.coefficients.to_numpy() == pytest.approx(
        under(f"{prefix}/coefficient", design), rel=1e-9
    )
    assert errors_of(fit) == pytest.approx(under(f"{prefix}/{errors}", design), rel=1e-8)


@pytest.mark.parametrize("prefix", ["plain", "times"])
def test_errors_by_cluster_are_those_of_sandwich_in_r(births, prefix):
    design = with_intercept(births[COLUMNS].astype(float))
    weights = births["times"] if prefix == "times" else None
    fit = fit_logistic(
        design, births["low"], weights=weights, cluster=births["ward"], errors="cluster"
    )
    expected = under(f"{prefix}/cluster/ward/cadjust", design)
    assert errors_of(fit) == pytest.approx(expected, rel=1e-8)


def test_profile_limits_are_those_of_r(births):
    design = with_intercept(births[COLUMNS].astype(float))
    found = profile_intervals(design, births["low"], list(design.columns))
    for side in ("low", "high"):
        expected = under(f"plain/profile/{side}", design)
        assert found[f"ci_{side}"].to_numpy() == pytest.approx(expected, rel=1e-7)


def test_offset_is_that_of_r(births):
    design = with_intercept(births[[c for c in COLUMNS if c != "lwt"]].astype(float))
    fit = fit_logistic(design, births["low"], offset=births["shift"])
    assert fit.coefficients.to_numpy() == pytest.approx(
        under("offset/coefficient", design), rel=1e-9
    )
    assert errors_of(fit) == pytest.approx(under("offset/se", design), rel=1e-8)
    assert fit.log_likelihood == pytest.approx(R["offset/log_likelihood"], rel=1e-10)
