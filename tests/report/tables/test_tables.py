"""The display tables say what the estimates say."""

import csv
import io
import math

import pytest

from lncohort.report.numbers import with_interval
from lncohort.report.rows import one
from lncohort.report.suppress import SMALL, suppress
from lncohort.report.tables import display_tables
from lncohort.report.tables.table import Row, Table, heading


@pytest.fixture(scope="module")
def tables(results):
    return display_tables(suppress(results))


def line(table, label, after=""):
    """The cells of a line, the first of that label below a heading."""
    below = not after
    for row in table.rows:
        below = below or row.cells[0] == after
        if below and row.cells[0] == label:
            return row.cells[1:]
    raise AssertionError(f"{table.name} has no line {label!r} below {after!r}")


def test_every_analysis_of_the_study_has_its_table(tables):
    assert list(tables) == [
        "attrition",
        "table_1",
        "follow_up",
        "dose_coverage",
        "regimens",
        "combinations",
        "exposure",
        "dose_by_duration",
        "joint_vs_cyc",
        "joint_vs_mmf",
        "tac_x_cyc",
        "tac_x_mmf",
        "products",
        "risks",
        "subgroups",
        "survival_points",
        "hazards",
        "time_measures",
        "audit",
        "by_analysis",
        "risk_differences",
        "comparators",
        "comparison",
        "balance",
        "missing_data",
        "bias",
        "published",
    ]


def test_a_study_without_an_analysis_has_no_table_of_it(without):
    kept = display_tables(without("joint", "interaction", "survival", "subgroup", "dose_band"))
    assert not {"regimens", "joint_vs_cyc", "tac_x_mmf", "hazards", "subgroups"} & set(kept)
    assert "Mean daily dose" not in [row.cells[0] for row in kept["exposure"].rows]


def test_crude_and_adjusted_stand_beside_their_counts(tables, results):
    adjusted = one(results.estimates, analysis="use", model="adjusted", level="ever", measure="OR")
    counts, crude, written, p = line(tables["exposure"], "Ever")
    assert counts == "80/210 (38.1%)"
    assert crude == "3.06 (2.12–4.41)"
    assert written == with_interval(adjusted.estimate, adjusted.ci_low, adjusted.ci_high)
    assert p == "<0.001"
    assert line(tables["exposure"], "Never") == (
        "82/490 (16.7%)",
        "1 (reference)",
        "1 (reference)",
        "–",
    )


def test_bands_are_written_in_words_with_their_units(tables):
    heads = [row.cells[0] for row in tables["exposure"].rows]
    assert {"<2 mg/day", "2 to <4 mg/day", "≥4 mg/day", "Dose unknown"} <= set(heads)
    assert {"≤90 days", ">90 to 180 days", ">180 days"} <= set(heads)


def test_table_1_has_counts_means_quartiles_missing_and_smd(tables):
    table = tables["table_1"]
    assert table.columns[1:] == (
        "All (n = 793)",
        "TAC ever (n = 238)",
        "TAC never (n = 555)",
        "SMD",
    )
    assert line(table, "Age (years)") == ("", "", "", "−0.21")
    assert line(table, "mean (SD)")[0] == "33.4 (11.1)"
    assert line(table, "median [quartiles]")[0] == "32.4 [20.0–50.0]"
    assert line(table, "not recorded")[:3] == ("12", "5", "7")
    assert line(table, "female", after="Sex")[1] == "120 (50.4%)"


def test_a_covariate_known_for_all_has_no_line_for_the_missing(changed):
    shown = changed({"estimate": 0.0}, analysis="table1", contrast="age", measure="missing")
    rows = display_tables(shown)["table_1"].rows
    labels = [row.cells[0] for row in rows]
    assert "not recorded" not in labels[: labels.index("Sex")]


def test_the_cross_table_has_a_dash_where_nobody_is(tables):
    table = tables["dose_by_duration"]
    assert line(table, "Responses/patients", after="≥4 mg/day")[2] == "8/14 (57.1%)"
    assert line(table, "Responses/patients", after="Dose unknown")[0] == "–"
    assert table.notes == ("Reference: never, 82/490 (16.7%).",)


def test_synergy_is_on_both_scales_with_both_intervals(tables):
    table = tables["tac_x_mmf"]
    assert line(table, "Neither (CYC alone)")[2] == "1 (reference)"
    assert line(table, "Product: ratio of ORs")[2] == "2.01 (1.12–3.63)"
    assert line(table, "Sum: RERI, delta method")[2] == "0.71 (−1.20 to 2.62)"
    assert line(table, "Sum: RERI, MOVER")[2] == "0.71 (−1.20 to 2.62)"


def test_risks_are_in_percent_beside_their_reference(tables):
    table = tables["risks"]
    assert line(table, "Never")[2:] == ("0 (reference)", "1 (reference)")
    assert line(table, "Ever")[1] == "38.1 (33.1–43.1)"
    assert line(table, "TAC alone", after="Against MMF alone")[2] == "22.1 (15.1–29.1)"


def test_the_p_of_interaction_stands_at_the_head_of_its_subgroup(tables):
    assert line(tables["subgroups"], "SLEDAI-2K")[-1] == "0.412"


def test_hazards_stand_with_the_test_of_proportionality(tables):
    assert line(tables["hazards"], "Cox adjusted")[-1] == "0.031"
    assert line(tables["hazards"], "Cox time-varying adjusted")[-1] == "–"


def test_what_cannot_be_estimated_says_so(changed):
    nothing = {"estimate": math.nan, "events": 0, "note": "not estimable: 0 responses among 36"}
    shown = display_tables(changed(nothing, analysis="dose", level="≥4"))
    assert line(shown["exposure"], "≥4 mg/day")[:3] == (
        "0/36 (0.0%)",
        "not estimable",
        "not estimable",
    )


def test_a_small_count_is_written_as_less_than_the_bound(changed):
    hidden = {"estimate": math.nan, "events": math.nan, "p_value": math.nan, "note": SMALL}
    shown = display_tables(changed(hidden, analysis="dose", level="≥4"))
    assert line(shown["exposure"], "≥4 mg/day") == ("<5/36", "withheld", "withheld", "–")


def test_csv_has_the_displayed_cells_and_names_the_group_of_each():
    table = Table(
        "t",
        "caption",
        ("Level", "OR"),
        (heading("Use"), Row(("Ever", "2.82 (1.89–4.22)")), heading("Sex", "0.4"), Row(("x", "1"))),
    )
    assert list(csv.reader(io.StringIO(table.csv()))) == [
        ["group", "Level", "OR"],
        ["Use", "Ever", "2.82 (1.89–4.22)"],
        ["Sex", "", "0.4"],
        ["Sex", "x", "1"],
    ]


def test_each_analysis_of_the_same_question_has_its_line(tables, results):
    compared = tables["comparison"]
    assert [row.cells[0] for row in compared.rows] == [
        "Crude",
        "Standardised",
        "Weighted to all",
        "Weighted to users",
        "Overlap weights",
        "Matched 1:1",
        "Doubly robust",
        "Modified Poisson",
        "Log-binomial",
    ]
    found = one(results.estimates, analysis="weighting", model="weighted to all", measure="RR")
    written = with_interval(found.estimate, found.ci_low, found.ci_high)
    assert line(compared, "Weighted to all")[:3] == ("660", "15.0 (5.0–25.0)", written)
    assert "Users without a match: 12." in compared.notes


def test_few_users_without_a_match_are_not_counted(changed):
    few = changed({"estimate": 3}, analysis="weighting", level="users without a match")
    notes = display_tables(suppress(few))["comparison"].notes
    assert not any(note.startswith("Users without a match") for note in notes)


def test_missing_covariates_are_counted_beside_what_is_done_with_them(tables):
    table = tables["missing_data"]
    assert [row.cells[0] for row in table.rows][-1] == "Multiple imputation"
    assert "SLEDAI-2K: 16; ISN/RPS class: 120" in table.notes[0]
    assert "fraction of missing information 1.2 %" in table.notes[1]
    assert "SLEDAI-2K P\xa0=\xa00.041" in table.notes[2]


def test_products_of_three_drugs_and_of_dose_are_told(tables):
    table = tables["products"]
    assert line(table, "TAC × CYC × MMF")[0] == "not estimable"
    assert "Not estimable: every patient was given at least one." in table.notes
    assert line(table, "RD per mg/day, with MMF")[0] == "4.0 (1.0–7.0)"


def test_medians_that_are_not_reached_are_said(tables):
    table = tables["time_measures"]
    assert line(table, "Median days to response, never")[0] == "not reached"
    assert line(table, "Median days to response, ever")[0] == "612 (from 540)"
    assert line(table, "Difference of RMST, days")[0] == "−50.0 (−80.0 to −20.0)"


def test_bias_analysis_tells_its_assumptions(tables, changed):
    table = tables["bias"]
    assert line(table, "Bias and random error")[0] == "3.40 (2.10–5.50)"
    assert "sensitivity 0.85 to 0.99" in table.notes[0]


def test_bias_analysis_of_a_withheld_table_is_withheld(changed):
    few = changed({"events": 3}, analysis="use", level="ever")
    table = display_tables(suppress(few))["bias"]
    assert line(table, "Observed")[0] == "withheld"
