"""The small-sample bias of maximum likelihood, against its closed form."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.logistic import fit_logistic
from lncohort.validate.bias import first_order_bias


def test_bias_of_one_log_odds_is_that_of_the_textbook():
    # for r of n, log(r / (n - r)) is biased by (p - 1/2) / (n p (1 - p)) to first order
    n, p = 200, 0.3
    response = np.repeat([1.0, 0.0], [round(n * p), n - round(n * p)])
    fit = fit_logistic(pd.DataFrame({"intercept": np.ones(n)}), response)
    assert first_order_bias(fit)["intercept"] == pytest.approx((p - 0.5) / (n * p * (1 - p)))


def test_bias_of_two_groups_is_that_of_each_and_their_difference():
    sizes, risks = (150, 90), (0.2, 0.4)
    response, exposed = [], []
    for group, (n, p) in enumerate(zip(sizes, risks, strict=True)):
        response += [1.0] * round(n * p) + [0.0] * (n - round(n * p))
        exposed += [float(group)] * n
    design = pd.DataFrame({"intercept": 1.0, "exposed": exposed})
    bias = first_order_bias(fit_logistic(design, np.array(response)))
    alone = [(p - 0.5) / (n * p * (1 - p)) for n, p in zip(sizes, risks, strict=True)]
    assert bias["intercept"] == pytest.approx(alone[0], rel=1e-6)
    assert bias["exposed"] == pytest.approx(alone[1] - alone[0], rel=1e-6)


def test_bias_falls_with_the_size_of_the_sample():
    rng = np.random.default_rng(7)
    x = rng.normal(size=400)
    response = rng.random(400) < 1 / (1 + np.exp(-x))
    design = pd.DataFrame({"intercept": 1.0, "x": x})
    once = first_order_bias(fit_logistic(design, response))
    four = pd.concat([design] * 4, ignore_index=True)
    assert first_order_bias(fit_logistic(four, np.tile(response, 4))).to_numpy() == pytest.approx(
        once.to_numpy() / 4, rel=1e-6
    )
