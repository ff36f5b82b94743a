"""The files of a report: whole, the same each time, and rounded at one place."""

import csv
import io
import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from lncohort.estimate.rows import COLUMNS
from lncohort.report import write_report


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(report_folder):
    return files_of(report_folder)


@pytest.fixture(scope="module")
def bundle(written):
    return json.loads(written["results.json"])


def test_the_page_tables_figures_and_results_are_there(written):
    folders = {name.split("/")[0] for name in written}
    assert folders == {"report.html", "results.json", "tables", "figures"}
    assert {"tables/estimates.csv", "tables/table_1.csv", "figures/exposure.svg"} <= set(written)


def test_the_same_results_give_the_same_bytes(written, results, tmp_path):
    write_report(results, tmp_path)
    assert files_of(tmp_path) == written


def test_results_hold_study_estimates_attrition_and_audit(bundle, results):
    assert list(bundle) == ["study", "estimates", "attrition", "audit"]
    assert bundle["study"]["study"]["name"] == "nanjing"
    assert len(bundle["estimates"]) == len(results.estimates)
    assert list(bundle["estimates"][0]) == list(COLUMNS)
    assert [step["excluded"] for step in bundle["attrition"]] == [95, 31, 22, 9]
    assert [found["bias"] for found in bundle["audit"]] == [f.bias for f in results.audit]
    assert bundle["audit"][0]["size"] == list(results.audit[0].size)


def test_numbers_are_rounded_to_ten_significant_digits(bundle, results):
    rounded = next(
        row["estimate"]
        for row in bundle["estimates"]
        if (row["analysis"], row["model"], row["level"]) == ("use", "adjusted", "ever")
    )
    exact = results.estimates.query(
        "analysis == 'use' and model == 'adjusted' and level == 'ever'"
    )["estimate"].iloc[0]
    assert rounded == float(f"{exact:.10g}") != exact


def test_what_does_not_apply_is_null(written, bundle):
    assert b"NaN" not in written["results.json"]
    reference = next(row for row in bundle["estimates"] if row["note"] == "reference")
    assert reference["p_value"] is None


def test_text_is_readable_in_the_file(written):
    assert "≥4" in written["results.json"].decode("utf-8")


def test_the_estimates_table_is_the_same_as_csv_and_as_json(written, bundle):
    table = pd.read_csv(io.BytesIO(written["tables/estimates.csv"]), keep_default_na=False)
    assert len(table) == len(bundle["estimates"])
    for line, record in zip(table.to_dict("records"), bundle["estimates"], strict=True):
        for column in COLUMNS:
            value = record[column]
            if value is None:
                assert line[column] == ""
            elif isinstance(value, float):
                assert math.isclose(float(line[column]), value, rel_tol=1e-12)
            else:
                assert line[column] == value


def test_a_spreadsheet_knows_the_encoding_of_every_table(written):
    tables = [content for name, content in written.items() if name.startswith("tables/")]
    assert len(tables) > 10
    assert all(content.startswith(b"\xef\xbb\xbf") for content in tables)
    assert all(b"\r" not in content for content in tables)


def test_no_file_names_the_day_or_the_machine(written):
    for name, content in written.items():
        for word in (b"/tmp", b"/home", b"<dc:date>"):
            assert word not in content, name


def test_no_file_holds_a_small_count(results, tmp_path):
    estimates = results.estimates.copy()
    rare = estimates["level"] == "TAC+CYC+MMF"
    estimates.loc[rare, ["n", "events"]] = [3.0, 1.0]
    write_report(replace(results, estimates=estimates), tmp_path)
    bundle = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    shown = [row for row in bundle["estimates"] if row["level"] == "TAC+CYC+MMF"]
    assert len(shown) == rare.sum()
    for row in shown:
        assert (row["n"], row["events"], row["estimate"]) == (None, None, None)
    regimens = (tmp_path / "tables" / "regimens.csv").read_text(encoding="utf-8-sig")
    assert "TAC+CYC+MMF,<5,<5" in regimens


def test_labels_that_begin_like_formulas_are_run_by_no_spreadsheet(results, tmp_path):
    study = results.study
    covariates = tuple(c.model_copy(update={"label": f"={c.label}"}) for c in study.covariates)
    named = replace(results, study=study.model_copy(update={"covariates": covariates}))
    write_report(named, tmp_path)
    cells = [
        cell
        for path in sorted((tmp_path / "tables").iterdir())
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        for cell in row
    ]
    assert any(cell.startswith("'=") for cell in cells)
    began = [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert began and all(float(cell) < 0 for cell in began)
