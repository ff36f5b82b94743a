"""Power by formula against a published figure and simulation; RERI against its own interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lncohort.errors import UserError
from lncohort.estimate.interaction import additive_interaction
from lncohort.estimate.power import Design, _reri_found, power_by_formula, power_by_simulation

NANJING = Design(0.31, 0.55, 0.08, 0.2, 2.8, 1.4, 1.5)


def test_one_drug_in_half_the_patients_is_the_published_design():
    # Hsieh FY, Bloch DA, Larsen MD. Stat Med 1998;17:1623, table I: risks 0.4 and 0.5, half
    # exposed, 1281 patients, power 95 %. As many again, given the second drug, say nothing of it.
    design = Design(0.5, 0.5, 0.25, 0.4, 1.5, 1.0, 1.0)
    assert power_by_formula(design, 2 * 1281)["OR"] == pytest.approx(0.95, abs=0.005)


def test_interaction_needs_the_sum_of_the_variances_of_four_cells():
    # Fleiss: n = (1.96 + 0.84)^2 * sum 1 / (share p (1 - p)) / log(product)^2 has power 80 %
    total = sum(1 / (s * p * (1 - p)) for s, p in zip(NANJING.shares, NANJING.risks, strict=True))
    n = round((1.959964 + 0.841621) ** 2 * total / np.log(1.5) ** 2)
    assert power_by_formula(NANJING, n)["product"] == pytest.approx(0.8, abs=0.001)


def test_simulation_agrees_with_the_formula_where_cells_are_large():
    exact, found = power_by_formula(NANJING, 3000), power_by_simulation(NANJING, 3000, 20_000, 4)
    for name in ("OR", "product"):
        assert abs(found.loc[name, "power"] - exact[name]) < 0.01 + 3 * found.loc[name, "mc_se"]


def test_no_effect_is_found_in_one_study_of_twenty():
    nothing = Design(0.4, 0.5, 0.2, 0.3, 1.0, 1.0, 1.0)
    assert power_by_formula(nothing, 2000) == pytest.approx({"OR": 0.05, "product": 0.05})
    found = power_by_simulation(nothing, 2000, 20_000, 5)["power"]
    assert found.to_numpy() == pytest.approx(0.05, abs=0.007)


@given(st.lists(st.integers(3, 60), min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_reri_is_found_where_its_interval_leaves_out_0(counts):
    responses, others = np.array(counts[:4], float), np.array(counts[4:], float)
    log_odds, variances = np.log(responses / others), 1 / responses + 1 / others
    covariance = np.diag(variances[1:]) + variances[0]
    row = additive_interaction(log_odds[1:] - log_odds[0], covariance)[0]
    found = _reri_found(log_odds[None], variances[None])[0]
    assert found == (row["ci_low"] > 0 or row["ci_high"] < 0)


def test_same_seed_gives_the_same_power():
    once, again = (power_by_simulation(NANJING, 500, 1000, 9) for _ in range(2))
    assert once.equals(again)


def test_shares_that_cannot_be_are_refused_all_at_once():
    with pytest.raises(UserError, match="the first alone.*baseline risk"):
        Design(0.1, 0.5, 0.2, 1.2, 2.0, 1.0, 1.0)
