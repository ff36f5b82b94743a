"""Interaction on both scales: published figures, and one model for all of it."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate import interaction
from lncohort.estimate.interaction import (
    additive_interaction,
    bootstrap_reri,
    cells,
    interaction_rows,
)
from lncohort.estimate.logistic import fit_logistic, with_intercept
from lncohort.estimate.odds_ratios import odds_ratio_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients

PAIR = ("tacrolimus", "mycophenolate")


def test_synergy_index_has_no_meaning_when_the_drugs_protect():
    rows = additive_interaction(np.log([0.5, 0.6, 0.9]), np.eye(3) * 0.01)
    (synergy,) = [r for r in rows if r["measure"] == "S"]
    assert np.isnan(synergy["estimate"])
    assert "ci_low" not in synergy


@pytest.fixture(scope="module")
def patients():
    return made_patients(4000, seed=8)


@pytest.fixture(scope="module")
def rows(nanjing, patients):
    return as_estimates(interaction_rows(nanjing, patients, "a", PAIR))


def test_unexposed_cell_is_the_third_drug_alone(nanjing, patients, rows):
    assert cells(nanjing, PAIR)[False, False] == "neither (CYC alone)"
    (reference,) = rows[(rows["model"] == "adjusted") & (rows["note"] == "reference")].itertuples()
    assert reference.n == (patients["regimen"] == "CYC alone").sum()


@pytest.mark.parametrize("model", ["crude", "adjusted"])
def test_product_term_is_the_ratio_of_the_joint_odds_ratios(rows, model):
    ratios = rows[(rows["model"] == model) & (rows["measure"] == "OR")].set_index("level")
    product = rows[(rows["model"] == model) & (rows["level"] == "product")]["estimate"].iloc[0]
    both, first, second = (
        ratios.loc[level, "estimate"] for level in ("TAC and MMF", "TAC, no MMF", "MMF, no TAC")
    )
    assert product == pytest.approx(both / (first * second), rel=1e-9)
    additive = rows[(rows["model"] == model) & (rows["measure"] == "RERI")]["estimate"]
    assert additive.to_numpy() == pytest.approx(both - first - second + 1, rel=1e-9)


def test_joint_categories_against_either_reference_are_one_model(nanjing, patients):
    def ratios(reference):
        made = odds_ratio_rows(nanjing, patients, "a", "regimen", reference, "regimen")
        table = as_estimates(made)
        return table[table["model"] == "adjusted"].set_index("level")["estimate"]

    to_cyc, to_mmf = ratios("CYC alone"), ratios("MMF alone")
    np.testing.assert_allclose(to_cyc / to_cyc["MMF alone"], to_mmf, rtol=1e-6)


def test_every_measure_is_told_in_words_with_the_warning_of_a_common_outcome(rows):
    additive = rows[rows["level"] == "additive"]
    assert (additive["note"].str.len() > 40).all()
    additive = additive[additive["measure"] != "IC"]
    assert additive["note"].str.contains("exaggerate ratios of risks|no meaning").all()


def test_empty_cell_gives_no_interaction(nanjing, patients):
    alone = patients[patients["regimen"] != "CYC alone"]
    found = as_estimates(interaction_rows(nanjing, alone, "a", PAIR))
    assert found.loc[found["note"] != "reference", "estimate"].isna().all()
    assert found["note"].str.contains("not estimable|reference").all()


def test_cells_of_two_drugs_are_the_regimens_pooled_over_the_third(patients, rows):
    sizes = patients["regimen"].value_counts()
    found = rows[(rows["model"] == "adjusted") & (rows["measure"] == "OR")].set_index("level")["n"]
    assert found["neither (CYC alone)"] == sizes["CYC alone"]
    assert found["TAC, no MMF"] == sizes["TAC alone"] + sizes["TAC+CYC"]
    assert found["MMF, no TAC"] == sizes["MMF alone"] + sizes["CYC+MMF"]
    assert found["TAC and MMF"] == sizes["TAC+MMF"] + sizes["TAC+CYC+MMF"]


@pytest.mark.parametrize("model", ["crude", "adjusted"])
def test_drug_among_those_given_the_other_is_the_ratio_of_two_cells(rows, model):
    own = rows[rows["model"] == model]
    ratios = own[own["measure"] == "OR"].set_index("level")["estimate"]
    within = own[own["measure"] == "OR within"].set_index("reference")["estimate"]
    both = ratios["TAC and MMF"]
    assert within["MMF, no TAC"] == pytest.approx(both / ratios["MMF, no TAC"], rel=1e-9)
    assert within["TAC, no MMF"] == pytest.approx(both / ratios["TAC, no MMF"], rel=1e-9)


def test_crude_contrast_of_risks_is_that_of_the_four_shares(patients, rows):
    share = patients.groupby(["tacrolimus_use", "mycophenolate_use"])["response"].mean()
    found = rows[(rows["model"] == "crude") & (rows["measure"] == "IC")].iloc[0]
    expected = share[True, True] - share[True, False] - share[False, True] + share[False, False]
    assert found["estimate"] == pytest.approx(expected, abs=1e-9)
    sizes = patients.groupby(["tacrolimus_use", "mycophenolate_use"]).size()
    variance = (share * (1 - share) / sizes).sum()
    half = (found["ci_high"] - found["ci_low"]) / 2 / 1.959964
    assert half == pytest.approx(np.sqrt(variance), rel=1e-5)


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
    drawn = interaction.drawn_with_replacement(500, 40, interaction.SEED).astype(int)
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
