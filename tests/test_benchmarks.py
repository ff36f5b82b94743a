"""The benchmarks measure what they say: drawn prescriptions of the stated shape, whole eras."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
ROWS = 20_000


def module(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench") / "drawn"
    module("generate").generate(ROWS, folder)
    return folder


def test_drawn_prescriptions_have_the_stated_shape(drawn):
    rows = pd.read_parquet(drawn / "prescription.parquet")
    assert len(rows) == rows["prescription_id"].nunique() == ROWS
    assert rows["patient_id"].nunique() == ROWS / 20
    assert rows["drug"].nunique() == 4
    rows = rows.astype({"supply_start": "datetime64[s]", "supply_end": "datetime64[s]"})
    courses = rows.sort_values("supply_start").groupby(["patient_id", "drug"])
    gap = (rows["supply_start"] - courses["supply_end"].shift()).dt.days.dropna()
    assert (gap < 0).mean() == pytest.approx(0.20, abs=0.01)
    assert (gap > 30).mean() == pytest.approx(0.07, abs=0.01)


@pytest.mark.parametrize("case", ["exposure", "stockpile"])
def test_cases_end_with_every_prescription_in_an_era(drawn, case):
    measure = module("measure")
    with measure.connect(drawn, case, None, None) as connection:
        measure.by_sql(case)(connection)
        assert connection.table("drug_era").sum("prescriptions").fetchall() == [(ROWS,)]


def test_floor_is_one_row_per_patient_and_drug(drawn):
    measure = module("measure")
    with measure.connect(drawn, "group_by", None, None) as connection:
        measure.group_by(connection)
        assert connection.table("group_by").shape[0] == ROWS / 5
