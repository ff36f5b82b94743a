"""The Nanjing study on the sample data: against the truth beside it, repeated, and from OMOP.

All of it stands in one file, so that the study is run no more often than that takes.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lncohort
from lncohort.extract.contract import CONTRACT
from lncohort.mapping.extract import map_extract
from lncohort.mapping.omop import omop_source, omop_tables
from lncohort.sources import find_tables
from mapping.omop_form import class_and_score, omop_form, persons, write_parquet

SAMPLE = Path(__file__).parents[2] / "sample_data"
KEY = ["analysis", "model", "contrast", "level", "reference", "measure"]
# The one concept of the study that no code list has: a user adds it by hand.
OWN_NAMES = '[names.diagnosis]\nother_autoimmune = "other_autoimmune"\n'


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of the results of a run, and what it returned."""
    folder = tmp_path_factory.mktemp("nanjing") / "results"
    return folder, lncohort.run_study("nanjing", SAMPLE, folder, threads=2)


@pytest.fixture(scope="module")
def out(run):
    return run[0]


@pytest.fixture(scope="module")
def results(out):
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def manifest(out):
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def test_sample_data_are_the_793_patients_of_their_seed(tmp_path):
    truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    assert truth["patients"] == 793
    again = tmp_path / "again"
    lncohort.simulate_extract(793, truth["seed"], again)
    for path in again.iterdir():
        assert (SAMPLE / path.name).read_bytes() == path.read_bytes(), path.name
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 2_000_000


def test_results_hold_study_estimates_attrition_and_audit(results):
    assert list(results) == ["study", "estimates", "attrition", "audit"]
    assert results["study"]["study"]["name"] == "nanjing"


def test_every_published_figure_stands_beside_an_estimate(results):
    estimates = pd.DataFrame(results["estimates"])
    study = lncohort.load_study("nanjing")
    for fact in study.published.facts:
        found = estimates[
            (estimates["analysis"] == fact.analysis)
            & (estimates["level"] == fact.level)
            & (estimates["measure"] == fact.measure)
            & estimates["model"].isin(["adjusted", ""])
        ]
        assert len(found) == 1, fact.name
        assert np.isfinite(found["p_value" if fact.p_value else "estimate"].iloc[0]), fact.name


def test_primary_odds_ratios_lie_within_three_standard_errors_of_their_truth(results):
    estimates = pd.DataFrame(results["estimates"])
    estimates = estimates[estimates["measure"] == "OR"].set_index(KEY).sort_index()
    truth = pd.DataFrame(json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))["truth"])
    study = lncohort.load_study("nanjing")
    primary = {(f.analysis, f.level) for f in study.published.facts if f.measure == "OR"}
    assert len(primary) == 7
    for row in truth[truth["measure"].eq("OR") & truth["model"].eq("adjusted")].itertuples():
        if (row.analysis, row.level) not in primary:
            continue
        estimate = estimates.loc[tuple(getattr(row, key) for key in KEY)]
        error = np.log(estimate["ci_high"] / estimate["ci_low"]) / (2 * 1.96)
        distance = abs(np.log(estimate["estimate"] / row.value)) / error
        assert distance < 3, (row.analysis, row.level, distance)


def test_confounding_by_indication_pulls_the_crude_ratio_below_the_adjusted(results):
    estimates = pd.DataFrame(results["estimates"])
    use = estimates[(estimates["analysis"] == "use") & (estimates["level"] == "ever")]
    ratio = use[use["measure"] == "OR"].set_index("model")["estimate"]
    assert ratio["crude"] < 0.85 * ratio["adjusted"]


def test_attrition_adds_up_from_the_extract_to_the_cohort(results, out):
    steps = pd.DataFrame(results["attrition"])
    patients = len(pd.read_parquet(SAMPLE / "patient.parquet"))
    assert steps["before"].iloc[0] == patients
    assert steps["after"].iloc[-1] == len(pd.read_parquet(out / "analysis_set.parquet"))


def test_manifest_accounts_for_every_row_of_the_extract(manifest):
    for table in manifest["rows"]:
        rows = len(pd.read_parquet(SAMPLE / f"{table['table']}.parquet"))
        assert table["rows"] == rows
        assert table["used"] + table["rejected"] + table["out_of_scope"] == rows
    rejected = sum(table["rejected"] for table in manifest["rows"])
    assert rejected == sum(reason["rows"] for reason in manifest["rejected"]) > 0


def test_manifest_alone_holds_times_and_machine_facts(manifest, out):
    assert {"started", "finished", "versions", "machine", "sql", "stage_seconds"} <= set(manifest)
    year = manifest["started"][:10]
    for name in ("results.json", "report.html"):
        assert year not in (out / name).read_text(encoding="utf-8")


def test_nothing_that_leaves_the_machine_names_a_patient(out):
    patient = pd.read_parquet(SAMPLE / "patient.parquet")["patient_id"]
    prefix = patient.iloc[0][:6]
    for path in out.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".json", ".html", ".svg"}:
            assert prefix not in path.read_text(encoding="utf-8"), path.name


def exported(folder):
    """The bytes of all that leaves the machine, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"manifest.json", "analysis_set.parquet"}
    }


def test_a_repeated_run_on_another_number_of_threads_gives_the_same_bytes(out, tmp_path):
    assert {"results.json", "report.html", "tables/estimates.csv"} <= set(exported(out))
    lncohort.run_study("nanjing", SAMPLE, tmp_path / "again", threads=1)
    assert exported(tmp_path / "again") == exported(out)


def test_order_of_the_rows_does_not_matter_on_many_threads(out, tmp_path):
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for table in CONTRACT:
        rows = pq.read_table(SAMPLE / f"{table.name}.parquet")
        order = pd.Series(range(len(rows))).sample(frac=1, random_state=5)
        taken = rows.take(pa.array(order.to_numpy()))
        pq.write_table(taken, shuffled / f"{table.name}.parquet", row_group_size=1000)
    (shuffled / "truth.json").write_bytes((SAMPLE / "truth.json").read_bytes())
    lncohort.run_study("nanjing", shuffled, tmp_path / "again", threads=8)
    assert exported(tmp_path / "again") == exported(out)


def test_the_study_gives_the_same_cohort_and_estimates_on_the_omop_form(run, tmp_path):
    out, given = run
    extract = {t.name: pd.read_parquet(SAMPLE / f"{t.name}.parquet") for t in CONTRACT}
    write_parquet(omop_form(extract), tmp_path / "cdm")
    source = omop_source(omop_tables(find_tables(tmp_path / "cdm")), "sample", "cdm")
    file = tmp_path / "mapping.toml"
    file.write_text(class_and_score(source) + "\n" + OWN_NAMES, encoding="utf-8")
    mapped = map_extract(file)
    study = lncohort.load_study("nanjing")
    again = lncohort.build(study, lncohort.Extract.open(mapped.folder))
    known = pd.read_parquet(out / "analysis_set.parquet")
    known = known.assign(patient_id=known["patient_id"].map(persons(extract)).astype(str))
    order = ["patient_id"]
    pd.testing.assert_frame_equal(
        known.sort_values(order, ignore_index=True),
        again.analysis_set.sort_values(order, ignore_index=True),
    )
    pd.testing.assert_frame_equal(given.attrition, again.attrition)
    pd.testing.assert_frame_equal(given.estimates, lncohort.analyse(again).estimates)
    # Lost on the way, and of no effect: scores are unmapped among the measurements, of which they
    # are a table of their own, and supplies of 0 days are unknown in OMOP instead of refused.
    (measurement,) = (t for t in mapped.account.tables if t["name"] == "measurement")
    assert measurement["unmapped"] == len(extract["assessment"])
