"""The Nanjing study on the sample data, against the truth that lies beside it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lncohort

SAMPLE = Path(__file__).parents[2] / "sample_data"
KEY = ["analysis", "model", "contrast", "level", "reference", "measure"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nanjing") / "results"
    lncohort.run_study("nanjing", SAMPLE, folder)
    return folder


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
