"""Scenarios are data: each loads, none says what is not known, and each names its world."""

import pytest
from pydantic import ValidationError

from lncohort.errors import UserError
from lncohort.simulate.feedback.scenario import Process, Scenario, load_scenario, scenarios
from lncohort.simulate.parameters import calibrated


def test_the_worlds_that_validation_needs_ship():
    assert set(scenarios()) == {
        "null",
        "benefit",
        "harm",
        "synergy_additive",
        "synergy_multiplicative",
        "antagonism",
        "informative_censoring",
        "missing_outcome",
        "measurement_by_severity",
        "rare_outcome",
        "nanjing",
    }


@pytest.mark.parametrize("name", scenarios())
def test_each_has_a_title_and_a_lesson_and_no_two_are_one_world(name):
    scenario = load_scenario(name)
    assert scenario.title and scenario.lesson.endswith(".")
    same = [
        other
        for other in scenarios()
        if (load_scenario(other).kind, load_scenario(other).process)
        == (scenario.kind, scenario.process)
    ]
    assert same == [name]


@pytest.mark.parametrize(
    "content",
    [
        {"title": "x", "lesson": "y.", "proces": {}},
        {"title": "x", "lesson": "y.", "process": {"remision": {}}},
        {"title": "x", "lesson": "y.", "process": {"remission": {"tacrolimuss": 1.0}}},
        {"title": "x", "lesson": "y.", "process": {"stop": {"taper_share": 1.2}}},
        {"title": "x", "lesson": "y.", "process": {"loss": {"per_year": -0.1}}},
        {"title": "x", "lesson": "y.", "process": {"remission": {"both": float("inf")}}},
        {"title": "x", "lesson": "y.", "kind": "other"},
        {"title": "x"},
    ],
)
def test_a_key_that_is_not_known_or_a_value_that_cannot_be_is_refused(content):
    with pytest.raises(ValidationError):
        Scenario.model_validate(content)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UserError, match='did you mean "antagonism"'):
        load_scenario("antagonsm")


def test_null_plants_nothing():
    remission, flare = load_scenario("null").process.remission, load_scenario("null").process.flare
    planted = (remission.tacrolimus, remission.tacrolimus_per_mg, remission.cyclophosphamide)
    assert (*planted, remission.both, flare.after_abrupt_stop, flare.after_taper) == (0,) * 6


def test_synergy_on_the_additive_scale_alone_has_a_product_of_one():
    remission = load_scenario("synergy_additive").process.remission
    assert remission.both == 0
    assert remission.tacrolimus > 0 and remission.cyclophosphamide > 0


def test_what_decides_treatment_is_never_missing_from_the_record():
    record = load_scenario("null").parameters()
    assert record.missing_sledai_share == record.missing_biopsy_share == 0
    assert record.missing_creatinine_share == record.missing_dose_share == 0
    assert load_scenario("nanjing").parameters() == calibrated()


def test_a_scenario_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        load_scenario("null").process = Process()
