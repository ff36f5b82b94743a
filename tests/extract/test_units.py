"""Units: values that look like another unit are told, and no others."""

import pandas as pd
import pytest

from lncohort.cohort import build
from lncohort.extract.extract import Extract
from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import is_another_quantity, looks_like, units_to_doubt
from lncohort.results import analyse
from lncohort.simulate import simulate_extract


@pytest.mark.parametrize(
    ("test", "unit", "median", "other"),
    [
        ("serum_creatinine", "umol/L", 0.9, "mg/dL"),
        ("serum_creatinine", "mg/dL", 80.0, "umol/L"),
        ("serum_creatinine", "µmol/L", 80.0, ""),
        ("urine_protein_24h", "g/24h", 1500.0, "mg/24h"),
        ("serum_albumin", "g/L", 3.5, "g/dL"),
        ("complement_c3", "g/L", 90.0, "mg/dL"),
        ("serum_creatinine", "furlongs", 0.9, "mg/dL"),
        ("serum_creatinine", None, 80.0, "umol/L"),
        ("serum_albumin", "g/L", 5e6, ""),
    ],
)
def test_unit_that_values_look_like(test, unit, median, other):
    assert looks_like(test, unit, median) == other


def test_usual_values_of_one_unit_are_not_usual_in_another():
    for name, test in LAB_TESTS.items():
        middle = (test.usual[0] * test.usual[1]) ** 0.5
        for unit, factor in test.factors.items():
            assert looks_like(name, unit, middle / factor) == ""


def test_units_of_few_patients_are_not_judged():
    seen = pd.DataFrame(
        {
            "test": ["serum_creatinine"],
            "unit": ["umol/L"],
            "patient_count": [4],
            "median_given": [0.9],
        }
    )
    assert units_to_doubt(seen, 5) == []
    assert units_to_doubt(seen, 4) == ["serum_creatinine in umol/L looks like mg/dL"]


def test_wrong_unit_in_an_extract_fails_a_check_of_the_report(nanjing, tmp_path):
    simulate_extract(200, 5, tmp_path / "extract")
    path = tmp_path / "extract" / "lab.parquet"
    labs = pd.read_parquet(path)
    study = nanjing.model_copy(update={"analyses": nanjing.analyses[:1]})

    def graded():
        results = analyse(build(study, Extract.open(tmp_path / "extract")))
        return {found.bias: found for found in results.audit}["unit"]

    assert graded().verdict == "pass"
    labs.loc[labs["test"] == "serum_albumin", "value"] /= 10
    labs.to_parquet(path, index=False)
    found = graded()
    assert found.verdict == "fail"
    assert "serum_albumin in g/L looks like g/dL" in found.why


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("urine_protein_24h", "mg/L"),
        ("urine_protein_24h", "g/dL"),
        ("urine_protein_24h", "mg/g"),
        ("urine_protein_creatinine_ratio", "g/24h"),
        ("urine_rbc", "/uL"),
    ],
)
def test_a_unit_of_another_quantity_is_not_taken_for_a_unit_mistaken(test, unit):
    assert is_another_quantity(test, unit)
    assert all(looks_like(test, unit, value) == "" for value in (0.9, 90, 900))


@pytest.mark.parametrize("test", LAB_TESTS)
def test_no_unit_of_a_test_is_of_another_quantity(test):
    assert not any(is_another_quantity(test, unit) for unit in (*LAB_TESTS[test].factors, "", None))
