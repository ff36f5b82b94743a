"""Additive interaction: no meaning where there is none, and a bootstrap that is one."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate import interaction
from lncohort.estimate.interaction import additive_interaction, bootstrap_reri
from lncohort.estimate.logistic import fit_logistic, with_intercept


def test_synergy_index_has_no_meaning_when_the_drugs_protect():
    rows = additive_interaction(np.log([0.5, 0.6, 0.9]), np.eye(3) * 0.01)
    (synergy,) = [r for r in rows if r["measure"] == "S"]
    assert np.isnan(synergy["estimate"])
    assert "ci_low" not in synergy


@pytest.fixture
def four_cells():
    random = np.random.default_rng(6)
    first, second = random.random((2, 500)) < 0.5
    use = pd.DataFrame(
        {"first": first & ~second, "second": second & ~first, "both": first & second}
    )
    response = random.random(500) < 0.3 + 0.2 * use["both"]
    return with_intercept(use.astype(float)), response.to_numpy(dtype=float)


def test_bootstrap_of_reri_is_that_of_one_fit_a_sample(four_cells, monkeypatch):
    monkeypatch.setattr(interaction, "SAMPLES", 40)
    design, response = four_cells
    names = ["first", "second", "both"]
    found = bootstrap_reri(fit_logistic(design, response), response, names)
    monkeypatch.setattr(interaction, "HELD", 500 * 7)  # blocks give the same draws
    drawn = np.vstack(list(interaction.drawn_with_replacement(500, 40, interaction.SEED)))
    drawn = drawn.astype(int)
    assert (drawn.sum(axis=1) == 500).all()
    values = []
    for counts in drawn:
        rows = np.repeat(np.arange(500), counts)
        first, second, both = np.exp(
            fit_logistic(design.iloc[rows], response[rows]).coefficients[names]
        )
        values.append(both - first - second + 1)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx(
        np.quantile(values, [0.025, 0.975]), rel=1e-6
    )


def test_samples_without_a_finite_estimate_are_told_and_leave_no_interval(four_cells):
    design, response = four_cells
    few = np.flatnonzero(design["both"] == 1)
    response[few] = 0
    response[few[:2]] = 1
    found = bootstrap_reri(fit_logistic(design, response), response, ["first", "second", "both"])
    assert "samples had no finite estimate" in found["note"]
    assert "ci_low" not in found
