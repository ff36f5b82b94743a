"""The truth is the average of independent batches, ratios on the log scale."""

import numpy as np
import pandas as pd
import pytest

from lncohort.simulate.truth import KEYS, estimands, large_sample


def row(measure, estimate, ci_low=np.nan, ci_high=np.nan, analysis="use", note="", method="logit"):
    return {
        "analysis": analysis,
        "model": "adjusted",
        "contrast": "tacrolimus",
        "level": "ever",
        "reference": "never",
        "measure": measure,
        "estimate": estimate,
        "ci_low": ci_low,
        "ci_high": ci_high,
        "note": note,
        "method": method,
    }


def test_a_ratio_is_logged_and_a_difference_is_not():
    found = estimands(pd.DataFrame([row("OR", 2.0, 1.0, 4.0), row("RD", 0.1, -0.1, 0.3)]))
    ratio, difference = found.to_numpy()
    assert ratio == pytest.approx(np.log([2.0, 1.0, 4.0]))
    assert difference == pytest.approx([0.1, -0.1, 0.3])


@pytest.mark.parametrize(
    "left_out",
    [
        row("count", 10),
        row("OR", 1.0, note="reference"),
        row("percent", 5.0, analysis="table1"),
        row("RERI", 1.0, method="MOVER"),
    ],
)
def test_what_is_no_estimand_is_left_out(left_out):
    assert estimands(pd.DataFrame([left_out])).empty


def test_batches_are_averaged_and_their_spread_gives_the_monte_carlo_error():
    batches = [
        estimands(pd.DataFrame([row("OR", value), row("RD", value)]))["value"]
        for value in (2.0, 8.0)
    ]
    ratio, difference = large_sample(batches)
    assert [ratio[k] for k in KEYS] == ["use", "adjusted", "tacrolimus", "ever", "never", "OR"]
    assert ratio["value"] == pytest.approx(4.0)
    assert ratio["mc_se"] == pytest.approx(np.log(8 / 2) / 2, rel=0.01)
    assert difference["value"] == pytest.approx(5.0)
    assert difference["mc_se"] == pytest.approx(3.0)


def test_an_estimand_that_a_batch_could_not_estimate_has_no_truth():
    batches = [estimands(pd.DataFrame([row("OR", value)]))["value"] for value in (2.0, np.nan)]
    assert large_sample(batches) == []
