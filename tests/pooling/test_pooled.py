"""Pooling of what sites sent is that of the estimates themselves, and says who is left out."""

import math

import numpy as np
import pytest

from lncohort.estimate.meta_analysis import pool, tau2_interval
from lncohort.estimate.rows import Z
from lncohort.pooling.pooled import pool_sites
from lncohort.pooling.sites import read_sites
from pooling.sent import ratio, send
from reference_case import r_data

LOGS, ERRORS = [0.9, 0.4, 1.5], [0.3, 0.25, 0.5]


def wald(log, se, **others):
    limits = (math.exp(log - Z * se), math.exp(log + Z * se))
    return ratio(math.exp(log), *limits, **others)


@pytest.fixture
def pooled_of(tmp_path, nanjing):
    def make(rows_of_sites):
        folders = [
            send(tmp_path / f"site{i}", nanjing, rows) for i, rows in enumerate(rows_of_sites)
        ]
        return pool_sites(read_sites(folders))

    return make


def test_ratios_are_pooled_as_logarithms_by_every_method(pooled_of):
    table = pooled_of([[wald(*given)] for given in zip(LOGS, ERRORS, strict=True)])
    assert table["method"].tolist() == ["EE", "DL", "REML", "PM", "REML, Hartung-Knapp"]
    limits = tau2_interval(LOGS, ERRORS)
    for row in table.itertuples():
        method = row.method.split(",")[0]
        expected = pool(LOGS, ERRORS, method, hartung_knapp="Hartung" in row.method)
        for name in ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high"):
            assert getattr(row, name) == pytest.approx(math.exp(getattr(expected, name)))
        for name in ("p_value", "tau2", "i2", "q", "q_p_value"):
            assert getattr(row, name) == pytest.approx(getattr(expected, name))
        if method != "EE":
            assert row.tau2_high == pytest.approx(limits["ci_high"])
    assert (table["n"] == 300).all()
    assert (table["sites"] == 3).all()


def test_published_trials_sent_as_sites_give_the_published_estimate(pooled_of):
    # metafor's random-effects model of the BCG trials: log risk ratio -0.7145, tau2 0.3132 (REML)
    trials = r_data("meta")
    a, b, c, d = (trials[name].astype(float) for name in ("tpos", "tneg", "cpos", "cneg"))
    logs = np.log(a / (a + b) / (c / (c + d)))
    errors = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    table = pooled_of(
        [[wald(*given, measure="RR")] for given in zip(logs, errors, strict=True)]
    ).set_index("method")
    assert math.log(table.loc["REML", "estimate"]) == pytest.approx(-0.7145, abs=5e-5)
    assert table.loc["REML", "tau2"] == pytest.approx(0.3132, abs=5e-5)


def test_differences_are_pooled_as_they_are(pooled_of):
    rows = [[ratio(0.10, 0.02, 0.18, "RD")], [ratio(0.06, -0.02, 0.14, "RD")]]
    table = pooled_of(rows).set_index("method")
    assert table.loc["EE", "estimate"] == pytest.approx(0.08)


def test_a_site_that_suppressed_an_estimate_is_left_out_and_named(pooled_of):
    nothing = ratio(math.nan, math.nan, math.nan, n=math.nan, note="suppressed: small count")
    table = pooled_of([[wald(0.5, 0.2)], [nothing], [wald(0.7, 0.2)]])
    assert set(table["left_out"]) == {"site1"}
    assert set(table["sites"]) == {2}
    assert table.loc[table["method"] == "EE", "estimate"].iloc[0] == pytest.approx(math.exp(0.6))


def test_two_sites_warn_of_hartung_and_knapp_only(pooled_of):
    table = pooled_of([[wald(0.5, 0.2)], [wald(0.7, 0.2)]]).set_index("method")
    assert table.loc["REML, Hartung-Knapp", "note"].startswith("two sites")
    assert (table["note"] != "").sum() == 1


def test_what_is_no_ratio_or_difference_is_not_pooled(pooled_of):
    rows = [
        ratio(3.0, 2.0, 4.0, "RERI"),
        ratio(30.0, 20.0, 40.0, "share"),
        ratio(2.0, 1.5, 2.5, "OR, observed"),
        ratio(1.0, math.nan, math.nan, note="reference"),
    ]
    assert pooled_of([rows, rows]).empty
