"""The verdicts at their thresholds, and what the findings say, from tables made by hand."""

import tomllib

import pandas as pd
import pytest

from lncohort.audit import RULES, audit
from lncohort.audit.finding import FUTURE_KINDS
from lncohort.estimate.rows import as_estimates, row
from lncohort.report.suppress import suppress_estimates
from lncohort.study.analyses_in_words import RESPECT_TIME
from lncohort.study.model import Analysis

COUNTS = {"all": 1000, "ever": 300, "never": 700, "assessed": 980, "not assessed": 20}
COUNTS |= {"response": 90}
OF_DRUG = {"contrast": "tacrolimus"}


def with_kinds(study, *kinds):
    return study.model_copy(
        update={"analyses": tuple(a for a in study.analyses if a.kind in kinds)}
    )


def counted(**changed):
    counts = COUNTS | {name.replace("_", " "): value for name, value in changed.items()}
    return [row("cohort", "count", value, level=level) for level, value in counts.items()]


def measured(bias, measure, estimate=float("nan"), **place):
    return row("audit", measure, estimate, model=bias, **place)


def hazard(bias, contrast, estimate, p_value, level=""):
    limits = {"ci_low": 0.9 * estimate, "ci_high": 1.1 * estimate, "p_value": p_value}
    return measured(bias, "HR", estimate, contrast=contrast, level=level, **limits)


def found(study, bias, rows, counts=None):
    made = audit(study, as_estimates([*(counts or counted()), *rows]))
    return {finding.bias: finding for finding in made}[bias]


def immortal(share, days=40.0, contrast="ever use", level="ever"):
    place = {"contrast": contrast, "level": level}
    return [
        measured("immortal_time", "mean days", days, **place),
        measured("immortal_time", "percent of person-time", share, **place),
    ]


def test_every_finding_is_of_the_rule_that_made_it(nanjing):
    made = audit(nanjing, as_estimates(counted()))
    assert [finding.bias for finding in made] == [rule.bias for rule in RULES]
    assert all(f.why.endswith(".") and ". " not in f.why for f in made)


@pytest.mark.parametrize(("share", "verdict"), [(5.0, "pass"), (5.1, "fail")])
def test_immortal_time_is_judged_by_its_share(nanjing, share, verdict):
    finding = found(nanjing, "immortal_time", immortal(share))
    assert finding.verdict == verdict
    assert "for 40 days on average, 5% of their time" in finding.size[0]


def test_one_band_that_is_immortal_is_enough(nanjing):
    rows = [*immortal(1.0), *immortal(40.0, 208.0, "duration", ">180")]
    finding = found(nanjing, "immortal_time", rows)
    assert finding.verdict == "fail"
    assert "Users for >180 days: free of the outcome by definition for 208 days" in finding.size[1]


@pytest.mark.parametrize(
    ("contrast", "kind"), [("duration", "duration_band"), ("regimen", "interaction")]
)
def test_only_what_the_study_looks_up_is_judged(nanjing, contrast, kind):
    rows = [*immortal(1.0), *immortal(40.0, 208.0, contrast, "longest")]
    timed = ("use", "landmark", "time_varying")
    respects = Analysis(name="after", kind="landmark", days=(90,))

    def judged(*kinds):
        own = with_kinds(nanjing, *timed, *kinds)
        study = own.model_copy(update={"analyses": (*own.analyses, respects)})
        return found(study, "immortal_time", rows)

    finding = judged()
    assert finding.verdict == "pass"
    assert not any("208" in told for told in finding.size)
    assert judged(kind).verdict == "fail"


def test_the_direction_of_immortal_time_hangs_on_where_exposure_ends(nanjing):
    assert "worse than they are" in found(nanjing, "immortal_time", immortal(9.0)).direction
    exposure = nanjing.exposure.model_copy(update={"until": "exit"})
    study = nanjing.model_copy(update={"exposure": exposure})
    assert "better than they are" in found(study, "immortal_time", immortal(9.0)).direction


def test_a_study_that_does_not_respect_time_is_told_what_to_add(nanjing):
    study = with_kinds(nanjing, "use", "survival")
    finding = found(study, "immortal_time", immortal(0.5))
    assert finding.verdict == "fail"
    assert "no analysis that respects time" in finding.why
    lines = finding.remedy.split(":\n", 1)[1]
    content = study.model_dump(mode="json", by_alias=True, exclude_none=True)
    content["analysis"] += tomllib.loads(lines)["analysis"]
    mended = found(type(study).model_validate(content), "immortal_time", immortal(0.5))
    assert mended.verdict == "pass"


def test_a_study_in_time_alone_has_no_immortal_time(nanjing):
    finding = found(with_kinds(nanjing, *RESPECT_TIME), "immortal_time", immortal(60.0))
    assert (finding.verdict, finding.applies) == ("pass", "no")


@pytest.mark.parametrize(
    ("share", "washout", "verdict", "applies"),
    [
        (0.0, 180, "pass", "no"),
        (0.0, 179, "warn", "cannot be told"),
        (0.6, 180, "warn", "yes"),
        (5.1, 180, "fail", "yes"),
        (float("nan"), 365, "warn", "cannot be told"),
    ],
)
def test_prevalent_users_are_judged_by_share_and_washout(nanjing, share, washout, verdict, applies):
    changed = [
        c.model_copy(update={"min_value": float(washout)}) if c.kind == "observed" else c
        for c in nanjing.eligibility
    ]
    study = nanjing.model_copy(update={"eligibility": tuple(changed)})
    rows = [measured("prevalent_users", "percent", share, contrast="all", level="used before")]
    finding = found(study, "prevalent_users", rows)
    assert (finding.verdict, finding.applies) == (verdict, applies)


@pytest.mark.parametrize(
    ("smd", "weighs", "verdict"),
    [(0.10, True, "pass"), (-0.11, True, "warn"), (0.30, True, "warn"), (0.30, False, "fail")],
)
def test_confounding_by_indication_is_judged_by_the_largest_difference(
    nanjing, smd, weighs, verdict
):
    study = nanjing if weighs else with_kinds(nanjing, "use")
    rows = [row("table1", "SMD", value, contrast="sledai") for value in (0.05, smd)]
    finding = found(study, "confounding_by_indication", rows)
    assert finding.verdict == verdict
    assert ("SLEDAI-2K" in finding.why) == (verdict != "pass")


@pytest.mark.parametrize(
    ("start", "response", "kinds", "verdict"),
    [
        ((1.3, 0.001), (0.5, 0.001), None, "warn"),
        ((1.3, 0.001), (0.5, 0.001), ("use", "time_varying"), "fail"),
        ((1.3, 0.03), (0.5, 0.001), None, "pass"),
        ((1.09, 0.001), (0.5, 0.001), None, "pass"),
        ((1.3, 0.001), (0.95, 0.001), None, "pass"),
    ],
)
def test_time_varying_confounding_takes_start_and_response(
    nanjing, start, response, kinds, verdict
):
    bias = "time_varying_confounding"
    study = nanjing if kinds is None else with_kinds(nanjing, *kinds)
    rows = [
        hazard(bias, "proteinuria", *start, level="start of the drug"),
        hazard(bias, "egfr", 1.0, 0.9, level="start of the drug"),
        hazard(bias, "proteinuria", *response, level="response"),
        hazard(bias, "egfr", 1.0, 0.9, level="response"),
    ]
    finding = found(study, bias, rows)
    assert finding.verdict == verdict
    assert ("looks worse than it is" in finding.direction) == (verdict != "pass")


@pytest.mark.parametrize(
    ("lost", "loss", "kinds", "verdict"),
    [
        ((5.0, 4.0), (0.3, 0.0001), None, "pass"),
        ((5.1, 4.0), (0.3, 0.0001), None, "warn"),
        ((5.1, 4.0), (0.3, 0.0001), ("use", "survival"), "fail"),
        ((30.0, 4.0), (0.81, 0.0001), None, "pass"),
        ((30.0, 4.0), (0.79, 0.06), None, "pass"),
    ],
)
def test_informative_censoring_takes_losses_that_hang_on_something(
    nanjing, lost, loss, kinds, verdict
):
    bias = "informative_censoring"
    study = nanjing if kinds is None else with_kinds(nanjing, *kinds)
    rows = [
        measured(bias, "percent", share, contrast=arm, level="lost")
        for arm, share in zip(("ever", "never"), lost, strict=True)
    ]
    finding = found(study, bias, [*rows, hazard(bias, "proteinuria", *loss, level="lost")])
    assert finding.verdict == verdict


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        ((1.24, 1.1, 1.4), "pass"),
        ((1.3, 0.99, 1.7), "pass"),
        ((1.3, 1.1, 1.5), "warn"),
        ((0.6, 0.5, 0.7), "fail"),
    ],
)
def test_informative_measurement_is_judged_by_the_ratio_of_rates(nanjing, ratio, verdict):
    bias = "informative_measurement"
    limits = {"ci_low": ratio[1], "ci_high": ratio[2], "level": "started"}
    place = OF_DRUG | {"reference": "not started"}
    finding = found(nanjing, bias, [measured(bias, "rate ratio", ratio[0], **place, **limits)])
    assert finding.verdict == verdict


@pytest.mark.parametrize(
    ("missing", "arms", "ratios", "verdict"),
    [
        (0, (0, 0), (), "pass"),
        (100, (10, 10), (2.0, 2.1), "pass"),
        (101, (10, 10), (2.0, 2.1), "warn"),
        (60, (2, 8), (2.0, 2.1), "warn"),
        (60, (2, 8), (2.0, 2.5), "fail"),
        (201, (20, 20), (2.0, 2.1), "fail"),
        (20, (2, 2), (2.0, 2.5), "warn"),
    ],
)
def test_missing_outcomes_are_judged_by_share_arms_and_what_they_move(
    nanjing, missing, arms, ratios, verdict
):
    bias = "missing_outcome"
    rows = [
        measured(bias, "percent", share, contrast=arm, level="not assessed")
        for arm, share in zip(("ever", "never"), arms, strict=True)
    ]
    for value, level in zip(ratios, ("left out", "counted as non-responders"), strict=False):
        limits = {"ci_low": value / 2, "ci_high": value * 2}
        rows.append(measured(bias, "OR", value, level=level, **limits))
    finding = found(nanjing, bias, rows, counted(not_assessed=missing))
    assert finding.verdict == verdict


@pytest.mark.parametrize(
    ("share", "sub", "kinds", "verdict", "applies"),
    [
        (4.9, 1.45, None, "pass", "no"),
        (9.0, 1.45, None, "pass", "yes"),
        (9.0, 1.30, None, "warn", "yes"),
        (9.0, None, ("use",), "warn", "cannot be told"),
    ],
)
def test_competing_events_are_judged_by_share_and_by_both_models(
    nanjing, share, sub, kinds, verdict, applies
):
    study = nanjing if kinds is None else with_kinds(nanjing, *kinds)
    rows = [
        measured("competing_events", "percent", value, contrast=arm, level="competing event")
        for arm, value in (("ever", share), ("never", 2.0))
    ]
    if sub is not None:
        at = {"level": "ever", "ci_low": 1.0, "ci_high": 2.0}
        rows.append(row("survival", "HR", 1.5, model="Cox adjusted", **at))
        rows.append(row("survival", "sHR", sub, model="adjusted", **at))
    finding = found(study, "competing_events", rows)
    assert (finding.verdict, finding.applies) == (verdict, applies)


@pytest.mark.parametrize(
    ("p_value", "verdict", "words"),
    [(0.0004, "warn", "P < 0.001"), (0.03, "warn", "P = 0.030"), (0.2, "pass", "No sign")],
)
def test_a_hazard_ratio_that_changes_is_told(nanjing, p_value, verdict, words):
    rows = [row("survival", "PH test", p_value=p_value, model="Cox crude")]
    finding = found(nanjing, "non_proportional_hazards", rows)
    assert finding.verdict == verdict
    assert words in finding.why


def test_hazards_that_were_not_tested_are_not_called_proportional(nanjing):
    rows = [row("survival", "PH test", model="Cox crude")]
    assert found(nanjing, "non_proportional_hazards", rows).applies == "cannot be told"


@pytest.mark.parametrize(("responses", "verdict"), [(100, "pass"), (101, "warn")])
def test_a_common_outcome_is_told(nanjing, responses, verdict):
    finding = found(nanjing, "common_outcome", [], counted(response=responses))
    assert finding.verdict == verdict


@pytest.mark.parametrize(
    ("unknown", "gaps", "specification", "verdict"),
    [
        (5.0, 20.0, 1.2, "pass"),
        (5.1, 20.0, 1.2, "warn"),
        (20.1, 20.0, 1.2, "fail"),
        (5.0, 20.1, 1.2, "warn"),
        (5.0, 20.0, 1.3, "warn"),
    ],
)
def test_misclassified_exposure_is_judged_by_doses_gaps_and_rules_of_supply(
    nanjing, unknown, gaps, specification, verdict
):
    bias = "misclassified_exposure"
    at = {"contrast": ">180", "model": "adjusted"}
    rows = [
        row("dose_coverage", "percent", unknown, level="unknown", **OF_DRUG),
        measured(bias, "percent of gaps", gaps),
        row(
            "specifications",
            "OR",
            2.0,
            level="overlap: sum; until: outcome",
            note="the study's own choices",
            **at,
        ),
        row(
            "specifications",
            "OR",
            2.0 * specification,
            level="overlap: stockpile; until: outcome",
            **at,
        ),
        row("specifications", "OR", 9.0, level="overlap: stockpile; until: exit", **at),
    ]
    assert found(nanjing, bias, rows).verdict == verdict


def test_units_in_doubt_fail(nanjing):
    made = audit(nanjing, as_estimates(counted()), ["serum_creatinine in mg/dL"])
    finding = {f.bias: f for f in made}["unit"]
    assert finding.verdict == "fail"
    assert "serum_creatinine in mg/dL" in finding.why


@pytest.mark.parametrize(("missing", "verdict"), [(100, "pass"), (101, "warn")])
def test_missing_covariates_are_told(nanjing, missing, verdict):
    at = {"model": "all", "contrast": "class", "n": 1000}
    rows = [row("table1", "count", missing, level="not recorded", **at)]
    finding = found(nanjing, "missing_covariate", rows)
    assert finding.verdict == verdict
    assert ("ISN/RPS class (10.1%)" in finding.why) == (verdict == "warn")


@pytest.mark.parametrize(
    ("per", "events", "verdict"),
    [(10.0, 10, "pass"), (9.9, 10, "warn"), (4.9, 10, "fail"), (10.0, 9, "warn")],
)
def test_sparse_data_are_judged_by_parameters_and_cells(nanjing, per, events, verdict):
    at = {"model": "adjusted", "level": "≥4", "n": 100}
    rows = [
        row("dose", "OR", 2.0, events=events, **at),
        measured("sparse_data", "events per parameter", per, **OF_DRUG),
    ]
    finding = found(nanjing, "sparse_data", rows)
    assert finding.verdict == verdict
    assert any("dose: ≥4" in told for told in finding.size) == (events == 9)


@pytest.mark.parametrize(
    ("tests", "holm", "verdict"),
    [(19, 0.9, "pass"), (20, 0.049, "pass"), (20, 0.051, "warn")],
)
def test_many_looks_are_judged_by_what_chance_gives(nanjing, tests, holm, verdict):
    bias = "multiple_looks"
    rows = [
        measured(bias, "tests", tests),
        measured(bias, "expected by chance", 0.05 * tests),
        measured(bias, "P", p_value=holm, method="Holm"),
    ]
    assert found(nanjing, bias, rows).verdict == verdict


def control(contrast, estimate, p_value):
    place = {"model": "adjusted", "contrast": contrast, "level": "ever", "reference": "never"}
    return row("controls", "OR", estimate, p_value=p_value, **place)


@pytest.mark.parametrize(
    ("first", "second", "verdict", "named"),
    [
        ((1.1, 0.6), (0.9, 0.5), "pass", ""),
        ((1.8, 0.04), (0.9, 0.5), "warn", "fracture"),
        ((1.8, 0.01), (0.9, 0.5), "fail", "fracture"),
        ((float("nan"), float("nan")), (float("nan"), float("nan")), "warn", "could be estimated"),
    ],
)
def test_an_effect_on_a_negative_control_is_told(nanjing, first, second, verdict, named):
    asked = Analysis(name="controls", kind="negative_control", diagnoses=("fracture", "cataract"))
    study = nanjing.model_copy(update={"analyses": (nanjing.analyses[0], asked)})
    rows = [control("fracture", *first), control("cataract", *second)]
    finding = found(study, "negative_control", rows)
    assert finding.verdict == verdict
    assert named in finding.why


@pytest.mark.parametrize(("high", "verdict"), [(1.02, "pass"), (0.98, "fail")])
def test_made_up_use_with_an_effect_fails(nanjing, high, verdict):
    at = {"model": "adjusted", "contrast": "duration", "level": "(90,180]"}
    rows = [row("made_up_use", "OR", 0.8, ci_low=0.6, ci_high=high, **at)]
    finding = found(nanjing, "negative_control", rows)
    assert finding.verdict == verdict
    assert ("made-up use (>90 to 180 days)" in finding.why) == (verdict == "fail")


def test_where_nothing_was_measured_nothing_is_called_right(nanjing):
    study = with_kinds(nanjing, *FUTURE_KINDS)
    made = {f.bias: f for f in audit(study, as_estimates(counted()))}
    for bias in ("time_varying_confounding", "informative_measurement", "overlap", "balance"):
        assert made[bias].verdict == "warn"
        assert made[bias].applies == "cannot be told"


@pytest.mark.parametrize("few", [1, 4])
def test_counts_below_the_least_cell_are_not_told(nanjing, few):
    """Of 1,000 patients ``few`` were not assessed, all users: neither that nor the rest is told."""
    assert nanjing.info.min_cell == 5
    rows = counted(not_assessed=few, assessed=1000 - few)
    for arm, missing, size in (("ever", few, 300), ("never", 0, 700)):
        for level, count in (("not assessed", missing), ("assessed", size - missing)):
            place = {"contrast": arm, "level": level, "n": size}
            rows.append(measured("missing_outcome", "count", count, **place))
            rows.append(measured("missing_outcome", "percent", 100 * count / size, **place))
    shown = suppress_estimates(nanjing, as_estimates(rows))
    finding = {f.bias: f for f in audit(nanjing, shown)}["missing_outcome"]
    assert "fewer than 5 patients" in finding.why
    text = " ".join((finding.why, *finding.size))
    assert f"{100 * few / 300:.1f}%" not in text
    assert f"{100 * few / 1000:.1f}%" not in text
    told = pd.DataFrame(shown[shown["analysis"] == "audit"])
    assert told.loc[told["contrast"] == "ever", "estimate"].isna().all()


def test_what_is_withheld_is_taken_at_its_most(nanjing):
    """Fewer than 5 of 1,000 are few; of 40 they may be one in ten, and 4 responses too."""
    withheld = [row("cohort", "count", level=level) for level in ("response", "not assessed")]
    for size, verdict in ((1000, "pass"), (40, "warn")):
        counts = [row("cohort", "count", size, level="all"), *withheld]
        assert found(nanjing, "common_outcome", [], counts).verdict == verdict
        # without a response it cannot be told whether few were assessed, or few were not
        assert found(nanjing, "missing_outcome", [], counts).applies == "cannot be told"
        responses = [row("cohort", "count", 20, level="response")]
        known = [*counts[:1], *responses, withheld[1]]
        assert found(nanjing, "missing_outcome", [], known).verdict == verdict
