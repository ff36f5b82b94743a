"""E-values: published figures, other measures, other targets than no effect."""

import math

import numpy as np
import pytest

from lncohort.estimate.evalue import (
    as_risk_ratio,
    e_value,
    e_value_rows,
    e_values,
    e_values_of_risk_difference,
)
from lncohort.estimate.rows import NotEstimable, row

SMOKERS, NONSMOKERS = (397, 78557), (51, 108778)


def test_limit_of_an_interval_that_holds_the_target_is_exactly_1():
    assert e_values("RR", 2.0, (0.9, 4.4)).limit == 1.0
    assert e_values("RR", 2.0, (1.0, 4.4)).limit == 1.0


def test_e_value_of_no_effect_is_1_and_without_interval_there_is_no_limit():
    found = e_values("RR", 1.0)
    assert found.estimate == 1.0
    assert math.isnan(found.limit)


def test_antidepressants_and_cardiac_defects_moved_to_another_target():
    """Huybrechts 2014 in VanderWeele and Ding 2017: 1.06 (0.93, 1.22) moved to 1.2."""
    found = e_values("RR", 1.06, (0.93, 1.22), target=1.2)
    assert found.estimate == pytest.approx(1.518753, abs=1e-6)
    assert found.limit == 1.0


@pytest.mark.parametrize(
    ("target", "estimate_ratio", "limit_ratio"),
    [
        (1.05, 1.3 / 1.05, 1.1 / 1.05),
        (1.1, 1.3 / 1.1, 1.0),
        (1.2, 1.3 / 1.2, 1.0),
        (1.4, 1.4 / 1.3, 1.0),
        (1.5, 1.5 / 1.3, 1.5 / 1.4),
    ],
)
def test_limit_is_the_one_that_meets_the_target_first(target, estimate_ratio, limit_ratio):
    """Every place of the target about 1.3 (1.1, 1.4), as R's EValue tests them."""
    found = e_values("RR", 1.3, (1.1, 1.4), target=target)
    for value, ratio in ((found.estimate, estimate_ratio), (found.limit, limit_ratio)):
        assert value == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)), rel=1e-9)
    # R writes the same for ratios below 1, all inverted
    inverse = e_values("RR", 1 / 1.3, (1 / 1.4, 1 / 1.1), target=1 / target)
    assert inverse.estimate == pytest.approx(found.estimate, rel=1e-9)
    if target not in (1.1, 1.4):
        assert inverse.limit == pytest.approx(found.limit, rel=1e-9)


def test_odds_ratio_is_a_risk_ratio_where_rare_and_its_root_where_common():
    rare = e_values("OR", 5.0, (3.0, 8.0), rare=True)
    assert (rare.estimate, rare.limit) == (e_value(5.0), e_value(3.0))
    common = e_values("OR", 5.0, (3.0, 8.0), rare=False, target=2.0)
    assert common.estimate == pytest.approx(e_value(math.sqrt(5), math.sqrt(2)))
    assert common.limit == pytest.approx(e_value(math.sqrt(3), math.sqrt(2)))


def test_hazard_ratio_of_a_rare_outcome_is_a_risk_ratio():
    assert e_values("HR", 0.3, rare=True, target=0.4).estimate == pytest.approx(e_value(0.3, 0.4))


def test_hazard_ratio_of_a_common_outcome_is_converted_with_its_limit_and_target():
    def risk_ratio(hazard_ratio):
        return (1 - 0.5 ** math.sqrt(hazard_ratio)) / (1 - 0.5 ** math.sqrt(1 / hazard_ratio))

    found = e_values("HR", 1.3, (1.2, 1.4), rare=False, target=1.1)
    assert found.estimate == pytest.approx(e_value(risk_ratio(1.3), risk_ratio(1.1)))
    assert found.limit == pytest.approx(e_value(risk_ratio(1.2), risk_ratio(1.1)))


def test_hazard_ratio_and_its_inverse_convert_to_inverse_risk_ratios():
    assert as_risk_ratio("HR", 1.0, False) == pytest.approx(1.0)
    assert as_risk_ratio("HR", 0.56, False) * as_risk_ratio("HR", 1 / 0.56, False) == (
        pytest.approx(1.0)
    )
    values = [as_risk_ratio("HR", value, False) for value in np.geomspace(0.01, 100, 50)]
    assert (np.diff(values) > 0).all()


def test_standardised_mean_difference_is_converted_with_its_limits():
    """R's EValue tests d = 0.5 with standard error 0.2 and target 0.1; 1.78 is 0.91 * 1.96."""
    found = e_values("SMD", 0.5, (0.5 - 1.78 / 0.91 * 0.2, 0.5 + 1.78 / 0.91 * 0.2), target=0.1)
    assert found.estimate == pytest.approx(e_value(math.exp(0.91 * 0.5), math.exp(0.91 * 0.1)))
    assert found.limit == pytest.approx(
        e_value(math.exp(0.91 * 0.5 - 1.78 * 0.2), math.exp(0.91 * 0.1))
    )
    assert e_values("SMD", 0.0).estimate == 1.0


@pytest.mark.parametrize(
    ("arguments", "others", "message"),
    [
        (("RR", -0.1), {}, "above 0"),
        (("RR", math.nan), {}, "finite"),
        (("RR", math.inf), {}, "finite"),
        (("SMD", math.nan), {}, "finite"),
        (("RR", 1.2, (1.3, 1.4)), {}, "outside its interval"),
        (("RR", 1.5, (1.3, 1.4)), {}, "outside its interval"),
        (("RR", 1.5, (math.nan, 2.0)), {}, "outside its interval"),
        (("OR", 2.0), {}, "rare"),
        (("HR", 2.0), {}, "rare"),
        (("IRR", 2.0), {}, "expected one of RR, OR, HR, SMD"),
        (("RR", 2.0), {"target": 0.0}, "above 0"),
    ],
)
def test_wrong_arguments_are_named(arguments, others, message):
    with pytest.raises(ValueError, match=message):
        e_values(*arguments, **others)


def test_limit_without_end_on_the_far_side_does_not_matter():
    assert e_values("RR", 3.0, (2.0, math.inf)).limit == e_value(2.0)
    assert e_values("HR", 0.5, (0.0, 0.8), rare=False).limit == pytest.approx(
        e_value(as_risk_ratio("HR", 0.8, False))
    )


def test_risk_difference_of_smoking_and_lung_cancer():
    """Hammond and Horn; R's EValue finds 15.95703 for the interval, on a grid of 0.0001."""
    found = e_values_of_risk_difference(SMOKERS, NONSMOKERS)
    risk_ratio = (397 / (397 + 78557)) / (51 / (51 + 108778))
    assert found.estimate == pytest.approx(e_value(risk_ratio), rel=1e-9)
    assert 15.95703 - 2.1e-4 < found.limit < 15.95703


def test_risk_difference_whose_interval_holds_no_effect():
    assert e_values_of_risk_difference((55, 108778), (51, 108778)).limit == 1.0


def test_bias_factor_of_a_risk_difference_moves_it_to_the_target():
    exposed, unexposed, target = (120, 280), (60, 340), 0.05
    found = e_values_of_risk_difference(exposed, unexposed, target)
    factor = found.estimate**2 / (2 * found.estimate - 1)
    moved = (0.3 - 0.15 * factor) * (0.5 + 0.5 / factor)
    assert moved == pytest.approx(target, abs=1e-12)
    assert 1 < found.limit < found.estimate


def test_risk_difference_is_the_same_with_the_groups_exchanged():
    straight = e_values_of_risk_difference((120, 280), (60, 340), 0.05)
    assert e_values_of_risk_difference((60, 340), (120, 280), -0.05) == straight


def test_risk_difference_can_be_moved_away_from_no_effect():
    found = e_values_of_risk_difference((120, 280), (60, 340), 0.3)
    assert found.estimate > found.limit > 1


def test_more_patients_bring_the_limit_nearer_to_the_estimate():
    few = e_values_of_risk_difference((12, 28), (3, 37))
    many = e_values_of_risk_difference((1200, 2800), (300, 3700))
    assert few.estimate == pytest.approx(many.estimate)
    assert few.limit < many.limit < many.estimate


def test_risk_difference_equal_to_its_target_needs_no_confounder():
    found = e_values_of_risk_difference((10, 30), (10, 30))
    assert (found.estimate, found.limit) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("exposed", "unexposed"), [((0, 0), (5, 5)), ((5, 5), (0, 0)), ((5, 5), (0, 10))]
)
def test_risk_difference_without_people_or_events_has_no_e_value(exposed, unexposed):
    with pytest.raises(NotEstimable):
        e_values_of_risk_difference(exposed, unexposed)


@pytest.mark.parametrize(
    ("exposed", "unexposed", "target"),
    [((-1, 5), (5, 5), 0.0), ((math.nan, 5), (5, 5), 0.0), ((5, 5), (5, 5), 1.0)],
)
def test_wrong_counts_and_targets_of_a_risk_difference_are_named(exposed, unexposed, target):
    with pytest.raises(ValueError, match="expected"):
        e_values_of_risk_difference(exposed, unexposed, target)


def test_rows_of_adjusted_odds_ratios_have_their_e_values():
    place = {"contrast": "drug", "level": "ever", "reference": "never", "n": 50, "events": 20}
    rows = [
        row("use", "OR", 4.0, ci_low=2.25, ci_high=7.0, model=model, **place)
        for model in ("crude", "adjusted")
    ]
    rows.append(row("use", "OR", 1.0, model="adjusted", note="reference"))
    common, rare = e_value_rows(rows, 0.4), e_value_rows(rows, 0.1)
    assert [r["measure"] for r in common] == ["E-value", "E-value of the limit"]
    assert common[0]["estimate"] == pytest.approx(e_value(2.0))
    assert common[1]["estimate"] == pytest.approx(e_value(1.5))
    assert rare[0]["estimate"] == pytest.approx(e_value(4.0))
