"""The page of the scenarios is what the scenario files and their truth say."""

from pathlib import Path

from lncohort.simulate.causal import causal_truth
from lncohort.simulate.feedback.scenario import scenarios
from lncohort.simulate.page import PAGE, page

DOCS = Path(__file__).parents[2] / "docs"


def test_page_is_current():
    assert (DOCS / PAGE).read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_scenario_and_its_effect_is_told():
    text = page()
    for name in scenarios():
        assert f"## `{name}`" in text
    truth = causal_truth("benefit").set_index(["estimand", "strategy", "reference", "day"])
    assert f"{truth['value']['risk_difference', 'start', 'never', 730]:.4f}" in text
