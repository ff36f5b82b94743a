"""Small counts, and what would give them back, do not leave the machine."""

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from lncohort.estimate.rows import as_estimates, row
from lncohort.report.rows import first, one, pick
from lncohort.report.suppress import (
    COMPLEMENT,
    SMALL,
    suppress,
    suppress_attrition,
    suppress_estimates,
)
from lncohort.study.model import Analysis
from report.made_up import attrition_table

CLASSES = ("proliferative", "membranous", "mixed", "other", "not recorded")


@pytest.fixture
def with_counts(results):
    """Results with other counts in some rows: {(analysis, model, contrast, level): numbers}."""

    def change(new):
        estimates = results.estimates.copy()
        keys = ["analysis", "model", "contrast", "level"]
        for wanted, numbers in new.items():
            chosen = True
            for column, value in zip(keys, wanted, strict=True):
                if value is not None:
                    chosen = chosen & (estimates[column] == value)
            assert chosen.any(), wanted
            for column, value in numbers.items():
                estimates.loc[chosen, column] = value
        return replace(results, estimates=estimates)

    return change


def class_counts(ever, never):
    """Counts of Table 1 that add up, for the ISN/RPS classes."""
    new = {}
    for level, users, others in zip(CLASSES, ever, never, strict=True):
        for group, count in (("ever", users), ("never", others), ("all", users + others)):
            new["table1", group, "class", level] = {"estimate": count}
    return new


def shown_counts(results):
    """The class counts of Table 1 that are still there, by group and level."""
    rows = pick(suppress(results).estimates, analysis="table1", contrast="class", measure="count")
    return {(r.model, r.level): r.estimate for r in rows.itertuples()}


def test_nothing_is_suppressed_without_a_small_count(results):
    pd.testing.assert_frame_equal(suppress(results).estimates, results.estimates)


def test_a_small_count_and_its_percentage_are_not_written(with_counts):
    changed = with_counts(class_counts((100, 60, 40, 3, 35), (250, 140, 90, 30, 45)))
    rows = pick(suppress(changed).estimates, contrast="class", model="ever", level="other")
    assert set(rows["measure"]) == {"count", "percent"}
    assert rows["estimate"].isna().all()
    assert set(rows["note"]) == {SMALL}


def test_no_count_of_table_1_can_be_given_back_by_its_sums(with_counts):
    ever, never = (100, 60, 40, 3, 35), (250, 140, 90, 30, 45)
    shown = shown_counts(with_counts(class_counts(ever, never)))
    hidden = [key for key, value in shown.items() if pd.isna(value)]
    totals = {"ever": sum(ever), "never": sum(never), "all": sum(ever) + sum(never)}
    # all whole numbers that fit the sums a reader sees, for what users and others may be
    free = [(group, level) for group, level in hidden if group != "all"]
    ranges = [range(161) if group == "never" else range(101) for group, _ in free]
    found = set()
    for values in product(*ranges[:1]):
        solution = _solve(shown, totals, dict(zip(free[:1], values, strict=True)))
        if solution is not None:
            found.add(solution["ever", "other"])
    assert len(found) > 4, "the small count has one solution, or few"


def _solve(shown, totals, assumed):
    """Fill in what the sums determine; None when they are contradicted."""
    values = {key: value for key, value in shown.items() if not pd.isna(value)} | assumed
    sums = [([(g, level) for level in CLASSES], total) for g, total in totals.items()]
    progress = True
    while progress:
        progress = False
        for cells, total in sums:
            unknown = [cell for cell in cells if cell not in values]
            if len(unknown) == 1:
                values[unknown[0]] = total - sum(values[c] for c in cells if c in values)
                progress = True
        for level in CLASSES:
            line = [("ever", level), ("never", level), ("all", level)]
            unknown = [cell for cell in line if cell not in values]
            if len(unknown) == 1:
                of = {g: values.get((g, level)) for g in ("ever", "never", "all")}
                missing = unknown[0][0]
                values[unknown[0]] = (
                    of["ever"] + of["never"]
                    if missing == "all"
                    else of["all"] - of["never" if missing == "ever" else "ever"]
                )
                progress = True
    if len(values) < 3 * len(CLASSES) or min(values.values()) < 0:
        return None
    return values


def test_no_more_of_table_1_is_withheld_than_two_lines_of_two_columns(with_counts):
    shown = shown_counts(with_counts(class_counts((100, 60, 40, 3, 35), (250, 140, 90, 30, 45))))
    hidden = {key for key, value in shown.items() if pd.isna(value)}
    assert len(hidden) == 4
    assert {group for group, _ in hidden} == {"ever", "never"}


def small_dose(with_counts):
    """The highest dose with 3 responses of 36, the next band with the rest."""
    return with_counts(
        {
            ("dose", None, None, "≥4"): {"events": 3},
            ("dose", None, None, "[2,4)"): {"events": 48},
        }
    )


def test_an_odds_ratio_of_few_responses_is_withheld_crude_and_adjusted(with_counts):
    shown = suppress(small_dose(with_counts)).estimates
    for model in ("crude", "adjusted"):
        row = one(shown, analysis="dose", model=model, level="≥4", measure="OR")
        assert pd.isna([row.estimate, row.ci_low, row.ci_high, row.p_value, row.events]).all()
        assert row.n == 36
        assert row.note == SMALL


def test_a_complement_keeps_its_adjusted_estimate_but_not_its_counts(with_counts):
    shown = suppress(small_dose(with_counts)).estimates
    rows = pick(shown, analysis="dose", note=COMPLEMENT, measure="OR")
    assert len(rows) >= 2
    assert rows["events"].isna().all()
    assert rows.loc[rows["model"] == "crude", "estimate"].isna().all()
    assert rows.loc[rows["model"] == "adjusted", "estimate"].notna().all()


def test_a_crude_trend_over_withheld_bands_is_withheld(with_counts):
    shown = suppress(small_dose(with_counts)).estimates
    crude, adjusted = (
        one(shown, analysis="dose", model=model, level="trend") for model in ("crude", "adjusted")
    )
    assert pd.isna(crude.estimate)
    assert adjusted.estimate > 1


def test_a_small_unknown_band_is_not_given_back_by_the_patients_of_the_trend(with_counts):
    changed = with_counts(
        {
            ("dose", None, None, "unknown"): {"n": 3, "events": 1},
            ("dose", None, None, "[2,4)"): {"n": 85, "events": 35},
            ("dose", None, None, "trend"): {"n": 697, "events": 161},
        }
    )
    shown = suppress(changed).estimates
    trend = one(shown, analysis="dose", model="adjusted", level="trend")
    assert pd.isna(trend.n)
    assert pd.isna(trend.events)


def test_few_patients_without_a_response_are_as_small_as_few_with_one(with_counts):
    changed = with_counts({("duration", None, None, "(90,180]"): {"n": 60, "events": 58}})
    row = one(
        suppress(changed).estimates,
        analysis="duration",
        model="adjusted",
        level="(90,180]",
        measure="OR",
    )
    assert pd.isna(row.events)
    assert pd.isna(row.estimate)


def test_a_small_regimen_is_not_given_back_by_the_cells_of_two_drugs(with_counts):
    counts = {"TAC+CYC+MMF": (3, 1), "TAC+MMF": (85, 34)}
    new = {
        (analysis, None, "regimen", level): {"n": n, "events": events}
        for analysis in ("joint_vs_cyc", "joint_vs_mmf", "risk")
        for level, (n, events) in counts.items()
    }
    new["tac_x_cyc", None, "TAC × CYC", "TAC, no CYC"] = {"n": 145, "events": 56}
    new["tac_x_cyc", None, "TAC × CYC", "TAC and CYC"] = {"n": 65, "events": 24}
    shown = suppress(with_counts(new)).estimates
    regimens = pick(shown, analysis="joint_vs_cyc", model="adjusted", measure="OR")
    n = dict(zip(regimens["level"], regimens["n"], strict=True))
    assert pd.isna(n["TAC+CYC+MMF"])
    both = one(shown, analysis="tac_x_cyc", model="adjusted", level="TAC and CYC", measure="OR")
    assert pd.isna(n["TAC+CYC"]) or pd.isna(both.n)
    risk = first(shown, analysis="risk", level="TAC+CYC+MMF", measure="risk")
    assert pd.isna([risk.n, risk.events, risk.estimate]).all()


def test_small_counts_in_notes_are_written_as_fewer(changed, study):
    note = "3 patients with a missing covariate left out; class other: 0 responses among 4"
    estimates = changed({"note": note}, analysis="use", level="ever").estimates
    shown = suppress_estimates(study, estimates)
    written = set(pick(shown, analysis="use", level="ever")["note"])
    assert written == {
        "fewer than 5 patients with a missing covariate left out; "
        "class other: 0 responses among fewer than 5"
    }


def test_the_study_file_says_what_is_small(with_counts, study):
    info = study.info.model_copy(update={"min_cell": 3})
    changed = with_counts(class_counts((100, 60, 40, 3, 35), (250, 140, 90, 30, 45)))
    lenient = replace(changed, study=study.model_copy(update={"info": info}))
    assert not any(pd.isna(value) for value in shown_counts(lenient).values())


@pytest.mark.parametrize(
    ("excluded", "joined"),
    [
        ((95, 31, 22), [95, 31, 22]),
        ((95, 3, 22), [95, 25]),
        ((2, 0, 4, 22), [6, 22]),
        ((95, 22, 3), [95, 25]),
        ((1, 1, 95, 1), [98]),
    ],
)
def test_a_small_exclusion_is_joined_to_its_neighbours(excluded, joined):
    shown = suppress_attrition(attrition_table(excluded), 5)
    assert shown["excluded"].tolist() == joined
    assert (shown["before"] - shown["excluded"]).tolist() == shown["after"].tolist()
    assert shown["before"].iloc[1:].tolist() == shown["after"].iloc[:-1].tolist()
    assert shown["before"].iloc[0] == 793 + sum(excluded)


def test_joined_steps_name_every_criterion():
    shown = suppress_attrition(attrition_table((2, 30)), 5)
    assert shown["label"].tolist() == ["criterion 1; criterion 2"]
    assert shown["criterion"].tolist() == ["c1+c2"]


def test_exclusions_that_are_few_altogether_are_withheld_with_the_number_before():
    shown = suppress_attrition(attrition_table((2, 1)), 5)
    assert shown[["before", "excluded"]].isna().all(axis=None)
    assert shown["after"].tolist() == [793]


def test_a_small_flow_is_not_given_back_by_the_other_flows(results):
    """3 of the 53 who left TAC between day 0 and 180 joined MMF, of whom 203 went on."""
    new = {
        ("day 0 to 180", "TAC alone", "no drug"): 47,
        ("day 0 to 180", "TAC alone", "MMF alone"): 3,
        ("day 180 to 360", "MMF alone", "MMF alone"): 3,
        ("day 180 to 360", "no drug", "no drug"): 397,
    }
    flows = pick(results.estimates, model="sequence")
    counts = {(r.contrast, r.level, r.reference): r.estimate for r in flows.itertuples()} | new
    rows = [
        row("course", "count", count, model="sequence", contrast=c, level=a, reference=b, n=793)
        for (c, a, b), count in counts.items()
    ]
    others = results.estimates[results.estimates["model"] != "sequence"]
    made = replace(results, estimates=pd.concat([others, as_estimates(rows)], ignore_index=True))
    shown = pick(suppress(made).estimates, model="sequence")
    found = {(r.contrast, r.level, r.reference): r.estimate for r in shown.itertuples()}
    hidden = [key for key, count in found.items() if pd.isna(count)]
    for contrast in ("day 0 to 180", "day 180 to 360"):
        assert len([key for key in hidden if key[0] == contrast]) > 1, "793 less the others"
    leaving_mmf = [k for k in hidden if k[:2] == ("day 180 to 360", "MMF alone")]
    arriving_mmf = [k for k in hidden if k[0] == "day 0 to 180" and k[2] == "MMF alone"]
    assert leaving_mmf and arriving_mmf, "either would give back the other"


def test_a_small_group_of_the_swimmer_plot_is_not_given_back_by_the_number_of_users(changed):
    made = changed({"estimate": 3}, model="swimmer", contrast="start day 91 to 365")
    shown = pick(suppress(made).estimates, model="swimmer")
    assert shown["estimate"].isna().sum() == 2


def test_quartiles_of_few_patients_are_withheld(changed):
    made = changed({"n": 4}, model="dose", contrast="day 60")
    shown = pick(suppress(made).estimates, model="dose", contrast="day 60")
    assert shown["estimate"].isna().all()
    assert shown["n"].isna().all()


def with_control(results, concept, ever, never, before):
    """Results with a negative-control outcome whose counts add up to users and others."""
    rows = [
        row("more_controls", "count", before, model="known before", contrast=concept, level="ever")
    ]
    rows.append(
        row("more_controls", "count", 40, model="known before", contrast=concept, level="never")
    )
    for model in ("crude", "adjusted"):
        place = {"model": model, "contrast": concept, "reference": "never"}
        figures = {"ci_low": 0.8, "ci_high": 1.6, "p_value": 0.5, **place}
        rows.append(row("more_controls", "OR", 1.1, level="ever", n=ever, events=20, **figures))
        rows.append(
            row(
                "more_controls",
                "OR",
                1.0,
                level="never",
                n=never,
                events=30,
                note="reference",
                **place,
            )
        )
    asked = Analysis(name="more_controls", kind="negative_control", diagnoses=(concept,))
    study = results.study.model_copy(update={"analyses": (*results.study.analyses, asked)})
    estimates = pd.concat([results.estimates, as_estimates(rows)], ignore_index=True)
    return replace(results, study=study, estimates=estimates)


@pytest.mark.parametrize(("before", "is_told"), [(3, False), (30, True)])
def test_few_who_had_a_control_outcome_before_are_not_given_back(results, before, is_told):
    use = pick(results.estimates, analysis="use", model="crude")
    sizes = {level: first(pick(use, level=level)).n for level in ("ever", "never")}
    made = with_control(results, "fracture", sizes["ever"] - before, sizes["never"] - 40, before)
    shown = suppress(made).estimates
    own = pick(shown, analysis="more_controls", level="ever")
    assert (pick(own, model="crude")["n"].notna().all()) == is_told
    assert (pick(own, model="crude")["estimate"].notna().all()) == is_told
    assert pick(own, model="adjusted")["estimate"].notna().all()
    assert (pick(own, measure="count")["estimate"].notna().all()) == is_told
    assert pick(shown, analysis="use")["n"].notna().all()
