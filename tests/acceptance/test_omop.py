"""The Nanjing study on the OMOP form of an extract gives what it gives on the extract."""

from pathlib import Path

import pandas as pd

import lncohort
from lncohort.extract.contract import CONTRACT
from lncohort.mapping.extract import map_extract
from lncohort.mapping.omop import omop_source, omop_tables
from lncohort.sources import find_tables
from mapping.omop_form import class_and_score, omop_form, persons, write_parquet

SAMPLE = Path(__file__).parents[2] / "sample_data"
# The one concept of the study that no code list has: a user adds it by hand.
OWN_NAMES = '[names.diagnosis]\nother_autoimmune = "other_autoimmune"\n'


def test_the_study_gives_the_same_cohort_and_estimates_on_the_omop_form(tmp_path):
    extract = {t.name: pd.read_parquet(SAMPLE / f"{t.name}.parquet") for t in CONTRACT}
    write_parquet(omop_form(extract), tmp_path / "cdm")
    source = omop_source(omop_tables(find_tables(tmp_path / "cdm")), "sample", "cdm")
    file = tmp_path / "mapping.toml"
    file.write_text(class_and_score(source) + "\n" + OWN_NAMES, encoding="utf-8")
    mapped = map_extract(file)
    study = lncohort.load_study("nanjing")
    given = lncohort.build(study, lncohort.Extract.open(SAMPLE))
    again = lncohort.build(study, lncohort.Extract.open(mapped.folder))
    known = given.analysis_set
    known = known.assign(patient_id=known["patient_id"].map(persons(extract)).astype(str))
    order = ["patient_id"]
    pd.testing.assert_frame_equal(
        known.sort_values(order, ignore_index=True),
        again.analysis_set.sort_values(order, ignore_index=True),
    )
    pd.testing.assert_frame_equal(given.attrition, again.attrition)
    pd.testing.assert_frame_equal(
        lncohort.analyse(given).estimates, lncohort.analyse(again).estimates
    )
    # Lost on the way, and of no effect: scores are unmapped among the measurements, of which they
    # are a table of their own, and supplies of 0 days are unknown in OMOP instead of refused.
    (measurement,) = (t for t in mapped.account.tables if t["name"] == "measurement")
    assert measurement["unmapped"] == len(extract["assessment"])
