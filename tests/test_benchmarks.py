"""The benchmarks measure what they say: drawn prescriptions of the stated shape, whole eras."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from lncohort.mapping.extract import map_extract

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


def test_a_drawn_hospital_is_mapped_and_every_row_of_it_is_read(tmp_path):
    hospital = module("hospital")
    hospital.write_hospital(2_000, tmp_path / "drawn")
    found = map_extract(tmp_path / "drawn" / "mapping.toml").account
    read = {table["name"]: table["read"] for table in found.tables}
    assert read == {"patient": 100, "lab": 2_000, "prescription": 400}
    used = {table["name"]: table["used"] / table["read"] for table in found.tables}
    assert used["patient"] == 1
    assert used["lab"] == pytest.approx(0.8 * 0.99, abs=0.03)  # 8 of the 10 tests, 1 % words
    assert used["prescription"] == pytest.approx(0.8 * 0.99, abs=0.06)  # 4 of the 5 drugs


def test_the_page_of_a_hospital_gives_rates_as_parts_of_that_of_copy():
    hospital = module("hospital")
    printed = "read lab   5 rows   1.25 s\nread order  1 rows  0.5 s\nmap  6 rows   2.00 s\nextract: 3 rows"
    found = {"COPY": hospital.Run(2, 3, 300, ""), "`map`": hospital.Run(8, 6, 900, printed)}
    floor, mapped = (row.split(" | ") for row in hospital.lines(5, found))
    assert floor[0] == "| 5 M + 1 M"
    assert floor[-3:] == ["1.00", "1.00", " |"]
    assert mapped[-3:] == ["0.25 (**not met**)", "0.50", "read 1.8, map 2.0 |"]


def test_page_of_a_hospital_keeps_other_sizes_and_tells_what_is_not_met(tmp_path, monkeypatch):
    hospital = module("hospital")
    monkeypatch.setattr(hospital, "PAGE", tmp_path / "page.md")

    def found(wall, peak):
        return {
            "COPY": hospital.Run(1, 1, 5_000, ""),
            "`map`": hospital.Run(wall, 1.5, peak, ""),
            "`map` again": hospital.Run(1, 1, 160, ""),
        }

    hospital.merge(hospital.lines(2, found(wall=1.6, peak=1_900)))
    told = hospital.PAGE.read_text(encoding="utf-8")
    assert hospital.NOT_MET not in told
    assert "memory below 2,000 MB: met. The largest peak" in told
    assert "is 1,900 MB" in told
    hospital.merge(hospital.lines(20, found(wall=4, peak=2_000)))
    hospital.merge(hospital.lines(20, found(wall=4, peak=2_001)))
    told = hospital.PAGE.read_text(encoding="utf-8")
    assert "Asked, from 2 M + 0.4 M to 20 M + 4 M" in told
    assert "memory below 2,000 MB: **not met**. The largest peak" in told
    assert "is 2,001 MB" in told
    assert "0.5 of the rate of `COPY`: **not met**. `map` has 0.25 to 0.62 of it" in told
    assert told.count("| `map` |") == 2
