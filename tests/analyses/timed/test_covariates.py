"""Covariates of the day enter models as those of the index date do."""

import pandas as pd
import pytest

from lncohort.analyses.timed.covariates import values_now
from lncohort.study import load_study


@pytest.fixture(scope="module")
def study():
    return load_study("nanjing")


def test_a_covariate_with_bands_is_in_its_bands_closed_on_the_left(study):
    rows = pd.DataFrame({"proteinuria now": [0.2, 1.0, 3.4999, 3.5, 8.0]})
    found = values_now(study, rows, {"proteinuria": "proteinuria now"})
    assert found["proteinuria now: moderate (1–3.5)"].tolist() == [0, 1, 1, 0, 0]
    assert found["proteinuria now: severe (≥3.5)"].tolist() == [0, 0, 0, 1, 1]
    assert len(found.columns) == 2


def test_a_level_that_nobody_has_has_no_column(study):
    rows = pd.DataFrame({"proteinuria now": [1.2, 4.0]})
    found = values_now(study, rows, {"proteinuria": "proteinuria now"})
    assert list(found) == ["proteinuria now: severe (≥3.5)"]


def test_a_number_is_centred_and_per_unit_of_change(study):
    rows = pd.DataFrame({"egfr now": [60.0, 80.0, 100.0]})
    found = values_now(study, rows, {"egfr": "egfr now"})
    assert found["egfr now, centred"].tolist() == [-2.0, 0.0, 2.0]
