"""Interaction of two drugs: one model for all of it, in words."""

import numpy as np
import pytest

from lncohort.analyses.interaction import cells, interaction_rows
from lncohort.analyses.odds_ratios import odds_ratio_rows
from lncohort.estimate.rows import as_estimates
from made import made_patients

PAIR = ("tacrolimus", "mycophenolate")


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
