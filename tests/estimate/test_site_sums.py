"""Sums of sites give the fit of all data together, and tell of no single patient."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.discrete_model import Logit

from lncohort.errors import UserError
from lncohort.estimate.cox import fit_cox
from lncohort.estimate.rows import NotEstimable
from lncohort.estimate.site_sums import cox_sums, logistic_sums, newton_step, read_sums, write_sums


def drawn(seed=1, n=600):
    random = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "site": random.choice(["north", "south", "west"], n),
            "intercept": 1.0,
            "age": random.normal(40, 10, n),
            "drug": (random.random(n) < 0.4) * 1.0,
        }
    )
    risk = 1 / (1 + np.exp(-(-3 + 0.05 * data["age"] + 0.7 * data["drug"])))
    data["response"] = (random.random(n) < risk) * 1.0
    data["time"] = np.ceil(random.exponential(300 * np.exp(-0.6 * data["drug"])))
    return data


COLUMNS = ["intercept", "age", "drug"]


def through_files(folder, sums_of, model, data):
    """Every step through files, as sites and a coordinator would."""
    step, number = None, 0
    while step is None or not step.converged:
        for site, rows in data.groupby("site"):
            write_sums(sums_of(site, rows, step, number), folder)
        step = newton_step(read_sums(folder, model, number))
        number += 1
    return step


def test_logistic_through_files_is_the_fit_of_all_data(tmp_path):
    data = drawn()
    step = through_files(
        tmp_path,
        lambda site, rows, previous, number: logistic_sums(
            site, rows[COLUMNS], rows["response"], previous, number
        ),
        "logistic",
        data,
    )
    whole = Logit(data["response"], data[COLUMNS]).fit(method="newton", tol=1e-14, disp=0)
    np.testing.assert_allclose(step.coefficients, whole.params, rtol=0, atol=1e-8)
    np.testing.assert_allclose(step.covariance, whole.cov_params(), rtol=0, atol=1e-8)
    assert step.log_likelihood == pytest.approx(whole.llf, abs=1e-8)


def test_cox_through_files_is_the_stratified_fit_of_all_data(tmp_path):
    data = drawn()
    step = through_files(
        tmp_path,
        lambda site, rows, previous, number: cox_sums(
            site, rows[["age", "drug"]], rows["time"], rows["response"], previous, number
        ),
        "cox",
        data,
    )
    whole = fit_cox(data[["age", "drug"]], data["time"], data["response"] == 1, strata=data["site"])
    np.testing.assert_allclose(step.coefficients, whole.coefficients, rtol=0, atol=1e-8)
    np.testing.assert_allclose(step.covariance, whole.covariance, rtol=0, atol=1e-8)


def test_files_hold_as_many_numbers_for_many_patients_as_for_few(tmp_path):
    sizes = []
    for n in (300, 3000):
        rows = drawn(n=n)
        path = write_sums(logistic_sums(f"site{n}", rows[COLUMNS], rows["response"]), tmp_path)
        content = json.loads(path.read_text())
        sizes.append([np.size(content[name]) for name in content])
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("few", ["drug", "response"])
def test_a_level_or_outcome_of_few_patients_is_not_sent(few):
    rows = drawn()
    rows[few] = 0.0
    rows.loc[:2, few] = 1.0
    with pytest.raises(UserError, match="fewer than 5 patients"):
        logistic_sums("north", rows[COLUMNS], rows["response"])


def sums():
    rows = drawn()
    return logistic_sums("north", rows[COLUMNS], rows["response"])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"site": "south", "step": 1}, "step differs"),
        ({"site": "south", "columns": ("intercept", "drug", "age")}, "columns differs"),
        ({"site": "south", "coefficients": (0.0, 0.0, 1.0)}, "coefficients differs"),
        ({"site": "south", "model": "cox"}, "model differs"),
        ({}, "twice"),
    ],
)
def test_sums_of_another_model_or_step_are_refused(other, told):
    one = sums()
    with pytest.raises(UserError, match=told):
        newton_step([one, replace(one, **other)])


def test_a_damaged_changed_or_missing_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="no sums of model logistic, step 00|no sums of model"):
        read_sums(tmp_path, "logistic", 0)
    path = write_sums(sums(), tmp_path)
    with pytest.raises(UserError, match="exists already"):
        write_sums(sums(), tmp_path)
    whole = path.read_text()
    path.write_text(whole.replace('"age"', '"sex"'))
    with pytest.raises(UserError, match="columns were changed"):
        read_sums(tmp_path, "logistic", 0)
    path.write_text(whole[:50])
    with pytest.raises(UserError, match="no file of sums"):
        read_sums(tmp_path, "logistic", 0)


def test_columns_that_determine_each_other_are_refused():
    rows = drawn()
    rows["again"] = 2 * rows["age"]
    with pytest.raises(NotEstimable):
        newton_step([logistic_sums("a", rows[[*COLUMNS, "again"]], rows["response"])])
