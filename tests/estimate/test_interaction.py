"""Interaction on both scales: published figures, and one model for all of it."""

import numpy as np
import pandas as pd
import pytest

from lncohort.estimate.interaction import additive_interaction, cells, interaction_rows
from lncohort.estimate.logistic import fit_logistic, odds_ratio_rows
from lncohort.estimate.rows import Z, as_estimates, wald
from made import made_patients
from reference_case import Case, expanded_esoph

PAIR = ("tacrolimus", "mycophenolate")


@pytest.fixture(scope="module")
def oral_cancer():
    case = Case("interaction-oral-cancer")
    alcohol, smoking = case.data["alc"], case.data["smk"]
    design = pd.DataFrame(
        {
            "intercept": 1.0,
            "10": ((alcohol == 1) & (smoking == 0)).astype(float),
            "01": ((alcohol == 0) & (smoking == 1)).astype(float),
            "11": ((alcohol == 1) & (smoking == 1)).astype(float),
        }
    )
    return case, fit_logistic(design, case.data["oc"])


@pytest.mark.parametrize("cell", ["10", "01", "11"])
def test_joint_odds_ratios_of_alcohol_and_smoking(oral_cancer, cell):
    case, fit = oral_cancer
    figures = wald(*fit.contrast({cell: 1.0}))
    case.meets(
        f"OR{cell}", figures["estimate"], ci_low=figures["ci_low"], ci_high=figures["ci_high"]
    )


def test_ratio_of_odds_ratios_of_alcohol_and_smoking(oral_cancer):
    case, fit = oral_cancer
    figures = wald(*fit.contrast({"10": -1.0, "01": -1.0, "11": 1.0}))
    case.meets(
        "OR_multiplicative",
        figures["estimate"],
        ci_low=figures["ci_low"],
        ci_high=figures["ci_high"],
        p=figures["p_value"],
    )


def test_coefficients_of_the_model_with_product_term_of_alcohol_and_smoking(oral_cancer):
    case, fit = oral_cancer
    for name, weights in (
        ("intercept", {"intercept": 1.0}),
        ("alc", {"10": 1.0}),
        ("smk", {"01": 1.0}),
        ("alc_x_smk", {"10": -1.0, "01": -1.0, "11": 1.0}),
    ):
        value, se = fit.contrast(weights)
        case.meets(f"logit_coef_{name}", value, se=se)


def standard_error(figures):
    return (figures["ci_high"] - figures["ci_low"]) / (2 * Z)


def test_reri_ap_and_s_by_delta_and_mover(oral_cancer):
    case, fit = oral_cancer
    rows = additive_interaction(fit.coefficients.to_numpy()[1:], fit.covariance.to_numpy()[1:, 1:])
    names = {
        ("RERI", "delta method"): "RERI_delta",
        ("RERI", "MOVER"): "RERI_mover",
        ("AP", "delta method"): "AP_delta",
        ("AP", "MOVER"): "AP_mover",
        ("S", "delta method on the log scale"): "SI_delta",
    }
    assert {(r["measure"], r["method"]) for r in rows} == set(names)
    for found in rows:
        figure = names[found["measure"], found["method"]]
        case.meets(figure, found["estimate"], ci_low=found["ci_low"], ci_high=found["ci_high"])
    found = {(r["measure"], r["method"]): r for r in rows}
    for measure in ("RERI", "AP"):
        figures = found[measure, "delta method"]
        se = standard_error(figures)
        case.meets(f"{measure}_delta_p", figures["p_value"], se=se, z=figures["estimate"] / se)
    synergy = found["S", "delta method on the log scale"]
    logs = {k: np.log(synergy[k]) for k in ("estimate", "ci_low", "ci_high")}
    se = standard_error(logs)
    case.meets("lnS_delta_p", synergy["p_value"], se=se, z=logs["estimate"] / se)
    # of a difference of two logs MOVER is the delta method
    limits = {key: synergy[key] for key in ("ci_low", "ci_high")}
    case.meets("SI_mover", synergy["estimate"], **limits)


def test_adjusted_reri_ap_and_s_of_alcohol_and_tobacco_are_those_of_the_published_case():
    case = Case("trend-esoph-adjusted")
    rows = expanded_esoph()
    heavy, smoker = rows["alc"] >= 3, rows["tob"] >= 3
    design = pd.DataFrame({"intercept": 1.0, "10": heavy & ~smoker, "01": ~heavy & smoker})
    design = design.assign(both=heavy & smoker).astype(float)
    design = pd.concat(
        [design, pd.get_dummies(rows["agegp"], drop_first=True, dtype=float)], axis=1
    )
    fit = fit_logistic(design, rows["case"])
    names = ["10", "01", "both"]
    found = additive_interaction(
        fit.coefficients[names].to_numpy(), fit.covariance.loc[names, names].to_numpy()
    )
    delta = {r["measure"]: r for r in found if r["method"].startswith("delta")}
    for measure in ("RERI", "AP", "S"):
        figures = dict(delta[measure])
        if measure == "S":
            figures |= {k: np.log(figures[k]) for k in ("estimate", "ci_low", "ci_high")}
        case.meets(
            f"adjusted_{'lnS' if measure == 'S' else measure}",
            figures["estimate"],
            se=standard_error(figures),
            ci_low=figures["ci_low"],
            ci_high=figures["ci_high"],
            p=figures["p_value"],
        )


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
